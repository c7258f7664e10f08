"""The log of deliveries, the dead letters, and the roads as they stand: for the console and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from models.message import Delivery, DeliveryState, Gate, GateState
from store.engine import Store
from store.messages.message_tables import deliveries, gates
from store.messages.sending import SHOWN, table

DONE = (DeliveryState.SENT, DeliveryState.FOLDED, DeliveryState.DROPPED)
OPENED = {"state": GateState.CLOSED, "failures": 0, "open_until": None, "error": None}


class DeliveryLog:
    """What was sent, what waits, what was given up."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, state: DeliveryState | None = None, gate: str | None = None, *, limit: int = 100) -> list[Delivery]:
        """The newest deliveries, of one state and one road where these are named."""
        return [one for _, one in await self.lines(state, gate, limit=limit)]

    async def lines(
        self, state: DeliveryState | None, gate: str | None, *, before: int | None = None, limit: int = 100
    ) -> list[tuple[int, Delivery]]:
        """The same with the position of each, from before a position on."""
        query = select(table.position, *SHOWN).order_by(table.position.desc()).limit(limit)
        for column, value in ((table.state, state), (table.gate, gate)):
            query = query if value is None else query.where(column == value)
        if before is not None:
            query = query.where(table.position < before)
        async with self._store.read() as db:
            rows = [dict(row) for row in (await db.execute(query)).mappings()]
        return [(row.pop("position"), Delivery.model_validate(row)) for row in rows]

    async def gates(self) -> list[Gate]:
        """The roads, with how much waits and how much was given up on each."""
        counted = (DeliveryState.WAITING, DeliveryState.LEASED, DeliveryState.DEAD)
        tally = (
            select(table.gate, table.state, func.count().label("many")).where(table.state.in_(counted)).group_by(table.gate, table.state)
        )
        async with self._store.read() as db:
            rows = (await db.execute(select(gates).order_by(gates.c.id))).all()
            found = {(row.gate, row.state): row.many for row in await db.execute(tally)}
        return [
            Gate(
                id=row.id,
                state=row.state,
                failures=row.failures,
                open_until=row.open_until,
                error=row.error,
                waiting=found.get((row.id, DeliveryState.WAITING), 0) + found.get((row.id, DeliveryState.LEASED), 0),
                dead=found.get((row.id, DeliveryState.DEAD), 0),
            )
            for row in rows
        ]

    async def replay(self, ids: Sequence[str] | None, gate: str | None, by: str, now: datetime) -> int:
        """Queue dead letters again: these, or all of a road, or all there are; return how many. Raises StoreAway."""
        wanted = table.state == DeliveryState.DEAD
        if ids is not None:
            wanted &= table.id.in_(ids)
        if gate is not None:
            wanted &= table.gate == gate
        again = {"state": DeliveryState.WAITING, "attempts": 0, "since": now, "due_at": now, "done_at": None, "replayed_by": by}
        async with self._store.write() as db:
            return int((await db.execute(update(deliveries).where(wanted).values(again))).rowcount)

    async def drop(self, ids: Sequence[str], by: str, now: datetime) -> int:
        """Let dead letters, or such as wait, go for good; return how many. Raises StoreAway."""
        wanted = table.id.in_(ids) & table.state.in_((DeliveryState.DEAD, DeliveryState.WAITING))
        gone = {"state": DeliveryState.DROPPED, "done_at": now, "replayed_by": by}
        async with self._store.write() as db:
            return int((await db.execute(update(deliveries).where(wanted).values(gone))).rowcount)

    async def switch(self, gate: str, *, on: bool) -> bool:
        """Open a road whatever it was, or switch it off. False where there is no such road. Raises StoreAway."""
        values = OPENED if on else {"state": GateState.DISABLED, "open_until": None}
        async with self._store.write() as db:
            return (await db.execute(update(gates).where(gates.c.id == gate).values(values))).rowcount == 1

    async def prune(self, before: datetime) -> int:
        """Forget deliveries that were done with before then; dead letters stay. Return how many went. Raises StoreAway."""
        async with self._store.write() as db:
            return int((await db.execute(delete(deliveries).where(table.done_at < before, table.state.in_(DONE)))).rowcount)
