"""The flow on DBOS Transact: workflows in the application's own process, steps and messages in its system database."""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy
from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import event

from bench.peers import flow

SYNCHRONOUS = {"full": "FULL", "normal": "NORMAL"}


@DBOS.step()
async def register(case: str) -> str:
    return flow.register(case)


@DBOS.step()
async def grade(case: str) -> str:
    return flow.grade(case)


@DBOS.step()
async def assign(case: str) -> str:
    return flow.assign(case)


@DBOS.step()
async def record(case: str, said: str) -> str:
    return flow.record(case, said)


@DBOS.step()
async def audit(case: str) -> bool:
    return flow.audit(case)


@DBOS.workflow()
async def reference(case: str) -> bool:
    """One case."""
    await register(case)
    await grade(case)
    await DBOS.set_event_async("open", await assign(case))
    first = await DBOS.recv_async("1", timeout_seconds=flow.WAIT.total_seconds())
    if first is None:
        return False
    await DBOS.set_event_async("1", await record(case, str(first)))
    second = await DBOS.recv_async("2", timeout_seconds=flow.WAIT.total_seconds())
    done = second is not None and await audit(case)
    await DBOS.set_event_async("2", done)
    return done


class DbosEngine:
    """DBOS in this process, on SQLite, or on PostgreSQL where an address is given."""

    async def start(self, setting: flow.Setting) -> None:
        config: DBOSConfig = {
            "name": "reference",
            "log_level": "ERROR",
            "application_version": "1",
            "notification_listener_polling_interval_sec": 0.01,
        }
        if setting.database:
            config["system_database_url"] = setting.database
        else:
            url = f"sqlite:///{setting.home / 'dbos.db'}"
            engine = sqlalchemy.create_engine(url, connect_args={"timeout": 60})
            event.listen(engine, "connect", lambda link, _: _pragmas(link, SYNCHRONOUS[setting.durability]))
            config["system_database_url"] = url
            config["system_database_engine"] = engine
        DBOS(config=config)
        DBOS.launch()

    async def stop(self) -> None:
        DBOS.destroy()

    async def open(self, case: str) -> None:
        with SetWorkflowID(case):
            await DBOS.start_workflow_async(reference, case)
        await DBOS.get_event_async(case, "open", timeout_seconds=60)

    async def act(self, case: str, number: int) -> None:
        await DBOS.send_async(case, f"message {number}", str(number))
        if await DBOS.get_event_async(case, str(number), timeout_seconds=60) is None:
            raise AssertionError(f"{case} did not answer {number}")

    async def ended(self, case: str) -> None:
        handle: Any = await DBOS.retrieve_workflow_async(case)
        if not await handle.get_result():
            raise AssertionError(f"{case} ended by silence")


def _pragmas(link: sqlite3.Connection, synchronous: str) -> None:
    link.execute("PRAGMA journal_mode=WAL")
    link.execute(f"PRAGMA synchronous={synchronous}")
