"""How people of the offices want to be told: addresses sealed under their account's key, and which roads are switched on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field
from sqlalchemy import delete, insert, or_, select

from models.account import AccountState
from models.base import Model
from models.message import Medium
from store.engine import Store
from store.entry.account_tables import absences, account_posts, accounts
from store.keyring.master import seal, unseal
from store.messages.message_tables import contact_cards


class ContactCard(Model):
    """Somebody's own addresses and wishes. Never shown by `repr`, never quoted by a validation error."""

    model_config = ConfigDict(hide_input_in_errors=True)

    mail: str = Field(default="", max_length=200, pattern=r"^([^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;]+)?$")
    phone: str = Field(default="", max_length=20, pattern=r"^(\+?[0-9]{5,15})?$")
    by_mail: bool = False
    by_sms: bool = False
    language: str | None = Field(default=None, pattern=r"^(zh|en)$")

    def __repr__(self) -> str:
        return "ContactCard(…)"

    __str__ = __repr__

    def address(self, medium: Medium) -> str:
        """The address for a medium; nothing where there is none, or it is switched off."""
        if medium is Medium.MAIL:
            return self.mail if self.by_mail else ""
        return self.phone if medium is Medium.SMS and self.by_sms else ""


@dataclass(frozen=True, slots=True)
class Reach:
    """An account through which a post is reached today."""

    staff: str
    account: str
    by_mail: bool
    by_sms: bool

    def by(self, medium: Medium) -> bool:
        """Whether this road is switched on."""
        return {Medium.MAIL: self.by_mail, Medium.SMS: self.by_sms}.get(medium, False)


class ContactShelf:
    """Contact cards."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def card(self, account_id: str) -> ContactCard:
        """The card of an account; an empty one where there is none, and of one that was erased. Raises StoreAway, KeyProblem."""
        async with self._store.read() as db:
            row = (await db.execute(select(contact_cards).where(contact_cards.c.account_id == account_id))).first()
        key = None if row is None else (await self._store.keys.existing([_owner(account_id)])).get(_owner(account_id))
        if row is None or key is None:
            return ContactCard()
        found = ContactCard.model_validate_json(unseal(key, row.sealed, _bound(account_id)))
        return found.model_copy(update={"by_mail": row.by_mail, "by_sms": row.by_sms, "language": row.language})

    async def keep(self, account_id: str, card: ContactCard, at: datetime) -> None:
        """Keep a card in the place of the one before. Raises Erased, StoreAway."""
        key = await self._store.keys.key(_owner(account_id))
        words = card.model_dump_json(include={"mail", "phone"}).encode()
        row = {"account_id": account_id, "sealed": seal(key, words, _bound(account_id)), "updated_at": at, "language": card.language}
        row |= {"by_mail": card.by_mail and bool(card.mail), "by_sms": card.by_sms and bool(card.phone)}
        async with self._store.write() as db:
            await db.execute(delete(contact_cards).where(contact_cards.c.account_id == account_id))
            await db.execute(insert(contact_cards), [row])

    async def reach(self, staff: Collection[str], day: date, *, demo: bool) -> list[Reach]:
        """Through which accounts these posts are reached on a day: their holders', and those of whoever stands in."""
        runs = (absences.c.since <= day, absences.c.until >= day, absences.c.ended_at.is_(None), absences.c.stand_in.is_not(None))
        async with self._store.read() as db:
            stands = (await db.execute(select(absences.c.absent, absences.c.stand_in).where(absences.c.absent.in_(staff), *runs))).all()
            asked = {*staff, *(row.stand_in for row in stands)}
            query = (
                select(account_posts.c.staff, account_posts.c.account_id, contact_cards.c.by_mail, contact_cards.c.by_sms)
                .join(accounts, accounts.c.id == account_posts.c.account_id)
                .join(contact_cards, contact_cards.c.account_id == accounts.c.id)
                .where(account_posts.c.staff.in_(asked), accounts.c.state == AccountState.ACTIVE)
                .where(*_held(day), or_(contact_cards.c.by_mail, contact_cards.c.by_sms))
            )
            rows = (await db.execute(query if demo else query.where(~accounts.c.demo))).all()
        own = [Reach(row.staff, row.account_id, row.by_mail, row.by_sms) for row in rows if row.staff in set(staff)]
        others = [Reach(one.absent, row.account_id, row.by_mail, row.by_sms) for one in stands for row in rows if row.staff == one.stand_in]
        return list(dict.fromkeys([*own, *others]))


def _held(day: date) -> tuple[Any, ...]:
    since, until = account_posts.c.since, account_posts.c.until
    return or_(since.is_(None), since <= day), or_(until.is_(None), until >= day)


def _owner(account_id: str) -> str:
    return f"account:{account_id}"


def _bound(account_id: str) -> bytes:
    """What a sealed card belongs to: moved to another account it does not open."""
    return f"contact:{account_id}".encode()
