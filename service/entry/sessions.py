"""Sessions: a random id in a cookie, its SHA-256 in the store, over after half an hour without use and after twelve hours.

The CSRF token of a session is derived from the id in the cookie: it needs no place in the store, changes when the id does, and
who can't read the cookie can't make it. The same two functions serve the sign-in page, with a cookie of its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import secrets
from datetime import datetime, timedelta

from models.account import Account, Identity, Session, SessionShown
from service.entry.identity import Identities
from service.office import Office
from store.entry.accounts import AccountShelf
from store.entry.sessions import SessionRow, SessionShelf

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)

TOUCH = timedelta(minutes=1)
"""How exactly it is known when a session was used last: one write a minute instead of one for each click."""

SHOWN = {"post", "second_factor", "started_at", "seen_at", "ends_at"}
"""What a person sees of their sessions."""

LONGEST = 100
"""Longer than any cookie of ours."""


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is stored of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token(session: Session | str) -> str:
    """Return the token that every form of this session carries."""
    cookie = session if isinstance(session, str) else session.cookie
    mark = hmac.new(cookie.encode(), b"jiefen csrf", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")


def check_csrf(session: Session | str, token: str | None) -> bool:
    """Return whether this is the token of this session."""
    return token is not None and hmac.compare_digest(csrf_token(session).encode(), token.encode())


class Sessions:
    """Begins, finds, moves and ends sessions."""

    def __init__(self, office: Office, identities: Identities) -> None:
        self._office = office
        self._identities = identities
        self._accounts = AccountShelf(office.store)
        self._shelf = SessionShelf(office.store)

    async def begin(self, account: Account, *, second_factor: bool, replaces: str | None = None) -> Session | None:
        """Begin a session under a new id, in the place of the one in the browser; None where there is no post for it today."""
        identity = await self._identities.resolve(account)
        if identity is None:
            return None
        now = self._office.now()
        cookie = new_secret()
        row = SessionRow(
            digest=digest(cookie),
            account_id=account.id,
            post=identity.post,
            second_factor=second_factor,
            started_at=now,
            seen_at=now,
            ends_at=now + ABSOLUTE,
        )
        await self._shelf.start(row, IDLE, digest(replaces) if replaces else None)
        return _session(cookie, row, identity)

    async def find(self, cookie: str, *, used: bool = True) -> Identity | None:
        """Return whose session this is, in the post in use; None when it is over or was never there.

        Asking counts as use, unless it says otherwise: a page that stands open is not somebody at work.
        """
        row = await self._running(cookie)
        if row is None:
            return None
        stored = await self._accounts.by_id(row.account_id)
        if stored is None:
            return None
        identity = await self._identities.resolve(stored.account, row.post, second_factor=row.second_factor, session=row.digest)
        now = self._office.now()
        if used and identity is not None and now - row.seen_at >= TOUCH:
            await self._shelf.touch(row.digest, now)
        return identity

    async def left(self, cookie: str) -> tuple[int, bool]:
        """Return the seconds until a session ends if nobody uses it, and whether it then ends in any case; asking is no use of it."""
        row = await self._running(cookie)
        if row is None:
            return 0, True
        idle = row.seen_at + IDLE
        return math.ceil((min(idle, row.ends_at) - self._office.now()).total_seconds()), row.ends_at <= idle

    async def switch(self, cookie: str, post: str) -> Session | None:
        """Go over to another post, under a new id; None where the session is over or the post is not this person's today."""
        row = await self._running(cookie)
        stored = await self._accounts.by_id(row.account_id) if row is not None else None
        if row is None or stored is None:
            return None
        identity = await self._identities.resolve(stored.account, post, strict=True)
        if identity is None:
            return None
        fresh = new_secret()
        moved = row.model_copy(update={"digest": digest(fresh), "post": post, "seen_at": self._office.now()})
        return _session(fresh, moved, identity) if await self._shelf.rotate(row.digest, moved) else None

    async def prove(self, cookie: str) -> None:
        """Note that who holds a session has just given a right code of their second factor."""
        await self._shelf.prove(digest(cookie))

    async def end(self, cookie: str) -> None:
        """End a session."""
        await self._shelf.end(digest(cookie))

    async def of(self, identity: Identity) -> list[SessionShown]:
        """Return the running sessions of a person, the one used last first."""
        now = self._office.now()
        running = [row for row in await self._shelf.of(identity.account) if not _over(row, now)]
        return [SessionShown(**row.model_dump(include=SHOWN), here=row.digest == identity.session) for row in running]

    async def end_others(self, identity: Identity) -> int:
        """End all sessions of a person but the one that asks; how many there were."""
        return await self._shelf.end_others(identity.account, identity.session or "")

    async def _running(self, cookie: str) -> SessionRow | None:
        if not 0 < len(cookie) <= LONGEST:
            return None
        row = await self._shelf.get(digest(cookie))
        if row is None:
            return None
        if _over(row, self._office.now()):
            await self._shelf.end(row.digest)
            return None
        return row


def _over(row: SessionRow, now: datetime) -> bool:
    return now >= row.ends_at or now >= row.seen_at + IDLE


def _session(cookie: str, row: SessionRow, identity: Identity) -> Session:
    needs = identity.needs_factor and not row.second_factor
    proved = identity.model_copy(update={"session": row.digest, "second_factor": row.second_factor, "needs_factor": needs})
    return Session(cookie=cookie, csrf=csrf_token(cookie), identity=proved, ends_at=row.ends_at)
