"""Fixtures of the end-to-end tests: one Temporal server with virtual time for each test process, and the place loaded once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from service.rehearsal import virtual_server
from store.places import LoadedPlace, load_place

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal server whose workflows have virtual clocks."""
    async with virtual_server() as running:
        yield running


@pytest.fixture(scope="session")
def huaxi() -> LoadedPlace:
    """The data of Huaxi."""
    return load_place(ROOT / "places" / "huaxi")
