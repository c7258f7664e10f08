"""Counting the facts of somebody's eyes: several counts, periods and groups in few statements.

Called by `service/kpi/desk.py`. Counts of the same facts by the same time are one walk along one index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, and_, case, func, literal, or_, select, text

from models.base import Model
from models.kpi import Count, Kpi, Measure, Shows, Thing, When, Where, Whose
from rules.kpi.counting import Window
from store.desk.lists import Eyes
from store.desk.queries import seen_by
from store.engine import Store
from store.kpi.conditions import COLUMNS, MEASURED, meets, table_of, unit_of, within
from store.kpi.tables import STAYS, kpi_cases, kpi_items

By = Literal["none", "town", "unit", "category", "tier"]
"""What facts are told apart by; of a category the class alone."""

DAY = timedelta(days=1)


class Scope(Model):
    """Which facts: of one town, one unit, one category or class; None asks nothing."""

    town: str | None = None
    unit: str | None = None
    category: str | None = None


Counted = dict[str, dict[str, list[int]]]
"""By group (`` for none): of each count the numbers, one for each window."""

SHARES = {Shows.MEDIAN: 50, Shows.P90: 90}


class KpiFigures:
    """Counts in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def counted(self, eyes: Eyes, counts: Mapping[str, Count], windows: Sequence[Window], scope: Scope, by: By = "none") -> Counted:
        """How many facts each count has in each window, for each value of a column; groups without any are left out."""
        found: Counted = defaultdict(lambda: {name: [0] * len(windows) for name in counts})
        buckets: dict[tuple[Thing, When], dict[str, Count]] = defaultdict(dict)
        for name, count in counts.items():
            buckets[count.thing, count.when][name] = count
        async with self._store.read() as db:
            for (thing, _), bucket in buckets.items():
                if thing is not Thing.CASE:
                    for at, window in enumerate(windows):
                        for row in await db.execute(_grouped(eyes, list(bucket.values()), window, scope, by)):
                            for name, count in bucket.items():
                                found[row.value or ""][name][at] += row.number if _fits(count.where, row) else 0
                    continue
                names = list(bucket)
                for row in await db.execute(_query(eyes, list(bucket.values()), windows, scope, by)):
                    numbers = [int(number or 0) for number in row[1:]]
                    for at, name in enumerate(names):
                        found[row[0] or ""][name] = numbers[at * len(windows) : (at + 1) * len(windows)]
        return dict(found)

    async def measured(self, eyes: Eyes, kpi: Kpi, window: Window, scope: Scope, by: By = "none") -> dict[str, tuple[int, float]]:
        """By group: of how many cases it is known, and their mean or quantile; nothing for what is not measured."""
        if kpi.measure is None:
            return {}
        column = MEASURED[kpi.measure]
        own = [*_seen(eyes, kpi_cases, scope), within(kpi.of, window), meets(kpi.of, window.now), column.is_not(None)]
        group = _group(kpi_cases, by).label("value")
        async with self._store.read() as db:
            if kpi.shows is Shows.MEAN:
                rows = (await db.execute(select(group, func.count(), func.sum(column)).where(*own).group_by(text("1")))).all()
                return {row[0] or "": (row[1], round(_scaled(kpi.measure, float(row[2])) / row[1], 2)) for row in rows if row[1]}
            order = column.desc() if kpi.measure is Measure.AGE_DAYS else column
            number = func.row_number().over(partition_by=group, order_by=order).label("number")
            of = func.count().over(partition_by=group).label("of")
            each = select(group, column.label("measured"), number, of).where(*own).subquery("each")
            wanted = each.c.number == (each.c.of * SHARES[kpi.shows] + 99) // 100
            rows = (await db.execute(select(each.c.value, each.c.of, each.c.measured).where(wanted))).all()
        return {row[0] or "": (row[1], round(_told(kpi.measure, row[2], window.now), 1)) for row in rows}

    async def stays(self, eyes: Eyes, window: Window, scope: Scope) -> dict[str, tuple[int, int, int]]:
        """By stage, over the cases ended in a window: how many stayed in it, their minutes in all, and the longest."""
        return await self._minutes(eyes, window, scope, {str(stage): kpi_cases.c[f"stayed_{stage}"] for stage in STAYS})

    async def hands(self, eyes: Eyes, window: Window, scope: Scope) -> dict[str, tuple[int, int, int]]:
        """By whose minutes, over the cases ended in a window: how many cases, their minutes in all, and the most in one case."""
        return await self._minutes(eyes, window, scope, {str(whose): kpi_cases.c[f"held_{whose}"] for whose in Whose})

    async def _minutes(
        self, eyes: Eyes, window: Window, scope: Scope, columns: Mapping[str, ColumnElement[int]]
    ) -> dict[str, tuple[int, int, int]]:
        ended = and_(kpi_cases.c.ended_at >= window.since, kpi_cases.c.ended_at < window.until)
        sums = [(func.sum(case((c > 0, 1), else_=0)), func.sum(c), func.max(c)) for c in columns.values()]
        query = select(*(one for three in sums for one in three)).where(ended, *_seen(eyes, kpi_cases, scope))
        async with self._store.read() as db:
            row = (await db.execute(query)).one()
        numbers = [int(number or 0) for number in row]
        return {name: (numbers[3 * at], numbers[3 * at + 1], numbers[3 * at + 2]) for at, name in enumerate(columns)}


