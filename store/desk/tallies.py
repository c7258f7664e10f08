"""Counts behind the figures of supervision: over the cases of somebody's eyes, by a column, in few statements.

A count and the list behind it share their conditions (`store/desk/queries.py`), so that one can't say what the other doesn't.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, literal, select, text, union_all

from models.words import Mark
from store.connect import UtcDateTime
from store.desk.conditions import within
from store.desk.figures import Stay, days_in_stage
from store.desk.lists import Eyes, Filter
from store.desk.queries import conditions, seen_by
from store.engine import Store
from store.tables import cases, marks

By = Literal["stage", "tier", "level", "category", "town", "lead"]
"""Columns that cases are told apart by; of a category the class alone."""

Measure = Literal["opened", "ended", "agreed"]

Tally = dict[str, dict[str, int]]
"""By value of the column (`` where it has none): how many cases, as `all`, and how many of each part."""

ALL = "all"
TOOK = "took"
"""Name of the sum of seconds from registration to the end."""

WALKS: tuple[tuple[By, ...], ...] = (("town", "stage", "tier", "level"), ("lead",), ("category",))
"""Columns that are counted in one walk: those that the index of open cases (`ix_cases_open`) begins with, in its order, so that
nothing is sorted. Their values meet in few ways, and the rows are added up here."""

SEVERAL = (Mark.OBJECTED, Mark.RETURNED, Mark.YELLOW, Mark.RED, Mark.DISSATISFIED)
"""Marks that a case may have more than one of."""


class Tallies:
    """Counts in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def split(
        self, eyes: Eyes, wanted: Filter, now: datetime, by: Sequence[By], parts: Mapping[str, Filter], *, took: bool = False
    ) -> dict[By, Tally]:
        """How many cases meet a filter, for each value of each of these columns, and how many of them each part as well."""
        sums: dict[str, Any] = {ALL: func.count()}
        sums |= {name: func.sum(case((and_(*conditions(part, now)), 1), else_=0)) for name, part in parts.items()}
        sums |= {TOOK: func.coalesce(func.sum(cases.c.took), 0)} if took else {}
        counted = [total.label(f"n_{key}") for key, total in sums.items()]
        found: dict[By, Tally] = {}
        async with self._store.read() as db:
            for names in WALKS:
                if not any(name in by for name in names):
                    continue
                columns = [func.substr(cases.c.category, 1, 2) if name == "category" else cases.c[name] for name in names]
                # By their places: the bound parameters of an expression would make it another one on PostgreSQL.
                places = [text(str(number + 1)) for number in range(len(names))]
                query = select(*columns, *counted).where(seen_by(eyes), *conditions(wanted, now)).group_by(*places)
                rows = (await db.execute(query)).all()
                found |= {name: _tally(rows, number, sums) for number, name in enumerate(names) if name in by}
        return found

    async def stays(self, eyes: Eyes, wanted: Filter, now: datetime) -> tuple[Stay, ...]:
        """How long the cases that meet a filter have been in their stage, as far as that is known."""
        days, timed = days_in_stage(now, self._store.dialect), func.count(cases.c.stage_since)
        query = (
            select(cases.c.town, cases.c.stage, timed, func.sum(days), func.max(days))
            .where(seen_by(eyes), *conditions(wanted, now))
            .group_by(cases.c.town, cases.c.stage)
            .having(timed > 0)
        )
        found: dict[str, list[tuple[int, float, float]]] = {}
        async with self._store.read() as db:
            for _, stage, number, in_all, longest in await db.execute(query):
                found.setdefault(stage, []).append((number, float(in_all), float(longest)))
        return tuple(_stay(stage, towns) for stage, towns in sorted(found.items()))

    async def course(
        self, eyes: Eyes, wanted: Filter, now: datetime, stretches: Sequence[tuple[datetime, datetime]]
    ) -> dict[Measure, list[int]]:
        """How many of the cases that meet a filter were opened, ended and agreed in each of these stretches."""
        when = UtcDateTime()
        rows = (
            select(literal(number).label("number"), literal(since, when).label("since"), literal(until, when).label("until"))
            for number, (since, until) in enumerate(stretches)
        )
        each = union_all(*rows).subquery("each")
        columns: dict[Measure, Any] = {"opened": cases.c.opened_at, "ended": cases.c.ended_at, "agreed": cases.c.agreed_at}
        found: dict[Measure, list[int]] = {}
        async with self._store.read() as db:
            for name, column in columns.items():
                query = (
                    select(each.c.number, func.count())
                    .join(cases, and_(column >= each.c.since, column < each.c.until))
                    .where(seen_by(eyes), *conditions(wanted, now))
                    .group_by(each.c.number)
                )
                counted = {row[0]: row[1] for row in await db.execute(query)}
                found[name] = [counted.get(number, 0) for number in range(len(stretches))]
        return found

    async def marked(
        self, eyes: Eyes, since: datetime, until: datetime, by: Literal["unit", "town"], town: str | None = None
    ) -> tuple[dict[str, dict[Mark, int]], dict[Mark, int]]:
        """How many cases got a mark of each kind in a stretch, by the unit it is about or by the town of the case, and in all.

        A case with marks of two units counts once in all. One with a satisfied and a dissatisfied reply in the same row
        counts as dissatisfied alone.
        """
        own = [*within(marks.c.at, since, until), seen_by(eyes, marks)]
        own += [marks.c.town == town] if town is not None else []
        column, each = marks.c[by], func.count(marks.c.case_id.distinct())
        several = [marks.c.kind.in_(SEVERAL), *own]
        # At most one in each case, so they need not be told apart.
        single = select(column, func.count()).where(marks.c.kind == Mark.SATISFIED, *own).group_by(column)
        rows: dict[str, dict[Mark, int]] = {}
        async with self._store.read() as db:
            for key, kind, count in await db.execute(select(column, marks.c.kind, each).where(*several).group_by(column, marks.c.kind)):
                rows.setdefault(key or "", {})[Mark(kind)] = count
            for key, count in await db.execute(single):
                rows.setdefault(key or "", {})[Mark.SATISFIED] = count
            total = _added(rows.values())
            if by == "unit":
                in_all = await db.execute(select(marks.c.kind, each).where(*several).group_by(marks.c.kind))
                total |= {Mark(kind): count for kind, count in in_all}
                total[Mark.SATISFIED] = total.get(Mark.SATISFIED, 0) - (await db.scalar(_both(None, own, since, until)) or 0)
            for key, count in (await db.execute(_both(column, own, since, until, same_unit=by == "unit"))).all():
                rows[key or ""][Mark.SATISFIED] -= count
        return rows, _added(rows.values()) if by == "town" else total


