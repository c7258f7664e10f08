"""Drafts (草稿): intakes that somebody has not finished, each sealed under a key of its own that is erased with it.

Called by `service/desk/drafts.py`. They are no part of the record: nothing else in the store knows of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from models.base import Instant, Model
from store.desk.desk_tables import drafts
from store.engine import Store
from store.keyring.master import seal, unseal

HEAD = (drafts.c.id, drafts.c.owner, drafts.c.version, drafts.c.saved_at)


class DraftHead(Model):
    """What is known of a draft without opening it."""

    id: str
    owner: str
    version: int
    saved_at: Instant


class Drafts:
    """The drafts of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def make(self, owner: str, text: str, at: datetime) -> DraftHead:
        """Keep a new draft. Raises StoreAway."""
        draft_id = str(uuid.uuid4())
        sealed = seal(await self._store.keys.key(_key(draft_id)), text.encode(), draft_id.encode())
        head = DraftHead(id=draft_id, owner=owner, version=1, saved_at=at)
        async with self._store.write() as db:
            await db.execute(insert(drafts), [head.model_dump() | {"sealed": sealed}])
        return head

    async def save(self, draft_id: str, owners: Sequence[str], text: str, at: datetime) -> DraftHead | None:
        """Write a draft of one of these people anew under its next version; None where there is none (any more)."""
        key = (await self._store.keys.existing([_key(draft_id)])).get(_key(draft_id))
        if key is None:
            return None
        sealed = seal(key, text.encode(), draft_id.encode())

        def work(db: Connection) -> DraftHead | None:
            here = (drafts.c.id == draft_id) & drafts.c.owner.in_(owners)
            written = db.execute(update(drafts).where(here).values(version=drafts.c.version + 1, sealed=sealed, saved_at=at))
            return _head(db.execute(select(*HEAD).where(here)).one()) if written.rowcount == 1 else None

        return await self._store.write_at_once(work)

    async def list(self, owners: Sequence[str], since: datetime) -> list[DraftHead]:
        """The drafts of these people that were saved since, the newest first."""
        query = select(*HEAD).where(drafts.c.owner.in_(owners), drafts.c.saved_at >= since).order_by(drafts.c.saved_at.desc(), drafts.c.id)
        async with self._store.read() as db:
            return [_head(row) for row in await db.execute(query)]

    async def count(self, owners: Sequence[str]) -> int:
        """How many drafts these people have."""
        async with self._store.read() as db:
            return int(await db.scalar(select(func.count()).select_from(drafts).where(drafts.c.owner.in_(owners))) or 0)

    async def load(self, draft_id: str, owners: Sequence[str]) -> tuple[DraftHead, str] | None:
        """A draft of one of these people, opened; None where there is none (any more)."""
        query = select(*HEAD, drafts.c.sealed).where(drafts.c.id == draft_id, drafts.c.owner.in_(owners))
        async with self._store.read() as db:
            row = (await db.execute(query)).first()
        key = (await self._store.keys.existing([_key(draft_id)])).get(_key(draft_id)) if row is not None else None
        return None if row is None or key is None else (_head(row), unseal(key, row.sealed, draft_id.encode()).decode())

    async def delete(self, draft_id: str, owners: Sequence[str], at: datetime) -> bool:
        """Erase a draft of one of these people, its key first; False where there is none."""
        async with self._store.read() as db:
            found = await db.scalar(select(drafts.c.id).where(drafts.c.id == draft_id, drafts.c.owner.in_(owners)))
        if found is not None:
            await self._erase([draft_id], at)
        return found is not None

    async def expire(self, before: datetime, at: datetime) -> int:
        """Erase all drafts not saved since; how many there were."""
        async with self._store.read() as db:
            found = list(await db.scalars(select(drafts.c.id).where(drafts.c.saved_at < before)))
        await self._erase(found, at)
        return len(found)

    async def _erase(self, ids: Sequence[str], at: datetime) -> None:
        for draft_id in ids:
            await self._store.keys.erase(_key(draft_id), at)
            async with self._store.write() as db:
                await db.execute(delete(drafts).where(drafts.c.id == draft_id))


def _key(draft_id: str) -> str:
    """Whose key seals it."""
    return f"draft:{draft_id}"


def _head(row: Row[*tuple[object, ...]]) -> DraftHead:
    return DraftHead.model_validate({name: getattr(row, name) for name in DraftHead.model_fields})
