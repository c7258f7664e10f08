"""Engines: how a database is reached, on SQLite and on PostgreSQL, and what both must agree on.

Used by `store/engine.py` for the record and by `store/keyring/keys.py` for the key store. Parameters of statements never reach
an error message: they may be personal data.
"""

from __future__ import annotations

import logging
import sqlite3
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from store.tls import connection as reached

BUSY_MS = 5_000
"""How long a SQLite writer waits for another process's transaction."""

LOOK_MS, LOOKS = 1, 50
"""How long it sleeps between two looks whether that transaction is over, and how often it looks before it waits in SQLite's own way.

SQLite sleeps longer and longer, up to a tenth of a second, and then often finds the next transaction under way: worker and console
write by turns, each for some milliseconds, and an action waited long for its turn (docs/performance.md). What takes longer than that
is a migration or a rebuilding, which many looks would only hold up.
"""

READERS = 8
"""Connections of one process that read at the same time; on PostgreSQL also the number that write."""

CACHE_KB = 8_000
"""What one SQLite connection that reads keeps of the file. With the driver's 2 MB, counters fetch the same pages again and again."""

# At DEBUG the driver writes every statement with its parameters into the log.
logging.getLogger("aiosqlite").setLevel(logging.INFO)

NOT_LET_IN = "28"
"""The class of PostgreSQL's codes for a sign-in that it refuses."""

NOT_NOW = ("08", "53", "57P", "58")
"""The beginnings of PostgreSQL's codes for a connection that is lost, a disk or a server that is full, one that starts or stops, and a
system that fails it: nothing was wrong with what was asked."""

UNDONE = ("40001", "40P01")
"""PostgreSQL's codes for a transaction that it has undone because it and another one stood in each other's way. Others of their class
leave open what was written."""

SCHEMA_LOCK = 0x6A696566
"""PostgreSQL's advisory lock for changes of the schema."""

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL: a commit is on the disk before anybody is told of it, so a power cut takes nothing that was acknowledged.
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA foreign_keys=ON",
)

BEGIN = "BEGIN IMMEDIATE"

WIPED = "PRAGMA secure_delete=ON"
"""For the key store: what is deleted is overwritten in the file, too."""


class StoreAway(ConnectionError):
    """The database can't be reached or is too busy just now: the same call may succeed later."""


class Undone(StoreAway):
    """The database has undone a transaction that stood in another one's way: nothing of it is written, and the same may follow at once."""


class StoreRefuses(StoreAway):
    """The database does not let us in, or is not the one it says: asking again changes nothing, only another setting does."""


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, in UTC on both databases. Refuses a naive one with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn it to UTC; SQLite keeps no zone, so it is written without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give it back in UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def is_sqlite(url: str) -> bool:
    """Whether this URL names the embedded database."""
    return make_url(url).get_backend_name() == "sqlite"


def writer(url: str, **options: object) -> AsyncEngine:
    """An engine for transactions that write. On SQLite it has one connection, and waiting for it is the queue of writers.

    `options` are for whoever gets a connection of it. Raises StoreAway where a file's folder can't be made, BadAddress.
    """
    if not is_sqlite(url):
        address, secured = reached(url)
        pool = {"pool_size": READERS, "max_overflow": READERS, "pool_pre_ping": True}
        return create_async_engine(address, connect_args=secured, hide_parameters=True, execution_options=options, **pool)
    _make_folder(url)
    engine = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True, execution_options=options)
    prepare(engine.sync_engine, PRAGMAS)
    begin_immediate(engine.sync_engine)
    return engine


def reader(url: str) -> AsyncEngine | None:
    """An engine for reads on SQLite, where a reader never waits for the writer; None where the writer's serves both."""
    if not is_sqlite(url):
        return None
    engine = create_async_engine(url, pool_size=READERS, max_overflow=READERS, hide_parameters=True)
    prepare(engine.sync_engine, (*PRAGMAS, f"PRAGMA cache_size=-{CACHE_KB}", "PRAGMA query_only=ON"))
    return engine


@asynccontextmanager
async def away() -> AsyncIterator[None]:
    """Turn the drivers' many ways of saying that the database is away or busy into StoreAway."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise StoreAway(type(error).__name__) from error
    except DBAPIError as error:
        code = str(getattr(error.orig, "sqlstate", None) or "")
        if code.startswith(NOT_LET_IN):
            raise StoreRefuses("PostgreSQL does not let us in: it wants another user, password or certificate, or TLS (sslmode)") from error
        if code in UNDONE:
            raise Undone(type(error).__name__) from error
        if error.connection_invalidated or code.startswith(NOT_NOW):
            raise StoreAway(type(error).__name__) from error
        raise
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or type(error).__name__
        raise StoreRefuses(f"no trusted TLS connection to PostgreSQL: {why}") from error
    except OSError as error:
        raise StoreAway(type(error).__name__) from error


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction: committed at the end of the block, undone when it raises; raises StoreAway."""
    async with away(), engine.begin() as connection:
        yield connection


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to read with; on SQLite each statement sees the newest commit. Raises StoreAway."""
    async with away(), engine.connect() as connection:
        yield connection


async def alone(db: AsyncConnection) -> None:
    """Keep other processes out of schema changes until this transaction ends; SQLite's BEGIN IMMEDIATE does so by itself."""
    if db.dialect.name == "postgresql":
        await db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})


def inserting(dialect: str, into: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can be told what to do where a row is there already; both databases have one, each of a class of its own."""
    return sqlite.insert(into) if dialect == "sqlite" else postgresql.insert(into)


def prepare(engine: Engine, pragmas: tuple[str, ...]) -> None:
    """Set each new SQLite connection up, with transactions begun by us and not by the driver."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()


def begin_immediate(engine: Engine) -> None:
    """Take SQLite's write lock at the start of each transaction, as soon as another process lets go of it.

    One that reads first and writes later would fail with BUSY_SNAPSHOT, whatever the busy timeout.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={LOOK_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not any(_begun(connection) for _ in range(LOOKS)):
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MS}")
            try:
                connection.exec_driver_sql(BEGIN)
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={LOOK_MS}")


def _begun(connection: Connection) -> bool:
    """Try once to begin; False while another process writes. SQLite sleeps between its two looks, in a thread that may."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(BEGIN)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return False
        raise
    finally:
        cursor.close()
    return True


def _make_folder(url: str) -> None:
    path = make_url(url).database
    if path:
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreAway(type(error).__name__) from error
