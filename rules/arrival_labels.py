"""Words for arrivals (来件) in both languages."""

from __future__ import annotations

from models.arrival import ArrivalReason, ArrivalState

Both = tuple[str, str]

S, R = ArrivalState, ArrivalReason

ARRIVAL_STATES: dict[str, Both] = {
    S.WAITING: ("等待办理", "waiting"),
    S.ACCEPTED: ("已接收", "accepted"),
    S.QUARANTINED: ("待人工处理", "to be looked at"),
    S.DISCARDED: ("已弃置", "thrown away"),
}

ARRIVAL_REASONS: dict[str, Both] = {
    R.UNREADABLE: ("无法识别为事件", "no event can be read from it"),
    R.FOREIGN: ("事件来源不属于该系统", "its source is not one of this system"),
    R.UNKNOWN_TYPE: ("没有配置这种事件", "no mapping for this type of event"),
    R.UNMAPPED: ("有内容对不上", "something can't be mapped"),
    R.UNKNOWN_CASE: ("找不到对应的案件", "the case it belongs to is not here"),
    R.REFUSED: ("登记时被拒绝", "refused when it was taken in"),
}

FAULTS: dict[str, Both] = {
    "missing": ("缺失", "missing"),
    "no_text": ("不是文字", "no text"),
    "too_long": ("过长", "too long"),
    "no_number": ("不是数字", "no number"),
    "no_flag": ("不是“是/否”", "neither yes nor no"),
    "no_day": ("不是日期", "no date"),
    "no_list": ("不是列表", "no list"),
    "unknown_place": ("找不到这个地点", "no such place"),
    "several_places": ("有多个同名地点", "several places of this name"),
    "not_in_table": ("对照表中没有", "not in the table"),
}

FIELDS: dict[str, Both] = {
    "place": ("发生地", "place"),
    "summary": ("案情", "what happened"),
    "happened_on": ("发生日期", "day"),
    "people": ("涉及人数", "people"),
    "amount": ("金额", "amount"),
    "wage_workers": ("欠薪人数", "unpaid workers"),
    "risk_signs": ("风险情形", "signs of risk"),
    "languages": ("语言", "languages"),
    "oral": ("口头申请", "by word of mouth"),
    "parties": ("当事人", "parties"),
    "case": ("对应案件", "the case"),
    "text": ("内容", "text"),
}

TABLES: dict[str, dict[str, Both]] = {
    "arrival_state": ARRIVAL_STATES,
    "arrival_reason": ARRIVAL_REASONS,
    "fault": FAULTS,
    "arrival_field": FIELDS,
}
