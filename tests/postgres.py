"""A real PostgreSQL server for one test process: in a temporary folder, on a socket of its own, gone at the end."""

from __future__ import annotations

import asyncio
import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

FASTER = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=200")
"""Settings for data that nobody will miss. No address: nothing but the socket listens."""

READY_IN = 30.0
"""Seconds a server may take to answer."""


class Postgres:
    """A running server. `create` gives a new database, `stop` ends the server and removes its folder."""

    port = 5432
    """Of the socket too: it is part of its name."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jiefen-pg-"))
        self.user = _server_user()
        self.folder.chmod(0o755)
        if self.user != getpass.getuser():
            shutil.chown(self.folder, self.user)
        self._made = 0
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-A", "trust", "-U", "jiefen", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = [part for setting in self._settings() for part in ("-c", setting)]
        self._log = (self.folder / "server.log").open("wb")
        self._process = subprocess.Popen(
            [_binary("postgres"), "-D", str(data), "-k", str(self.folder), *settings],
            stdout=self._log, stderr=self._log, cwd=self.folder, **self._as_user(),
        )  # fmt: skip
        self._await_ready()

    @property
    def pid(self) -> int:
        """The server's process, for whoever measures it."""
        return self._process.pid

    def url(self, database: str) -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+asyncpg://jiefen@/{database}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        self._made += 1
        name = f"t{self._made}"
        self.sql(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        self.sql(f"DROP DATABASE {database} WITH (FORCE)")

    def sql(self, statement: str) -> None:
        """Run one statement as the owner of the server."""
        apart(self._sql(statement))

    def stop(self) -> None:
        """End the server and remove all it has written."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _settings(self) -> tuple[str, ...]:
        """What the server is started with; called when its data folder has been made."""
        return FASTER

    async def _sql(self, statement: str) -> None:
        connection = await asyncpg.connect(host=str(self.folder), port=self.port, user="jiefen", database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _await_ready(self) -> None:
        end = time.monotonic() + READY_IN
        while True:
            try:
                self.sql("SELECT 1")
                return
            except (OSError, asyncpg.PostgresError) as error:
                if self._process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    raise RuntimeError("the PostgreSQL server for the tests did not start") from error
                time.sleep(0.02)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [_binary(program), *arguments], capture_output=True, text=True, check=False, cwd=self.folder, **self._as_user()
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def _as_user(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a loop of its own, in a thread of its own: the tests' loop is not touched."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _binary(name: str) -> str:
    found = shutil.which(name) or max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), default=None)
    if found is None:
        raise RuntimeError(f"PostgreSQL's `{name}` is missing: run `make deps`")
    return str(found)


def _server_user() -> str:
    if os.geteuid() != 0:
        return getpass.getuser()
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
