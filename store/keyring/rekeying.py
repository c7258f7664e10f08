"""Moving the key store under a new master key, in steps that may end at any moment, and letting old master keys go.

Where a rotation stands is read off the keys themselves: whatever is not wrapped by the master key that leads has still to be
moved. So one that was killed is taken up by asking again, and no second master key is made for it. Used by `service/secrecy/rotation.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, select, update

from store.keyring.key_tables import data_keys, erasures, masters
from store.keyring.keys import KeyStore, insert_keys, note_master
from store.keyring.master import Master
from store.keyring.payload_keys import add_payload_key, newest_payload_key, noted_payload_keys

BATCH = 200
"""Keys moved in one transaction."""

MOVED = update(data_keys).where(data_keys.c.owner == bindparam("of"), data_keys.c.master == bindparam("before"))


@dataclass(frozen=True, slots=True)
class MasterNoted:
    """A master key: since when it has wrapped here, when it was retired, and how many keys it wraps now."""

    id: str
    since: datetime | None
    retired_at: datetime | None
    wraps: int
    leads: bool


@dataclass(frozen=True, slots=True)
class KeysNoted:
    """What may be said of the keys: ids, times and numbers."""

    where: str
    """Where the master keys come from."""
    masters: Sequence[MasterNoted]
    payload_keys: dict[str, datetime]
    """Ids of the keys of payloads with the time each was made, the one that seals first."""
    kinds: dict[str, int]
    """How many data keys there are by kind of owner: `case`, `person`, `draft` …"""
    erased: int


class Rekeying:
    """The rotation of one key store."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    async def begin(self) -> None:
        """Make a new master key and a new key of payloads, unless a rotation is under way. Raises KeyProblem, StoreAway."""
        await self._keys.reread()
        sealed = None
        if not await self._keys.at_once(lambda db: _under_way(db, self._keys.master)):
            self._keys.master, sealed = await self._keys.source.make(self._keys.master)
        await self._keys.at_once(lambda db: _lead(db, self._keys.master, sealed))

    async def left(self) -> int:
        """How many keys have still to be moved."""
        query = select(func.count()).select_from(data_keys).where(data_keys.c.master != self._keys.master.current)
        return await self._keys.at_once(lambda db: int(db.scalar(query) or 0))

    async def step(self) -> int:
        """Move some keys under the master key that leads; return how many, 0 when there are none left."""
        return await self._keys.at_once(lambda db: _move(db, self._keys.master))

    async def retire(self, at: datetime) -> list[str]:
        """Let go of all master keys that wrap nothing any more; return their ids. What they wrapped in old backups is lost with them."""
        await self._keys.reread()
        mine = self._keys.master
        gone = await self._keys.at_once(lambda db: _retire(db, mine, at))
        await self._keys.source.take_away(set(gone))
        await self._keys.reread()
        return [name for name in gone if name in mine.keys]

    async def noted(self) -> KeysNoted:
        """Ids, times and numbers; no secrets."""
        leads = self._keys.master.current
        return await self._keys.at_once(lambda db: _noted(db, self._keys.source.where, leads))


def _under_way(db: Connection, master: Master) -> bool:
    older = select(data_keys.c.owner).where(data_keys.c.master != master.current).limit(1)
    newest = newest_payload_key(db)
    return db.scalar(older) is not None or (newest is not None and newest.made_under != master.current)


def _lead(db: Connection, master: Master, sealed: str | None) -> None:
    """Note the master key that leads, and make the key of payloads that belongs to it."""
    note_master(db, master.current, sealed)
    newest = newest_payload_key(db)
    if newest is None or newest.made_under != master.current:
        insert_keys(db, master, add_payload_key(db, master.current))


def _move(db: Connection, master: Master) -> int:
    older = select(data_keys).where(data_keys.c.master != master.current).order_by(data_keys.c.owner).limit(BATCH)
    rows = db.execute(older.with_for_update()).all()
    moved = [
        {"of": row.owner, "before": row.master, "now": master.wrap(row.owner, master.unwrap(row.master, row.owner, row.wrapped))}
        for row in rows
    ]
    if moved:
        db.execute(MOVED.values(master=master.current, wrapped=bindparam("now")), moved)
    return len(moved)


def _retire(db: Connection, master: Master, at: datetime) -> list[str]:
    """Mark all that wrap nothing; whoever still has one in memory finds that out before it wraps again (`insert_keys`)."""
    for name in master.keys:
        note_older(db, name)
    others = select(masters.c.id).where(masters.c.id != master.current).order_by(masters.c.number).with_for_update()
    ids = list(db.scalars(others))
    used = set(db.scalars(select(data_keys.c.master).distinct()))
    gone = [name for name in ids if name not in used]
    db.execute(update(masters).where(masters.c.id.in_(gone), masters.c.retired_at.is_(None)).values(retired_at=at))
    db.execute(update(masters).where(masters.c.id.in_(gone)).values(sealed=None))
    return gone


def note_older(db: Connection, name: str) -> None:
    """Note a master key that was here before such notes were kept."""
    if db.scalar(select(masters.c.id).where(masters.c.id == name)) is None:
        db.execute(masters.insert().values(id=name))


def _noted(db: Connection, where: str, leads: str) -> KeysNoted:
    wraps = {row[0]: int(row[1]) for row in db.execute(select(data_keys.c.master, func.count()).group_by(data_keys.c.master))}
    known = {row.id: row for row in db.execute(select(masters).order_by(masters.c.number))}
    kind = case(*((data_keys.c.owner.like(f"{name}:%"), name) for name in ("case", "person", "payload", "draft")), else_="other")
    kinds = {row[0]: int(row[1]) for row in db.execute(select(kind, func.count()).group_by(kind))}
    erased = int(db.scalar(select(func.count()).select_from(erasures)) or 0)
    found = [
        MasterNoted(
            id=name,
            since=known[name].since if name in known else None,
            retired_at=known[name].retired_at if name in known else None,
            wraps=wraps.get(name, 0),
            leads=name == leads,
        )
        for name in dict.fromkeys((*known, *wraps))
    ]
    return KeysNoted(where=where, masters=found, payload_keys=noted_payload_keys(db), kinds=kinds, erased=erased)
