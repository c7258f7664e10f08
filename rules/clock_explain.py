"""Why a clock is due when it is: the arithmetic of a clock as facts and as lines in Chinese and English.

Called by the service for people who ask, and by the casebook. Decides nothing; every figure comes from `rules/clock.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.base import Instant
from models.calendar import RestReason
from models.clock import AlarmKind, Clock, TimeUnit
from models.clock_story import ClockStory, RestDay, Standstill
from models.words import Authority
from rules.calendar import WorkingCalendar
from rules.clock import allowed, consumed, counting, overdue, remaining, unit_of
from rules.odometer import stood

Line = tuple[str, str]
"""A sentence in Chinese and in English."""

MEASURES = {TimeUnit.DAYS: "days", TimeUnit.WORK_DAYS: "work_days", TimeUnit.WORK_HOURS: "office_minutes"}
"""What the figures of a story count, by unit; minutes for the others."""

UNITS: dict[str, Line] = {
    "days": ("自然日", "calendar days"),
    "work_days": ("个工作日", "working days"),
    "hours": ("小时", "hours"),
    "minutes": ("分钟", "minutes"),
    "work_hours": ("个工作小时", "office hours"),
    "office_minutes": ("工作分钟", "office minutes"),
}
AUTHORITIES: dict[Authority, Line] = {
    Authority.STATUTE: ("法律", "statute"),
    Authority.NATIONAL_RULE: ("国家规定", "national rule"),
    Authority.LOCAL_RULE: ("地方规定", "local rule"),
    Authority.LOCAL_PRACTICE: ("本地惯例", "local practice"),
    Authority.PRODUCT_DEFAULT: ("系统默认", "product default"),
}
REASONS: dict[RestReason, Line] = {
    RestReason.WEEKEND: ("周末", "weekend"),
    RestReason.OFF: ("放假", "off by notice"),
    RestReason.EXPECTED: ("预计放假", "expected to be off"),
}
ALARMS: dict[AlarmKind, Line] = {
    AlarmKind.REMIND: ("提醒", "reminder"),
    AlarmKind.CHECK: ("核查", "check"),
    AlarmKind.YELLOW: ("黄牌", "yellow card"),
    AlarmKind.RED: ("红牌", "red card"),
    AlarmKind.EXPIRE: ("届满处理", "expiry"),
}


def explain(clock: Clock, now: Instant, cal: WorkingCalendar) -> ClockStory:
    """The story of the clock as of now, in figures and in lines of both languages."""
    story = _facts(clock, now, cal)
    lines = list(_lines(story, cal))
    return story.model_copy(update={"zh": tuple(zh for zh, _ in lines), "en": tuple(en for _, en in lines)})


def _facts(clock: Clock, now: Instant, cal: WorkingCalendar) -> ClockStory:
    coming = [(alarm.at, alarm.id, alarm) for alarm in clock.alarms if alarm.at is not None and not alarm.rung]
    rolled = clock.due.rolled if clock.due else ()
    return ClockStory(
        clock=clock.id,
        limit=clock.limit,
        round=clock.round,
        budget=clock.budget,
        measure=MEASURES.get(unit_of(clock), "minutes"),
        anchor=clock.anchor,
        anchor_day=cal.local_date(clock.anchor),
        due_on=clock.due_on,
        suspensions=_standstills(clock, now, cal),
        extensions=clock.extensions,
        allowed=allowed(clock, cal),
        consumed=consumed(clock, now, cal),
        remaining=remaining(clock, now, cal),
        due=clock.due,
        due_day=cal.ending_date(clock.due.at) if clock.due else None,
        rolled=tuple(RestDay(day=day, reason=cal.rest_reason(day) or RestReason.OFF) for day in rolled),
        backward=clock.backward,
        paused=clock.paused,
        overdue=overdue(clock, now),
        calendar=clock.calendar,
        calendar_version=cal.calendar.version,
        published_until=cal.calendar.published_until,
        authority=clock.authority,
        source=clock.source,
        next_alarm=min(coming, key=lambda entry: entry[:2])[2] if coming else None,
    )


def _standstills(clock: Clock, now: Instant, cal: WorkingCalendar) -> tuple[Standstill, ...]:
    count = counting(clock, cal)
    found = []
    for each in clock.suspensions:
        gap = (count.meter.read(each.since), count.meter.read(each.until or max(now, each.since)))
        moved = stood(count.start, max(count.start, gap[1]), gap) // count.meter.per_measure
        found.append(Standstill(**each.model_dump(), moved=moved))
    return tuple(found)


def _lines(story: ClockStory, cal: WorkingCalendar) -> Iterator[Line]:
    yield _limit(story)
    yield _rule(story)
    yield _anchor(story, cal)
    for each in story.suspensions:
        yield _standstill(each, story, cal)
    for extension in story.extensions:
        unit = UNITS["days" if story.due_on else story.budget.unit]
        added = cal.stamp(extension.at)
        yield (
            f"延长：{extension.amount}{unit[0]}（{added}，{extension.by}）",
            f"Extended by {_counted(extension.amount, unit)} ({added}, {extension.by})",
        )
    unit = UNITS[story.measure]
    yield (
        f"共{story.allowed}{unit[0]}，已用{story.consumed}，剩余{story.remaining}",
        f"{_counted(story.allowed, unit)} in all, {story.consumed} used, {story.remaining} left",
    )
    yield from _ending(story, cal)
    yield (
        f"日历：{story.calendar_version}（已公布至{story.published_until}）",
        f"Calendar: {story.calendar_version} (published until {story.published_until})",
    )
    if story.due and story.due.provisional:
        yield "届满日在已公布日历之后，为暂定", "The due date lies beyond the published calendar: provisional"
    if story.next_alarm and story.next_alarm.at:
        kind, when = ALARMS[story.next_alarm.kind], cal.stamp(story.next_alarm.at)
        yield f"下一次：{when} {kind[0]}", f"Next: {kind[1]} at {when}"


def _counted(amount: int, unit: Line) -> str:
    """An amount with its unit in English, in the singular for one."""
    return f"{amount} {unit[1].removesuffix('s') if amount == 1 else unit[1]}"


def _limit(story: ClockStory) -> Line:
    if story.due_on:
        return f"约定日期：{story.due_on}（{story.limit}）", f"Agreed date: {story.due_on} ({story.limit})"
    unit, amount = UNITS[story.budget.unit], story.budget.amount
    return f"期限：{amount}{unit[0]}（{story.limit}）", f"Limit: {_counted(amount, unit)} ({story.limit})"


def _rule(story: ClockStory) -> Line:
    name = AUTHORITIES[story.authority]
    source = (f"，{story.source}", f", {story.source}") if story.source else ("", "")
    return f"依据：{name[0]}{source[0]}", f"Rule: {name[1]}{source[1]}"


def _anchor(story: ClockStory, cal: WorkingCalendar) -> Line:
    when = cal.stamp(story.anchor)
    if story.measure in {"days", "work_days"}:
        return f"起算：{when}，当日不计", f"From {when}, the start day is not counted"
    return f"起算：{when}", f"From {when}"


def _standstill(each: Standstill, story: ClockStory, cal: WorkingCalendar) -> Line:
    unit, since = UNITS[story.measure], cal.stamp(each.since)
    until = cal.stamp(each.until) if each.until else None
    return (
        f"中止：{since}至{until or '今'}（{each.ground}，{each.by}），顺延{each.moved}{unit[0]}",
        f"Suspended {since} to {until or 'now'} ({each.ground}, {each.by}): moved by {_counted(each.moved, unit)}",
    )


def _ending(story: ClockStory, cal: WorkingCalendar) -> Iterator[Line]:
    if story.due is None:
        yield "中止期间不计时，恢复后重新推算届满时间", "It stands still; the due time is worked out when it runs again"
        return
    due = cal.end_stamp(story.due.at)
    if story.rolled:
        nominal = cal.end_stamp(story.due.nominal)
        days = [(str(rest.day), REASONS[rest.reason]) for rest in story.rolled]
        yield (
            f"原届满：{nominal}，遇休息日{'、'.join(f'{day}（{why[0]}）' for day, why in days)}，{'提前' if story.backward else '顺延'}",
            f"Would end {nominal}, rolled {'back' if story.backward else 'forward'} over rest days: "
            + ", ".join(f"{day} ({why[1]})" for day, why in days),
        )
    yield (
        f"届满：{due}{'，已逾期' if story.overdue else ''}",
        f"Due: {due}{', overdue' if story.overdue else ''}",
    )
