"""Which days a period holds, and at which instants it begins and ends. Used by the figures of `service/oversight/supervision.py`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from models.period import Period, Step
from rules.calendar import WorkingCalendar

DAY = timedelta(days=1)
MONTHS = {Step.MONTH: 1, Step.QUARTER: 3, Step.YEAR: 12}


def holding(step: Step, day: date) -> Period:
    """Return the week, month, quarter or year that this day lies in."""
    if step is Step.WEEK:
        monday = day - day.weekday() * DAY
        return Period(first=monday, last=monday + 6 * DAY)
    months = MONTHS[step]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = first.month - 1 + months
    return Period(first=first, last=date(first.year + after // 12, after % 12 + 1, 1) - DAY)


def latest(step: Step, day: date, count: int = 12) -> tuple[Period, ...]:
    """Return so many periods that follow each other, the last one holding the day."""
    found = [holding(step, day)]
    while len(found) < count:
        found.append(holding(step, found[-1].first - DAY))
    return tuple(reversed(found))


def bounds(period: Period, cal: WorkingCalendar) -> tuple[datetime, datetime]:
    """Return the instants at which a period begins and at which it is over."""
    return cal.midnight(period.first), cal.midnight_end(period.last)
