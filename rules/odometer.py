"""Odometers: time of one unit read as one whole number that only grows, so that clocks can be counted by plus and minus.

Used by the rules of clocks alone. A day is on the odometer when it has ended: at 24:00 for calendar days, at office
closing for working days. That is what makes a day count exactly if the clock runs at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from models.clock import Suspension, TimeUnit
from rules.calendar import DAY, MICROSECOND, WorkingCalendar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_UNITS = frozenset({TimeUnit.DAYS, TimeUnit.WORK_DAYS})
WORK_UNITS = frozenset({TimeUnit.WORK_HOURS, TimeUnit.WORK_DAYS})
MICROSECONDS_PER_MINUTE = 60_000_000

Gap = tuple[int, int]
"""A standstill as two readings."""


@dataclass(frozen=True, slots=True)
class Odometer:
    """The odometer of one unit on one calendar."""

    read: Callable[[datetime], int]
    """The reading at an instant; never falls."""
    reached: Callable[[int], datetime]
    """The earliest instant of a reading, in UTC."""
    per_unit: int
    """How far one unit of a budget carries."""
    per_measure: int
    """How far one unit of what is told carries: a day for days, a minute for the others."""
    start_day: Callable[[date], int] | None = None
    """For days: the reading that a count starting on this date goes out from; the date itself is not counted."""

    def start(self, anchor: datetime, day: date) -> int:
        """The reading a count goes out from when it is anchored at this instant of this local date."""
        return self.read(anchor) if self.start_day is None else self.start_day(day)

    def gaps(self, suspensions: Sequence[Suspension], now: datetime | None = None) -> tuple[Gap, ...]:
        """Standstills as readings; an open one lasts until now, or is left out when now is not given or before it."""
        ends = [(each.since, each.until or now) for each in suspensions]
        return tuple((self.read(since), self.read(until)) for since, until in ends if until is not None and until >= since)


def advance(start: int, amount: int, gaps: Sequence[Gap]) -> int:
    """The reading at which `amount` has been run from `start`, standing still in the gaps, which are in order."""
    cursor, left = start, amount
    for since, until in gaps:
        run = max(0, since - cursor)
        if left <= run:
            break
        left -= run
        cursor = max(cursor, until)
    return cursor + left


def run_between(start: int, end: int, gaps: Sequence[Gap]) -> int:
    """How much has been run from start to end, the gaps taken out; 0 when end is before start."""
    if end <= start:
        return 0
    return end - start - sum(stood(start, end, gap) for gap in gaps)


def stood(start: int, end: int, gap: Gap) -> int:
    """How much of the way from start to end lies within the gap."""
    return max(0, min(gap[1], end) - max(gap[0], start))


def odometer(unit: TimeUnit, cal: WorkingCalendar) -> Odometer:
    """The odometer of a unit."""
    match unit:
        case TimeUnit.DAYS:
            return _days(cal)
        case TimeUnit.WORK_DAYS:
            return _work_days(cal)
        case TimeUnit.WORK_HOURS:
            return _office(cal)
        case TimeUnit.HOURS:
            return _wall(60)
        case TimeUnit.MINUTES:
            return _wall(1)


def running_time(unit: TimeUnit, cal: WorkingCalendar) -> Odometer:
    """The odometer to the microsecond by which a share of a limit is taken: office time for working units."""
    return odometer(TimeUnit.WORK_HOURS if unit in WORK_UNITS else TimeUnit.HOURS, cal)


def _days(cal: WorkingCalendar) -> Odometer:
    return Odometer(
        read=lambda instant: cal.local_date(instant).toordinal() - 1,
        reached=lambda reading: cal.midnight_end(date.fromordinal(reading)),
        per_unit=1,
        per_measure=1,
        start_day=date.toordinal,
    )


def _work_days(cal: WorkingCalendar) -> Odometer:
    def read(instant: datetime) -> int:
        day = cal.local_date(instant)
        return cal.number(day if cal.closing(day) <= instant else day - DAY)

    return Odometer(read, lambda reading: cal.closing(cal.numbered(reading)), per_unit=1, per_measure=1, start_day=cal.number)


def _office(cal: WorkingCalendar) -> Odometer:
    return Odometer(
        read=lambda instant: cal.office_time(instant) // MICROSECOND,
        reached=lambda reading: cal.office_instant(timedelta(microseconds=reading)),
        per_unit=60 * MICROSECONDS_PER_MINUTE,
        per_measure=MICROSECONDS_PER_MINUTE,
    )


def _wall(minutes: int) -> Odometer:
    return Odometer(
        read=lambda instant: (instant - EPOCH) // MICROSECOND,
        reached=lambda reading: EPOCH + timedelta(microseconds=reading),
        per_unit=minutes * MICROSECONDS_PER_MINUTE,
        per_measure=MICROSECONDS_PER_MINUTE,
    )