def _query(eyes: Eyes, counts: Sequence[Count], windows: Sequence[Window], scope: Scope, by: By) -> Any:
    table = table_of(counts[0])
    sums = [func.sum(case((and_(within(count, window), meets(count, window.now)), 1), else_=0)) for count in counts for window in windows]
    labelled = [one.label(f"n{number}") for number, one in enumerate(sums)]
    query = select(_group(table, by).label("value"), *labelled).where(*_seen(eyes, table, scope), _any(counts[0], windows))
    # By its place: the bound parameters of an expression would make it another one on PostgreSQL.
    return query.group_by(text("1"))


def _grouped(eyes: Eyes, counts: Sequence[Count], window: Window, scope: Scope, by: By) -> Any:
    """How many items there are of each kind in a window: many counts are read off one walk along the index."""
    c, first = kpi_items.c, counts[0]
    due, category = first.when is When.DUE, any(count.where.category for count in counts)
    columns = [
        *(_group(kpi_items, by).label("value"), c.key, c.outcome, c.tier),
        (c.on_time if due else literal(value=False)).label("on_time"),
        (c.category if category else literal("")).label("category"),
    ]
    query = select(*columns, func.count().label("number")).where(*_seen(eyes, kpi_items, scope), c.thing == first.thing)
    return query.where(within(first, window)).group_by(*(text(str(number + 1)) for number in range(len(columns))))


def _fits(where: Where, row: Any) -> bool:
    """Whether items of this kind meet the conditions of a count."""
    return (
        (where.key is None or row.key in where.key)
        and (where.outcome is None or row.outcome in where.outcome)
        and (where.on_time is None or bool(row.on_time) is where.on_time)
        and (where.tier is None or row.tier in where.tier)
        and (where.category is None or (row.category or "").startswith(where.category))
    )


def _any(count: Count, windows: Sequence[Window]) -> ColumnElement[bool]:
    """Whether a fact may be in one of the windows: what an index is walked by."""
    own = [kpi_items.c.thing == count.thing] if count.thing is not Thing.CASE else []
    if count.when is When.OPEN:
        return kpi_cases.c.ended_at.is_(None)
    column = COLUMNS[count.when]
    return and_(*own, or_(*(and_(column >= window.since, column < window.until) for window in windows)))


def _group(table: Table, by: By) -> ColumnElement[Any]:
    if by == "none":
        return func.coalesce("", "")
    if by == "category":
        return func.substr(table.c.category, 1, 2)
    return unit_of(table) if by == "unit" else table.c[by]


def _seen(eyes: Eyes, table: Table, scope: Scope) -> list[ColumnElement[bool]]:
    found = [seen_by(eyes, table)]
    if scope.town is not None:
        found.append(table.c.town == scope.town)
    if scope.unit is not None:
        found.append(unit_of(table) == scope.unit)
    if scope.category is not None:
        found.append(table.c.category.startswith(scope.category, autoescape=True))
    return found


def _scaled(measure: Measure, value: float) -> float:
    return value / 60 if measure is Measure.CONTACT_HOURS else value / 1440 if measure is Measure.TOOK_DAYS else value


def _told(measure: Measure, value: Any, now: datetime) -> float:
    return (now - value) / DAY if measure is Measure.AGE_DAYS else _scaled(measure, float(value))
