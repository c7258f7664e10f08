"""Calendar feeds in the store: kept by a digest of their secret, each with what it has told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from models.account_log import AccountEntry
from models.feed import Feed, Kept
from store.engine import Store
from store.entry.account_log import entered
from store.feeds.feed_tables import feed_entries, feeds

HEAD = tuple(feeds.c[name] for name in Feed.model_fields)
TOLD = tuple(feed_entries.c[name] for name in Kept.model_fields)


class FeedShelf:
    """The feeds of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, feed: Feed, digest: str, entry: AccountEntry | None) -> None:
        """Keep a new feed."""
        async with self._store.write() as db:
            await db.execute(insert(feeds), [{**feed.model_dump(), "digest": digest}])
            await entered(db, entry)

    async def by_digest(self, digest: str) -> Feed | None:
        """The feed of this secret that was not revoked."""
        query = select(*HEAD).where(feeds.c.digest == digest, feeds.c.revoked_at.is_(None))
        async with self._store.read() as db:
            row = (await db.execute(query)).first()
        return None if row is None else _feed(row)

    async def of_account(self, account: str) -> list[Feed]:
        """All feeds of an account, the newest first."""
        return await self._list(feeds.c.account == account)

    async def of_post(self, post: str) -> list[Feed]:
        """All feeds of a post, whoever made them, the newest first."""
        return await self._list(feeds.c.post == post)

    async def count(self, account: str | None, post: str) -> int:
        """How many feeds an account has that still count, or a post where they were made on the command line."""
        whose = feeds.c.account == account if account is not None else feeds.c.account.is_(None) & (feeds.c.post == post)
        query = select(func.count()).select_from(feeds).where(whose, feeds.c.revoked_at.is_(None))
        async with self._store.read() as db:
            return int(await db.scalar(query) or 0)

    async def revoke(
        self, feed_id: str, at: datetime, entry: AccountEntry | None, *, account: str | None = None, post: str | None = None
    ) -> bool:
        """Take a feed back for good, of this account or of this post; what it has told goes. False where there is none that counts."""
        whose = feeds.c.account == account if account is not None else feeds.c.post == post
        mine = (feeds.c.id == feed_id) & whose & feeds.c.revoked_at.is_(None)
        async with self._store.write() as db:
            done = (await db.execute(update(feeds).where(mine).values(revoked_at=at))).rowcount == 1
            if done:
                await db.execute(delete(feed_entries).where(feed_entries.c.feed == feed_id))
            await entered(db, entry if done else None)
        return done

    async def used(self, feed_id: str, at: datetime) -> None:
        """Note that a feed was fetched."""
        async with self._store.write() as db:
            await db.execute(update(feeds).where(feeds.c.id == feed_id).values(last_used_at=at))

    async def told(self, feed_id: str) -> list[Kept]:
        """What a feed has told."""
        async with self._store.read() as db:
            rows = await db.execute(select(*TOLD).where(feed_entries.c.feed == feed_id).order_by(feed_entries.c.uid))
            return [Kept.model_validate(dict(row._mapping)) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it

    async def tell(self, feed_id: str, before: Sequence[Kept], now: Sequence[Kept]) -> None:
        """Keep what a feed tells now; only what differs is written."""
        old, new = {kept.uid: kept for kept in before}, {kept.uid: kept for kept in now}
        stale = [uid for uid in old if new.get(uid) != old[uid]]
        fresh = [{"feed": feed_id, **kept.model_dump()} for uid, kept in new.items() if old.get(uid) != kept]

        def work(db: Connection) -> None:
            for uid in stale:
                db.execute(delete(feed_entries).where(feed_entries.c.feed == feed_id, feed_entries.c.uid == uid))
            known = set(db.scalars(select(feed_entries.c.uid).where(feed_entries.c.feed == feed_id)))
            rows = [row for row in fresh if row["uid"] not in known]  # another fetch at the same time may have told it
            if rows:
                db.execute(insert(feed_entries), rows)

        if stale or fresh:
            await self._store.write_at_once(work)

    async def _list(self, whose: Any) -> list[Feed]:
        async with self._store.read() as db:
            return [_feed(row) for row in await db.execute(select(*HEAD).where(whose).order_by(feeds.c.created_at.desc(), feeds.c.id))]


def _feed(row: Row[*tuple[Any, ...]]) -> Feed:
    return Feed.model_validate({name: getattr(row, name) for name in Feed.model_fields})
