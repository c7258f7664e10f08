"""The commands for indicators: they tell the time as all others do, by the place's clock."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.settings import Settings
from store.engine import Store
from store.kpi.bulletins import BulletinShelf
from tests.faces.stack import Answer, command

LEADER, HERE = "leader@huaxi-centre", ZoneInfo("Asia/Shanghai")


def jiefen(home: Path, *words: str) -> Answer:
    return command(words, {**os.environ, "JIEFEN_HOME": str(home)})


async def shelve(home: Path) -> None:
    """A bulletin in the store of an instance, as it stood half an hour after midnight in the place."""
    settings = Settings(home=home)
    store = await Store.open(settings.database_url, settings.keys_url, settings.master_keys)
    await BulletinShelf(store).put(date(2026, 10, 1), None, datetime(2026, 10, 31, 16, 30, tzinfo=UTC), b"docx", b"xlsx")
    await store.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("kpi")
    asyncio.run(shelve(found))
    return found


def test_a_table_says_by_the_place_s_clock_as_of_when_it_is(home: Path) -> None:
    before = datetime.now(HERE).replace(second=0, microsecond=0)
    told = jiefen(home, "kpi", "table", "--as", LEADER)
    assert told.code == 0, told.err
    found = re.search(r"截至 as of (\d{4}-\d\d-\d\d \d\d:\d\d)\s*$", told.out, re.MULTILINE)
    assert found is not None, told.out[:300]
    assert before <= datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=HERE) <= datetime.now(HERE)


def test_bulletins_are_listed_with_the_place_s_time(home: Path) -> None:
    told = jiefen(home, "kpi", "bulletins", "--as", LEADER)
    assert told.code == 0, told.err
    assert "2026-11-01 00:30" in told.out
    assert "16:30" not in told.out
