"""When the alarms of a clock ring, given its due time. Used by `rules/clock.py` each time a clock is derived.

A reminder is never rung late: one whose moment lies before the clock started or last ran again, or one counted from the
anchor that would come when the limit is already over, has no time. It gets one again should the due time move away.
The other kinds keep a time in the past and ring at once: a card or a consequence is never lost.
"""

from __future__ import annotations

from datetime import datetime

from models.clock import Alarm, AlarmKind, Budget, Clock, Due, TimeUnit
from rules.calendar import DAY, WorkingCalendar
from rules.odometer import DAY_UNITS, advance, odometer, run_between, running_time

SECOND = 1_000_000
"""In microseconds."""


def alarm_time(alarm: Alarm, clock: Clock, due: Due, cal: WorkingCalendar) -> datetime | None:
    """When the alarm rings on a running clock with this due time; None for a reminder that would come too late."""
    at = _moment(alarm, clock, due, cal)
    if alarm.kind is not AlarmKind.REMIND:
        return at
    pointless = alarm.after_anchor is not None and at >= due.at
    return None if pointless or at <= _running_since(clock) else at


def _running_since(clock: Clock) -> datetime:
    return max([clock.anchor, *(gap.until for gap in clock.suspensions if gap.until is not None)])


def _moment(alarm: Alarm, clock: Clock, due: Due, cal: WorkingCalendar) -> datetime:
    if alarm.fraction is not None and alarm.fraction < 1:
        return _at_share(alarm.fraction, clock, due, cal)
    if alarm.after_due is not None:
        return _after_due(alarm.after_due, clock, due, cal)
    if alarm.before_due is not None:
        return _before_due(alarm.before_due, due, cal)
    if alarm.after_anchor is not None:
        return _after_anchor(alarm.after_anchor, clock, cal)
    return due.at


def _at_share(fraction: float, clock: Clock, due: Due, cal: WorkingCalendar) -> datetime:
    """When this share of the running time between anchor and due time is used up, to the second."""
    meter = running_time(TimeUnit.DAYS if clock.due_on else clock.budget.unit, cal)
    start, gaps = meter.read(clock.anchor), meter.gaps(clock.suspensions)
    seconds = run_between(start, meter.read(due.at), gaps) // SECOND
    return max(clock.anchor, meter.reached(advance(start, round(seconds * fraction) * SECOND, gaps)))


def _after_due(span: Budget, clock: Clock, due: Due, cal: WorkingCalendar) -> datetime:
    """So long after the due time, standstills left out: for days the same clock time on a working day."""
    meter, day = odometer(span.unit, cal), cal.ending_date(due.at)
    goal = advance(meter.start(due.at, day), span.amount * meter.per_unit, meter.gaps(clock.suspensions))
    at = max(due.at, meter.reached(goal))
    if span.unit is not TimeUnit.DAYS:
        return at
    landed = cal.next_working(cal.ending_date(meter.reached(goal)))
    return cal.midnight(landed) + (due.at - cal.midnight(day))


def _before_due(span: Budget, due: Due, cal: WorkingCalendar) -> datetime:
    """So long before the due time: for days the opening of the office on that day."""
    day = cal.ending_date(due.at)
    if span.unit is TimeUnit.DAYS:
        return cal.opening(day - span.amount * DAY)
    if span.unit is TimeUnit.WORK_DAYS:
        return cal.opening(cal.add_working_days(day, -span.amount))
    meter = odometer(span.unit, cal)
    return meter.reached(meter.read(due.at) - span.amount * meter.per_unit)


def _after_anchor(span: Budget, clock: Clock, cal: WorkingCalendar) -> datetime:
    """So long after the anchor, standstills left out: for days the opening of the office on that day."""
    meter = odometer(span.unit, cal)
    start = meter.start(clock.anchor, cal.local_date(clock.anchor))
    at = meter.reached(advance(start, span.amount * meter.per_unit, meter.gaps(clock.suspensions)))
    return cal.opening(cal.ending_date(at)) if span.unit in DAY_UNITS else max(at, clock.anchor)
