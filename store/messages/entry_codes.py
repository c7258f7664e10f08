"""Codes sent by text message for signing in on the query page: digests alone, one for each query code, good for minutes and once."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from store.engine import Store
from store.keyring.keys import INDEX
from store.messages.message_tables import entry_codes

table = entry_codes.c


class EntryCodeShelf:
    """Codes that were sent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, name: str, code: str, now: datetime, lasts: timedelta, between: timedelta) -> bool:
        """Keep a code in the place of the one before; False, and nothing done, where that was sent less than `between` ago."""
        key, digest = await self._digest("name", name), await self._digest("code", f"{name}:{code}")
        async with self._store.write() as db:
            last = await db.scalar(select(table.sent_at).where(table.key == key).with_for_update())
            if last is not None and now - last < between:
                return False
            await db.execute(delete(entry_codes).where((table.key == key) | (table.expires_at < now)))
            await db.execute(insert(entry_codes), [{"key": key, "digest": digest, "sent_at": now, "expires_at": now + lasts}])
        return True

    async def use(self, name: str, code: str, now: datetime) -> bool:
        """Use a code up; False where it is not the one that was sent, or too old, or used before."""
        key, digest = await self._digest("name", name), await self._digest("code", f"{name}:{code}")
        async with self._store.write() as db:
            gone = await db.execute(delete(entry_codes).where(table.key == key, table.digest == digest, table.expires_at >= now))
            return gone.rowcount == 1

    async def drop(self, name: str) -> None:
        """Forget a code that could not be sent."""
        key = await self._digest("name", name)
        async with self._store.write() as db:
            await db.execute(delete(entry_codes).where(table.key == key))

    async def _digest(self, kind: str, word: str) -> str:
        return hmac.new(await self._store.keys.key(INDEX), f"entry.{kind}:{word}".encode(), hashlib.sha256).hexdigest()
