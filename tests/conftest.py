"""Fixtures for everybody: a fresh store on SQLite and on PostgreSQL.

A test that asks for `store` or `database` runs twice. One that needs only the embedded database says so:
`@pytest.mark.parametrize("database", ["sqlite"], indirect=True)`.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.papers.converting import Converter
from store.engine import Store, migrate
from store.keyring.master_sources import MasterKeys
from tests.postgres import Postgres, apart

LONGEST = (
    "web/api/test_fuzz.py",
    "faces/test_command_line.py",
    "web/browser/test_barriers.py",
    "faces/test_archive.py",
    "web/browser/test_walks.py",
    "web/test_leaks.py",
    "faces/test_starting_and_stopping.py",
    "faces/test_keys.py",
    "e2e/test_kill.py",
    "e2e/test_restore.py",
    "web/api/test_scope.py",
    "bench/test_peers.py",
)
"""Files that take long, the longest first: begun last, one of them would run on alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest at the front; with `--no-loadscope-reorder` they are given out in this order."""
    order = {f"tests/{name}": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)))


@dataclass(frozen=True)
class Database:
    """An empty, migrated database and a key store beside it, not opened yet."""

    kind: str
    url: str
    keys_url: str
    master_key_file: Path

    async def open(self) -> Store:
        """Open it; who opens it closes it."""
        return await Store.open(self.url, self.keys_url, MasterKeys(self.master_key_file))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started when the first test asks for it, one for each test process."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """Name of a migrated, empty database on the server, to copy from."""
    name = postgres.create()
    apart(migrate(postgres.url(name)))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to copy from."""
    path = tmp_path_factory.mktemp("template") / "jiefen.db"
    apart(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of one's own, on each of the two kinds."""
    master = tmp_path / "master.key"
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "jiefen.db")
        here = f"sqlite+aiosqlite:///{tmp_path}"
        yield Database("sqlite", f"{here}/jiefen.db", f"{here}/keys.db", master)
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield Database("postgresql", server.url(name), server.url(name), master)
    server.drop(name)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    """A fresh store, open."""
    opened = await database.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def converter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Converter]:
    """LibreOffice with one profile for all: making one takes it seconds."""
    made = Converter(tmp_path_factory.mktemp("converter"))
    yield made
    made.close()
