"""The account log in the store: written in the transaction of what it tells of, so that neither is there without the other.

`entered` is called by the accounts, sessions and absences of `store/entry/`; `AccountLog` is for those who read it.
"""

from __future__ import annotations

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.account_log import AccountAct, AccountEntry, LoggedEntry
from store import chained
from store.engine import Store
from store.entry.account_tables import account_log

CHAIN_LOCK = 0x6A69656D
"""PostgreSQL's advisory lock for the end of the chain."""

FIELDS = ("at", "by", "post", "act", "about", "detail")


async def entered(db: AsyncConnection, entry: AccountEntry | None) -> None:
    """Add a line in the transaction at hand, where there is one to add. Comes last: whoever waits here holds up all others."""
    if entry is not None:
        await db.run_sync(chained.add, account_log, CHAIN_LOCK, FIELDS, entry.model_dump())


class AccountLog:
    """The account log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, entry: AccountEntry) -> None:
        """Add a line of something that is done outside the store. Raises StoreAway."""
        async with self._store.write() as db:
            await entered(db, entry)

    async def page(
        self, *, act: AccountAct | None = None, about: str = "", before: int | None = None, limit: int = 100
    ) -> list[LoggedEntry]:
        """Lines, the newest first, of one act or about one account where asked; `before` is the last id of the page before."""
        query = select(account_log).order_by(account_log.c.id.desc()).limit(limit)
        if act is not None:
            query = query.where(account_log.c.act == act)
        if about:
            query = query.where(account_log.c.about == about)
        if before is not None:
            query = query.where(account_log.c.id < before)
        async with self._store.read() as db:
            return [_entry(row) for row in await db.execute(query)]

    async def verify(self) -> int | None:
        """The id of the first line that does not fit the one before, or None when the whole chain holds."""
        return await chained.first_break(self._store, account_log, FIELDS)


def _entry(row: Row[tuple[object, ...]]) -> LoggedEntry:
    return LoggedEntry.model_validate(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's public name for it
