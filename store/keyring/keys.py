"""The key store: one data key per case and per person, wrapped by the master key, in a database of its own.

It has backups of its own, and short-lived ones: whoever erases a key here has erased what it sealed everywhere else. Used
by `store/vault.py`. Data keys leave this module only into memory.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Row, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.dml import Insert

from store.connect import WIPED, alone, inserting, is_sqlite, prepare, transaction, writer
from store.keyring.key_tables import data_keys, erasures, masters, metadata
from store.keyring.master import KeyProblem, Master, UnknownMaster, new_key
from store.keyring.master_sources import MasterKeys
from store.keyring.payload_keys import PayloadKey, add_payload_key, newest_payload_key, noted_payload_keys, payload_owner
from store.lane import Lane, at_once

__all__ = ["INDEX", "Erased", "KeyProblem", "KeyStore", "metadata"]

INDEX = "index"
"""Owner of the key of the blind index."""

STORE = "store"
"""Owner of the key that the key store's own mark is made from."""

CACHED = 4096
"""How many unwrapped keys a process remembers."""

STORED = select(data_keys).where(data_keys.c.owner.in_(bindparam("owners", expanding=True)))
GONE = select(erasures.c.owner).where(erasures.c.owner.in_(bindparam("owners", expanding=True)))

T = TypeVar("T")


class Erased(LookupError):
    """The key of this owner was erased, and with it all that it sealed; its argument is the owner."""


