"""An office without a worker, for use cases that never reach Temporal: accounts, absences, signing in."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from temporalio.testing import WorkflowEnvironment

from service.crew import connect
from service.entry.accounts import Accounts
from service.entry.passwords import Passwords
from service.office import Office
from service.rehearsal import virtual_server
from service.settings import ROOT, Settings
from store.places import LoadedPlace, load_place
from tests.conftest import Database
from tests.postgres import Postgres
from tests.service.oidc_walk import account, build  # noqa: F401 - fixtures
from tests.service.town import fill
from tests.support.oidc import oidc_process, provider  # noqa: F401 - fixtures
from tests.support.running import Desk, desk, settings

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session")
def whole_huaxi() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


@pytest.fixture
async def bare_office(database: Database, whole_huaxi: LoadedPlace, tmp_path: Path) -> AsyncIterator[Office]:
    settings = Settings(home=tmp_path, database_url=database.url, keys_url=database.keys_url, demo_accounts=True)
    office = await Office.open(settings, await connect(settings, lazy=True), whole_huaxi)
    yield office
    await office.close()


@pytest.fixture(scope="module")
async def virtual() -> AsyncIterator[WorkflowEnvironment]:
    async with virtual_server() as made:
        with made.with_time_skipping_disabled():
            yield made


@pytest.fixture
async def working(virtual: WorkflowEnvironment, whole_huaxi: LoadedPlace, database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(virtual.client, settings(tmp_path / "home", database_url=database.url), place=whole_huaxi) as made:
        yield made


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
async def filled(
    request: pytest.FixtureRequest, whole_huaxi: LoadedPlace, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """An office full of cases on each of the two databases, filled once: tests read it and change no case."""
    home = tmp_path_factory.mktemp("filled")
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), home / "jiefen.db")
        url = f"sqlite+aiosqlite:///{home / 'jiefen.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.url(server.create(request.getfixturevalue("postgres_template")))
    settings = Settings(home=home, database_url=url)
    office = await Office.open(settings, await connect(settings, lazy=True), whole_huaxi)
    yield await fill(office)
    await office.close()


@pytest.fixture
def accounts(bare_office: Office) -> Accounts:
    return Accounts(bare_office, passwords=Passwords(CHEAP))
