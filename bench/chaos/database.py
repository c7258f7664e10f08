"""A PostgreSQL server that keeps what it has acknowledged, to be killed, frozen, stopped and started again over its data."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import time

import asyncpg
import psutil

from tests.postgres import READY_IN, Postgres, apart

DURABLE = ("listen_addresses=", "max_connections=200")
"""Settings as they come: what was committed is in the log before anybody is told of it."""


class Troubled(Postgres):
    """A server of its own, in a temporary folder."""

    def _settings(self) -> tuple[str, ...]:
        return DURABLE

    def kill(self) -> None:
        """End it and all its children at once, without a word (-9)."""
        self._signal(signal.SIGKILL)
        self._process.wait(20)

    def halt(self) -> None:
        """Shut it down as an operator would in a hurry."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)

    def freeze(self) -> None:
        """Let it stand still with all its connections."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def again(self) -> None:
        """Start it over its data, and wait until it answers; one that its own leftovers keep from starting is started again."""
        end = time.monotonic() + READY_IN
        while time.monotonic() < end:
            if self._process.poll() is not None:
                self._process = subprocess.Popen(self._process.args, stdout=self._log, stderr=self._log, cwd=self.folder, **self._as_user())
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                self.sql("SELECT 1")
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL does not come back")

    def lock(self, database: str, seconds: float) -> None:
        """Hold the table of cases against all who write, for some seconds; whatever ends it earlier ends it."""
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            apart(self._locked(database, seconds))

    async def _locked(self, database: str, seconds: float) -> None:
        connection = await asyncpg.connect(host=str(self.folder), port=self.port, user="jiefen", database=database)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE cases IN EXCLUSIVE MODE")
                await asyncio.sleep(seconds)
        finally:
            connection.terminate()

    def _signal(self, number: int) -> None:
        whole = psutil.Process(self._process.pid)
        for process in (whole, *whole.children()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
