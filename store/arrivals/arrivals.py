"""Arrivals (来件) in the store: each event once, sealed under a key of its own until it is settled, then without its content.

Called by `service/arrivals/`. The row of an event stays for good: a second delivery finds it and gets the first answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from models.arrival import Arrival, ArrivalState
from store.arrivals.arrival_tables import arrivals
from store.engine import Store
from store.keyring.master import seal, unseal

HEAD = tuple(arrivals.c[name] for name in Arrival.model_fields)

OPEN = (ArrivalState.WAITING, ArrivalState.QUARANTINED)
"""States in which something is still to be done."""


class Arrivals:
    """The arrivals of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, arrival: Arrival, content: str) -> Arrival:
        """Keep a new arrival with its content; one that is there already is returned as it stands. Raises StoreAway."""
        known = await self.get(arrival.id)
        if known is not None:
            return known
        sealed = seal(await self._store.keys.key(_key(arrival.id)), content.encode(), arrival.id.encode())
        try:
            async with self._store.write() as db:
                await db.execute(insert(arrivals), [{**arrival.model_dump(), "sealed": sealed}])
        except IntegrityError:  # another process was faster
            return await self.get(arrival.id) or arrival
        return arrival

    async def get(self, arrival_id: str) -> Arrival | None:
        """An arrival, None where there is none."""
        async with self._store.read() as db:
            row = (await db.execute(select(*HEAD).where(arrivals.c.id == arrival_id))).first()
        return None if row is None else _arrival(row)

    async def content(self, arrival_id: str) -> str | None:
        """What arrived, opened; None once it is settled."""
        async with self._store.read() as db:
            sealed = await db.scalar(select(arrivals.c.sealed).where(arrivals.c.id == arrival_id))
        key = (await self._store.keys.existing([_key(arrival_id)])).get(_key(arrival_id)) if sealed is not None else None
        return None if sealed is None or key is None else unseal(key, sealed, arrival_id.encode()).decode()

    async def note(self, arrival_id: str, **found: Any) -> None:
        """Write down why an arrival has to be looked at; one that was settled meanwhile stays as it is."""
        here = (arrivals.c.id == arrival_id) & arrivals.c.state.in_(OPEN)
        async with self._store.write() as db:
            await db.execute(update(arrivals).where(here).values(state=ArrivalState.QUARANTINED, **found))

    async def settle(self, arrival_id: str, state: ArrivalState, at: datetime, by: str | None, **found: Any) -> bool:
        """Settle an arrival: its content goes, and the key that sealed it. False, and nothing done, where it was settled before."""
        here = (arrivals.c.id == arrival_id) & arrivals.c.state.in_(OPEN)
        values = {"state": state, "settled_at": at, "settled_by": by, "sealed": None, **found}
        async with self._store.write() as db:
            done = (await db.execute(update(arrivals).where(here).values(values))).rowcount == 1
        if done and state is ArrivalState.DISCARDED:
            # A restore of the key store must not bring back what was thrown away.
            await self._store.keys.erase(_key(arrival_id), at)
        elif done:
            await self._store.keys.drop([_key(arrival_id)])
        return done

    async def page(
        self, states: Sequence[ArrivalState], town: str | None, *, after: tuple[datetime, str] | None = None, limit: int = 50
    ) -> list[Arrival]:
        """Arrivals in these states, the newest first; of one town alone, or of all for None."""
        conditions = [*_of(states, town)]
        if after is not None:
            conditions.append(or_(arrivals.c.at < after[0], and_(arrivals.c.at == after[0], arrivals.c.id < after[1])))
        query = select(*HEAD).where(*conditions).order_by(arrivals.c.at.desc(), arrivals.c.id.desc()).limit(limit)
        async with self._store.read() as db:
            return [_arrival(row) for row in await db.execute(query)]

    async def count(self, states: Sequence[ArrivalState], town: str | None) -> int:
        """How many there are."""
        async with self._store.read() as db:
            return int(await db.scalar(select(func.count()).select_from(arrivals).where(*_of(states, town))) or 0)

    async def waiting(self, before: datetime, limit: int = 100) -> list[Arrival]:
        """Arrivals kept before this time and not settled, the oldest first."""
        query = select(*HEAD).where(arrivals.c.state == ArrivalState.WAITING, arrivals.c.at < before)
        async with self._store.read() as db:
            return [_arrival(row) for row in await db.execute(query.order_by(arrivals.c.at, arrivals.c.id).limit(limit))]


def _of(states: Sequence[ArrivalState], town: str | None) -> list[ColumnElement[bool]]:
    return [arrivals.c.state.in_(states), *([arrivals.c.town == town] if town is not None else [])]


def _key(arrival_id: str) -> str:
    """Whose key seals it."""
    return f"arrival:{arrival_id}"


def _arrival(row: Row[*tuple[Any, ...]]) -> Arrival:
    return Arrival.model_validate({name: getattr(row, name) for name in Arrival.model_fields})
