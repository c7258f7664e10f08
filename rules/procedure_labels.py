"""The words of a procedure: what a limit is called, from when it counts, what its end leads to, how long it is."""

from __future__ import annotations

from models.clock import Budget
from models.procedure import Procedure, Then
from rules.clock_explain import UNITS
from rules.labels import Both, clock_label, label

MOMENTS: dict[str, Both] = {
    "registered": ("登记", "registration"),
    "screened": ("甄别", "screening"),
    "routed": ("分流", "routing"),
    "objected": ("提出异议", "the objection"),
    "signed": ("签收", "the signature"),
    "mediating": ("开始调解", "the start of mediation"),
    "refused": ("当事人拒绝或调解不成", "refusal or failure"),
    "agreed": ("达成协议", "the agreement"),
    "agreement_effective": ("协议生效", "the agreement taking effect"),
    "promised": ("约定履行", "the promise"),
    "defaulted": ("逾期未履行", "the default"),
    "audit_failed": ("审核退回", "the failed audit"),
    "followed_up": ("回访完成", "the end of follow-up"),
    "audited": ("审核通过", "the audit"),
    "suspended": ("中止", "the suspension"),
    "complained": ("投诉", "the complaint"),
    "ended": ("办结", "the end"),
}
"""From when a limit counts (`from` in the data)."""

THENS: dict[str, Both] = {
    Then.CARD: ("亮牌督办", "cards"),
    Then.DEEMED_SIGNED: ("视为签收", "deemed signed"),
    Then.WINDOW_CLOSES: ("不再受理", "the window closes"),
    Then.REVIEW_DUE: ("提请复核", "a review"),
    Then.LAPSED: ("申请期届满", "the right to apply lapses"),
    Then.DEFAULTED: ("记为逾期未履行", "default"),
    Then.ARCHIVE: ("自动归档", "archived by itself"),
}
"""What its end leads to."""

VARIANTS: dict[str, Both] = {
    "first": ("第一次", "first"),
    "second": ("第二次", "second"),
    "third": ("第三次", "third"),
    "again": ("审核退回后", "after a failed audit"),
}
"""The second half of a limit's name, where it is no category: `visit.first`."""

KEPT: dict[str, Both] = {
    "red": ("红色风险", "red tier"),
    "title": ("涉及权属", "title"),
    "collective": ("十人以上", "ten people or more"),
    "minors": ("涉及未成年人", "minors"),
    "death_or_injury": ("致人死亡或伤害", "death or injury"),
    "written": ("书面协议", "a written agreement"),
    "oral": ("口头协议", "an oral agreement"),
    "withdrawn": ("撤回", "withdrawn"),
    "declined": ("不予受理", "not accepted"),
}
"""Grounds for how long a file is kept."""


FIELDS: dict[str, Both] = {
    "limit": ("期限", "how long"),
    "from": ("起算", "counted from"),
    "then": ("届满后", "when it ends"),
    "extend_times": ("可延长次数", "extensions"),
    "remind_after": ("起算后提醒", "reminders after"),
    "remind_before": ("届满前提醒", "reminders before the end"),
    "check_after": ("到期后核查", "check after"),
    "expire_after": ("到期后处理", "takes effect after"),
    "only": ("适用等级", "tiers"),
    "pause": ("不计入的情形", "not counted"),
    "authority": ("效力层级", "authority"),
    "source": ("依据", "source"),
}
"""What is said of one limit."""

RULES: dict[str, Both] = {
    "version": ("版本", "version"),
    "effective_from": ("施行日期", "in force from"),
    "cards.remind": ("提醒", "reminder"),
    "cards.yellow": ("黄牌", "yellow card"),
    "cards.red_after": ("黄牌后亮红牌", "red card after the yellow one"),
    "ladder_rules.joint_meeting": ("联席会商", "joint meeting"),
    "ladder_rules.joint_meeting_red": ("联席会商（红色）", "joint meeting (red)"),
    "ladder_rules.failed_sessions": ("调解未成几次升级", "failed sessions that raise the level"),
    "take_back.within": ("可撤回操作", "a step may be taken back within"),
    "backdate_within": ("补录时间不早于", "late entries reach back"),
    "digest_above": ("合并通报的件数", "more than this become a digest"),
}
"""Other values, by their keys."""


def key_label(key: str, procedure: Procedure, categories: dict[str, Both]) -> Both:
    """Return what a value of the procedure is, by its dotted key: `limits.sign.by_tier.red`, `ladder.town`; the key where unknown."""
    head, _, rest = key.partition(".")
    if head == "limits":
        name = max((one for one in procedure.limits if rest.startswith(f"{one}.")), key=len, default="")
        if name:
            (zh, en), field = limit_label(name, categories), rest[len(name) + 1 :]
            more = label("tier", field.removeprefix("by_tier.")) if field.startswith("by_tier.") else FIELDS.get(field, (field, field))
            return f"{zh} · {more[0]}", f"{en}, {more[1]}"
    if head == "ladder":
        zh, en = label("level", rest)
        return f"逐级化解 · {zh}", f"the ladder, {en}"
    return RULES.get(key, (key, key))


def limit_label(key: str, categories: dict[str, Both]) -> Both:
    """Return the name of a limit: `mediate.07` as 调解（劳动争议）, with the names of the categories given."""
    variant = key.partition(".")[2]
    zh, en = clock_label(key)
    if not variant:
        return zh, en
    more = VARIANTS.get(variant) or categories.get(variant) or (variant, variant)
    return f"{zh}（{more[0]}）", f"{en} ({more[1]})"


def budget_label(budget: Budget) -> Both:
    """Return an amount of time in words: 5个工作日, 5 working days."""
    zh, en = UNITS[budget.unit]
    return f"{budget.amount}{zh}", f"{budget.amount} {en if budget.amount != 1 else en.removesuffix('s')}"
