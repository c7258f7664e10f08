"""The account log (账户日志): what was done to accounts, by whom. No name, no secret: ids of accounts and posts, words and days."""

from __future__ import annotations

from enum import StrEnum

from models.account import Identity
from models.base import Instant, Model


class AccountAct(StrEnum):
    """What can be done to an account."""

    CREATED = "created"  # 建立账户
    POSTS = "posts"  # 设置岗位
    SWITCHED_ON = "switched_on"  # 启用
    SWITCHED_OFF = "switched_off"  # 停用
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word, not a secret
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    FACTOR_SET = "factor_set"  # 启用动态验证码
    FACTOR_DROPPED = "factor_dropped"  # 取消动态验证码
    TOKEN_ISSUED = "token_issued"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    PAYLOADS_OPENED = "payloads_opened"  # 查看引擎数据
    KEYS_ROTATED = "keys_rotated"  # 轮换密钥
    KEYS_RETIRED = "keys_retired"  # 停用旧主密钥
    FEED_MADE = "feed_made"  # 建立日历订阅
    FEED_REVOKED = "feed_revoked"  # 收回日历订阅
    ABSENCE_DECLARED = "absence_declared"  # 登记离岗
    ABSENCE_ENDED = "absence_ended"  # 结束离岗


class Doer(Model):
    """Who does something to an account: an account and the post in use. Without either: whoever runs commands on this machine."""

    account: str = ""
    post: str = ""

    @classmethod
    def of(cls, identity: Identity) -> Doer:
        """Return who asks."""
        return cls(account=identity.account, post=identity.post)


OPERATOR = Doer()
"""Whoever runs commands on the machine itself."""


class AccountEntry(Model):
    """A line of the account log."""

    at: Instant
    by: str
    """Account; empty for the operator of the machine."""
    post: str
    """The post in use."""
    act: AccountAct
    about: str
    """The account it was done to; of an absence, the post that is away."""
    detail: str = ""
    """Posts, days, ids of tokens and numbers, with spaces between; no words of anybody."""

    @classmethod
    def of(cls, at: Instant, by: Doer, act: AccountAct, about: str, detail: str = "") -> AccountEntry:
        """Return the line for something that is done now."""
        return cls(at=at, by=by.account, post=by.post, act=act, about=about, detail=detail)


class LoggedEntry(AccountEntry):
    """A line as it stands in the log."""

    id: int
    hash: str
