"""The store as one thing: its engines and its keys, opened together at start-up and closed together at the end.

Opened by `worker.py`, `starter.py` and the tests, and handed to the classes of this room (`Records`, `Queries`, `Vault` …).
Every statement of theirs runs inside `Store.write()` or `Store.read()`; nothing else opens a connection.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.words import Algorithm
from store.connect import away, is_sqlite, reader, snapshot, transaction, writer
from store.keyring.key_home import known_mark, settle
from store.keyring.keys import KeyStore
from store.keyring.master_sources import MasterKeys
from store.lane import Lane, at_once
from store.schema import upgrade

T = TypeVar("T")

ALGORITHM = "algorithm"
"""Name of the connections' option that says what new lines of the logs are hashed with."""

LOOKED_AT = 400
"""Rows of an index that SQLite looks at to learn how it is filled."""


async def migrate(url: str) -> None:
    """Bring the database at this URL to the newest schema and let go of it again; raises StoreAway, NewerSchema."""
    engine = writer(url)
    try:
        async with away():
            await upgrade(engine)
    finally:
        await engine.dispose()


async def _learn(engine: AsyncEngine) -> None:
    """Let SQLite look at its tables where they have grown since: without figures of its own its planner guesses badly.

    PostgreSQL does so by itself. The look is bounded, a few milliseconds whatever the size.
    """
    # Older ones take the same pragma and do nothing before a table has been asked for.
    look = "PRAGMA optimize=0x10002" if sqlite3.sqlite_version_info >= (3, 46) else "ANALYZE"
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"PRAGMA analysis_limit={LOOKED_AT}")
        await connection.exec_driver_sql(look)


def chosen(db: Connection) -> Algorithm:
    """What this connection's new lines and commitments are made with."""
    found: Algorithm = db.get_execution_options().get(ALGORITHM, Algorithm.SHA256)
    return found


class Overtaken(Exception):
    """Somebody else has written meanwhile what a transaction was worked out from: it has to be worked out again, or is done."""


class Store:
    """The database of cases with the key store of its vault. One per process, and per event loop."""

    def __init__(
        self, write_engine: AsyncEngine, read_engine: AsyncEngine | None, lane: Lane | None, keys: KeyStore, algorithm: Algorithm
    ) -> None:
        self._write_engine = write_engine
        self._read_engine = read_engine
        self._lane = lane
        # SQLite has one writer: those of this process queue here, in order, instead of polling for the file's lock.
        self._turn: AbstractAsyncContextManager[Any] = asyncio.Lock() if lane else nullcontext()
        self.keys = keys
        self.algorithm = algorithm

    @classmethod
    async def open(cls, url: str, keys_url: str, source: MasterKeys, algorithm: Algorithm = Algorithm.SHA256) -> Self:
        """Open both databases, bring them to the newest schema, and check the master key.

        Makes what is missing: folders, files, tables, the master key of a new key store. Raises StoreAway, NewerSchema,
        and KeyProblem when the master key is not the one that the stored keys are wrapped with, or these are not the keys of
        this database.
        """
        engine = writer(url, **{ALGORITHM: algorithm})
        try:
            async with away():
                await upgrade(engine)
                if is_sqlite(url):
                    await _learn(engine)
            known = await known_mark(engine)
            keys = await KeyStore.open(keys_url, source, make=known is None)
            try:
                mark = await keys.mark()
                if mark != known:
                    await settle(engine, mark)
            except BaseException:
                await keys.close()
                raise
        except BaseException:
            await engine.dispose()
            raise
        lane = Lane(url, **{ALGORITHM: algorithm}) if is_sqlite(url) else None
        return cls(engine, reader(url), lane, keys, algorithm)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._write_engine.dispose()
        if self._read_engine is not None:
            await self._read_engine.dispose()
        if self._lane is not None:
            await self._lane.close()
        await self.keys.close()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end of the block, undone when it raises. Raises StoreAway."""
        async with self._turn, transaction(self._write_engine) as db:
            yield db

    async def write_at_once(self, work: Callable[[Connection], T]) -> T:
        """A transaction made by one plain function, for the hot path; else like `write`. Raises StoreAway."""
        async with self._turn:
            return await at_once(self._lane, self._write_engine, work)

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection to read with; it sees all that was committed before. Raises StoreAway."""
        return snapshot(self._read_engine or self._write_engine)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._write_engine.dialect.name
