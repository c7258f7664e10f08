"""Which key store belongs to a database: each was given the mark of the other at their first opening. Called by `store/engine.py`.

With the keys of another instance, or with none where there were some, a start would go well and every word would look erased.
"""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from store.connect import alone, transaction
from store.keyring.master import KeyProblem
from store.secrecy.erasure_tables import key_homes


async def known_mark(engine: AsyncEngine) -> str | None:
    """The mark of the key store that belongs here, or None before the first opening."""
    async with transaction(engine) as db:
        return await _mark(db)


async def settle(engine: AsyncEngine, mark: str) -> None:
    """Make sure that this is the key store that belongs here. Raises KeyProblem."""
    async with transaction(engine) as db:
        await alone(db)
        known = await _mark(db)
        if known is None:
            await db.execute(insert(key_homes), [{"mark": mark}])
        elif known != mark:
            raise KeyProblem("the key store (JIEFEN_KEYS_URL) is that of another database: put the right one back")


async def _mark(db: AsyncConnection) -> str | None:
    found: str | None = await db.scalar(select(key_homes.c.mark))
    return found