class KeyStore:
    """Data keys by owner. A key is made at its first use, and never again after it was erased."""

    def __init__(self, engine: AsyncEngine, lane: Lane | None, source: MasterKeys, master: Master) -> None:
        self._engine = engine
        self._lane = lane
        self.source = source
        self.master = master
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._erased = 0
        """How many erasures this process has taken notice of."""

    @classmethod
    async def open(cls, url: str, source: MasterKeys, *, make: bool = True) -> Self:
        """Open the key store; with `make`, one that holds no keys yet gets its first ones. Raises KeyProblem and StoreAway."""
        engine = writer(url)
        if is_sqlite(url):
            prepare(engine.sync_engine, (WIPED,))
        try:
            master = await _settled(engine, source, make=make)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, Lane(url, WIPED) if is_sqlite(url) else None, source, master)

    async def close(self) -> None:
        """Forget the keys and let go of the connections."""
        self._cache.clear()
        await self._engine.dispose()
        if self._lane is not None:
            await self._lane.close()

    async def mark(self) -> str:
        """A mark of this key store, which says nothing about its keys. Raises KeyProblem, StoreAway."""
        return hashlib.sha256(b"jiefen key store" + await self.key(STORE)).hexdigest()[:32]

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

    async def payload_keys(self) -> tuple[PayloadKey, ...]:
        """The keys of what goes to Temporal, the one that seals first. Raises KeyProblem, StoreAway."""
        noted = await self.at_once(noted_payload_keys)
        found = await self.existing([payload_owner(key_id) for key_id in noted])
        return tuple(PayloadKey(key_id, at, found[payload_owner(key_id)]) for key_id, at in noted.items())

    async def erase(self, owner: str, at: datetime) -> None:
        """Erase the key of this owner for good and note it. Doing it again changes nothing.

        Other processes forget the key at their next `refresh`.
        """
        await self.at_once(lambda db: _erase(db, owner, at))
        self._cache.pop(owner, None)
        await self._wipe()

    async def drop(self, owners: Sequence[str]) -> None:
        """Delete keys under which nothing is sealed any more. Unlike an erasure it leaves no mark."""
        await self.at_once(lambda db: db.execute(delete(data_keys).where(data_keys.c.owner.in_(owners))))
        for owner in owners:
            self._cache.pop(owner, None)

    async def refresh(self) -> None:
        """Take notice of what other processes have done: forget keys that were erased. Raises StoreAway."""

        def work(db: Connection) -> tuple[int, set[str]]:
            count = int(db.scalar(select(func.count()).select_from(erasures)) or 0)
            return count, set(db.scalars(GONE, {"owners": known})) if count != self._erased else set()

        known = list(self._cache)
        self._erased, gone = await self.at_once(work)
        for owner in gone:
            self._cache.pop(owner, None)

    async def reread(self) -> None:
        """Read the master keys again: there may be new ones. Raises KeyProblem, StoreAway."""
        found = await self.source.read(await self.at_once(_sealed))
        if found is None:
            raise KeyProblem(f"{self.source.where} is missing: put it back")
        self.master = found

    async def at_once(self, work: Callable[[Connection], T]) -> T:
        """A transaction of the key store, for this room alone. Raises StoreAway."""
        return await at_once(self._lane, self._engine, work)

    async def _fetch(self, owners: Sequence[str], *, make: bool) -> dict[str, bytes]:
        """Read keys, made before where they are missing, and keep them in memory."""

        def work(db: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
            if make:
                _make(db, self.master, owners)
            return db.execute(STORED, {"owners": owners}).all()

        try:
            found = self._unwrapped(await self.at_once(work))
        except UnknownMaster:  # a rotation has begun since
            await self.reread()
            found = self._unwrapped(await self.at_once(work))
        self._cache.update(found)
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return found

    def _unwrapped(self, rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[str, bytes]:
        return {row.owner: self.master.unwrap(row.master, row.owner, row.wrapped) for row in rows}

    async def _wipe(self) -> None:
        """Let no copy of a deleted row stay behind in SQLite's log; where it can't be emptied now, the next one does."""
        if self._lane is not None:
            await self._lane.empty_log()


async def _settled(engine: AsyncEngine, source: MasterKeys, *, make: bool) -> Master:
    """The master keys, checked against what is stored, or made for an empty key store. Raises KeyProblem, StoreAway.

    No transaction is open while the source is asked: a key service may take its time.
    """
    async with transaction(engine) as db:
        await alone(db)
        await db.run_sync(metadata.create_all)
        sealed, used = await db.run_sync(_sealed), await db.run_sync(_samples)
        if not used and not make:
            raise KeyProblem("the key store (JIEFEN_KEYS_URL) is empty, and there are words that only its keys open: put it back")
    master = await source.read(sealed)
    if master is None and used:
        raise KeyProblem(f"{source.where} is missing, and there are keys that only it opens: put it back")
    by_service = None
    if master is None:
        master, by_service = await source.make(None)
    for row in used:
        master.unwrap(row.master, row.owner, row.wrapped)
    async with transaction(engine) as db:
        await alone(db)
        first = bool(used) or not await db.run_sync(_samples)
        if first:
            await db.run_sync(_begin, master, by_service)
    # Else another process was faster, perhaps with another master key.
    return master if first else await _settled(engine, source, make=make)


def _sealed(db: Connection) -> dict[str, str]:
    """What the key service has made of master keys, by their ids, in their order."""
    query = select(masters.c.id, masters.c.sealed).where(masters.c.sealed.is_not(None)).order_by(masters.c.number)
    return {row.id: row.sealed for row in db.execute(query)}


def _samples(db: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    """One stored key for each master key that wraps any."""
    one = select(func.min(data_keys.c.owner)).group_by(data_keys.c.master)
    return db.execute(select(data_keys).where(data_keys.c.owner.in_(one))).all()


def _begin(db: Connection, master: Master, by_service: str | None) -> None:
    """Make what a key store needs from the start: wrapped at once, another master key is found out at the next start."""
    note_master(db, master.current, by_service)
    if db.scalar(select(data_keys.c.owner).where(data_keys.c.owner == INDEX)) is None:
        insert_keys(db, master, {INDEX: new_key()})
    if newest_payload_key(db) is None:
        insert_keys(db, master, add_payload_key(db, master.current))


def note_master(db: Connection, master_id: str, by_service: str | None = None) -> None:
    """Note a master key that wraps from now on. Raises KeyProblem for one that was retired."""
    known = db.execute(select(masters.c.retired_at).where(masters.c.id == master_id)).first()
    if known is None:
        db.execute(masters.insert().values(id=master_id, sealed=by_service))
    elif known.retired_at is not None:
        raise KeyProblem(f"the master key {master_id} was retired and wraps nothing any more: put the new one in front")


def _make(db: Connection, master: Master, owners: Sequence[str]) -> None:
    """Make keys for those of these owners who have none and were never erased; one that is there already stays."""
    gone = set(db.scalars(GONE, {"owners": owners}))
    known = {row.owner for row in db.execute(STORED, {"owners": owners})}
    fresh = {owner: new_key() for owner in owners if owner not in gone | known}
    if fresh:
        insert_keys(db, master, fresh)


def _erase(db: Connection, owner: str, at: datetime) -> None:
    if db.scalar(select(erasures.c.owner).where(erasures.c.owner == owner)) is None:
        db.execute(erasures.insert().values(owner=owner, at=at))
    db.execute(delete(data_keys).where(data_keys.c.owner == owner))


def insert_keys(db: Connection, master: Master, keys: dict[str, bytes]) -> None:
    """Store new keys, wrapped. Raises UnknownMaster where the master key that would wrap them was retired meanwhile."""
    current = select(masters.c.retired_at).where(masters.c.id == master.current).with_for_update(read=True)
    if db.scalar(current) is not None:
        raise UnknownMaster(f"the master key {master.current} was retired: put the new one into {master.where}")
    rows = [{"owner": owner, "master": master.current, "wrapped": master.wrap(owner, key)} for owner, key in sorted(keys.items())]
    db.execute(_NEW[db.dialect.name], rows)


def _new(dialect: str) -> Insert:
    values: dict[str, Any] = {name: bindparam(name) for name in ("owner", "master", "wrapped")}
    return inserting(dialect, data_keys).values(values).on_conflict_do_nothing()


_NEW = {name: _new(name) for name in ("sqlite", "postgresql")}
