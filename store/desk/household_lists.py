"""Lists of households on their way in (名册), each sealed under a key of its own that is erased with its content.

Called by `service/households/`. They are no part of the record: what a list became are household files, and those have theirs.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.household_list import OPEN, HouseholdList, ListStage
from store.desk.desk_tables import household_lists
from store.engine import Store
from store.keyring.master import seal, unseal

COLUMNS = household_lists.c
HEAD = tuple(COLUMNS[name] for name in HouseholdList.model_fields)
JSON = frozenset({"actor", "counts", "problems"})
"""Columns that hold JSON."""


class HouseholdLists:
    """The lists of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, found: HouseholdList, content: bytes) -> None:
        """Keep a new list with its content; one that is there already stays as it is. Raises StoreAway."""
        if await self.get(found.id) is not None:
            return
        sealed = seal(await self._store.keys.key(_key(found.id)), content, found.id.encode())
        try:
            async with self._store.write() as db:
                await db.execute(insert(household_lists), [_row(found.model_dump(mode="json"), found) | {"sealed": sealed}])
        except IntegrityError:  # another process was faster
            return

    async def get(self, list_id: str) -> HouseholdList | None:
        """A list, None where there is none."""
        async with self._store.read() as db:
            row = (await db.execute(select(*HEAD).where(COLUMNS.id == list_id))).first()
        return None if row is None else _list(row)

    async def of(self, unit: str, limit: int) -> list[HouseholdList]:
        """The lists of a unit, the newest first."""
        query = select(*HEAD).where(COLUMNS.unit == unit).order_by(COLUMNS.made_at.desc(), COLUMNS.id).limit(limit)
        async with self._store.read() as db:
            return [_list(row) for row in await db.execute(query)]

    async def content(self, list_id: str) -> bytes | None:
        """What stands in a list, opened; None once it is gone."""
        async with self._store.read() as db:
            sealed = await db.scalar(select(COLUMNS.sealed).where(COLUMNS.id == list_id))
        key = (await self._store.keys.existing([_key(list_id)])).get(_key(list_id)) if sealed is not None else None
        return None if sealed is None or key is None else unseal(key, sealed, list_id.encode())

    async def note(self, list_id: str, stages: Collection[ListStage], **told: Any) -> bool:
        """Write down how far a list is; False where it is in none of these stages."""
        here = (COLUMNS.id == list_id) & COLUMNS.stage.in_(stages)
        async with self._store.write() as db:
            return (await db.execute(update(household_lists).where(here).values(_row(told)))).rowcount == 1

    async def end(self, list_id: str, stage: ListStage, at: datetime, **told: Any) -> None:
        """End a list: its content goes, its key first. Doing it again changes nothing."""
        await self._store.keys.erase(_key(list_id), at)
        await self.note(list_id, OPEN, stage=stage, ended_at=at, sealed=None, **told)

    async def expire(self, before: datetime, at: datetime) -> int:
        """Throw away what was brought before and is still kept; how many lists that were."""
        async with self._store.read() as db:
            found = list(await db.scalars(select(COLUMNS.id).where(COLUMNS.made_at < before, COLUMNS.stage.in_(OPEN))))
        for list_id in found:
            await self.end(list_id, ListStage.DROPPED, at)
        return len(found)


def _key(list_id: str) -> str:
    """Whose key seals it."""
    return f"household-list:{list_id}"


def _row(told: dict[str, Any], found: HouseholdList | None = None) -> dict[str, Any]:
    """What is said of a list as columns hold it; times as they are."""
    times = {} if found is None else {"made_at": found.made_at, "ended_at": found.ended_at}
    return {name: json.dumps(value, ensure_ascii=False) if name in JSON else value for name, value in told.items()} | times


def _list(row: Row[*tuple[Any, ...]]) -> HouseholdList:
    fields = {name: getattr(row, name) for name in HouseholdList.model_fields}
    return HouseholdList.model_validate({name: json.loads(value) if name in JSON else value for name, value in fields.items()})
