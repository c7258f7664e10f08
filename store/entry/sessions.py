"""Sessions, API tokens, locks and sign-ins under way, in the store. Several web processes share them; none keeps any.

Called by the sessions, tokens, locks and OIDC sign-ins of `service/entry/`, which make the digests.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.account import Token
from models.account_log import AccountEntry
from models.base import Instant, Model
from store.connect import inserting
from store.engine import Store
from store.entry.account_log import entered
from store.entry.account_tables import api_tokens, login_locks, oidc_flows, sessions

MOST_SESSIONS = 20
"""How many sessions one person may have at a time; a further one ends the oldest."""


class SessionRow(Model):
    """A session as stored."""

    digest: str
    account_id: str
    post: str
    second_factor: bool
    started_at: Instant
    seen_at: Instant
    ends_at: Instant


class TokenRow(Model):
    """An API token as stored."""

    account_id: str
    digest: str
    token: Token


class LockRow(Model):
    """How often one login name or one address has failed, and until when it has to wait."""

    failed: int = 0
    locked_until: Instant | None = None


class FlowRow(Model):
    """A sign-in on its way to an OIDC provider and back."""

    state: str
    browser: str
    nonce: str
    verifier: str
    onward: str
    expires_at: Instant


class SessionShelf:
    """Sessions by the digest of their id."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def start(self, row: SessionRow, idle: timedelta, replaces: str | None = None) -> None:
        """Keep a session, in the place of another where that is named; those that are over go."""
        now = row.started_at
        async with self._store.write() as db:
            over = or_(sessions.c.ends_at <= now, sessions.c.seen_at <= now - idle, sessions.c.digest == (replaces or ""))
            await db.execute(delete(sessions).where(over))
            mine = select(sessions.c.digest).where(sessions.c.account_id == row.account_id)
            surplus = (await db.scalars(mine.order_by(sessions.c.seen_at.desc(), sessions.c.digest).offset(MOST_SESSIONS - 1))).all()
            if surplus:
                await db.execute(delete(sessions).where(sessions.c.digest.in_(surplus)))
            await db.execute(insert(sessions), [row.model_dump()])

    async def get(self, digest: str) -> SessionRow | None:
        """The session of this digest, over or not."""
        async with self._store.read() as db:
            row = (await db.execute(select(sessions).where(sessions.c.digest == digest))).mappings().first()
        return None if row is None else SessionRow.model_validate(dict(row))

    async def rotate(self, digest: str, row: SessionRow) -> bool:
        """Put a session under a new id; False when the old one is gone."""
        async with self._store.write() as db:
            gone = await db.execute(delete(sessions).where(sessions.c.digest == digest))
            if gone.rowcount == 1:
                await db.execute(insert(sessions), [row.model_dump()])
            return gone.rowcount == 1

    async def touch(self, digest: str, at: datetime) -> None:
        """Note that a session was used."""
        async with self._store.write() as db:
            await db.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=at))

    async def prove(self, digest: str) -> None:
        """Note that a session's person has proved themselves by a second factor."""
        async with self._store.write() as db:
            await db.execute(update(sessions).where(sessions.c.digest == digest).values(second_factor=True))

    async def end(self, digest: str) -> None:
        """End a session. One that is gone stays gone."""
        async with self._store.write() as db:
            await db.execute(delete(sessions).where(sessions.c.digest == digest))

    async def of(self, account_id: str) -> list[SessionRow]:
        """All sessions of a person, over or not, the one used last first."""
        query = select(sessions).where(sessions.c.account_id == account_id).order_by(sessions.c.seen_at.desc(), sessions.c.digest)
        async with self._store.read() as db:
            return [SessionRow.model_validate(dict(row)) for row in (await db.execute(query)).mappings()]

    async def end_others(self, account_id: str, digest: str) -> int:
        """End all sessions of a person but one; how many there were."""
        others = (sessions.c.account_id == account_id) & (sessions.c.digest != digest)
        async with self._store.write() as db:
            return (await db.execute(delete(sessions).where(others))).rowcount


