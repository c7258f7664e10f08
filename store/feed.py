"""The change feed (design 11.9): an outbox read in order, by position, so that nothing is skipped and nothing comes twice.

Cases and affairs have an outbox each, and positions of their own; they are read by the same `Feed`.

Numbers of the outbox are given before their transaction commits. On PostgreSQL one that commits late would be passed over
by a reader who has seen a higher number: a gap is therefore waited for until every transaction that could fill it has
ended. Each web process has one `Feed` of each; they remember nothing that a restart would lose.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal, literal_column, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Instant, Model
from store.affairs import queries as affair_queries
from store.affairs.tables import affair_access, affair_actions, affair_outbox, affairs
from store.desk.lists import BEGUN, Eyes
from store.desk.queries import seen_by
from store.engine import Store
from store.tables import case_access, cases, outbox

BATCH = 500
"""How many rows are read at once."""


class FeedRow(Model):
    """One event, by its position in the feed."""

    id: int
    case_id: str
    """Id of the case, or of the affair."""
    kind: str
    """`dispute`, or the kind of the affair."""
    code: str
    seq: int
    type: str
    at: Instant


Scopes = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two kinds of records: its outbox, and who may see what."""

    name: str
    outbox: Table
    records: Table
    key: str
    """Name of the column that holds a record's id."""
    kind: ColumnElement[str]
    """What kind of record it is."""
    open_to: Select[Any]
    """Id, and to whom it is open as kind and value."""
    seen: Callable[[Eyes], ColumnElement[bool]]
    """The predicate of the store."""
    sees: Callable[[Eyes, Scopes], bool]
    """The same of one record, by what `open_to` says of it."""

    @property
    def id(self) -> ColumnElement[str]:
        """The id of a record, in its own table."""
        return self.records.c[self.key]


CASES = Side(
    name="cases",
    outbox=outbox,
    records=cases,
    key="case_id",
    kind=literal_column("'dispute'"),
    open_to=select(case_access.c.case_id, case_access.c.kind, case_access.c.value),
    seen=seen_by,
    sees=Eyes.open_to,
)
begun = affair_actions.c
AFFAIRS = Side(
    name="affairs",
    outbox=affair_outbox,
    records=affairs,
    key="affair_id",
    kind=affairs.c.kind,
    open_to=select(
        union_all(
            select(affair_access.c.affair_id, affair_access.c.kind, affair_access.c.value),
            select(begun.affair_id, literal(BEGUN), begun.person).where(begun.first_seq == 1),
        ).subquery()
    ),
    seen=affair_queries.seen,
    sees=Eyes.open_to_affair,
)


@dataclass
class Feed:
    """Reads an outbox of a store."""

    store: Store
    side: Side = CASES
    _settled: int = 0
    """Every number up to here is either there or will never be."""
    _marks: deque[tuple[int, int]] = field(default_factory=deque)
    """Highest number seen, with the transaction id that came next: once all before that one have ended, it is settled."""

    async def end(self) -> int:
        """The position behind all that is there now."""
        async with self.store.read() as db:
            return await self._highest(db)

    async def after(self, position: int, limit: int = BATCH) -> list[FeedRow]:
        """The rows behind a position, in order; those behind a gap that may still be filled come with a later call."""
        side, box = self.side, self.side.outbox.c
        async with self.store.read() as db:
            if db.dialect.name == "postgresql":
                await self._settle(db)
            query = (
                select(box.id, box[side.key].label("case_id"), side.kind.label("kind"), side.records.c.code, box.seq, box.type, box.at)
                .join(side.records, side.id == box[side.key])
                .where(box.id > position)
                .order_by(box.id)
                .limit(limit)
            )
            rows = [FeedRow.model_validate(dict(row)) for row in (await db.execute(query)).mappings()]
            # One writer at a time commits in the order of its numbers.
            return rows if db.dialect.name == "sqlite" else _unbroken(rows, position, self._settled)

    async def seen(self, eyes: Eyes, rows: Sequence[FeedRow]) -> list[FeedRow]:
        """Those of these rows whose record these eyes may see."""
        if not rows or (eyes.everything and not eyes.closed):
            return list(rows)
        query = select(self.side.id).where(self.side.id.in_({row.case_id for row in rows}), self.side.seen(eyes))
        async with self.store.read() as db:
            visible = set(await db.scalars(query))
        return [row for row in rows if row.case_id in visible]

    async def scopes(self, ids: Collection[str]) -> dict[str, Scopes]:
        """To whom these records are open, as pairs of kind and value: what `Side.seen` asks of the store, for many eyes at once."""
        found: dict[str, set[tuple[str, str]]] = {one: set() for one in ids}
        query = self.side.open_to
        async with self.store.read() as db:
            for one, kind, value in await db.execute(query.where(query.selected_columns[0].in_(ids))):
                found[one].add((kind, value))
        return {one: frozenset(pairs) for one, pairs in found.items()}

    async def _highest(self, db: AsyncConnection) -> int:
        return int(await db.scalar(select(func.coalesce(func.max(self.side.outbox.c.id), 0))) or 0)

    async def _settle(self, db: AsyncConnection) -> None:
        """Move the settled position: what was the highest number when all transactions then running had yet to end."""
        snapshot = "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() AS s"
        oldest, following = (await db.execute(text(snapshot))).one()
        # The highest number is read first and the snapshot's end later: whoever holds a lower number began before that end.
        while self._marks and self._marks[0][1] <= oldest:
            self._settled = max(self._settled, self._marks.popleft()[0])
        highest = await self._highest(db)
        _, following = (await db.execute(text(snapshot))).one()
        if highest > self._settled and (not self._marks or self._marks[-1][0] < highest):
            self._marks.append((highest, following))


def _unbroken(rows: list[FeedRow], position: int, settled: int) -> list[FeedRow]:
    """The rows up to the first gap that may still be filled."""
    found: list[FeedRow] = []
    for row in rows:
        if row.id != position + 1 and row.id > settled + 1:
            break
        found.append(row)
        position = row.id
    return found
