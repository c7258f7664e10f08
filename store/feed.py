"""The change feed (design 11.9): the outbox read in order, by position, so that nothing is skipped and nothing comes twice.

Numbers of the outbox are given before their transaction commits. On PostgreSQL one that commits late would be passed over
by a reader who has seen a higher number: a gap is therefore waited for until every transaction that could fill it has
ended. Each web process has one `Feed`; it remembers nothing that a restart would lose.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Instant, Model
from store.desk.lists import Eyes
from store.desk.queries import seen_by
from store.engine import Store
from store.tables import case_access, cases, outbox

BATCH = 500
"""How many rows are read at once."""


class FeedRow(Model):
    """One event, by its position in the feed."""

    id: int
    case_id: str
    code: str
    seq: int
    type: str
    at: Instant


@dataclass
class Feed:
    """Reads the outbox of a store."""

    store: Store
    _settled: int = 0
    """Every number up to here is either there or will never be."""
    _marks: deque[tuple[int, int]] = field(default_factory=deque)
    """Highest number seen, with the transaction id that came next: once all before that one have ended, it is settled."""

    async def end(self) -> int:
        """The position behind all that is there now."""
        async with self.store.read() as db:
            return int(await db.scalar(select(func.coalesce(func.max(outbox.c.id), 0))) or 0)

    async def after(self, position: int, limit: int = BATCH) -> list[FeedRow]:
        """The rows behind a position, in order; those behind a gap that may still be filled come with a later call."""
        async with self.store.read() as db:
            if db.dialect.name == "postgresql":
                await self._settle(db)
            query = (
                select(outbox.c.id, outbox.c.case_id, cases.c.code, outbox.c.seq, outbox.c.type, outbox.c.at)
                .join(cases, cases.c.case_id == outbox.c.case_id)
                .where(outbox.c.id > position)
                .order_by(outbox.c.id)
                .limit(limit)
            )
            rows = [FeedRow.model_validate(dict(row)) for row in (await db.execute(query)).mappings()]
            # One writer at a time commits in the order of its numbers.
            return rows if db.dialect.name == "sqlite" else _unbroken(rows, position, self._settled)

    async def seen(self, eyes: Eyes, rows: Sequence[FeedRow]) -> list[FeedRow]:
        """Those of these rows whose case these eyes may see."""
        if not rows or (eyes.everything and not eyes.closed):
            return list(rows)
        query = select(cases.c.case_id).where(cases.c.case_id.in_({row.case_id for row in rows}), seen_by(eyes))
        async with self.store.read() as db:
            visible = set(await db.scalars(query))
        return [row for row in rows if row.case_id in visible]

    async def scopes(self, case_ids: Collection[str]) -> dict[str, frozenset[tuple[str, str]]]:
        """To whom these cases are open, as pairs of kind and value: what `seen_by` asks of the store, for many eyes at once."""
        query = select(case_access.c.case_id, case_access.c.kind, case_access.c.value).where(case_access.c.case_id.in_(case_ids))
        found: dict[str, set[tuple[str, str]]] = {case_id: set() for case_id in case_ids}
        async with self.store.read() as db:
            for case_id, kind, value in await db.execute(query):
                found[case_id].add((kind, value))
        return {case_id: frozenset(pairs) for case_id, pairs in found.items()}

    async def _settle(self, db: AsyncConnection) -> None:
        """Move the settled position: what was the highest number when all transactions then running had yet to end."""
        snapshot = "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() AS s"
        oldest, following = (await db.execute(text(snapshot))).one()
        # The highest number is read first and the snapshot's end later: whoever holds a lower number began before that end.
        while self._marks and self._marks[0][1] <= oldest:
            self._settled = max(self._settled, self._marks.popleft()[0])
        highest = int(await db.scalar(select(func.coalesce(func.max(outbox.c.id), 0))) or 0)
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
