"""One console for all its tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from service.office import Office
from tests.web.console.visitors import Desk, desk_of


@pytest.fixture(scope="session")
async def desk(office: Office) -> AsyncIterator[Desk]:
    async with desk_of(office) as opened:
        yield opened
