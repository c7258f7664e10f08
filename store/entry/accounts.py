"""Accounts in the store: who may sign in, their posts, passwords, second factors and subjects at an OIDC provider.

Called by `service/entry/accounts.py` and its neighbours. It keeps what it is given: whether a password is good is their matter.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.account import Account, AccountState, HeldPost
from models.account_log import AccountEntry
from store.engine import Store
from store.entry.account_log import entered
from store.entry.account_tables import account_passwords, account_posts, account_subjects, accounts, recovery_codes, sessions
from store.keyring.master import seal, unseal

REMEMBERED = 5
"""How many passwords are remembered, the one in force among them."""

ERASED = "—".encode()
"""What stands for the label of an account that was erased."""


class Taken(Exception):
    """The login name, or the subject at the provider, belongs to another account."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An account with what only the service may look at."""

    account: Account
    password: str | None = field(repr=False)
    totp: bytes | None = field(repr=False)
    totp_offered: bytes | None = field(repr=False)


class AccountShelf:
    """The accounts in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(
        self,
        login: str,
        password: str | None,
        label: str,
        posts: Sequence[HeldPost],
        at: datetime,
        *,
        must_change: bool,
        demo: bool,
        entry: AccountEntry | None = None,
    ) -> str:
        """Make an account and return its id, which the entry is about. Raises Taken."""
        account_id = str(uuid.uuid4())
        key = await self._store.keys.key(_owner(account_id))
        row = {
            "id": account_id, "login": login, "password": password, "label": _sealed(key, account_id, "label", label.encode()),
            "state": AccountState.ACTIVE, "must_change": must_change, "demo": demo, "totp": None, "totp_offered": None, "totp_step": 0,
            "created_at": at, "password_at": at if password else None,
        }  # fmt: skip
        try:
            async with self._store.write() as db:
                await db.execute(insert(accounts), [row])
                await _set_posts(db, account_id, posts)
                if password is not None:
                    await _remember(db, account_id, password)
                await entered(db, entry and entry.model_copy(update={"about": account_id}))
        except IntegrityError:
            await self._store.keys.drop([_owner(account_id)])
            raise Taken from None
        return account_id

    async def by_login(self, login: str) -> Stored | None:
        """The account of this login name."""
        return await self._one(accounts.c.login == login)

    async def by_id(self, account_id: str) -> Stored | None:
        """The account of this id."""
        return await self._one(accounts.c.id == account_id)

    async def by_subject(self, issuer: str, subject: str) -> Stored | None:
        """The account bound to this subject of this provider."""
        bound = exists().where(
            account_subjects.c.account_id == accounts.c.id, account_subjects.c.issuer == issuer, account_subjects.c.subject == subject
        )
        return await self._one(bound)

    async def holder_of(self, staff: str) -> tuple[str, ...]:
        """The accounts that hold this post, at whatever time."""
        async with self._store.read() as db:
            found = await db.scalars(select(account_posts.c.account_id).where(account_posts.c.staff == staff).order_by("account_id"))
            return tuple(found)

    async def all(self) -> list[Account]:
        """Every account, by login name."""
        async with self._store.read() as db:
            rows = (await db.execute(select(accounts).order_by(accounts.c.login))).all()
            posts = (await db.execute(select(account_posts).order_by(account_posts.c.place))).all()
        keys = await self._store.keys.existing([_owner(row.id) for row in rows])
        return [_account(row, [post for post in posts if post.account_id == row.id], keys.get(_owner(row.id))) for row in rows]

    async def set_posts(self, account_id: str, posts: Sequence[HeldPost], entry: AccountEntry | None = None) -> None:
        """Make these the posts of a person."""
        async with self._store.write() as db:
            await _set_posts(db, account_id, posts)
            await entered(db, entry)

    async def set_state(self, account_id: str, state: AccountState, entry: AccountEntry | None = None) -> None:
        """Switch an account on or off; who is switched off is signed out."""
        async with self._store.write() as db:
            await db.execute(update(accounts).where(accounts.c.id == account_id).values(state=state))
            if state is AccountState.DISABLED:
                await db.execute(delete(sessions).where(sessions.c.account_id == account_id))
            await entered(db, entry)

    async def set_password(
        self, account_id: str, password: str, at: datetime, *, must_change: bool = False, entry: AccountEntry | None = None
    ) -> None:
        """Take a new password, and end all sessions."""
        async with self._store.write() as db:
            fresh = {"password": password, "password_at": at, "must_change": must_change}
            await db.execute(update(accounts).where(accounts.c.id == account_id).values(fresh))
            await _remember(db, account_id, password)
            await db.execute(delete(sessions).where(sessions.c.account_id == account_id))
            await entered(db, entry)

    async def rehash(self, account_id: str, before: str, after: str) -> None:
        """Keep the same password under newer parameters, unless it was changed meanwhile."""
        async with self._store.write() as db:
            same = (accounts.c.id == account_id) & (accounts.c.password == before)
            await db.execute(update(accounts).where(same).values(password=after))

    async def passwords(self, account_id: str) -> list[str]:
        """The passwords that may not be taken again, hashed."""
        query = select(account_passwords.c.password).where(account_passwords.c.account_id == account_id)
        async with self._store.read() as db:
            return list(await db.scalars(query.order_by(account_passwords.c.id.desc()).limit(REMEMBERED)))

    async def offer_totp(self, account_id: str, secret: bytes) -> None:
        """Keep a second factor that waits to be confirmed; the one in force stays in force until then."""
        key = await self._store.keys.key(_owner(account_id))
        sealed = _sealed(key, account_id, "totp", secret)
        async with self._store.write() as db:
            await db.execute(update(accounts).where(accounts.c.id == account_id).values(totp_offered=sealed))

    async def confirm_totp(self, account_id: str, step: int, codes: Sequence[str], entry: AccountEntry | None = None) -> None:
        """Put the offered second factor into force, with these recovery codes (hashed) and no others."""
        async with self._store.write() as db:
            fresh = {"totp": accounts.c.totp_offered, "totp_offered": None, "totp_step": step}
            await db.execute(update(accounts).where(accounts.c.id == account_id, accounts.c.totp_offered.is_not(None)).values(fresh))
            await db.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
            await db.execute(insert(recovery_codes), [{"account_id": account_id, "digest": code} for code in codes])
            await entered(db, entry)

    async def codes_left(self, account_id: str) -> int:
        """How many recovery codes were not used yet."""
        query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.account_id == account_id)
        async with self._store.read() as db:
            return await db.scalar(query) or 0

    async def drop_totp(self, account_id: str, entry: AccountEntry | None = None) -> None:
        """Take the second factor away, for one whose device is lost, and end all sessions."""
        async with self._store.write() as db:
            gone = {"totp": None, "totp_offered": None, "totp_step": 0}
            await db.execute(update(accounts).where(accounts.c.id == account_id).values(gone))
            await db.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
            await db.execute(delete(sessions).where(sessions.c.account_id == account_id))
            await entered(db, entry)

    async def use_step(self, account_id: str, step: int) -> bool:
        """Use a step of the second factor up; False when it, or a later one, was used before."""
        async with self._store.write() as db:
            later = (accounts.c.id == account_id) & (accounts.c.totp_step < step)
            done = await db.execute(update(accounts).where(later).values(totp_step=step))
            return done.rowcount == 1

    async def use_code(self, account_id: str, digest: str) -> bool:
        """Use a recovery code up; False when there is none like it."""
        async with self._store.write() as db:
            mine = (recovery_codes.c.account_id == account_id) & (recovery_codes.c.digest == digest)
            done = await db.execute(delete(recovery_codes).where(mine))
            return done.rowcount == 1

    async def subject_of(self, account_id: str, issuer: str) -> str | None:
        """The subject a provider knows this person under."""
        mine = (account_subjects.c.account_id == account_id) & (account_subjects.c.issuer == issuer)
        async with self._store.read() as db:
            found: str | None = await db.scalar(select(account_subjects.c.subject).where(mine))
        return found

    async def bind_subject(self, account_id: str, issuer: str, subject: str) -> None:
        """Bind a provider's subject to an account. Raises Taken when it is bound already."""
        try:
            async with self._store.write() as db:
                await db.execute(insert(account_subjects), [{"account_id": account_id, "issuer": issuer, "subject": subject}])
        except IntegrityError:
            raise Taken from None

    async def erase(self, account_id: str, at: datetime) -> None:
        """Erase what an account says of its person, in every backup, too; it can't be used any more."""
        await self.set_state(account_id, AccountState.DISABLED)
        await self._store.keys.erase(_owner(account_id), at)

    async def _one(self, condition: Any) -> Stored | None:
        async with self._store.read() as db:
            row = (await db.execute(select(accounts).where(condition))).first()
            if row is None:
                return None
            query = select(account_posts).where(account_posts.c.account_id == row.id).order_by(account_posts.c.place)
            posts = (await db.execute(query)).all()
        key = (await self._store.keys.existing([_owner(row.id)])).get(_owner(row.id))
        totp, offered = (_unsealed(key, row.id, "totp", sealed) for sealed in (row.totp, row.totp_offered))
        return Stored(account=_account(row, posts, key), password=row.password, totp=totp, totp_offered=offered)