class TokenShelf:
    """API tokens."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, account_id: str, token: Token, digest: str, entry: AccountEntry | None = None) -> None:
        """Keep a token."""
        row = token.model_dump() | {"account_id": account_id, "digest": digest, "scopes": json.dumps(token.scopes)}
        async with self._store.write() as db:
            await db.execute(insert(api_tokens), [row])
            await entered(db, entry)

    async def get(self, token_id: str) -> TokenRow | None:
        """The token of this id, good or not."""
        async with self._store.read() as db:
            row = (await db.execute(select(api_tokens).where(api_tokens.c.id == token_id))).first()
        return None if row is None else TokenRow(account_id=row.account_id, digest=row.digest, token=_token(row))

    async def of(self, account_id: str) -> list[Token]:
        """All tokens of a person, the newest first."""
        query = select(api_tokens).where(api_tokens.c.account_id == account_id).order_by(api_tokens.c.created_at.desc(), api_tokens.c.id)
        async with self._store.read() as db:
            return [_token(row) for row in await db.execute(query)]

    async def used(self, token_id: str, at: datetime) -> None:
        """Note that a token was used."""
        async with self._store.write() as db:
            await db.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(last_used_at=at))

    async def revoke(self, account_id: str, token_id: str, at: datetime, entry: AccountEntry | None = None) -> bool:
        """Take a token of this person back for good; False when there is none that still counts."""
        mine = (api_tokens.c.id == token_id) & (api_tokens.c.account_id == account_id) & api_tokens.c.revoked_at.is_(None)
        async with self._store.write() as db:
            done = (await db.execute(update(api_tokens).where(mine).values(revoked_at=at))).rowcount == 1
            await entered(db, entry if done else None)
            return done


class LockShelf:
    """Failed attempts by key. `charge` and `refund` are one transaction each, so that attempts at once are all counted."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, key: str) -> LockRow:
        """What is known of this key."""
        async with self._store.read() as db:
            return _lock((await db.execute(select(login_locks).where(login_locks.c.key == key))).first())

    async def charge(self, key: str, now: datetime, free: int, delays: tuple[timedelta, ...], forget: timedelta) -> LockRow:
        """Count an attempt, unless the key is locked: then nothing changes. Returns how it stood before.

        What is older than `forget` doesn't count any more.
        """
        async with self._store.write() as db:
            row = await _held(db, key, now)
            before = _lock(row)
            if before.locked_until is not None and before.locked_until > now:
                return before
            failed = 1 if row.last_at < now - forget else before.failed + 1
            until = now + delays[min(failed - free, len(delays) - 1)] if failed >= free else None
            await db.execute(_changed(key, failed=failed, last_at=now, locked_until=until))
            return before

    async def refund(self, key: str, now: datetime, free: int) -> None:
        """Take the count of one attempt back."""
        async with self._store.write() as db:
            before = _lock(await _held(db, key, now))
            failed = max(before.failed - 1, 0)
            await db.execute(_changed(key, failed=failed, locked_until=before.locked_until if failed >= free else None))

    async def clear(self, key: str, stale: datetime) -> None:
        """Forget a key: somebody has signed in. With it goes what nobody has tried since `stale`."""
        async with self._store.write() as db:
            await db.execute(delete(login_locks).where(or_(login_locks.c.key == key, login_locks.c.last_at < stale)))


class FlowShelf:
    """Sign-ins under way."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(self, row: FlowRow, now: datetime) -> None:
        """Keep one; those that took too long go."""
        async with self._store.write() as db:
            await db.execute(delete(oidc_flows).where(oidc_flows.c.expires_at <= now))
            await db.execute(insert(oidc_flows), [row.model_dump()])

    async def take(self, state: str, now: datetime) -> FlowRow | None:
        """Take one out, so that it is good once; None when it is gone or took too long."""
        async with self._store.write() as db:
            row = (await db.execute(select(oidc_flows).where(oidc_flows.c.state == state))).mappings().first()
            if row is None or (await db.execute(delete(oidc_flows).where(oidc_flows.c.state == state))).rowcount != 1:
                return None
        found = FlowRow.model_validate(dict(row))
        return found if found.expires_at > now else None


async def _held(db: AsyncConnection, key: str, now: datetime) -> Row[*tuple[Any, ...]]:
    """The row of a key, made if there is none, and kept from everybody else until the transaction ends.

    One statement, since between an insert that finds a row and a select somebody who signed in may have cleared it.
    """
    fresh = inserting(db.dialect.name, login_locks).values(key=key, failed=0, last_at=now)
    held = fresh.on_conflict_do_update(index_elements=[login_locks.c.key], set_={"key": key})
    row: Row[*tuple[Any, ...]] = (await db.execute(held.returning(login_locks))).one()
    return row


def _changed(key: str, **values: Any) -> Update:
    return update(login_locks).where(login_locks.c.key == key).values(values)


def _lock(row: Row[*tuple[Any, ...]] | None) -> LockRow:
    return LockRow() if row is None else LockRow(failed=row.failed, locked_until=row.locked_until)


def _token(row: Row[*tuple[Any, ...]]) -> Token:
    return Token.model_validate({**{name: getattr(row, name) for name in Token.model_fields}, "scopes": json.loads(row.scopes)})
