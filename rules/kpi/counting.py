"""What an indicator counts (指标口径), one fact after another. `store/kpi/conditions.py` asks the same of all facts at once; tests and
`jiefen kpi --check` hold the two against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from models.kpi import CaseFact, Count, Intake, ItemFact, Kpi, Measure, Outcome, Shows, Thing, Told, When
from models.words import Channel

DAY = timedelta(days=1)


class Window(NamedTuple):
    """A stretch that holds its beginning and not its end, as seen at `now`."""

    since: datetime
    until: datetime
    now: datetime


Comings = Mapping[str, Sequence[tuple[datetime, Channel]]]
"""When, and how, each matter was registered: to find what came again."""


class Tally(NamedTuple):
    """What an indicator comes to: so many of so many, and what is shown (None of none)."""

    part: int
    whole: int
    value: float | None


TIMES: dict[When, Callable[[CaseFact], datetime | None]] = {
    When.OPENED: lambda f: f.opened_at,
    When.ACCEPTED: lambda f: f.accepted_at,
    When.ROUTED: lambda f: f.routed_at,
    When.MEDIATION_ENDED: lambda f: f.mediation_ended_at,
    When.AGREED: lambda f: f.agreed_at,
    When.RESOLVED: lambda f: f.resolved_at,
    When.ENDED: lambda f: f.ended_at,
}

MEASURES: dict[Measure, Callable[[CaseFact, datetime], float | None]] = {
    Measure.HOPS: lambda f, now: float(f.hops),
    Measure.CONTACT_HOURS: lambda f, now: None if f.contact_minutes is None else f.contact_minutes / 60,
    Measure.TOOK_DAYS: lambda f, now: None if f.took_minutes is None else f.took_minutes / 1440,
    Measure.AGE_DAYS: lambda f, now: (now - f.opened_at) / DAY,
}


def comings(every: Iterable[Told]) -> Comings:
    """Return when each matter was registered; duplicates that were merged are not told."""
    found: dict[str, list[tuple[datetime, Channel]]] = defaultdict(list)
    for one in every:
        if one.case.matter is not None and one.case.intake is not Intake.MERGED:
            found[one.case.matter].append((one.case.opened_at, one.case.channel))
    return found


def tally(kpi: Kpi, every: Sequence[Told], window: Window) -> Tally:
    """Return what an indicator comes to over these cases."""
    came = comings(every)
    whole = sum(counted(kpi.of, one, window, came) for one in every)
    if kpi.measure is not None:
        values = (MEASURES[kpi.measure](one.case, window.now) for one in every if counted(kpi.of, one, window, came))
        known = sorted(value for value in values if value is not None)
        return Tally(len(known), whole, measured(kpi.shows, known))
    part = sum(counted(kpi.counted_part(), one, window, came) for one in every)
    if kpi.shows is Shows.COUNT:
        return Tally(whole, whole, float(whole))
    return Tally(part, whole, percent(part, whole))


def percent(part: int, whole: int) -> float | None:
    """Return a share with one decimal; None of none."""
    return round(100 * part / whole, 1) if whole else None


def measured(shows: Shows, values: Sequence[float]) -> float | None:
    """Return the mean or the quantile of ascending values."""
    if values and shows is Shows.MEAN:
        return round(sum(values) / len(values), 2)
    return quantile(values, 50 if shows is Shows.MEDIAN else 90)


def quantile(values: Sequence[float], share: int) -> float | None:
    """Return the smallest of ascending values that this share of them, in percent, do not pass, with one decimal; None of none."""
    return round(values[-(-len(values) * share // 100) - 1], 1) if values else None


def counted(count: Count, one: Told, window: Window, came: Comings) -> int:
    """Return how many facts of a case are counted."""
    if count.thing is Thing.CASE:
        return int(_case(count, one.case, window, came))
    return sum(_item(count, item, one.case, window) for item in one.items if item.thing is count.thing)


def _case(count: Count, fact: CaseFact, window: Window, came: Comings) -> bool:
    if count.when is When.OPEN:
        within = fact.ended_at is None
    else:
        at = TIMES[count.when](fact)
        within = at is not None and window.since <= at < window.until
    where = count.where
    return within and all(CASE_TESTS[name](fact, getattr(where, name), count, window, came) for name in where.asked)


def _before(fact: CaseFact) -> bool:
    return fact.resolved_at is not None and fact.festival_at is not None and fact.resolved_at < fact.festival_at


def _again(fact: CaseFact, days: int, by: tuple[Channel, ...] | None, came: Comings) -> bool:
    ended = fact.ended_at
    if fact.matter is None or ended is None:
        return False
    return any(ended < at <= ended + days * DAY and (by is None or channel in by) for at, channel in came.get(fact.matter, ()))


def _in_category(category: str | None, wanted: Iterable[str]) -> bool:
    return category is not None and category.startswith(tuple(wanted))


CaseTest = Callable[[CaseFact, Any, Count, Window, Comings], bool]


def _among(name: str) -> CaseTest:
    return lambda f, v, c, w, came: getattr(f, name) in v


CASE_TESTS: dict[str, CaseTest] = {
    **{name: _among(name) for name in ("stage", "intake", "mediation", "confirmation", "channel", "tier")},
    "category": lambda f, v, c, w, came: _in_category(f.category, v),
    "resolved": lambda f, v, c, w, came: (f.resolved_at is not None) is v,
    "reopened": lambda f, v, c, w, came: (f.chapter > 1) is v,
    "objected": lambda f, v, c, w, came: (f.objected > 0) is v,
    "upheld": lambda f, v, c, w, came: (f.upheld > 0) is v,
    "wages": lambda f, v, c, w, came: (f.wage_workers > 0) is v,
    "older_days": lambda f, v, c, w, came: f.opened_at <= w.now - v * DAY,
    "before_festival": lambda f, v, c, w, came: _before(f) is v,
    "again_days": lambda f, v, c, w, came: _again(f, v, c.where.again_by, came),
    "again_by": lambda f, v, c, w, came: True,
}
"""By condition; `again_by` is looked at with `again_days`."""


def _item(count: Count, item: ItemFact, fact: CaseFact, window: Window) -> bool:
    at = {When.AT: item.at, When.DUE: item.due, When.DONE: item.done}[count.when]
    until = min(window.until, window.now) if count.when is When.DUE else window.until
    if at is None or not window.since <= at < until:
        return False
    where = count.where
    on_time = item.outcome is Outcome.MET and item.done is not None and item.due is not None and item.done <= item.due
    return (
        (where.key is None or item.key in where.key)
        and (where.outcome is None or item.outcome in where.outcome)
        and (where.on_time is None or on_time is where.on_time)
        and (where.tier is None or fact.tier in where.tier)
        and (where.category is None or _in_category(fact.category, where.category))
    )
