"""Counting with the calendar of Huaxi: the vectors of domain 9 and the edges of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from models.calendar import Calendar, OfficeHours, RestReason
from rules.calendar import WorkingCalendar, compiled
from store.calendars import read_calendar

HUAXI = read_calendar(Path(__file__).parents[2] / "places/huaxi/calendar.yaml")
CAL = compiled(HUAXI)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-09-30", 3, "2026-10-10"),  # a Saturday that is made up
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-09-29", 3, "2026-10-09"),
        ("2026-10-09", 7, "2026-10-19"),
        ("2026-10-19", 10, "2026-11-02"),
        ("2026-10-10", -3, "2026-09-30"),
        ("2026-10-03", -1, "2026-09-30"),
        ("2026-10-03", 0, "2026-10-03"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, count: int, end: str) -> None:
    assert CAL.add_working_days(day(start), count) == day(end)


def test_the_year_2026_has_248_working_days() -> None:
    assert CAL.working_days_between(day("2025-12-31"), day("2026-12-31")) == 248
    assert CAL.working_days_between(day("2026-12-31"), day("2025-12-31")) == -248


def test_numbers_of_working_days_go_both_ways_over_thirty_years() -> None:
    today, number = day("2010-01-01"), CAL.number(day("2010-01-01"))
    while today < day("2040-01-01"):
        today += timedelta(days=1)
        number += CAL.is_working(today)
        assert CAL.number(today) == number
        assert CAL.numbered(number) == CAL.previous_working(today)


def test_make_up_weekends_are_worked_and_holidays_are_not() -> None:
    assert CAL.is_working(day("2026-09-20"))
    assert CAL.rest_reason(day("2026-10-01")) is RestReason.OFF
    assert CAL.rest_reason(day("2026-02-22")) is RestReason.OFF
    assert CAL.rest_reason(day("2026-03-01")) is RestReason.WEEKEND
    assert CAL.rest_reason(day("2027-02-08")) is RestReason.EXPECTED
    assert CAL.next_working(day("2026-10-02")) == day("2026-10-08")
    assert CAL.previous_working(day("2026-10-02")) == day("2026-09-30")
    assert CAL.next_working(day("2026-09-20")) == CAL.previous_working(day("2026-09-20")) == day("2026-09-20")


def test_only_days_beyond_the_notice_are_provisional() -> None:
    assert not CAL.provisional(day("2026-12-31"))
    assert CAL.provisional(day("2027-01-01"))


def test_a_day_begins_and_ends_in_local_time() -> None:
    assert CAL.closing(day("2026-03-02")) == local("2026-03-02T17:00")
    assert CAL.opening(day("2026-03-02")) == local("2026-03-02T09:00")
    assert CAL.midnight_end(day("2026-03-02")) == local("2026-03-03T00:00")
    assert CAL.closing(day("2026-03-02")).tzinfo is UTC
    assert CAL.local_date(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)) == day("2026-03-02")
    assert CAL.ending_date(CAL.midnight_end(day("2026-03-02"))) == day("2026-03-02")
    assert CAL.local(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)).hour == 0


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-02T09:00", "2026-03-02T17:00", 420),
        ("2026-03-02T11:30", "2026-03-02T13:30", 60),
        ("2026-03-02T20:00", "2026-03-03T08:00", 0),
        ("2026-09-30T16:00", "2026-10-08T10:00", 120),
        ("2026-03-03T08:00", "2026-03-02T16:00", -60),
    ],
)
def test_office_time_is_what_lies_within_office_hours(start: str, end: str, minutes: int) -> None:
    assert CAL.working_minutes(local(start), local(end)) == minutes


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-02T11:30", 30, "2026-03-02T12:00"),
        ("2026-03-02T11:30", 31, "2026-03-02T13:01"),
        ("2026-03-02T16:00", 60, "2026-03-02T17:00"),
        ("2026-03-02T18:00", 1, "2026-03-03T09:01"),
        ("2026-09-30T16:30", 420, "2026-10-08T16:30"),
        ("2026-03-02T18:00", 0, "2026-03-02T18:00"),
    ],
)
def test_office_minutes_are_added_over_breaks_and_rest_days(start: str, minutes: int, end: str) -> None:
    assert CAL.add_working_minutes(local(start), minutes) == local(end)


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-03-02T08:59", "2026-03-02T09:00"),
        ("2026-03-02T09:00", "2026-03-02T09:00"),
        ("2026-03-02T12:00", "2026-03-02T13:00"),
        ("2026-03-02T16:59", "2026-03-02T16:59"),
        ("2026-03-02T17:00", "2026-03-03T09:00"),
        ("2026-10-03T10:00", "2026-10-08T09:00"),
    ],
)
def test_the_next_opening_is_now_or_later(at: str, opening: str) -> None:
    assert CAL.next_opening(local(at)) == local(opening)
    assert CAL.in_office(local(at)) == (at == opening)


def test_spring_festival_is_counted_down_to() -> None:
    assert CAL.days_to_spring_festival(day("2026-02-17")) == 0
    assert CAL.days_to_spring_festival(day("2026-01-18")) == 30
    assert CAL.days_to_spring_festival(day("2026-02-18")) == 353
    assert CAL.days_to_spring_festival(day("2029-01-01")) is None


def test_a_calendar_is_made_ready_once() -> None:
    assert compiled(HUAXI) is CAL
    for number in range(40):
        assert compiled(Calendar(version=f"v{number}", published_until=day("2026-12-31"))).is_working(day("2026-10-01"))
    assert not compiled(HUAXI).is_working(day("2026-10-01"))


def test_a_calendar_survives_json() -> None:
    assert Calendar.model_validate_json(HUAXI.model_dump_json()) == HUAXI


def test_days_are_kept_in_order_and_once() -> None:
    calendar = Calendar(version="x", published_until=day("2026-12-31"), off=(day("2026-05-01"), day("2026-01-01"), day("2026-05-01")))
    assert calendar.off == (day("2026-01-01"), day("2026-05-01"))


def test_another_place_has_its_own_hours_and_offset() -> None:
    calendar = Calendar(
        version="x",
        published_until=day("2026-12-31"),
        utc_offset_minutes=60,
        office=(OfficeHours(opens=time(8), closes=time(16)),),
    )
    assert WorkingCalendar(calendar).closing(day("2026-03-02")) == datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"off": ["2026-02-14"], "make_up": ["2026-02-14"]}, "2026-02-14 is both off and make_up"),
        ({"make_up": ["2026-02-13"]}, "make_up: 2026-02-13 is no Saturday or Sunday"),
        ({"off": ["2027-01-01"]}, "off: 2027-01-01 lies beyond published_until 2026-12-31"),
        ({"expected_off": ["2026-12-31"]}, "expected_off: 2026-12-31 is not beyond published_until 2026-12-31"),
        ({"published_from": "2027-01-01"}, "published_from 2027-01-01 is after published_until 2026-12-31"),
        ({"office": []}, "there must be office hours"),
        ({"office": ["13:00-17:00", "09:00-12:00"]}, "office: 09:00-12:00 must come after 13:00-17:00"),
        ({"office": ["09:00-13:00", "12:00-17:00"]}, "office: 12:00-17:00 must come after 09:00-13:00"),
        ({"office": ["12:00-09:00"]}, "must open before they close: 12:00-09:00"),
        ({"office": ["nine to five"]}, "office hours look like 09:00-12:00"),
        ({"spring_festival": {2026: "2027-02-06"}}, "2027-02-06 is not the lunar new year of 2026"),
        ({"utc_offset_minutes": 900}, "less than or equal to 840"),
        ({"of": []}, "Extra inputs"),
    ],
)
def test_a_wrong_calendar_is_refused_with_a_reason(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Calendar.model_validate({"version": "x", "published_until": "2026-12-31", **wrong})
