"""A copy of a database as it is at one moment, while others read and write it: SQLite by its own online backup, PostgreSQL by `pg_dump`.

Nothing is locked for longer than a writer's turn. Used by `service/backup/taking.py`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from store.connect import is_sqlite
from store.tls import parse

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian keeps PostgreSQL's programs of each version."""


class NotCopied(RuntimeError):
    """A database could not be copied; the argument says why, and repeats nothing of its address."""


async def copy(url: str, folder: Path, name: str) -> Path:
    """Copy the database of an address into a folder, under this name with an ending of its kind. Raises NotCopied."""
    if is_sqlite(url):
        target = folder / f"{name}.db"
        await asyncio.to_thread(copy_file, Path(parse(url).database or ""), target)
        return target
    target = folder / f"{name}.dump"
    await _dump(url, target)
    return target


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite file, the log beside it included. Raises NotCopied."""
    try:
        # Not read-only: a file with a log beside it can only be read by who may make the log's index.
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
            found = there.execute("PRAGMA quick_check").fetchone()
    except sqlite3.Error as error:
        raise NotCopied(f"{source.name}: {type(error).__name__}") from None
    if found != ("ok",):
        raise NotCopied(f"{source.name} is damaged")
    target.chmod(0o600)


def _program() -> str | None:
    return shutil.which("pg_dump") or max((str(path) for path in INSTALLED.glob("*/bin/pg_dump")), default=None)


async def _dump(url: str, target: Path) -> None:
    program = await asyncio.to_thread(_program)
    if program is None:
        raise NotCopied("pg_dump is not installed here: install PostgreSQL's client, or let the database's own backup do it")
    address = parse(url)
    without = address.set(drivername="postgresql", password=None).render_as_string()
    # The password goes by the environment: a command line can be read by everybody on the machine.
    environment = {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}
    nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    words = ("--format=custom", "--no-owner", "--no-password", f"--file={target}", f"--dbname={without}")
    process = await asyncio.create_subprocess_exec(program, *words, stdin=nothing, stdout=nothing, stderr=pipe, env=environment)
    _, said = await process.communicate()
    if process.returncode:
        # Of what it says the first line alone, without what may be an address in it.
        reason = said.decode(errors="replace").splitlines()[:1]
        mismatch = any("version mismatch" in line for line in reason)
        raise NotCopied("pg_dump is older than the server" if mismatch else f"pg_dump fails: exit code {process.returncode}")
    await asyncio.to_thread(target.chmod, 0o600)
