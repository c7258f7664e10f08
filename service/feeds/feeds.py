"""Calendar feeds (日历订阅): made and revoked by whom they are of, fetched by whoever has the secret address.

Of the secret only a digest is stored. A feed shows what its post sees today: when the post, the account or the absence that it
came by is over, there is no feed any more.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Literal

from models.account import Identity
from models.account_log import OPERATOR, AccountAct, AccountEntry, Doer
from models.base import Model
from models.feed import Entry, Feed, FeedKind
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules.feeds.changes import merged
from service.entry.identity import Identities
from service.entry.people import resolve_actor
from service.entry.sessions import digest, new_secret
from service.errors import Refused, refuse
from service.feeds.entries import READS_UNIT, Entries
from service.feeds.writing import written
from service.office import Office
from store.entry.accounts import AccountShelf
from store.feeds.feeds import FeedShelf

MOST = 10
"""Feeds that one account may have."""

TOUCH = timedelta(minutes=15)
"""How exactly it is known when a feed was fetched last."""

LONGEST = 100

Language = Literal["zh", "en"]


class FeedMade(Model):
    """A feed with its secret, which is shown this once."""

    feed: Feed
    path: str
    """Address below that of the console: `/feeds/….ics`."""


class Fetched(Model):
    """A feed as it is now."""

    content: bytes
    etag: str


class Feeds:
    """The feeds of one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._shelf = FeedShelf(office.store)

    async def make(self, identity: Identity, kind: FeedKind, language: Language = "zh") -> FeedMade:
        """Make a feed for the post in use.

        Refused `not_allowed` for another's post and for a unit one does not act for, `invalid` (feeds) for too many.
        """
        if identity.actor.stands_for is not None:
            raise refuse(RefusalCode.NOT_ALLOWED)
        return await self._made(identity.actor, identity.post, kind, language, identity.account, Doer.of(identity))

    async def make_for(self, post: str, kind: FeedKind, language: Language = "zh") -> FeedMade:
        """Make a feed for a post, on the machine itself. Refused as `make`."""
        actor = await self._of_post(post)
        return await self._made(actor, post, kind, language, None, OPERATOR)

    async def mine(self, identity: Identity) -> list[Feed]:
        """Return the feeds of an account, the newest first."""
        return await self._shelf.of_account(identity.account)

    async def of_post(self, post: str) -> list[Feed]:
        """Return the feeds of a post, whoever made them."""
        return await self._shelf.of_post(post)

    async def revoke(self, identity: Identity, feed_id: str) -> bool:
        """Take a feed of one's own back; False where there is none that counts."""
        noted = self._noted(Doer.of(identity), AccountAct.FEED_REVOKED, identity.account, feed_id)
        return await self._shelf.revoke(feed_id, noted.at, noted, account=identity.account)

    async def revoke_of(self, post: str, feed_id: str) -> bool:
        """Take a feed of a post back, on the machine itself."""
        noted = self._noted(OPERATOR, AccountAct.FEED_REVOKED, post, feed_id)
        return await self._shelf.revoke(feed_id, noted.at, noted, post=post)

    async def fetch(self, secret: str) -> Fetched | None:
        """Return the feed of this secret; None for one that is not there, or whose post is not its person's today. Raises StoreAway."""
        feed = await self._shelf.by_digest(digest(secret)) if 0 < len(secret) <= LONGEST and secret.isascii() else None
        actor = await self._whose(feed) if feed is not None else None
        if feed is None or actor is None:
            return None
        now = self._office.now()
        if feed.last_used_at is None or now - feed.last_used_at >= TOUCH:
            await self._shelf.used(feed.id, now)
        entries = await Entries(self._office).of(actor, feed.kind)
        before = await self._shelf.told(feed.id)
        told = merged(before, entries, now)
        await self._shelf.tell(feed.id, before, told)
        content = written(feed, told, _places(entries), _provisional(entries), self._office.settings.public_url)
        return Fetched(content=content, etag=hashlib.sha256(content).hexdigest()[:32])

    async def _made(self, actor: Actor, post: str, kind: FeedKind, language: Language, account: str | None, by: Doer) -> FeedMade:
        if actor.role in {Role.CITIZEN, Role.SYSTEM} or (kind is FeedKind.UNIT and actor.role not in READS_UNIT):
            raise refuse(RefusalCode.NOT_ALLOWED)
        if await self._shelf.count(account, post) >= MOST:
            raise refuse(RefusalCode.INVALID, "feeds")
        secret = new_secret()
        feed = Feed(id=secrets.token_hex(8), kind=kind, post=post, account=account, language=language, created_at=self._office.now())
        await self._shelf.add(feed, digest(secret), self._noted(by, AccountAct.FEED_MADE, account or post, f"{feed.id} {post}"))
        return FeedMade(feed=feed, path=f"/feeds/{secret}.ics")

    def _noted(self, by: Doer, act: AccountAct, about: str, detail: str) -> AccountEntry:
        return AccountEntry.of(self._office.now(), by, act, about, detail)

    async def _whose(self, feed: Feed) -> Actor | None:
        """Return who looks through a feed today."""
        if feed.account is None:
            try:
                return await self._of_post(feed.post)
            except Refused:
                return None
        stored = await AccountShelf(self._office.store).by_id(feed.account)
        found = await Identities(self._office).resolve(stored.account, feed.post, strict=True) if stored is not None else None
        return found.actor if found is not None and found.actor.stands_for is None else None

    async def _of_post(self, post: str) -> Actor:
        return await resolve_actor(post, self._office.roll, self._office.bundle.network)


def _places(entries: tuple[Entry, ...]) -> dict[str, str]:
    return {entry.uid: entry.place for entry in entries if entry.place}


def _provisional(entries: tuple[Entry, ...]) -> frozenset[str]:
    return frozenset(entry.uid for entry in entries if entry.provisional)
