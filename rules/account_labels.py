"""The words of accounts in both languages: states, reasons, what was done, and why something was refused."""

from __future__ import annotations

from models.account import AbsenceReason, AccountProblem, AccountState, PasswordProblem, StandInProblem, TokenScope
from models.account_log import AccountAct

Both = tuple[str, str]
"""Chinese and English."""

STATES: dict[str, Both] = {
    AccountState.ACTIVE: ("正常", "active"),
    AccountState.DISABLED: ("停用", "switched off"),
}
REASONS: dict[str, Both] = {
    AbsenceReason.LEAVE: ("休假", "leave"),
    AbsenceReason.DUTY: ("公出", "away on duty"),
    AbsenceReason.TRAINING: ("学习培训", "training"),
    AbsenceReason.OTHER: ("其他", "other"),
}
ACTS: dict[str, Both] = {
    AccountAct.CREATED: ("建立账户", "account made"),
    AccountAct.POSTS: ("设置岗位", "posts set"),
    AccountAct.SWITCHED_ON: ("启用账户", "switched on"),
    AccountAct.SWITCHED_OFF: ("停用账户", "switched off"),
    AccountAct.PASSWORD_RESET: ("重置密码", "password reset"),
    AccountAct.PASSWORD_CHANGED: ("本人修改密码", "own password changed"),
    AccountAct.FACTOR_SET: ("启用动态验证码", "second factor set up"),
    AccountAct.FACTOR_DROPPED: ("取消动态验证码", "second factor taken away"),
    AccountAct.TOKEN_ISSUED: ("签发接口令牌", "API token issued"),
    AccountAct.TOKEN_REVOKED: ("收回接口令牌", "API token revoked"),
    AccountAct.FEED_MADE: ("建立日历订阅", "calendar feed made"),
    AccountAct.FEED_REVOKED: ("收回日历订阅", "calendar feed revoked"),
    AccountAct.PAYLOADS_OPENED: ("查看引擎数据", "payloads of Temporal opened"),
    AccountAct.KEYS_ROTATED: ("轮换密钥", "keys rotated"),
    AccountAct.KEYS_RETIRED: ("停用旧主密钥", "old master keys retired"),
    AccountAct.ABSENCE_DECLARED: ("登记离岗", "absence declared"),
    AccountAct.ABSENCE_ENDED: ("结束离岗", "absence ended"),
}
PASSWORD_PROBLEMS: dict[str, Both] = {
    PasswordProblem.WRONG: ("现有密码不正确", "Your present password is not right"),
    PasswordProblem.LOCKED: ("尝试次数过多，请稍后再试", "Too many attempts: try again later"),
    PasswordProblem.TOO_SHORT: ("新密码至少 10 个字符", "The new password needs at least 10 characters"),
    PasswordProblem.TOO_LONG: ("新密码最多 200 个字符", "The new password may have at most 200 characters"),
    PasswordProblem.LOGIN_NAME: ("新密码不能与登录名相同或为其倒写", "The new password may not be the login name, forwards or backwards"),
    PasswordProblem.USED_BEFORE: ("不能使用最近 5 次用过的密码", "None of the last five passwords may be used again"),
}
TOKEN_SCOPES: dict[str, Both] = {
    TokenScope.READ: ("查看", "look"),
    TokenScope.ACT: ("登记与办理", "take in and act"),
    TokenScope.EXPORT: ("导出", "export"),
    TokenScope.CODEC: ("查看引擎数据（系统管理员）", "open the engine's payloads (system administrator)"),
}
ACCOUNT_PROBLEMS: dict[str, Both] = {
    AccountProblem.UNKNOWN: ("没有这个账户", "There is no such account"),
    AccountProblem.LOGIN_NAME: (
        "登录名由 2 至 80 个小写字母、数字和 . _ @ # - 组成，以字母或数字开头",
        "A login name has 2 to 80 small letters, digits and . _ @ # -, a letter or digit first",
    ),
    AccountProblem.TAKEN: ("该登录名已被使用", "This login name is taken"),
    AccountProblem.UNKNOWN_POST: ("没有这个岗位", "There is no such post"),
    AccountProblem.NO_POST: ("至少需要一个岗位", "At least one post is needed"),
    AccountProblem.TOO_MANY_ADMINS: (
        "系统管理员、安全保密管理员、安全审计员必须由三个人分别担任，且不得兼任其他岗位",
        "The system, the security and the audit administrator are three different people, who hold no other post",
    ),
    AccountProblem.SCOPE: ("请至少选择一种令牌用途", "Choose what the token is good for"),
    AccountProblem.PASSWORD: ("密码不符合要求", "The password can't be taken"),
    AccountProblem.LABEL: ("请填写姓名", "Fill in the name"),
    AccountProblem.DATES: ("请检查日期：结束日期不能早于开始日期", "Check the days: the last may not come before the first"),
    AccountProblem.NOT_ALLOWED: ("您没有管理账户的权限", "You keep no accounts"),
    AccountProblem.OWN: ("不能管理自己的账户，请由另一位管理员办理", "Nobody keeps their own account: ask the other administrator"),
}
STAND_IN_PROBLEMS: dict[str, Both] = {
    StandInProblem.NOT_ALLOWED: ("您不能安排此人的离岗", "You may not arrange this person's absence"),
    StandInProblem.UNKNOWN_PERSON: ("没有这个岗位", "There is no such post"),
    StandInProblem.SAME_PERSON: ("不能由本人代班", "Nobody stands in for themselves"),
    StandInProblem.ROLE: ("该岗位不能代办这项工作", "Not a role that may do this work"),
    StandInProblem.UNIT: ("代班人不在本单位或相近单位", "The stand-in is of another unit, and not near enough"),
    StandInProblem.DATES: (
        "请检查日期：不能早于今天，最长一年，且不与已有的离岗重叠",
        "Check the days: not past, a year at most, and not over another absence",
    ),
    StandInProblem.AWAY: ("代班人在这段时间也不在岗", "The stand-in is away on one of these days, too"),
    StandInProblem.UNKNOWN: ("没有这项离岗，或已结束", "There is no such absence, or it is over"),
}

TABLES: dict[str, dict[str, Both]] = {
    "account_state": STATES,
    "absence_reason": REASONS,
    "account_act": ACTS,
    "password_problem": PASSWORD_PROBLEMS,
    "token_scope": TOKEN_SCOPES,
    "account_problem": ACCOUNT_PROBLEMS,
    "stand_in_problem": STAND_IN_PROBLEMS,
}
"""All tables by name; `rules/labels.py` takes them in."""
