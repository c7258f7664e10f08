"""What lists behind figures ask for: stretches of time, marks of units, what is not set. Used by `store/desk/queries.py` alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column, or_, select

from models.words import Mark, Stage
from rules.kpi.counting import Window
from store.desk.lists import Filter
from store.kpi.conditions import counted_cases
from store.tables import ACCEPTED, cases, marks, obligations


def overdue(now: datetime) -> ColumnElement[bool]:
    """Whether somebody owes something in the case that was due before now."""
    return cases.c.case_id.in_(select(obligations.c.case_id).where(obligations.c.due < now))


def further(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    """Conditions on `cases` that only lists behind figures have."""
    found: list[ColumnElement[bool]] = [cases.c[name].is_(None) for name in wanted.without or ()]
    for name, since, until in (
        ("opened_at", wanted.opened_from, wanted.opened_to),
        ("ended_at", wanted.ended_from, wanted.ended_to),
        ("agreed_at", wanted.agreed_from, wanted.agreed_to),
    ):
        found.extend(within(cases.c[name], since, until))
    if wanted.settled_from is not None or wanted.settled_to is not None:
        ended = and_(*within(cases.c.ended_at, wanted.settled_from, wanted.settled_to))
        found.append(or_(ended, and_(cases.c.ended_at.is_(None), overdue(now))))
    if wanted.accepted is not None:
        found.extend(
            [literal_column(f"({ACCEPTED})")] if wanted.accepted else [or_(cases.c.category.is_(None), cases.c.stage == Stage.DECLINED)]
        )
    if wanted.late is not None:
        found.append(cases.c.late.is_(wanted.late))
    if wanted.marks is not None:
        # Of one unit there are few. Of all units the newest are found along the list, for which no column may be named, but an expression.
        case_id = cases.c.case_id if wanted.mark_unit is not None else cases.c.case_id.concat("")
        found.append(case_id.in_(_marked(wanted, wanted.marks)))
    if wanted.unmarked is not None:
        found.append(cases.c.case_id.not_in(_marked(wanted, wanted.unmarked)))
    return [*found, *_filed(wanted), *_behind(wanted, now)]


def _behind(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    """Behind the figure of an indicator."""
    if wanted.kpi is None:
        return []
    if wanted.counted is None or wanted.kpi_from is None or wanted.kpi_to is None:
        raise ValueError("an indicator has to be looked up, and asks for a period")
    window = Window(wanted.kpi_from, wanted.kpi_to, now)
    return [cases.c.case_id.in_(counted_cases(wanted.counted, window, wanted.kpi_unit))]


def within(column: ColumnElement[Any], since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """Whether a time lies in a stretch that holds its beginning and not its end."""
    return [*([column >= since] if since is not None else []), *([column < until] if until is not None else [])]


def _marked(wanted: Filter, kinds: Sequence[Mark]) -> Any:
    found: list[ColumnElement[bool]] = [marks.c.kind.in_(kinds), *within(marks.c.at, wanted.mark_from, wanted.mark_to)]
    if wanted.mark_unit is not None:
        found.append(marks.c.unit == wanted.mark_unit)
    return select(marks.c.case_id).where(*found)


def _filed(wanted: Filter) -> list[ColumnElement[bool]]:
    """By the code on the file, and how long it is kept."""
    found: list[ColumnElement[bool]] = [cases.c.code == wanted.code] if wanted.code is not None else []
    if wanted.retain_from is not None:
        found.append(cases.c.retain_until >= wanted.retain_from)
    if wanted.retain_to is not None:
        found.append(cases.c.retain_until <= wanted.retain_to)
    if wanted.permanent is not None:
        for_good = and_(cases.c.stage == Stage.ARCHIVED, cases.c.retain_until.is_(None))
        found.append(for_good if wanted.permanent else ~for_good)
    return found
