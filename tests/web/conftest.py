"""One virtual Temporal server and one office for all tests of the web; each test opens cases of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from service.office import Office
from service.rehearsal import virtual_server
from service.settings import ROOT
from store.places import LoadedPlace, load_place
from tests.support.oidc import oidc_process, provider  # noqa: F401 - fixtures
from tests.web.running import Api, asked, instance


@pytest.fixture(scope="session")
def huaxi() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


@pytest.fixture(scope="session")
async def virtual() -> AsyncIterator[WorkflowEnvironment]:
    async with virtual_server() as env:
        with env.with_time_skipping_disabled():
            yield env


@pytest.fixture(scope="session")
async def office(virtual: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    home: Path = tmp_path_factory.mktemp("web")
    async with instance(virtual, huaxi, home) as opened:
        yield opened


@pytest.fixture(scope="session")
async def api(office: Office) -> AsyncIterator[Api]:
    async with asked(office) as asking:
        yield asking
