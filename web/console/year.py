"""A year of the calendar as twelve months of weeks: which days rest and why, which weekends are worked. For the page and for print."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from models.calendar import Calendar, RestReason
from rules.calendar import WorkingCalendar

DAY = timedelta(days=1)
SATURDAY = 5

Kind = Literal["work", "weekend", "off", "expected", "make_up"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One day."""

    day: date
    kind: Kind


@dataclass(frozen=True, slots=True)
class Month:
    """One month; a week has seven cells, Monday first, None outside the month."""

    first: date
    weeks: tuple[tuple[Cell | None, ...], ...]
    working: int
    """How many days are worked."""
    provisional: bool
    """Whether any day of it lies beyond the last published notice."""


def year(cal: WorkingCalendar, number: int) -> tuple[Month, ...]:
    """Return the months of a year."""
    weeks = months.Calendar().monthdatescalendar
    return tuple(_month(cal, date(number, month, 1), weeks(number, month)) for month in range(1, 13))


def years(calendar: Calendar) -> tuple[int, ...]:
    """Return the years a calendar tells something about: those of its days, and up to the one its notices reach to."""
    told = {day.year for day in (*calendar.off, *calendar.make_up, *calendar.expected_off, calendar.published_until)}
    return tuple(range(min(told), max(told) + 1))


def stretches(days: tuple[date, ...]) -> tuple[tuple[date, date], ...]:
    """Return days in order as stretches that have no gap, first and last day of each."""
    if not days:
        return ()
    ends = [(one, two) for one, two in pairwise(days) if two - one != DAY]
    return tuple(zip([days[0], *(two for _, two in ends)], [*(one for one, _ in ends), days[-1]], strict=True))


def _month(cal: WorkingCalendar, first: date, weeks: list[list[date]]) -> Month:
    inside = [day for week in weeks for day in week if day.month == first.month]
    return Month(
        first=first,
        weeks=tuple(tuple(Cell(day, _kind(cal, day)) if day.month == first.month else None for day in week) for week in weeks),
        working=sum(cal.is_working(day) for day in inside),
        provisional=cal.provisional(inside[-1]),
    )


def _kind(cal: WorkingCalendar, day: date) -> Kind:
    match cal.rest_reason(day):
        case RestReason.OFF:
            return "off"
        case RestReason.EXPECTED:
            return "expected"
        case RestReason.WEEKEND:
            return "weekend"
    return "make_up" if day.weekday() >= SATURDAY else "work"
