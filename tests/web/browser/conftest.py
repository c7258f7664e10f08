"""One console at a port, and one browser, for all walks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from service.office import Office
from tests.web.browser.walking import Site, browsing
from tests.web.console.visitors import desk_of
from tests.web.running import served


@pytest.fixture(scope="session")
async def site(office: Office) -> AsyncIterator[Site]:
    async with served(office) as address, desk_of(office) as desk, browsing() as browser:
        yield Site(address, desk, browser)
