"""The queue at work: messages are leased, sent by the caller, and settled. Shared by all workers, and safe to kill at any moment.

A lease that runs out is anybody's again: then a message may be sent twice, with the same id. Within a lane (road, receiver and
case) nothing is taken before what came earlier is done with, so that the order is kept also over failures. A moment that lies
further ahead than any rule puts one was written by a worker whose clock was wrong: it counts as past, or one worker would stop all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.message import Attempt, Delivery, DeliveryState, ErrorClass, GateState
from models.message_plan import Pace, Patience
from rules.messages.pace import FREE_AHEAD, LEASE_AHEAD, RETRY_AHEAD, SHUT_AHEAD, Breaker, after, allowance, believed, settle, taken
from store.engine import Store
from store.messages.message_tables import deliveries, gates

table = deliveries.c

SHOWN = tuple(column for column in deliveries.columns if column.name in Delivery.model_fields)
"""The columns of a delivery as the models know it."""

earlier = deliveries.alias("earlier")
UNDONE = (DeliveryState.WAITING, DeliveryState.LEASED)
FIRST = ~exists().where(
    and_(earlier.c.lane == table.lane, earlier.c.position < table.position, or_(*(earlier.c.state == state for state in UNDONE)))
)
"""Nothing earlier of the same lane is undone."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How messages are taken."""

    worker: str
    now: datetime
    lease: timedelta
    office_open: bool
    """Outside office hours only what is urgent is taken, of roads that lead to people."""


class Sending:
    """The way out of the queue."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def due(self, now: datetime, *, office_open: bool = True) -> list[str]:
        """The roads that are open and that something may be waiting for: due, or leased to somebody who is gone."""
        free = [
            or_(moment.is_(None), moment <= now, moment > now + ahead)
            for moment, ahead in ((gates.c.open_until, SHUT_AHEAD), (gates.c.next_at, FREE_AHEAD))
        ]
        undone = or_(_due(now), _lapsed(now))
        query = select(table.gate).join(gates, gates.c.id == table.gate).where(undone, gates.c.state != GateState.DISABLED)
        if not office_open:
            query = query.where(table.urgent)
        async with self._store.read() as db:
            return list(await db.scalars(query.where(*free).distinct().order_by(table.gate)))

    async def take(self, gate: str, pace: Pace, taking: Taking) -> list[Delivery]:
        """Lease as many messages of a road as its breaker and its rate allow, heads of their lanes, the oldest first. Raises StoreAway."""
        now = taking.now
        async with self._store.write() as db:
            found = await _breaker(db, gate, wait=False)
            if found is None:
                return []
            breaker = believed(found, now)
            mine = table.gate == gate
            await db.execute(
                update(deliveries).where(mine, _lapsed(now)).values(state=DeliveryState.WAITING, leased_by=None, leased_until=None)
            )
            flying = await db.scalar(select(func.count()).where(mine, table.state == DeliveryState.LEASED)) or 0
            most = allowance(breaker, pace, flying, now)
            if not most:
                return []
            # A probe is whatever has failed least: one bad message must not keep the road shut for all.
            order = (table.attempts, table.position) if breaker.state is GateState.OPEN else (table.position,)
            ready = select(*SHOWN).where(mine, _due(now), FIRST)
            if not taking.office_open:
                ready = ready.where(table.urgent)
            rows = (await db.execute(ready.order_by(*order).limit(most))).all()
            await _lease(db, [row.id for row in rows], taking)
            await _write(db, gate, {"next_at": taken(breaker, pace, len(rows), now)} if rows else {})
        return [_delivery(row) for row in rows]

    async def settle(self, delivery: Delivery, attempt: Attempt, roads: tuple[Pace, Patience], taking: Taking, chance: float) -> bool:
        """Write down what an attempt came to, for the message and for its road. False when the lease was lost. Raises StoreAway."""
        pace, patience = roads
        now = taking.now
        async with self._store.write() as db:
            breaker = await _breaker(db, delivery.gate, wait=True)
            mine = (table.id == delivery.id) & (table.state == DeliveryState.LEASED) & (table.leased_by == taking.worker)
            row = (await db.execute(select(table.attempts, table.since).where(mine))).first()
            if row is None:
                return False
            attempts = row.attempts + 1
            found = settle(attempt, attempts, row.since, patience, now, chance)
            done = None if found.state is DeliveryState.WAITING else now
            values = {"state": found.state, "due_at": found.due_at, "attempts": attempts, "error": attempt.error, "status": attempt.status}
            values |= {"external_id": attempt.external_id, "done_at": done, "leased_by": None, "leased_until": None}
            await db.execute(update(deliveries).where(mine).values(values))
            if breaker is not None:
                await _write(db, delivery.gate, _columns(after(believed(breaker, now), attempt, pace, patience, now, chance)))
        return True

    async def give_back(self, worker: str) -> None:
        """Let go of what a worker has leased and will not send: it is stopping. Raises StoreAway."""
        mine = (table.state == DeliveryState.LEASED) & (table.leased_by == worker)
        async with self._store.write() as db:
            await db.execute(update(deliveries).where(mine).values(state=DeliveryState.WAITING, leased_by=None, leased_until=None))

    async def expire(self, gate: str, since: datetime, now: datetime) -> int:
        """Give up what has waited for a road since before then; return how many. Raises StoreAway."""
        old = (table.gate == gate) & (table.state == DeliveryState.WAITING) & (table.since < since)
        async with self._store.write() as db:
            gone = {"state": DeliveryState.DEAD, "done_at": now, "error": func.coalesce(table.error, ErrorClass.EXPIRED)}
            return int((await db.execute(update(deliveries).where(old).values(gone))).rowcount)


def _due(now: datetime) -> ColumnElement[bool]:
    """Waiting, and its time has come; one that failed never waits longer than the rules let it, or its receiver asks."""
    retried = (table.attempts > 0) & (table.error != ErrorClass.BUSY) & (table.due_at > now + RETRY_AHEAD)
    return (table.state == DeliveryState.WAITING) & or_(table.due_at <= now, retried)


def _lapsed(now: datetime) -> ColumnElement[bool]:
    """Leased to somebody who is gone."""
    return (table.state == DeliveryState.LEASED) & or_(table.leased_until < now, table.leased_until > now + LEASE_AHEAD)


async def _breaker(db: AsyncConnection, gate: str, *, wait: bool) -> Breaker | None:
    """The road's state, held until the transaction ends; None where there is none, or (`wait` False) somebody else holds it."""
    query = select(gates).where(gates.c.id == gate).with_for_update(skip_locked=not wait)
    row = (await db.execute(query)).first()
    if row is None:
        return None
    error = ErrorClass(row.error) if row.error else None
    return Breaker(GateState(row.state), row.failures, row.open_until, error, row.next_at)


async def _write(db: AsyncConnection, gate: str, values: dict[str, Any]) -> None:
    if values:
        await db.execute(update(gates).where(gates.c.id == gate).values(values))


async def _lease(db: AsyncConnection, ids: Sequence[str], taking: Taking) -> None:
    if ids:
        leased = {"state": DeliveryState.LEASED, "leased_by": taking.worker, "leased_until": taking.now + taking.lease}
        await db.execute(update(deliveries).where(table.id.in_(ids)).values(leased))


def _columns(breaker: Breaker) -> dict[str, Any]:
    named = ("state", "failures", "open_until", "error", "next_at")
    return {name: getattr(breaker, name) for name in named}


def _delivery(row: Row[*tuple[Any, ...]]) -> Delivery:
    return Delivery.model_validate(dict(row._mapping))  # noqa: SLF001 - the public name of a row's mapping
