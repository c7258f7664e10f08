"""What parties have agreed to: text messages or none. By person, not by case; a stopped phone outranks whatever was agreed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update

from store.connect import inserting
from store.engine import Store
from store.keyring.keys import INDEX
from store.keyring.master import seal, unseal
from store.messages.message_tables import party_wishes, stopped_phones
from store.persons import plain_phone

TOKEN_BYTES = 12
"""Of the link that ends text messages: nobody guesses it, and it fits into one."""

LONGEST_TOKEN = 40


class WishShelf:
    """Wishes of persons, and stopped phones."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def wants(self, persons: Collection[str]) -> set[str]:
        """Those of these persons who have agreed to text messages."""
        query = select(party_wishes.c.person).where(party_wishes.c.person.in_(persons), party_wishes.c.by_sms)
        async with self._store.read() as db:
            return set(await db.scalars(query))

    async def wish(self, person: str, *, by_sms: bool, by: str, at: datetime) -> None:
        """Keep what a person wishes; the link that ends it stays the same. Raises Erased, StoreAway."""
        key = await self._store.keys.key(person)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = {"person": person, "by_sms": by_sms, "at": at, "said_by": by}
        row |= {"token": seal(key, token.encode(), _bound(person)), "token_digest": _digest(token)}
        async with self._store.write() as db:
            changed = await db.execute(
                update(party_wishes).where(party_wishes.c.person == person).values(by_sms=by_sms, at=at, said_by=by)
            )  # fmt: skip
            if not changed.rowcount:
                await db.execute(inserting(db.dialect.name, party_wishes).on_conflict_do_nothing(), [row])

    async def token(self, person: str) -> str | None:
        """The token of the link that ends a person's text messages; None where nothing was agreed, or the person was erased."""
        async with self._store.read() as db:
            sealed = await db.scalar(select(party_wishes.c.token).where(party_wishes.c.person == person))
        key = (await self._store.keys.existing([person])).get(person)
        return None if sealed is None or key is None else unseal(key, sealed, _bound(person)).decode()

    async def end(self, token: str, at: datetime) -> str | None:
        """End the text messages of whoever has this link; return the person, None for a token nobody has."""
        mine = party_wishes.c.token_digest == _digest(token[:LONGEST_TOKEN])
        async with self._store.write() as db:
            person: str | None = await db.scalar(select(party_wishes.c.person).where(mine))
            if person is not None:
                await db.execute(update(party_wishes).where(mine).values(by_sms=False, at=at, said_by="link"))
        return person

    async def stop(self, phone: str, by: str, at: datetime) -> None:
        """Put a phone on the list of those that get nothing. Raises StoreAway."""
        row = {"digest": await self._phone(phone), "at": at, "said_by": by}
        async with self._store.write() as db:
            await db.execute(inserting(db.dialect.name, stopped_phones).on_conflict_do_nothing(), [row])

    async def unstop(self, phone: str) -> bool:
        """Take a phone off the list; False where it was not on it."""
        digest = await self._phone(phone)
        async with self._store.write() as db:
            return (await db.execute(delete(stopped_phones).where(stopped_phones.c.digest == digest))).rowcount == 1

    async def stopped(self, phone: str) -> bool:
        """Whether a phone is on the list."""
        digest = await self._phone(phone)
        async with self._store.read() as db:
            return await db.scalar(select(stopped_phones.c.digest).where(stopped_phones.c.digest == digest)) is not None

    async def _phone(self, phone: str) -> str:
        return hmac.new(await self._store.keys.key(INDEX), f"stop:{plain_phone(phone)}".encode(), hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _bound(person: str) -> bytes:
    """What a sealed token belongs to: moved to another row it does not open."""
    return f"stop:{person}".encode()
