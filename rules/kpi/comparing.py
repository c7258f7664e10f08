"""Which earlier stretches a period is compared with (环比、同比): the one before it, and the same days a year earlier.

A period that still runs is compared with as many days of the earlier ones as it has had itself.
"""

from __future__ import annotations

from datetime import date

from models.period import Period, Step
from rules.periods import DAY, holding


def step_of(period: Period) -> Step | None:
    """Return which whole step a period is, or None for two days of somebody's own."""
    return next((step for step in (Step.MONTH, Step.QUARTER, Step.YEAR, Step.WEEK) if holding(step, period.first) == period), None)


def before(period: Period, today: date) -> Period:
    """Return the period before this one (环比), as far as this one has come."""
    step = step_of(period)
    days = (period.last - period.first).days + 1
    earlier = Period(first=period.first - days * DAY, last=period.first - DAY) if step is None else holding(step, period.first - DAY)
    return _as_far(period, earlier, today)


def year_before(period: Period, today: date) -> Period:
    """Return the same days a year earlier (同比), as far as this period has come."""
    step = step_of(period)
    first = _year_back(period.first)
    if step in {Step.MONTH, Step.QUARTER, Step.YEAR}:
        return _as_far(period, holding(step, first), today)
    return _as_far(period, Period(first=first, last=max(first, _year_back(period.last))), today)


def _as_far(period: Period, earlier: Period, today: date) -> Period:
    if not period.first <= today < period.last:
        return earlier
    return Period(first=earlier.first, last=min(earlier.last, earlier.first + (today - period.first)))


def _year_back(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
