"""Clocks on the calendar of Huaxi: the vectors of domain 9, the casebook's dates, alarms, standstills, the story."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from models.calendar import Calendar
from models.clock import Alarm, AlarmKind, AlarmPlan, Budget, Clock
from models.words import Authority
from rules import clock as clocks
from rules.calendar import WorkingCalendar, compiled
from rules.clock_explain import explain
from store.calendars import merged, read_calendar

HUAXI = read_calendar(Path(__file__).parents[2] / "places/huaxi/calendar.yaml")
CAL = compiled(HUAXI)


def local(text: str) -> datetime:
    """A local time; `24:00` is the end of its day."""
    if text.endswith("T24:00"):
        return datetime.fromisoformat(f"{text[:10]}T00:00+08:00") + timedelta(days=1)
    return datetime.fromisoformat(f"{text}+08:00")


def begin(budget: str, anchor: str, *alarms: AlarmPlan, cal: WorkingCalendar = CAL, **more: Any) -> Clock:
    return clocks.start("mediate", "mediate.07", span(budget), local(anchor), "h1", cal, alarms, **more)


def span(text: str) -> Budget:
    return Budget.model_validate(text)


def due(clock: Clock) -> datetime:
    assert clock.due is not None
    return clock.due.at


def plan(kind: AlarmKind = AlarmKind.REMIND, **when: Any) -> AlarmPlan:
    return AlarmPlan(id=kind.value, kind=kind, **when)


def rings(clock: Clock, kind: AlarmKind = AlarmKind.REMIND) -> datetime | None:
    return next(alarm.at for alarm in clock.alarms if alarm.kind is kind)


@pytest.mark.parametrize(
    ("budget", "anchor", "end"),
    [
        # domain 9
        ("3wd", "2026-09-30T10:00", "2026-10-10T17:00"),
        ("5wd", "2026-02-13T10:00", "2026-02-27T17:00"),
        ("30d", "2026-09-02T10:00", "2026-10-08T24:00"),
        ("15d", "2026-02-01T10:00", "2026-02-24T24:00"),
        ("30d", "2026-08-21T10:00", "2026-09-20T24:00"),
        ("30d", "2026-11-23T10:00", "2026-12-23T24:00"),
        ("60d", "2026-11-23T10:00", "2027-01-22T24:00"),
        # casebook
        ("1wd", "2026-09-29T10:00", "2026-09-30T17:00"),
        ("1wd", "2026-09-30T17:00", "2026-10-08T17:00"),
        ("3wd", "2026-09-29T10:00", "2026-10-09T17:00"),
        ("7wd", "2026-10-09T17:00", "2026-10-19T17:00"),
        ("10wd", "2026-10-19T17:00", "2026-11-02T17:00"),
        ("30d", "2026-03-04T10:00", "2026-04-03T24:00"),
        ("15d", "2026-01-22T10:00", "2026-02-06T24:00"),
        ("30d", "2026-01-23T10:00", "2026-02-24T24:00"),
        ("30wd", "2026-03-02T09:30", "2026-04-14T17:00"),
        # the other units
        ("24h", "2026-09-30T17:10", "2026-10-01T17:10"),
        ("90min", "2026-10-03T23:00", "2026-10-04T00:30"),
        ("6wh", "2026-09-30T14:00", "2026-10-08T12:00"),
        ("7wh", "2026-03-02T09:00", "2026-03-02T17:00"),
        # nothing to count: the end of the start day
        ("0d", "2026-03-02T09:00", "2026-03-02T24:00"),
        ("0d", "2026-10-03T09:00", "2026-10-08T24:00"),
        ("0wd", "2026-03-02T09:00", "2026-03-02T17:00"),
        ("0wd", "2026-03-02T18:00", "2026-03-03T17:00"),
        ("0wd", "2026-03-01T09:00", "2026-03-02T17:00"),
        ("0min", "2026-03-02T18:00", "2026-03-02T18:00"),
        ("0wh", "2026-03-02T18:00", "2026-03-02T18:00"),
    ],
)
def test_a_limit_ends_when_the_law_says(budget: str, anchor: str, end: str) -> None:
    assert due(begin(budget, anchor)) == local(end)


def test_a_limit_keeps_its_nominal_end_and_the_rest_days_it_rolled_over() -> None:
    found = begin("30d", "2026-01-23T10:00").due
    assert found is not None
    assert found.nominal == local("2026-02-22T24:00")
    assert found.rolled == (date(2026, 2, 22), date(2026, 2, 23))
    assert not found.provisional


@pytest.mark.parametrize(
    ("budget", "anchor", "provisional"),
    [
        ("60d", "2026-11-23T10:00", True),
        ("38d", "2026-11-23T10:00", False),  # 2026-12-31 24:00 is still that day
        ("39d", "2026-11-23T10:00", True),
        ("30wd", "2026-11-23T10:00", True),
        ("72h", "2026-12-30T10:00", False),  # hours do not depend on any notice
        ("13wh", "2026-12-30T10:00", False),
        ("21wh", "2026-12-30T10:00", True),
    ],
)
def test_what_ends_beyond_the_published_calendar_is_provisional(budget: str, anchor: str, provisional: bool) -> None:
    found = begin(budget, anchor).due
    assert found is not None
    assert found.provisional is provisional


def test_a_suspension_moves_a_limit_by_the_days_it_stood() -> None:
    running = begin("30wd", "2026-03-02T09:30")
    paused = clocks.suspend(running, local("2026-03-04T09:00"), "appraisal", "mediator@yanlou")
    assert paused.due is None
    assert paused.paused
    resumed = clocks.resume(paused, local("2026-03-18T09:00"), CAL)
    assert due(resumed) == local("2026-04-28T17:00")


@pytest.mark.parametrize(
    ("budget", "since", "until", "end"),
    [
        ("3wd", "2026-03-03T10:00", "2026-03-03T16:59", "2026-03-05T17:00"),  # runs again before closing: the day counts
        ("3wd", "2026-03-03T10:00", "2026-03-03T17:00", "2026-03-06T17:00"),
        ("3wd", "2026-03-03T17:00", "2026-03-04T16:00", "2026-03-05T17:00"),  # stands still only after closing
        ("3wd", "2026-03-06T10:00", "2026-03-07T10:00", "2026-03-05T17:00"),  # is over already
        ("3wd", "2026-02-26T10:00", "2026-03-01T10:00", "2026-03-05T17:00"),  # claimed for a time before the limit began
        ("3wd", "2026-02-26T10:00", "2026-03-04T10:00", "2026-03-06T17:00"),
        ("3d", "2026-03-03T10:00", "2026-03-03T23:59", "2026-03-05T24:00"),
        ("3d", "2026-03-03T10:00", "2026-03-04T00:00", "2026-03-06T24:00"),
        ("3d", "2026-03-03T10:00", "2026-03-05T10:00", "2026-03-09T24:00"),  # 03-07 is a Saturday
        ("24h", "2026-03-02T12:00", "2026-03-02T14:30", "2026-03-03T12:30"),
        ("10wh", "2026-03-02T11:00", "2026-03-02T14:00", "2026-03-03T16:00"),  # two office hours lost
    ],
)
def test_a_day_counts_if_the_clock_runs_at_its_end(budget: str, since: str, until: str, end: str) -> None:
    clock = clocks.suspend(begin(budget, "2026-03-02T10:00"), local(since), "appraisal", "m")
    assert due(clocks.resume(clock, local(until), CAL)) == local(end)


def test_the_day_a_limit_rolled_to_is_owed_in_full() -> None:
    clock = clocks.suspend(begin("30d", "2026-01-23T10:00"), local("2026-02-23T10:00"), "illness", "m")
    assert due(clocks.resume(clock, local("2026-02-26T10:00"), CAL)) == local("2026-02-26T24:00")


def test_extensions_are_added_before_rolling() -> None:
    clock = begin("30d", "2026-08-31T10:00")
    assert due(clock) == local("2026-09-30T24:00")
    assert due(clocks.extend(clock, 2, local("2026-09-20T10:00"), "m", CAL)) == local("2026-10-08T24:00")
    assert due(clocks.extend(clock, 30, local("2026-09-20T10:00"), "m", CAL)) == local("2026-10-30T24:00")


def test_a_pay_day_rolls_backward() -> None:
    clock = begin("30d", "2026-09-02T10:00", backward=True)
    assert due(clock) == local("2026-09-30T24:00")
    assert clock.due is not None
    assert clock.due.rolled == (date(2026, 10, 1), date(2026, 10, 2))


@pytest.mark.parametrize(
    ("due_on", "backward", "end"),
    [
        ("2026-04-10", False, "2026-04-10T24:00"),
        ("2026-04-05", False, "2026-04-07T24:00"),
        ("2026-04-05", True, "2026-04-03T24:00"),
        ("2026-03-07", True, "2026-03-06T24:00"),
        ("2026-03-02", False, "2026-03-02T24:00"),
        ("2026-02-20", False, "2026-02-24T24:00"),  # agreed for the past: it is overdue at once
    ],
)
def test_a_promise_is_due_on_its_own_date(due_on: str, backward: bool, end: str) -> None:
    clock = begin("0d", "2026-03-02T10:00", due_on=date.fromisoformat(due_on), backward=backward)
    assert due(clock) == local(end)


def test_a_pay_day_never_lies_before_the_promise() -> None:
    clock = begin("0d", "2026-04-04T10:00", due_on=date(2026, 4, 5), backward=True)
    assert due(clock) == local("2026-04-05T24:00")


def test_a_promise_moves_by_the_days_it_stood_and_was_extended() -> None:
    clock = begin("0d", "2026-03-02T10:00", due_on=date(2026, 4, 10))
    clock = clocks.suspend(clock, local("2026-03-10T10:00"), "illness", "m")
    clock = clocks.resume(clock, local("2026-03-13T10:00"), CAL)
    assert due(clock) == local("2026-04-13T24:00")
    assert due(clocks.extend(clock, 2, local("2026-03-14T10:00"), "m", CAL)) == local("2026-04-15T24:00")


def test_a_new_notice_moves_a_provisional_limit() -> None:
    clock = begin("40wd", "2026-11-23T10:00")
    notice = Calendar(
        version="CN-2027",
        published_from=date(2027, 1, 1),
        published_until=date(2027, 12, 31),
        off=(date(2027, 1, 1), date(2027, 1, 4)),
    )
    moved = clocks.recalendar(clock, "h2", compiled(merged(HUAXI, notice)))
    assert moved.calendar == "h2"
    assert clock.due is not None
    assert clock.due.provisional
    assert moved.due is not None
    assert not moved.due.provisional
    assert due(clock) == local("2027-01-19T17:00")
    assert due(moved) == local("2027-01-20T17:00")


@pytest.mark.parametrize(
    ("budget", "anchor", "when", "at"),
    [
        ("10d", "2026-03-02T00:00", {"fraction": 0.5}, "2026-03-07T12:00"),  # eleven days to the end of 03-12
        ("5wd", "2026-03-02T17:00", {"fraction": 0.8}, "2026-03-06T17:00"),
        ("5wd", "2026-03-02T17:00", {"fraction": 0.1}, "2026-03-03T13:30"),
        ("10h", "2026-03-02T10:00", {"fraction": 0.8}, "2026-03-02T18:00"),
        ("10wh", "2026-03-02T10:00", {"fraction": 0.5}, "2026-03-02T16:00"),
        ("5wd", "2026-03-02T17:00", {"fraction": 1.0}, "2026-03-09T17:00"),
        ("5wd", "2026-03-02T17:00", {}, "2026-03-09T17:00"),
        ("1wd", "2026-09-29T10:00", {"after_due": "3wd"}, "2026-10-10T17:00"),
        ("30d", "2026-03-04T10:00", {"after_due": "1d"}, "2026-04-07T24:00"),  # 04-04 to 04-06 are off
        ("30d", "2026-03-02T10:00", {"after_due": "1d"}, "2026-04-02T24:00"),
        ("1wd", "2026-03-02T10:00", {"after_due": "7d"}, "2026-03-10T17:00"),
        ("10h", "2026-03-02T10:00", {"after_due": "2h"}, "2026-03-02T22:00"),
        ("10h", "2026-03-02T10:00", {"after_due": "1wh"}, "2026-03-03T10:00"),
        ("30d", "2026-03-02T10:00", {"before_due": "3d"}, "2026-03-29T09:00"),
        ("30d", "2026-03-02T10:00", {"before_due": "3wd"}, "2026-03-27T09:00"),
        ("24h", "2026-03-02T10:00", {"before_due": "3h"}, "2026-03-03T07:00"),
        ("10wh", "2026-03-02T10:00", {"before_due": "5wh"}, "2026-03-02T16:00"),
        ("30d", "2026-03-02T10:00", {"after_anchor": "7d"}, "2026-03-09T09:00"),
        ("30d", "2026-03-02T10:00", {"after_anchor": "27d"}, "2026-03-29T09:00"),
        ("30wd", "2026-03-02T10:00", {"after_anchor": "7wd"}, "2026-03-11T09:00"),
        ("30d", "2026-03-02T10:00", {"after_anchor": "2h"}, "2026-03-02T12:00"),
    ],
)
def test_an_alarm_rings_when_its_plan_says(budget: str, anchor: str, when: dict[str, Any], at: str) -> None:
    assert rings(begin(budget, anchor, plan(**when))) == local(at)


def test_alarms_stand_still_with_the_clock_and_move_with_it() -> None:
    clock = begin("10h", "2026-03-02T10:00", plan(fraction=0.8), plan(AlarmKind.YELLOW), plan(AlarmKind.RED, after_due=span("2h")))
    paused = clocks.suspend(clock, local("2026-03-02T11:00"), "appraisal", "m")
    assert [alarm.at for alarm in paused.alarms] == [None, None, None]
    assert clocks.next_alarm([paused]) is None
    resumed = clocks.resume(paused, local("2026-03-02T14:00"), CAL)
    assert [alarm.at for alarm in resumed.alarms] == [local(f"2026-03-0{at}") for at in ("2T21:00", "2T23:00", "3T01:00")]
    assert clocks.next_alarm([clock, resumed]) == local("2026-03-02T18:00")


def test_a_standstill_after_the_due_time_moves_only_what_follows() -> None:
    clock = begin("1wd", "2026-03-02T10:00", plan(AlarmKind.RED, after_due=span("3wd")))
    clock = clocks.suspend(clock, local("2026-03-04T10:00"), "appraisal", "m")
    clock = clocks.resume(clock, local("2026-03-06T10:00"), CAL)
    assert due(clock) == local("2026-03-03T17:00")
    assert rings(clock, AlarmKind.RED) == local("2026-03-10T17:00")


def test_a_reminder_is_not_rung_late_but_a_card_is() -> None:
    early = begin(
        "2d",
        "2026-03-02T10:00",
        plan(before_due=span("3d")),
        plan(AlarmKind.CHECK, before_due=span("3d")),
    )
    assert rings(early) is None
    assert rings(early, AlarmKind.CHECK) == local("2026-03-01T09:00")
    later = clocks.extend(early, 10, local("2026-03-03T10:00"), "m", CAL)
    assert rings(later) == local("2026-03-13T09:00")


def test_a_reminder_from_the_anchor_is_pointless_after_the_end() -> None:
    assert rings(begin("10d", "2026-03-02T10:00", plan(after_anchor=span("20d")))) is None


def test_a_reminder_that_fell_into_a_standstill_is_silent_where_its_moment_has_passed() -> None:
    clock = begin("30d", "2026-03-02T10:00", plan(before_due=span("1h")), plan(AlarmKind.YELLOW))
    clock = clocks.suspend(clock, local("2026-04-01T23:30"), "illness", "m")
    clock = clocks.resume(clock, local("2026-04-01T23:45"), CAL)
    assert rings(clock) is None
    assert rings(clock, AlarmKind.YELLOW) == due(clock) == local("2026-04-01T24:00")


def test_a_rung_alarm_stays_as_it_rang() -> None:
    clock = begin("10d", "2026-03-02T10:00", plan(fraction=0.8), plan(AlarmKind.YELLOW))
    rang = rings(clock)
    clock = clocks.ring(clock, "remind")
    clock = clocks.extend(clock, 5, local("2026-03-11T10:00"), "m", CAL)
    assert rings(clock) == rang
    assert clocks.due_alarms(clock, local("2026-12-01T10:00")) == [clock.alarms[1]]
    assert clocks.ring(clock, "remind") == clock
    with pytest.raises(KeyError):
        clocks.ring(clock, "nobody")


def test_alarms_ring_in_the_order_of_time_and_id() -> None:
    names = [("b", AlarmKind.YELLOW), ("a", AlarmKind.EXPIRE)]
    clock = begin("10h", "2026-03-02T10:00", *(AlarmPlan(id=name, kind=kind) for name, kind in names), plan(fraction=0.5))
    assert clocks.due_alarms(clock, local("2026-03-02T14:59")) == []
    assert [alarm.id for alarm in clocks.due_alarms(clock, local("2026-03-02T20:00"))] == ["remind", "a", "b"]


def test_an_alarm_rings_in_one_way_only() -> None:
    with pytest.raises(ValidationError, match="not by fraction and after_due"):
        plan(fraction=0.5, after_due="1d")


def test_a_new_clock_takes_used_alarms_as_plans() -> None:
    used = Alarm(id="yellow", kind=AlarmKind.YELLOW, at=datetime(2026, 1, 1, tzinfo=UTC), rung=True)
    clock = begin("1wd", "2026-03-02T10:00", used)
    assert clock.alarms == (Alarm(id="yellow", kind=AlarmKind.YELLOW, at=due(clock)),)


@pytest.mark.parametrize(
    ("budget", "now", "used", "left"),
    [
        ("5wd", "2026-03-02T18:00", 0, 5),
        ("5wd", "2026-03-03T16:59", 0, 5),
        ("5wd", "2026-03-03T17:00", 1, 4),
        ("5wd", "2026-03-08T10:00", 4, 1),
        ("5wd", "2026-04-01T10:00", 5, 0),
        ("5d", "2026-03-03T23:59", 0, 5),
        ("5d", "2026-03-04T00:00", 1, 4),
        ("2h", "2026-03-02T10:30", 30, 90),
        ("2h", "2026-03-01T10:00", 0, 120),
        ("6wh", "2026-03-02T13:30", 150, 210),
    ],
)
def test_what_is_used_and_what_is_left(budget: str, now: str, used: int, left: int) -> None:
    clock = begin(budget, "2026-03-02T10:00")
    assert clocks.consumed(clock, local(now), CAL) == used
    assert clocks.remaining(clock, local(now), CAL) == left


def test_nothing_is_used_up_while_a_clock_stands_still() -> None:
    clock = clocks.suspend(begin("5wd", "2026-03-02T10:00"), local("2026-03-04T10:00"), "appraisal", "m")
    assert clocks.consumed(clock, local("2026-03-20T10:00"), CAL) == 1
    assert not clocks.overdue(clock, local("2027-03-20T10:00"))


def test_a_clock_is_overdue_only_after_its_due_time() -> None:
    clock = begin("5wd", "2026-03-02T10:00")
    assert not clocks.overdue(clock, due(clock))
    assert clocks.overdue(clock, due(clock) + timedelta(microseconds=1))


def test_a_ledger_that_makes_no_sense_is_refused() -> None:
    clock = begin("5wd", "2026-03-02T10:00")
    with pytest.raises(ValueError, match="is running"):
        clocks.resume(clock, local("2026-03-03T10:00"), CAL)
    paused = clocks.suspend(clock, local("2026-03-03T10:00"), "appraisal", "m")
    with pytest.raises(ValueError, match="stands still already"):
        clocks.suspend(paused, local("2026-03-04T10:00"), "appraisal", "m")
    with pytest.raises(ValueError, match="stands still only since"):
        clocks.resume(paused, local("2026-03-03T09:00"), CAL)
    resumed = clocks.resume(paused, local("2026-03-05T10:00"), CAL)
    with pytest.raises(ValueError, match="stood still until"):
        clocks.suspend(resumed, local("2026-03-04T10:00"), "appraisal", "m")


def test_the_story_tells_the_whole_way_to_the_due_time() -> None:
    clock = begin("30wd", "2026-03-02T09:30", plan(fraction=0.8), authority=Authority.NATIONAL_RULE, source="医疗纠纷条例 38")
    clock = clocks.suspend(clock, local("2026-03-04T09:00"), "appraisal", "mediator@yanlou")
    clock = clocks.resume(clock, local("2026-03-18T09:00"), CAL)
    clock = clocks.extend(clock, 5, local("2026-04-01T10:00"), "mediator@yanlou", CAL)
    story = explain(clock, local("2026-03-20T18:00"), CAL)
    assert (story.allowed, story.consumed, story.remaining, story.suspensions[0].moved) == (35, 4, 31, 10)
    assert story.zh == (
        "期限：30个工作日（mediate.07）",
        "依据：国家规定，医疗纠纷条例 38",
        "起算：2026-03-02 09:30，当日不计",
        "中止：2026-03-04 09:00至2026-03-18 09:00（appraisal，mediator@yanlou），顺延10个工作日",
        "延长：5个工作日（2026-04-01 10:00，mediator@yanlou）",
        "共35个工作日，已用4，剩余31",
        "届满：2026-05-08 17:00",
        "日历：CN-2026（已公布至2026-12-31）",
        "下一次：2026-04-24 15:42 提醒",
    )
    assert len(story.en) == len(story.zh)
    assert story.en[3] == "Suspended 2026-03-04 09:00 to 2026-03-18 09:00 (appraisal, mediator@yanlou): moved by 10 working days"


def test_the_story_names_the_rest_days_it_rolled_over() -> None:
    story = explain(begin("30d", "2026-01-23T10:00"), local("2026-03-01T10:00"), CAL)
    assert story.overdue
    assert story.due_day == date(2026, 2, 24)
    assert "原届满：2026-02-22 24:00，遇休息日2026-02-22（放假）、2026-02-23（放假），顺延" in story.zh
    assert "Would end 2026-02-22 24:00, rolled forward over rest days: 2026-02-22 (off by notice), 2026-02-23 (off by notice)" in story.en
    assert "届满：2026-02-24 24:00，已逾期" in story.zh


def test_the_story_says_what_is_provisional_or_stands_still() -> None:
    provisional = explain(begin("60d", "2026-11-23T10:00"), local("2026-11-24T10:00"), CAL)
    assert "The due date lies beyond the published calendar: provisional" in provisional.en
    paused = explain(
        clocks.suspend(begin("24h", "2026-03-02T10:00"), local("2026-03-02T12:00"), "illness", "m"), local("2026-03-02T13:00"), CAL
    )
    assert paused.due is None
    assert paused.suspensions[0].moved == 60
    assert "It stands still; the due time is worked out when it runs again" in paused.en
    promise = explain(begin("0d", "2026-03-02T10:00", due_on=date(2026, 4, 10)), local("2026-03-05T10:00"), CAL)
    assert promise.zh[0] == "约定日期：2026-04-10（mediate.07）"
    assert (promise.allowed, promise.consumed) == (39, 2)
