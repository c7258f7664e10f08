"""Absences in the store: who is away, and who stands in. Read by date; nothing has to be undone.

Called by `service/entry/absences.py` and by `store/staff.py`, which lets assignment see who is away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.account import StandIn
from models.account_log import AccountEntry
from models.staff import Absence
from store.engine import Store
from store.entry.account_log import entered
from store.entry.account_tables import absences


class AbsenceShelf:
    """Absences."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, found: Sequence[StandIn], at: datetime, entries: Sequence[AccountEntry] = ()) -> None:
        """Keep absences, all or none."""
        async with self._store.write() as db:
            await db.execute(insert(absences), [one.model_dump() | {"made_at": at} for one in found])
            for entry in entries:
                await entered(db, entry)

    async def get(self, absence_id: str) -> StandIn | None:
        """The absence of this id, over or not."""
        return next(iter(await self._some(absences.c.id == absence_id)), None)

    async def of(self, absent: Sequence[str]) -> list[StandIn]:
        """All absences of these people that were not ended early, the earliest first."""
        return await self._some(absences.c.absent.in_(absent), absences.c.ended_at.is_(None))

    async def stood_in_for(self, people: Sequence[str], day: date) -> list[StandIn]:
        """The absences in which one of these people stands in on this day."""
        runs = (absences.c.since <= day, absences.c.until >= day, absences.c.ended_at.is_(None))
        return await self._some(absences.c.stand_in.in_(people), *runs)

    async def not_over(self, day: date) -> list[StandIn]:
        """The absences that run on this day or later, the earliest first."""
        return await self._some(absences.c.until >= day, absences.c.ended_at.is_(None))

    async def end(self, absence_id: str, at: datetime, entry: AccountEntry | None = None) -> bool:
        """End an absence before its date; False when it is ended already."""
        running = (absences.c.id == absence_id) & absences.c.ended_at.is_(None)
        async with self._store.write() as db:
            done = (await db.execute(update(absences).where(running).values(ended_at=at))).rowcount == 1
            await entered(db, entry if done else None)
            return done

    async def _some(self, *conditions: ColumnElement[bool]) -> list[StandIn]:
        query = select(absences).where(*conditions).order_by(absences.c.since, absences.c.id)
        async with self._store.read() as db:
            return [_stand_in(row) for row in await db.execute(query)]


async def days_away(db: AsyncConnection, people: Sequence[str]) -> dict[str, tuple[Absence, ...]]:
    """When these people are away, by person."""
    asked = absences.c.absent.in_(people) & absences.c.ended_at.is_(None)
    rows = await db.execute(select(absences.c.absent, absences.c.since, absences.c.until).where(asked).order_by(absences.c.since))
    found: dict[str, tuple[Absence, ...]] = {}
    for row in rows:
        found[row.absent] = (*found.get(row.absent, ()), Absence(since=row.since, until=row.until))
    return found


def _stand_in(row: Row[*tuple[object, ...]]) -> StandIn:
    return StandIn.model_validate({name: getattr(row, name) for name in StandIn.model_fields})
