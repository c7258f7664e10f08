"""Query codes and sessions of parties, in the store. Several web processes share them; none keeps any.

Called by `service/query_codes.py`, which makes the codes, and by `service/citizens.py`. The code itself is in no row and no log.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update

from models.base import Instant, Model
from store.connect import inserting
from store.engine import Store
from store.entry.citizen_tables import citizen_sessions, query_codes
from store.keyring.keys import INDEX
from store.keyring.master import seal, unseal


class CitizenRow(Model):
    """The session of a party as stored."""

    digest: str
    case_id: str
    party: str
    started_at: Instant
    seen_at: Instant
    ends_at: Instant


class QueryCodeShelf:
    """Query codes: found by a keyed digest, read again under the key of the person they belong to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, case_id: str, persons: Mapping[str, str]) -> dict[str, str]:
        """Return the codes of a case by party; `persons` are the vault references of its parties. Those of erased persons are gone."""
        query = select(query_codes.c.party, query_codes.c.sealed).where(query_codes.c.case_id == case_id)
        async with self._store.read() as db:
            rows = [row for row in await db.execute(query) if row.party in persons]
        keys = await self._store.keys.existing(sorted({persons[row.party] for row in rows}))
        return {
            row.party: unseal(keys[persons[row.party]], row.sealed, _bound(case_id, row.party)).decode()
            for row in rows
            if persons[row.party] in keys
        }

    async def add(self, case_id: str, persons: Mapping[str, str], codes: Mapping[str, str], at: datetime) -> None:
        """Keep the codes of these parties; one that has a code keeps that. Nobody gets one whose person was erased."""
        keys = await self._store.keys.keys(sorted({persons[party] for party in codes}))
        rows = [
            {
                "digest": await self._digest(code),
                "case_id": case_id,
                "party": party,
                "sealed": seal(keys[persons[party]], code.encode(), _bound(case_id, party)),
                "made_at": at,
            }
            for party, code in codes.items()
            if persons[party] in keys
        ]
        if rows:
            async with self._store.write() as db:
                await db.execute(inserting(db.dialect.name, query_codes).on_conflict_do_nothing(), rows)

    async def drop(self, case_id: str, party: str) -> None:
        """Take a party's code away, and end the sessions that it has opened."""
        async with self._store.write() as db:
            for table in (query_codes, citizen_sessions):
                await db.execute(delete(table).where(table.c.case_id == case_id, table.c.party == party))

    async def holder(self, code: str) -> tuple[str, str] | None:
        """Return whose code this is: case id and party."""
        query = select(query_codes.c.case_id, query_codes.c.party).where(query_codes.c.digest == await self._digest(code))
        async with self._store.read() as db:
            row = (await db.execute(query)).first()
        return None if row is None else (row.case_id, row.party)

    async def _digest(self, code: str) -> str:
        return hmac.new(await self._store.keys.key(INDEX), f"query:{code}".encode(), hashlib.sha256).hexdigest()


class CitizenShelf:
    """Sessions of parties by the digest of their id."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def start(self, row: CitizenRow, idle: timedelta, replaces: str | None = None) -> None:
        """Keep a session, in the place of another where that is named; those that are over go."""
        now, table = row.started_at, citizen_sessions.c
        async with self._store.write() as db:
            over = or_(table.ends_at <= now, table.seen_at <= now - idle, table.digest == (replaces or ""))
            await db.execute(delete(citizen_sessions).where(over))
            await db.execute(insert(citizen_sessions), [row.model_dump()])

    async def get(self, digest: str) -> CitizenRow | None:
        """The session of this digest, over or not."""
        async with self._store.read() as db:
            row = (await db.execute(select(citizen_sessions).where(citizen_sessions.c.digest == digest))).mappings().first()
        return None if row is None else CitizenRow.model_validate(dict(row))

    async def touch(self, digest: str, at: datetime) -> None:
        """Note that a session was used."""
        async with self._store.write() as db:
            await db.execute(update(citizen_sessions).where(citizen_sessions.c.digest == digest).values(seen_at=at))

    async def end(self, digest: str) -> None:
        """End a session. One that is gone stays gone."""
        async with self._store.write() as db:
            await db.execute(delete(citizen_sessions).where(citizen_sessions.c.digest == digest))


def _bound(case_id: str, party: str) -> bytes:
    """What a sealed code belongs to: moved to another row it does not open."""
    return f"query:{case_id}:{party}".encode()
