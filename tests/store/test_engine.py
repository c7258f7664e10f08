"""What the store is built on: times with their zone, settings that outlive a kill, migrations, an absent database."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, insert, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, StatementError

import store.affairs.tables
import store.affairs.target_tables
import store.entry.account_tables
import store.messages.message_tables
import store.proof.proof_tables  # noqa: F401 - their tables belong to the metadata
from store import connect, lane
from store.connect import StoreAway, away, writer
from store.engine import Store, migrate
from store.keyring.keys import metadata as keys_metadata
from store.records import Records
from store.schema import HEAD, NewerSchema, config, revision
from store.tables import documents, metadata
from tests.conftest import Database
from tests.store.making import NOW, Making


async def on(store: Store, work: Any, *arguments: Any) -> Any:
    async with store.write() as db:
        return await db.run_sync(work, *arguments)


async def test_a_time_keeps_its_instant_and_a_naive_one_is_refused(store: Store) -> None:
    shanghai = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    row = {"hash": "h", "kind": "network", "body": "{}", "added_at": shanghai}
    async with store.write() as db:
        await db.execute(insert(documents), [row])
    async with store.read() as db:
        found = await db.scalar(select(documents.c.added_at))
    assert found == shanghai
    assert found.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="zone"):
        async with store.write() as db:
            await db.execute(insert(documents), [row | {"hash": "i", "added_at": shanghai.replace(tzinfo=None)}])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_sqlite_is_set_to_outlive_a_kill_and_a_power_cut(store: Store) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    for side in (store.write(), store.read()):
        async with side as db:
            assert {name: await db.scalar(text(f"PRAGMA {name}")) for name in wanted} == wanted


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_writer_goes_on_as_soon_as_another_process_lets_go_and_gives_up_where_it_does_not(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(make_url(database.url).database or "", isolation_level=None, check_same_thread=False)
    begun = connect._begun

    def begins(db: Connection) -> bool:
        found = begun(db)
        if not found:
            other.rollback()
        return found

    async def at_once() -> None:
        await store.write_at_once(lambda db: db.execute(select(documents)))

    for work in (lambda: on(store, lambda db: db.execute(select(documents))), at_once):
        other.execute(connect.BEGIN)
        with monkeypatch.context() as patched:
            patched.setattr(connect, "BUSY_MS", 1)
            with pytest.raises(StoreAway):
                await work()
        with monkeypatch.context() as patched:
            patched.setattr(connect, "_begun", begins)
            await work()
            assert not other.in_transaction
    other.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_transaction_that_the_database_undoes_for_another_one_is_done_again_a_bounded_number_of_times(store: Store) -> None:
    calls = 0

    def work(db: Connection, undone: int) -> int:
        nonlocal calls
        calls += 1
        db.execute(insert(documents), [{"hash": f"h{undone}", "kind": "network", "body": "{}", "added_at": NOW}])
        if calls <= undone:
            db.exec_driver_sql("DO $$ BEGIN RAISE deadlock_detected; END $$")
        return calls

    assert await store.write_at_once(partial(work, undone=2)) == 3
    with pytest.raises(StoreAway):
        await store.write_at_once(partial(work, undone=100))
    assert calls == 3 + lane.TRIES
    async with store.read() as db:
        assert (await db.scalars(select(documents.c.hash))).all() == ["h2"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_reading_side_can_not_write(store: Store) -> None:
    with pytest.raises(StoreAway):
        async with store.read() as db:
            await db.execute(text("DELETE FROM cases"))


async def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    async def fail() -> None:
        async with store.write() as db:
            await db.execute(insert(documents), [{"hash": "h", "kind": "network", "body": "{}", "added_at": NOW}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.read() as db:
        assert (await db.scalars(select(documents.c.hash))).all() == []


async def test_models_and_migrations_agree(store: Store) -> None:
    both = MetaData()
    for table in (*metadata.tables.values(), *keys_metadata.tables.values()):
        table.to_metadata(both)

    def differences(connection: Connection) -> list[Any]:
        # PostgreSQL's tests keep keys and cases in one database.
        known = both if inspect(connection).has_table("data_keys") else metadata
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), known))

    assert await on(store, differences) == []


async def test_migrations_go_down_and_up_again(store: Store) -> None:
    def down(connection: Connection) -> list[str]:
        command.downgrade(config(connection), "base")
        return inspect(connection).get_table_names()

    def up(connection: Connection) -> str | None:
        command.upgrade(config(connection), "head")
        return revision(connection)

    assert set(await on(store, down)) <= {"alembic_version", *keys_metadata.tables}
    assert await on(store, up) == HEAD
    await Records(store).publish(Making().write("a1").publication())


async def test_head_names_the_newest_migration(store: Store) -> None:
    assert await on(store, lambda connection: ScriptDirectory.from_config(config(connection)).get_heads()) == [HEAD]


async def test_a_database_of_newer_code_is_left_alone(database: Database) -> None:
    store = await database.open()
    async with store.write() as db:
        await db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(NewerSchema, match="9999"):
        await database.open()


async def test_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/new/folder/jiefen.db"
    await asyncio.gather(*(migrate(url) for _ in range(4)))
    engine = writer(url)
    async with engine.connect() as db:
        assert await db.run_sync(revision) == HEAD
    await engine.dispose()


async def test_a_start_at_head_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/jiefen.db"
    await migrate(url)
    code = f"import asyncio, sys; from store.engine import migrate; asyncio.run(migrate({url!r})); print('alembic' in sys.modules)"
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:////proc/nowhere/jiefen.db", "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"])
async def test_an_absent_database_is_store_away(url: str) -> None:
    with pytest.raises(StoreAway):
        await migrate(url)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_was_acknowledged_outlives_a_kill(database: Database, tmp_path: Path) -> None:
    await (await database.open()).close()
    worker = Path(__file__).with_name("killed.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(worker), database.url, database.keys_url, str(database.master_key_file),
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    told = [(await process.stdout.readline()).decode().strip() for _ in range(20)]
    process.kill()
    told += [line for line in (await process.stdout.read()).decode().split("\n") if line.endswith(";")]
    await process.wait()
    store = await database.open()
    records = Records(store)
    for answer in told:
        case_id, head = answer.rstrip(";").split(" ")
        loaded = await records.load(case_id)
        assert loaded is not None
        assert loaded.head == head
    numbers = [case.code async for case in records.running_cases()]
    assert sorted(code or "" for code in numbers) == [f"YANLOU-2026-{number:05d}" for number in range(1, len(numbers) + 1)]
    await store.close()


class Said(Exception):
    """What a driver raises for an answer of PostgreSQL with this code."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *[(code, StoreAway) for code in ("40001", "40P01", "57P01", "57P02", "57P03", "08003", "08006", "53100", "53300", "58030")],
        *[(code, DBAPIError) for code in ("23505", "40003", "42P01", "57014", "22001")],
    ],
)
async def test_a_database_that_starts_stops_or_is_full_is_away_and_a_wrong_question_is_not(code: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        async with away():
            raise DBAPIError("", {}, Said(code))
