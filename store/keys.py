"""The key store: one data key per case and per person, wrapped by the master key, in a database of its own.

It has backups of its own, and short-lived ones: whoever erases a key here has erased what it sealed everywhere else. Used
by `store/vault.py`. Data keys leave this module only into memory.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Column, Connection, LargeBinary, MetaData, Row, String, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.dml import Insert

from store.connect import UtcDateTime, alone, is_sqlite, transaction, writer
from store.lane import Lane, at_once
from store.master import KEY_BYTES, KeyProblem, Master, make_master, read_master

__all__ = ["INDEX", "Erased", "KeyProblem", "KeyStore", "metadata"]

INDEX = "index"
"""Owner of the key of the blind index."""

CACHED = 4096
"""How many unwrapped keys a process remembers."""

metadata = MetaData()

data_keys = Table(
    "data_keys",
    metadata,
    Column("owner", String(100), primary_key=True),
    Column("master", String(16), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""Wrapped keys: `case:<id>`, `person:<uuid>` or `index`, and the master key that wraps them."""

erasures = Table(
    "erasures",
    metadata,
    Column("owner", String(100), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
"""Whose key was erased and when; a restored backup has to go through it again."""

STORED = select(data_keys).where(data_keys.c.owner.in_(bindparam("owners", expanding=True)))
GONE = select(erasures.c.owner).where(erasures.c.owner.in_(bindparam("owners", expanding=True)))

T = TypeVar("T")


class Erased(LookupError):
    """The key of this owner was erased, and with it all that it sealed; its argument is the owner."""


class KeyStore:
    """Data keys by owner. A key is made at its first use, and never again after it was erased."""

    def __init__(self, engine: AsyncEngine, lane: Lane | None, master: Master) -> None:
        self._engine = engine
        self._lane = lane
        self._master = master
        self._cache: OrderedDict[str, bytes] = OrderedDict()

    @classmethod
    async def open(cls, url: str, master_key_file: Path) -> Self:
        """Open the key store, with a new master key if it holds no keys yet; raises KeyProblem and StoreAway."""
        engine = writer(url)
        try:
            async with transaction(engine) as db:
                await alone(db)
                await db.run_sync(metadata.create_all)
                master = await _check(db, master_key_file)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, Lane(url) if is_sqlite(url) else None, master)

    async def close(self) -> None:
        """Forget the keys and let go of the connections."""
        self._cache.clear()
        await self._engine.dispose()
        if self._lane is not None:
            await self._lane.close()

    async def key(self, owner: str) -> bytes:
        """The key of this owner, made if there is none; raises Erased, KeyProblem, StoreAway."""
        found = await self.keys([owner])
        if owner not in found:
            raise Erased(owner)
        return found[owner]

    async def keys(self, owners: Iterable[str]) -> dict[str, bytes]:
        """The keys of these owners, made where there are none; those that were erased are left out."""
        wanted = list(dict.fromkeys(owners))
        found = {owner: key for owner in wanted if (key := self.peek(owner)) is not None}
        asked = [owner for owner in wanted if owner not in found]
        return found | (await self._fetch(asked, make=True) if asked else {})

    async def existing(self, owners: Sequence[str]) -> dict[str, bytes]:
        """The keys that there are, out of memory where possible; makes none. Raises KeyProblem, StoreAway."""
        found = {owner: key for owner in owners if (key := self.peek(owner)) is not None}
        asked = [owner for owner in owners if owner not in found]
        return found | (await self._fetch(asked, make=False) if asked else {})

    def peek(self, owner: str) -> bytes | None:
        """The key of this owner if it is in memory; from any thread."""
        return self._cache.get(owner)

    async def erase(self, owner: str, at: datetime) -> None:
        """Erase the key of this owner for good and note it in the register. Doing it again changes nothing.

        Other processes forget the key when they restart, or when it falls out of their memory.
        """
        await self._at_once(lambda db: _erase(db, owner, at))
        self._cache.pop(owner, None)

    async def drop(self, owners: Sequence[str]) -> None:
        """Delete keys under which nothing is sealed any more. Unlike an erasure it leaves no mark."""
        await self._at_once(lambda db: db.execute(delete(data_keys).where(data_keys.c.owner.in_(owners))))
        for owner in owners:
            self._cache.pop(owner, None)

    async def _fetch(self, owners: Sequence[str], *, make: bool) -> dict[str, bytes]:
        """Read keys, made before where they are missing, and keep them in memory."""

        def work(db: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
            if make:
                _make(db, self._master, owners)
            return db.execute(STORED, {"owners": owners}).all()

        found = {row.owner: self._master.unwrap(row.master, row.owner, row.wrapped) for row in await self._at_once(work)}
        self._cache.update(found)
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return found

    async def _at_once(self, work: Callable[[Connection], T]) -> T:
        return await at_once(self._lane, self._engine, work)


async def _check(db: AsyncConnection, path: Path) -> Master:
    """The master keys of the file, made for an empty key store; raises KeyProblem where they don't open what is stored."""
    row = (await db.execute(select(data_keys).limit(1))).first()
    stored = await asyncio.to_thread(read_master, path)
    if row is not None:
        if stored is None:
            raise KeyProblem(f"{path} is missing, and there are keys that only it opens: put it back")
        stored.unwrap(row.master, row.owner, row.wrapped)
        return stored
    master = stored if stored is not None else await asyncio.to_thread(make_master, path)
    # Wrapped at once, so that another master key is found out at the next start and not at the first text.
    await db.run_sync(_insert, master, {INDEX: secrets.token_bytes(KEY_BYTES)})
    return master


def _make(db: Connection, master: Master, owners: Sequence[str]) -> None:
    """Make keys for those of these owners who have none and were never erased; one that is there already stays."""
    gone = set(db.scalars(GONE, {"owners": owners}))
    known = {row.owner for row in db.execute(STORED, {"owners": owners})}
    fresh = {owner: secrets.token_bytes(KEY_BYTES) for owner in owners if owner not in gone | known}
    if fresh:
        _insert(db, master, fresh)


def _erase(db: Connection, owner: str, at: datetime) -> None:
    if db.scalar(select(erasures.c.owner).where(erasures.c.owner == owner)) is None:
        db.execute(erasures.insert().values(owner=owner, at=at))
    db.execute(delete(data_keys).where(data_keys.c.owner == owner))


def _insert(db: Connection, master: Master, keys: dict[str, bytes]) -> None:
    """Store new keys, wrapped."""
    rows = [{"owner": owner, "master": master.current, "wrapped": master.wrap(owner, key)} for owner, key in keys.items()]
    db.execute(_NEW[db.dialect.name], rows)


def _new(dialect: str) -> Insert:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    values: dict[str, Any] = {name: bindparam(name) for name in ("owner", "master", "wrapped")}
    return insert(data_keys).values(values).on_conflict_do_nothing()


_NEW = {name: _new(name) for name in ("sqlite", "postgresql")}
