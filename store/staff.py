"""Staff (人员): who holds which post. Loaded from a place's data at start-up, asked by assignment and by sign-in.

No name and no phone stands here; what `Staff` says of somebody is fitness for a case. Absences arranged meanwhile
(`store/entry/absences.py`) are added to those of the place's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Insert

from models.staff import Absence, Staff
from models.words import Role
from store.connect import inserting
from store.engine import Store
from store.entry.absences import days_away
from store.tables import staff


class StaffRoll:
    """The staff in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def seed(self, people: Iterable[Staff]) -> None:
        """Make the roll hold exactly these people as active; who is no longer among them stays, inactive."""
        rows = [_row(person) for person in people]
        async with self._store.write() as db:
            before = (await db.execute(select(staff))).all()
            known = {row.id: (row.role, row.unit, row.active, row.body) for row in before}
            changed = [row for row in rows if known.get(row["id"]) != (row["role"], row["unit"], True, row["body"])]
            if changed:
                await db.execute(UPSERT[db.dialect.name], changed)
            gone = {row.id for row in before if row.active} - {row["id"] for row in rows}
            if gone:
                await db.execute(update(staff).where(staff.c.id.in_(sorted(gone))).values(active=False))

    async def staff(self, person: str) -> Staff | None:
        """The person of this id, or None when there is none in active service."""
        async with self._store.read() as db:
            found = await _people(db, select(staff.c.body).where(staff.c.id == person, staff.c.active))
        return found[0] if found else None

    async def holders(self, role: Role, units: Sequence[str] | None = None) -> list[Staff]:
        """All active people in this role, of these units or of all, by id."""
        query = select(staff.c.body).where(staff.c.role == role, staff.c.active).order_by(staff.c.id)
        if units is not None:
            query = query.where(staff.c.unit.in_(units))
        async with self._store.read() as db:
            return await _people(db, query)

    async def mediators(self, units: Sequence[str] | None = None) -> list[Staff]:
        """All active mediators, of these units or of all, by id."""
        return await self.holders(Role.MEDIATOR, units)

    async def all(self) -> list[Staff]:
        """Everybody in active service, by id."""
        async with self._store.read() as db:
            return await _people(db, select(staff.c.body).where(staff.c.active).order_by(staff.c.id))


async def _people(db: AsyncConnection, query: Select[str]) -> list[Staff]:
    """The people of these rows, with the absences that were arranged for them."""
    people = [Staff.model_validate_json(body) for body in await db.scalars(query)]
    away = await days_away(db, [person.id for person in people])
    return [_with(person, away.get(person.id, ())) for person in people]


def _with(person: Staff, away: tuple[Absence, ...]) -> Staff:
    return person.model_copy(update={"absences": (*person.absences, *away)}) if away else person


def _row(person: Staff) -> dict[str, Any]:
    return {"id": person.id, "role": person.role, "unit": person.unit, "active": True, "body": person.model_dump_json(by_alias=True)}


def _upsert(dialect: str) -> Insert:
    names = ("id", "role", "unit", "active", "body")
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    fresh = inserting(dialect, staff).values(values)
    return fresh.on_conflict_do_update(index_elements=["id"], set_={name: fresh.excluded[name] for name in names[1:]})


UPSERT = {name: _upsert(name) for name in ("sqlite", "postgresql")}
