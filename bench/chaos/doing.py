"""How each fault is done to an instance, and undone. What was done is counted with how long it lasted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url

from bench.chaos.faults import Fault, Planned
from bench.chaos.parts import Instance, Part

BLOCK = 1 << 20


@dataclass
class Trouble:
    """Does faults to one instance."""

    on: Instance
    done: Counter[Fault] = field(default_factory=Counter)
    lasted: dict[Fault, float] = field(default_factory=dict)
    """Seconds in all."""

    async def lane(self, planned: Sequence[Planned], seconds: float) -> None:
        """Do the faults of one lane one after another, until they are all done or the time is over."""
        end = time.monotonic() + seconds
        for one in planned:
            if time.monotonic() + one.after + one.lasts > end:
                return
            await asyncio.sleep(one.after)
            since = time.monotonic()
            await self._ways()[one.fault](one)
            self.done[one.fault] += 1
            self.lasted[one.fault] = self.lasted.get(one.fault, 0.0) + time.monotonic() - since

    def _ways(self) -> dict[Fault, Callable[[Planned], Awaitable[None]]]:
        return {
            Fault.KILL_WORKER: lambda one: _killed(self.on.worker, one.lasts),
            Fault.KILL_WEB: lambda one: _killed(self.on.web, one.lasts),
            Fault.KILL_TEMPORAL: lambda one: _killed(self.on.temporal, one.lasts),
            Fault.KILL_DATABASE: self._database_away,
            Fault.FREEZE_WORKER: self._worker_frozen,
            Fault.LOCK_DATABASE: self._database_locked,
            Fault.STOP_DATABASE: self._database_away,
            Fault.FREEZE_DATABASE: self._database_away,
            Fault.FULL_DISK: self._disk_full,
            Fault.JUMP_CLOCK: self._clock_jumped,
        }

    async def _database_away(self, one: Planned) -> None:
        database = self.on.database
        assert database is not None
        begin, end = {
            Fault.KILL_DATABASE: (database.kill, database.again),
            Fault.STOP_DATABASE: (database.halt, database.again),
            Fault.FREEZE_DATABASE: (database.freeze, database.thaw),
        }[one.fault]
        async with self.on.database_turn:
            await asyncio.to_thread(begin)
            await asyncio.sleep(one.lasts)
            await asyncio.to_thread(end)

    async def _database_locked(self, one: Planned) -> None:
        url = make_url(self.on.settings.database_url)
        if self.on.database is not None:
            await asyncio.to_thread(self.on.database.lock, url.database or "", one.lasts)
        else:
            await asyncio.to_thread(_sqlite_locked, Path(url.database or ""), one.lasts)

    async def _worker_frozen(self, one: Planned) -> None:
        async with self.on.worker.turn:
            process = self.on.worker.program.process
            assert process is not None
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(one.lasts)
            process.send_signal(signal.SIGCONT)

    async def _disk_full(self, one: Planned) -> None:
        assert self.on.disk is not None
        ballast = self.on.disk / "ballast"
        end = asyncio.get_running_loop().time() + one.lasts
        try:
            while asyncio.get_running_loop().time() < end:
                await asyncio.to_thread(_fill, ballast)
                await asyncio.sleep(0.1)
        finally:
            ballast.unlink(missing_ok=True)

    async def _clock_jumped(self, one: Planned) -> None:
        self.on.clock.write_text(str(one.by), encoding="utf-8")
        await asyncio.sleep(one.lasts)
        self.on.clock.write_text("0", encoding="utf-8")


async def _killed(part: Part, seconds: float) -> None:
    async with part.turn:
        await part.program.kill()
        await asyncio.sleep(seconds)
        await part.up()


def _sqlite_locked(path: Path, seconds: float) -> None:
    """Hold the write lock of the file, as a backup program that does not know better."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as lock, contextlib.suppress(sqlite3.OperationalError):
        lock.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        lock.execute("ROLLBACK")


def _fill(ballast: Path) -> None:
    """Write until not a byte is left: large pieces first, then what still fits."""
    with ballast.open("ab") as stream:
        handle = stream.fileno()
        for size in (64 * BLOCK, BLOCK, 4096):
            with contextlib.suppress(OSError):
                while True:
                    at = os.fstat(handle).st_size
                    os.posix_fallocate(handle, at, size)
