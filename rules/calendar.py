"""Counting with a calendar: working days, office time, local dates. Pure and quick; runs inside workflow tasks.

Called by the clocks, routing, KPI and the faces. It knows days and minutes, not budgets: those are `rules/clock.py`.
Every working day gets a running number, so that counting is a subtraction and the way back is one bisection.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta, timezone

from models.base import Instant
from models.calendar import Calendar, RestReason

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


class WorkingCalendar:
    """A calendar made ready for counting. Dates are local to the place, instants are aware and answered in UTC.

    Days before the first notice count as Monday to Friday; days beyond the last one take the expected rest days and are
    `provisional`. It has no end: there is no date at which counting fails.
    """

    __slots__ = ("_expected", "_festivals", "_hours", "_made_up", "_off", "_taken", "_zone", "calendar", "office_day")

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = timezone(timedelta(minutes=calendar.utc_offset_minutes))
        self._off = frozenset(calendar.off)
        self._expected = frozenset(calendar.expected_off)
        rest = {*calendar.off, *calendar.expected_off}
        self._taken = sorted(day.toordinal() for day in rest if day.weekday() < 5)
        self._made_up = sorted(day.toordinal() for day in calendar.make_up)
        self._festivals = sorted(calendar.spring_festival.values())
        self._hours = [(_since_midnight(hours.opens), _since_midnight(hours.closes)) for hours in calendar.office]
        self.office_day: timedelta = sum((closes - opens for opens, closes in self._hours), timedelta())
        """Office time of one working day."""

    # Local time and UTC

    def local(self, instant: Instant) -> datetime:
        """The instant in the place's own time, aware."""
        return instant.astimezone(self._zone)

    def local_date(self, instant: Instant) -> date:
        """The date on the wall at this instant."""
        return instant.astimezone(self._zone).date()

    def ending_date(self, instant: Instant) -> date:
        """The date a due time belongs to: 24:00 is still the day it ends, any other time its own."""
        return self.local_date(instant - MICROSECOND)

    def stamp(self, instant: Instant) -> str:
        """Local time to the minute, as people write it."""
        return f"{self.local(instant):%Y-%m-%d %H:%M}"

    def end_stamp(self, instant: Instant) -> str:
        """The same for an end: midnight is 24:00 of the day it ends."""
        day = self.ending_date(instant)
        return f"{day} 24:00" if instant == self.midnight_end(day) else self.stamp(instant)

    def midnight(self, day: date) -> datetime:
        """00:00 of the day."""
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def midnight_end(self, day: date) -> datetime:
        """24:00 of the day, which is 00:00 of the next."""
        return self.midnight(day + DAY)

    def opening(self, day: date) -> datetime:
        """When the office opens on the day, were it worked."""
        return self.midnight(day) + self._hours[0][0]

    def closing(self, day: date) -> datetime:
        """When the office closes on the day, were it worked."""
        return self.midnight(day) + self._hours[-1][1]

    # Working days

    def rest_reason(self, day: date) -> RestReason | None:
        """Why the day is not worked; None for a working day. A weekend inside a holiday is off by notice."""
        if day in self._off:
            return RestReason.OFF
        if day in self._expected:
            return RestReason.EXPECTED
        if day.weekday() < 5:
            return None
        index = bisect_left(self._made_up, day.toordinal())
        made_up = index < len(self._made_up) and self._made_up[index] == day.toordinal()
        return None if made_up else RestReason.WEEKEND

    def is_working(self, day: date) -> bool:
        """Whether the day is worked; make-up weekends are."""
        return self.rest_reason(day) is None

    def number(self, day: date) -> int:
        """How many working days there have been up to and including this one, from a fixed day long ago."""
        ordinal = day.toordinal()  # day 1 was a Monday
        weeks, rest = divmod(ordinal, 7)
        weekdays = weeks * 5 + min(rest, 5)
        return weekdays - bisect_right(self._taken, ordinal) + bisect_right(self._made_up, ordinal)

    def numbered(self, number: int) -> date:
        """The working day of this running number: the way back from `number`."""
        low = (number - len(self._made_up)) * 7 // 5 - 7
        high = (number + len(self._taken)) * 7 // 5 + 8
        days = range(low, high)
        return date.fromordinal(days[bisect_left(days, number, key=self._number_at)])

    def _number_at(self, ordinal: int) -> int:
        return self.number(date.fromordinal(ordinal))

    def next_working(self, day: date) -> date:
        """The day itself if it is worked, else the first working day after it."""
        return day if self.is_working(day) else self.numbered(self.number(day) + 1)

    def previous_working(self, day: date) -> date:
        """The day itself if it is worked, else the last working day before it."""
        return self.numbered(self.number(day))

    def add_working_days(self, day: date, count: int) -> date:
        """The count-th working day after the day, which is not counted; before it for a negative count, itself for 0."""
        if count == 0:
            return day
        start = self.number(day)
        if count < 0 and not self.is_working(day):
            start += 1
        return self.numbered(start + count)

    def working_days_between(self, after: date, until: date) -> int:
        """Working days after the first date up to and including the second; negative when they are the other way round."""
        return self.number(until) - self.number(after)

    def rest_days(self, first: date, last: date) -> tuple[date, ...]:
        """The days from first to last, both included, that are not worked."""
        days = (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))
        return tuple(day for day in days if not self.is_working(day))

    def provisional(self, day: date) -> bool:
        """Whether the day lies beyond the last published notice, so that what is said of it may change."""
        return day > self.calendar.published_until

    def days_to_spring_festival(self, day: date) -> int | None:
        """Days from this one to the next lunar new year, 0 on the day itself; None where the calendar does not name it."""
        index = bisect_left(self._festivals, day)
        return (self._festivals[index] - day).days if index < len(self._festivals) else None

    # Office time

    def office_time(self, instant: Instant) -> timedelta:
        """Office time there has been up to this instant, from a fixed day long ago: subtract two of them."""
        local = self.local(instant)
        day = local.date()
        passed = self.office_day * self.number(day - DAY)
        if self.is_working(day):
            clock = _since_midnight(local.time())
            passed += sum((max(min(clock, closes) - opens, timedelta()) for opens, closes in self._hours), timedelta())
        return passed

    def office_instant(self, passed: timedelta) -> datetime:
        """The earliest instant at which so much office time has been: the way back from `office_time`."""
        days, left = divmod(passed - MICROSECOND, self.office_day)
        left += MICROSECOND
        midnight = self.midnight(self.numbered(days + 1))
        for opens, closes in self._hours:
            if left <= closes - opens:
                return midnight + opens + left
            left -= closes - opens
        raise AssertionError(left)

    def working_minutes(self, start: Instant, end: Instant) -> int:
        """Whole minutes of office time from start to end, rounded down; negative when they are the other way round."""
        return (self.office_time(end) - self.office_time(start)) // MINUTE

    def add_working_minutes(self, start: Instant, minutes: int) -> datetime:
        """The earliest instant by which so many minutes of office time have passed since start; start itself for 0."""
        if minutes == 0:
            return start.astimezone(UTC)
        return self.office_instant(self.office_time(start) + minutes * MINUTE)

    def in_office(self, instant: Instant) -> bool:
        """Whether the office is open at this instant; at the minute of closing it is not."""
        local = self.local(instant)
        clock = _since_midnight(local.time())
        return self.is_working(local.date()) and any(opens <= clock < closes for opens, closes in self._hours)

    def next_opening(self, instant: Instant) -> datetime:
        """The first instant at or after this one at which the office is open."""
        if self.in_office(instant):
            return instant.astimezone(UTC)
        local = self.local(instant)
        if self.is_working(local.date()):
            clock = _since_midnight(local.time())
            for opens, _ in self._hours:
                if opens >= clock:
                    return self.midnight(local.date()) + opens
        return self.opening(self.next_working(local.date() + DAY))


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


_ready: dict[int, tuple[Calendar, WorkingCalendar]] = {}
_MOST_READY = 32


def compiled(calendar: Calendar) -> WorkingCalendar:
    """The calendar made ready for counting, from a small cache: asking again for the same object costs nothing."""
    found = _ready.get(id(calendar))
    if found is not None:
        return found[1]
    ready = WorkingCalendar(calendar)
    if len(_ready) >= _MOST_READY:
        _ready.clear()
    # The calendar is kept beside the result: while it lives, nothing else can have its id.
    _ready[id(calendar)] = (calendar, ready)
    return ready