def _tally(rows: Sequence[Row[*tuple[Any, ...]]], place: int, sums: Collection[str]) -> Tally:
    """Rows of a walk added up by the column at a place; the sums are their last columns."""
    found: Tally = {}
    for row in rows:
        kept = found.setdefault(row[place] or "", dict.fromkeys(sums, 0))
        for name, value in zip(sums, row[-len(sums) :], strict=True):
            kept[name] += int(value)
    return dict(sorted(found.items()))


def _stay(stage: str, towns: Iterable[tuple[int, float, float]]) -> Stay:
    """The stay in a stage out of that of each town: how many cases, their days in all, the most days."""
    numbers, days, longest = zip(*towns, strict=True)
    return Stay(stage=stage, open=sum(numbers), days_mean=round(sum(days) / sum(numbers), 2), days_longest=round(max(longest), 2))


def _added(rows: Iterable[Mapping[Mark, int]]) -> dict[Mark, int]:
    """The rows of a tally in one, where no case is in two of them."""
    total: dict[Mark, int] = {}
    for row in rows:
        for kind, count in row.items():
            total[kind] = total.get(kind, 0) + count
    return total


def _both(
    column: ColumnElement[Any] | None, own: Iterable[ColumnElement[bool]], since: datetime, until: datetime, *, same_unit: bool = False
) -> Any:
    """Cases with a dissatisfied reply that have a satisfied one in the same row: few, so each is looked at by itself."""
    other = marks.alias("other")
    # No column, but an expression: the other reply is found by its case, not among all replies of the stretch.
    same = [other.c.case_id == marks.c.case_id, other.c.kind.concat("") == Mark.SATISFIED, *within(other.c.at, since, until)]
    same += [other.c.unit == marks.c.unit] if same_unit else []
    each = func.count(marks.c.case_id.distinct())
    query = select(each) if column is None else select(column, each).group_by(column)
    return query.where(marks.c.kind == Mark.DISSATISFIED, exists().where(*same), *own)
