"""The vocabulary of indicators (`models/kpi.py`) as conditions on the tables of facts: what `rules/kpi/counting.py` says of one fact.

Used by figures (`store/kpi/figures.py`) and by the lists behind them (`store/desk/conditions.py`), so that both mean the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, or_, select, true

from models.kpi import Count, Intake, Measure, Thing, When
from rules.kpi.counting import Window
from store.kpi.tables import kpi_cases, kpi_items

DAY_US = 86_400_000_000

COLUMNS: dict[When, ColumnElement[Any]] = {
    When.OPENED: kpi_cases.c.opened_at,
    When.ACCEPTED: kpi_cases.c.accepted_at,
    When.ROUTED: kpi_cases.c.routed_at,
    When.MEDIATION_ENDED: kpi_cases.c.mediation_ended_at,
    When.AGREED: kpi_cases.c.agreed_at,
    When.RESOLVED: kpi_cases.c.resolved_at,
    When.ENDED: kpi_cases.c.ended_at,
    When.AT: kpi_items.c.at,
    When.DUE: kpi_items.c.due,
    When.DONE: kpi_items.c.done,
}
"""The time by which facts belong to a period."""

MEASURED: dict[Measure, ColumnElement[Any]] = {
    Measure.HOPS: kpi_cases.c.hops,
    Measure.CONTACT_HOURS: kpi_cases.c.contact_minutes,
    Measure.TOOK_DAYS: kpi_cases.c.took_minutes,
    Measure.AGE_DAYS: kpi_cases.c.opened_at,
}
"""What is measured: minutes, times, numbers as they are stored."""


def table_of(count: Count) -> Table:
    """The table that holds these facts."""
    return kpi_cases if count.thing is Thing.CASE else kpi_items


def within(count: Count, window: Window) -> ColumnElement[bool]:
    """Whether a fact belongs to a period."""
    if count.when is When.OPEN:
        return kpi_cases.c.ended_at.is_(None)
    column = COLUMNS[count.when]
    until = min(window.until, window.now) if count.when is When.DUE else window.until
    return and_(column >= window.since, column < until)


def meets(count: Count, now: datetime) -> ColumnElement[bool]:
    """Whether a fact meets the other conditions of a count."""
    where, table = count.where, table_of(count)
    found: list[ColumnElement[bool]] = [table.c.thing == count.thing] if count.thing is not Thing.CASE else []
    for name in sorted(where.asked):
        value = getattr(where, name)
        if name in TESTS:
            found.append(TESTS[name](value, now))
        elif name == "category":
            found.append(or_(*(table.c.category.startswith(code, autoescape=True) for code in value)))
        elif name == "again_days":
            found.append(_again(value, where.again_by))
        elif name != "again_by":
            found.append(table.c[name].is_(value) if isinstance(value, bool) else table.c[name].in_(value))
    return and_(true(), *found)


def _flag(column: ColumnElement[bool]) -> Callable[[Any, datetime], ColumnElement[bool]]:
    return lambda value, now: column if value else ~column


_c = kpi_cases.c
TESTS: dict[str, Callable[[Any, datetime], ColumnElement[bool]]] = {
    "resolved": _flag(_c.resolved_at.is_not(None)),
    "reopened": _flag(_c.chapter > 1),
    "objected": _flag(_c.objected > 0),
    "upheld": _flag(_c.upheld > 0),
    "wages": _flag(_c.wage_workers > 0),
    "older_days": lambda value, now: _c.opened_at <= now - timedelta(days=value),
    "before_festival": _flag(and_(_c.resolved_at.is_not(None), _c.festival_at.is_not(None), _c.resolved_at < _c.festival_at)),
}
"""Conditions that no column says by itself."""


def _again(days: int, by: tuple[str, ...] | None) -> ColumnElement[bool]:
    """Whether the matter of an ended case was registered again soon after."""
    later = kpi_cases.alias("later")
    same = [later.c.matter == _c.matter, later.c.opened_us > _c.ended_us, later.c.opened_us <= _c.ended_us + days * DAY_US]
    same += [later.c.intake != Intake.MERGED, *([later.c.channel.in_(by)] if by is not None else [])]
    return exists(select(later.c.case_id).where(*same).correlate(kpi_cases))


def unit_of(table: Table) -> ColumnElement[Any]:
    """The unit that facts are told by: who leads the case, or whose step it is."""
    return table.c.lead if table is kpi_cases else table.c.unit


def counted_cases(count: Count, window: Window, unit: str | None = None) -> Any:
    """The ids of the cases whose facts are counted, for the list behind a figure."""
    table = table_of(count)
    own = [unit_of(table) == unit] if unit is not None else []
    return select(table.c.case_id).where(within(count, window), meets(count, window.now), *own)
