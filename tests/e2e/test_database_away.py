"""The database is locked, frozen or stopped while actions come: none is acknowledged before it is stored, all are there once."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import psutil
import pytest
from sqlalchemy.engine import make_url
from temporalio.testing import WorkflowEnvironment

from models.action import Action
from models.record import ActReceipt
from service import upkeep
from service.door import take
from service.errors import Unavailable
from service.rehearsal import virtual_server
from store.connect import StoreAway
from store.engine import migrate
from store.places import LoadedPlace
from tests.conftest import Database
from tests.postgres import Postgres
from tests.support.running import Desk, desk, settings

CASES = 3
AWAY = 4.0
"""Seconds; longer than one try of the publication next to the workflow, so that the patient way is taken."""
BOUND = 14
"""Events that an action may add to a history when the database was away: Update, marker, timer, the patient activity."""


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with virtual_server() as made:
        with made.with_time_skipping_disabled():
            yield made


class Stoppable(Postgres):
    """A PostgreSQL server that can be stopped and started again over its data."""

    _closing = False

    def halt(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)

    def close_the_door(self) -> None:
        """Let nobody in any more, and end when those inside have gone."""
        self._closing = True
        self._process.send_signal(signal.SIGTERM)

    def again(self) -> None:
        if self._closing:
            self._process.wait(20)
            self._closing = False
        if self._process.poll() is None:
            return
        self._process = subprocess.Popen(self._process.args, stdout=self._log, stderr=self._log, cwd=self.folder, **self._as_user())
        self._await_ready()

    def signal(self, number: int) -> None:
        """Send a signal to the server and its own children."""
        whole = psutil.Process(self._process.pid)
        for process in (whole, *whole.children()):
            process.send_signal(number)


@pytest.fixture(scope="module")
def stoppable() -> Iterator[Stoppable]:
    server = Stoppable()
    yield server
    server.stop()


async def signed(here: Desk, action: Action, case_id: str) -> ActReceipt:
    """Sign for a case at its workflow, past the service that would look into the record first."""
    while True:
        try:
            return await here.cases.engine.act(action, case_id)
        except Unavailable:
            continue


async def noted(here: Desk, case_id: str) -> ActReceipt:
    """Note something through the service, asking again until there is an answer."""
    while True:
        try:
            return await here.note(case_id, action_id="note")
        except (Unavailable, StoreAway):
            await asyncio.sleep(0.1)


async def lengths(here: Desk, ids: list[str]) -> list[int]:
    return [len((await here.cases.engine.handle(case_id).fetch_history()).events) for case_id in ids]


async def outage(here: Desk, begin: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]]) -> None:
    """Act on cases while the database is away, and look what came of it."""
    ids = [await here.open(2) for _ in range(CASES)]
    signer = await here.cases.actor("officer@yanlou-gumeng")
    signing, _ = take("sign", {}, actor=signer, action_id="sign", cal=here.office.bundle.cal)
    before = await lengths(here, ids)
    await begin()
    acting = [asyncio.create_task(signed(here, signing, case_id)) for case_id in ids]
    acting += [asyncio.create_task(noted(here, case_id)) for case_id in ids]
    try:
        await asyncio.sleep(AWAY)
        assert not [task for task in acting if task.done()]
        await end()
        receipts = await asyncio.wait_for(asyncio.gather(*acting), 60)
    except BaseException:
        await end()
        for task in acting:
            task.cancel()
        raise
    assert {receipt.events for receipt in receipts} == {("signed",), ("noted",)}
    for case_id in ids:
        types = await here.types(case_id)
        assert (types.count("signed"), types.count("noted"), types.count("restarted")) == (1, 1, 0)
        assert (await upkeep.verify(here.office, case_id)).ok
    assert [found async for found in upkeep.drift(here.office, here.cases)] == []
    grown = [after - first for first, after in zip(before, await lengths(here, ids), strict=True)]
    assert max(grown) <= 2 * BOUND, grown


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_locked_sqlite_file(env: WorkflowEnvironment, huaxi: LoadedPlace, database: Database, tmp_path: Path) -> None:
    path = make_url(database.url).database or ""
    async with desk(env.client, settings(tmp_path / "home", database_url=database.url), place=huaxi) as here:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as lock:

            async def begin() -> None:
                lock.execute("BEGIN EXCLUSIVE")

            async def end() -> None:
                if lock.in_transaction:
                    lock.execute("COMMIT")

            await outage(here, begin, end)


async def ask_until_refused(url: str) -> None:
    for _ in range(200):  # the signal takes a moment to reach it
        await migrate(url)


async def test_a_postgresql_server_that_is_being_shut_down_is_away(stoppable: Stoppable) -> None:
    url = stoppable.url(stoppable.create())
    await migrate(url)
    held = await asyncpg.connect(host=str(stoppable.folder), user="jiefen", database="postgres")
    try:
        stoppable.close_the_door()
        with pytest.raises(StoreAway):
            await ask_until_refused(url)
    finally:
        await held.close()
        await asyncio.to_thread(stoppable.again)


@pytest.mark.parametrize("how", ["stopped", "frozen"])
async def test_a_postgresql_server_that_is_away(
    how: str, env: WorkflowEnvironment, huaxi: LoadedPlace, stoppable: Stoppable, tmp_path: Path
) -> None:
    url = stoppable.url(stoppable.create())

    async def begin() -> None:
        await asyncio.to_thread(stoppable.halt if how == "stopped" else lambda: stoppable.signal(signal.SIGSTOP))

    async def end() -> None:
        await asyncio.to_thread(stoppable.again if how == "stopped" else lambda: stoppable.signal(signal.SIGCONT))

    async with desk(env.client, settings(tmp_path / "home", database_url=url), place=huaxi) as here:
        await outage(here, begin, end)
