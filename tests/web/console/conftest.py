"""One console for all its tests."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.crew import connect
from service.office import Office
from service.settings import Settings
from store.places import LoadedPlace
from tests.service.town import fill
from tests.web.console.visitors import Desk, desk_of


@pytest.fixture(scope="session")
async def desk(office: Office) -> AsyncIterator[Desk]:
    async with desk_of(office) as opened:
        yield opened


@pytest.fixture(scope="session")
async def town(huaxi: LoadedPlace, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A console over a town full of cases, without a worker: for pages that only show."""
    home = tmp_path_factory.mktemp("town")
    shutil.copyfile(sqlite_template, home / "jiefen.db")
    settings = Settings(home=home, database_url=f"sqlite+aiosqlite:///{home / 'jiefen.db'}")
    office = await fill(await Office.open(settings, await connect(settings, lazy=True), huaxi))
    async with desk_of(office) as opened:
        yield opened
    await office.close()
