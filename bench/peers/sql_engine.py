"""The flow as a state machine written by hand on SQLite: a row for each case, one transaction for each transition, timers as a column.

What it leaves out is what the others are for: retries, answers after a crash in between, timers that ring, histories, versions.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.peers import flow

PRAGMAS = {"full": "FULL", "normal": "NORMAL", "memory": "OFF"}


class SqlEngine:
    """The machine: one writing thread, as SQLite has one writer."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._db: sqlite3.Connection | None = None

    async def start(self, setting: flow.Setting) -> None:
        await self._run(lambda: self._open(setting.home, setting.durability))

    async def stop(self) -> None:
        self._thread.shutdown()

    async def open(self, case: str) -> None:
        rows = (case, "waiting", 0, time.time() + flow.WAIT.total_seconds(), flow.register(case), flow.grade(case), flow.assign(case))
        await self._write("INSERT INTO cases VALUES (?,?,?,?,?,?,?)", rows, case, "opened")

    async def act(self, case: str, number: int) -> None:
        said = flow.record(case, f"message {number}") if number == 1 else str(flow.audit(case))
        state = "waiting" if number == 1 else "ended"
        await self._write(
            "UPDATE cases SET stage=?, said=?, due=NULL WHERE id=? AND said=?", (state, number, case, number - 1), case, f"{number} {said}"
        )

    async def ended(self, case: str) -> None:
        found = await self._run(lambda: self._ask("SELECT stage FROM cases WHERE id=?", (case,)))
        if found != ("ended",):
            raise AssertionError(f"{case} has not ended: {found}")

    def _open(self, home: Path, durability: str) -> None:
        place = ":memory:" if durability == "memory" else str(home / "machine.db")
        self._db = sqlite3.connect(place, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(f"PRAGMA synchronous={PRAGMAS[durability]}")
        columns = "id TEXT PRIMARY KEY, stage TEXT, said INTEGER, due REAL, number TEXT, tier TEXT, person TEXT"
        self._db.execute(f"CREATE TABLE IF NOT EXISTS cases ({columns})")
        self._db.execute("CREATE TABLE IF NOT EXISTS events (id TEXT, what TEXT, at REAL)")

    async def _write(self, statement: str, values: tuple[object, ...], case: str, event: str) -> None:
        def doing() -> None:
            db = self._db
            assert db is not None
            db.execute("BEGIN IMMEDIATE")
            if db.execute(statement, values).rowcount != 1:
                db.execute("ROLLBACK")
                raise AssertionError(f"{case} does not take {event}")
            db.execute("INSERT INTO events VALUES (?,?,?)", (case, event, time.time()))
            db.execute("COMMIT")

        await self._run(doing)

    def _ask(self, statement: str, values: tuple[object, ...]) -> object:
        assert self._db is not None
        return self._db.execute(statement, values).fetchone()

    async def _run(self, doing: object) -> object:
        return await asyncio.get_running_loop().run_in_executor(self._thread, doing)  # type: ignore[arg-type]
