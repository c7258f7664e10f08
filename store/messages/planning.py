"""From the outbox to the queue: what has happened and nobody was told yet, and who is to be told.

Called by `service/messages/planner.py`. Several workers may plan at the same time: who comes second finds that the rows are no
longer new, and looks again. Rows of one case stand in the outbox in the order of its events, so its messages are queued in it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Instant, Model
from models.message import DeliveryState, GateState, Medium
from store.affairs.tables import affair_events, affair_outbox, affairs
from store.connect import inserting
from store.engine import Overtaken, Store
from store.messages.message_tables import deliveries, gates
from store.tables import cases, events, outbox

BATCH = 200
"""How many events are planned at once."""

NAMESPACE = uuid.UUID("3e6a1a55-6a0a-5c0e-8a55-0f7f3f0f6b11")
"""Of the ids of deliveries."""

NEW, PLANNED = "new", "planned"


class Happened(Model):
    """An event nobody was told yet, of a case or of an affair."""

    id: int
    kind: str | None = None
    """Of which kind its affair is; None for a case."""
    case_id: str
    code: str
    seq: int
    at: Instant
    deliver_after: Instant | None
    body: str
    town: str | None


class Planned(Model):
    """A message to be queued."""

    case_id: str | None
    seq: int
    type: str
    gate: str
    receiver: str
    medium: Medium
    template: str
    urgent: bool = False
    foldable: bool = False
    due_at: Instant

    @property
    def id(self) -> str:
        """Of event, receiver and medium: the same however often it is planned."""
        return str(uuid.uuid5(NAMESPACE, f"{self.case_id}.{self.seq}|{self.gate}|{self.receiver}"))

    @property
    def lane(self) -> str:
        """Within it the order is kept."""
        return lane(self.gate, self.receiver, self.case_id)


def lane(gate: str, receiver: str, case_id: str | None) -> str:
    """The digest that stands for road, receiver and case."""
    return hashlib.sha256(f"{gate}|{receiver}|{case_id}".encode()).hexdigest()


class Outgoing:
    """The way into the queue."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def fresh(self, limit: int = BATCH) -> list[Happened]:
        """The events nobody was told yet, the oldest first."""
        query = (
            select(
                outbox.c.id, outbox.c.case_id, cases.c.code, outbox.c.seq, outbox.c.at, outbox.c.deliver_after, events.c.body, cases.c.town
            )
            .join(cases, cases.c.case_id == outbox.c.case_id)
            .join(events, (events.c.case_id == outbox.c.case_id) & (events.c.seq == outbox.c.seq))
            .where(outbox.c.state == NEW)
            .order_by(outbox.c.id)
            .limit(limit)
        )
        async with self._store.read() as db:
            return [Happened.model_validate(dict(row)) for row in (await db.execute(query)).mappings()]

    async def fresh_of_affairs(self, limit: int = BATCH) -> list[Happened]:
        """The events of affairs that nobody was told yet, the oldest first; `case_id` is the affair's."""
        box, of = affair_outbox.c, affairs.c
        query = (
            select(box.id, of.kind, box.affair_id.label("case_id"), of.code, box.seq, box.at, affair_events.c.body, of.town)
            .join(affairs, of.affair_id == box.affair_id)
            .join(affair_events, (affair_events.c.affair_id == box.affair_id) & (affair_events.c.seq == box.seq))
            .where(box.state == NEW)
            .order_by(box.id)
            .limit(limit)
        )
        async with self._store.read() as db:
            return [Happened.model_validate({**row, "deliver_after": None}) for row in (await db.execute(query)).mappings()]

    async def plan(self, done: Sequence[int], planned: Sequence[Planned], now: datetime, *, of_affairs: bool = False) -> None:
        """Queue these messages, in this order, and mark their outbox rows; all of it or nothing. Raises Overtaken, StoreAway."""
        of = affair_outbox if of_affairs else outbox
        async with self._store.write() as db:
            marked = await db.execute(update(of).where(of.c.id.in_(done), of.c.state == NEW).values(state=PLANNED))
            if marked.rowcount != len(done):
                raise Overtaken
            await queue(db, planned, now)

    async def queue(self, planned: Sequence[Planned], now: datetime) -> None:
        """Queue messages that come from no event of the outbox. Raises StoreAway."""
        async with self._store.write() as db:
            await queue(db, planned, now)

    async def crowded(self, more_than: int, now: datetime) -> list[tuple[str, str]]:
        """Roads and receivers for whom more foldable messages wait than this, one of them due."""
        query = (
            select(deliveries.c.gate, deliveries.c.receiver)
            .where(deliveries.c.state == DeliveryState.WAITING, deliveries.c.foldable)
            .group_by(deliveries.c.gate, deliveries.c.receiver)
            .having(func.count() > more_than, func.min(deliveries.c.due_at) <= now)
        )
        async with self._store.read() as db:
            return [(row.gate, row.receiver) for row in await db.execute(query)]

    async def fold(self, gate: str, receiver: str, more_than: int, template: str, now: datetime) -> int:
        """Put one digest in the place of what waits for this receiver; return how many it stands for, 0 = too few. Raises StoreAway."""
        table = deliveries.c
        theirs = (table.gate == gate) & (table.receiver == receiver) & (table.state == DeliveryState.WAITING) & table.foldable
        async with self._store.write() as db:
            rows = (await db.execute(select(table.id, table.medium).where(theirs).order_by(table.position).with_for_update())).all()
            if len(rows) <= more_than:
                return 0
            ids = [row.id for row in rows]
            await db.execute(update(deliveries).where(table.id.in_(ids)).values(state=DeliveryState.FOLDED, done_at=now))
            digest = Planned(
                case_id=None, seq=0, type="digest", gate=gate, receiver=receiver, medium=rows[0].medium, template=template, due_at=now
            )  # fmt: skip
            row = _row(digest, now) | {"id": str(uuid.uuid5(NAMESPACE, "|".join(ids))), "count": len(ids)}
            await db.execute(insert(deliveries), [row])
            return len(ids)


async def queue(db: AsyncConnection, planned: Sequence[Planned], now: datetime) -> None:
    """Queue messages inside a transaction; one that is there already stays as it is."""
    if not planned:
        return
    fresh = [{"id": gate, "state": GateState.CLOSED, "failures": 0} for gate in sorted({one.gate for one in planned})]
    await db.execute(inserting(db.dialect.name, gates).on_conflict_do_nothing(), fresh)
    rows = {one.id: _row(one, now) for one in planned}
    await db.execute(inserting(db.dialect.name, deliveries).on_conflict_do_nothing(), list(rows.values()))


def _row(one: Planned, now: datetime) -> dict[str, Any]:
    own = one.model_dump()
    fixed = {"state": DeliveryState.WAITING, "attempts": 0, "external_id": "", "count": 1, "created_at": now, "since": now}
    return {**own, **fixed, "id": one.id, "lane": one.lane}