async def _set_posts(db: AsyncConnection, account_id: str, posts: Sequence[HeldPost]) -> None:
    await db.execute(delete(account_posts).where(account_posts.c.account_id == account_id))
    rows = [
        {"account_id": account_id, "staff": post.staff, "place": place, "since": post.since, "until": post.until}
        for place, post in enumerate(posts)
    ]
    if rows:
        await db.execute(insert(account_posts), rows)


async def _remember(db: AsyncConnection, account_id: str, password: str) -> None:
    """Add to the passwords that may not be taken again, and forget the oldest."""
    here = account_passwords.c.account_id == account_id
    await db.execute(insert(account_passwords), [{"account_id": account_id, "password": password}])
    old = select(account_passwords.c.id).where(here).order_by(account_passwords.c.id.desc()).offset(REMEMBERED)
    ids = (await db.scalars(old)).all()
    if ids:
        await db.execute(delete(account_passwords).where(account_passwords.c.id.in_(ids)))


def _account(row: Row[*tuple[Any, ...]], posts: Sequence[Row[*tuple[Any, ...]]], key: bytes | None) -> Account:
    return Account(
        id=row.id,
        login=row.login,
        label=(_unsealed(key, row.id, "label", row.label) or ERASED).decode(),
        state=AccountState(row.state),
        must_change=row.must_change,
        second_factor=row.totp is not None,
        local=row.password is not None,
        demo=row.demo,
        posts=tuple(HeldPost(staff=post.staff, since=post.since, until=post.until) for post in posts),
    )


def _owner(account_id: str) -> str:
    return f"account:{account_id}"


def _sealed(key: bytes, account_id: str, what: str, plain: bytes) -> bytes:
    return seal(key, plain, f"account:{account_id}:{what}".encode())


def _unsealed(key: bytes | None, account_id: str, what: str, sealed: bytes | None) -> bytes | None:
    """What was sealed; None where there is nothing, or the account was erased."""
    return unseal(key, sealed, f"account:{account_id}:{what}".encode()) if key is not None and sealed is not None else None
