"""The words of indicators in both languages: groups of the table, whose minutes, what is checked."""

from __future__ import annotations

from models.kpi import Group, Shows, Whose

Both = tuple[str, str]
"""Chinese and English."""

GROUPS: dict[str, Both] = {
    Group.INTAKE: ("受理", "intake"),
    Group.SPEED: ("时效", "speed"),
    Group.RESULT: ("化解", "results"),
    Group.AFTERCARE: ("履行与回访", "performance and follow-up"),
    Group.QUALITY: ("质量", "quality"),
}
SHOWS: dict[str, Both] = {
    Shows.COUNT: ("件数", "number"),
    Shows.PERCENT: ("百分比", "percent"),
    Shows.MEAN: ("平均", "mean"),
    Shows.MEDIAN: ("中位数", "median"),
    Shows.P90: ("九成值", "nine of ten"),
}
WHOSE: dict[str, Both] = {
    Whose.PARTY: ("等当事人", "waiting for a party"),
    Whose.UNIT: ("单位办理", "with a unit"),
    Whose.APPROVAL: ("等审批", "waiting for approval"),
    Whose.OFF: ("非工作时间", "outside office hours"),
    Whose.SUSPENSION: ("中止", "suspended"),
}
INTEGRITY: dict[str, Both] = {
    "perfect": ("恰为 100%", "exactly 100 %"),
    "jump": ("突增突减", "a sudden jump"),
    "month_end": ("月末集中结案", "ends crowded at the end of a month"),
    "same_phone": ("核实电话相同", "the same phone"),
    "agreed_after_end": ("协议晚于办结", "agreement later than the end"),
    "own_visit": ("本人回访本人", "visited by the mediator of record"),
}
TABLES: dict[str, dict[str, Both]] = {"kpi_group": GROUPS, "shows": SHOWS, "whose": WHOSE, "integrity": INTEGRITY}
