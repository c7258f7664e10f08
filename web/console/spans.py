"""Stretches of days that figures are asked for: which can be chosen, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from models.period import Period, Step
from rules.labels import Both
from rules.periods import holding
from web.console.caller import Caller
from web.console.choices import Group
from web.problems import WebProblem

CHOICES: dict[str, tuple[Both, Step, int]] = {
    "week": (("本周", "this week"), Step.WEEK, 0),
    "last_week": (("上周", "last week"), Step.WEEK, 1),
    "month": (("本月", "this month"), Step.MONTH, 0),
    "last_month": (("上月", "last month"), Step.MONTH, 1),
    "quarter": (("本季度", "this quarter"), Step.QUARTER, 0),
    "last_quarter": (("上季度", "last quarter"), Step.QUARTER, 1),
    "year": (("本年", "this year"), Step.YEAR, 0),
    "last_year": (("上年", "last year"), Step.YEAR, 1),
}
"""Name in the address, words, how long, and how many back."""

OTHER = "other"
"""The choice of two days of one's own."""

STEPS: dict[Step, Both] = {
    Step.WEEK: ("按周", "by week"),
    Step.MONTH: ("按月", "by month"),
    Step.QUARTER: ("按季度", "by quarter"),
    Step.YEAR: ("按年", "by year"),
}


def chosen(asked: Mapping[str, str], today: date) -> tuple[str, Period]:
    """Return which period an address asks for, this month where it asks for none. Raises ValueError."""
    name = asked.get("period") or "month"
    if name == OTHER:
        return name, Period(first=date.fromisoformat(asked.get("first", "")), last=date.fromisoformat(asked.get("last", "")))
    if name not in CHOICES:
        raise ValueError(name)
    _, step, back = CHOICES[name]
    found = holding(step, today)
    for _ in range(back):
        found = holding(step, found.first - timedelta(days=1))
    return name, found


def asked(who: Caller) -> tuple[str, Period]:
    """Return which period the address of this page asks for, as `chosen`. Raises WebProblem."""
    try:
        return chosen(who.request.query_params, who.today)
    except ValueError as error:
        raise WebProblem("invalid") from error


def offered(who: Caller) -> tuple[Group, ...]:
    """Return the periods that can be chosen."""
    named = ((name, who.words.both(words)) for name, (words, _, _) in CHOICES.items())
    return (("", (*named, (OTHER, who.words.message("自定")))),)


def called(step: Step, period: Period) -> str:
    """Return a period by a short name that both languages read: 2026-11, 2026 Q4."""
    match step:
        case Step.WEEK:
            return period.first.isoformat()
        case Step.MONTH:
            return f"{period.first:%Y-%m}"
        case Step.QUARTER:
            return f"{period.first.year} Q{(period.first.month + 2) // 3}"
    return str(period.first.year)
