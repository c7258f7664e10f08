"""A notice comes while affairs run, in runs of their own or in the record alone: what moves is shown, moved once, noted on each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from service import calendars, upkeep
from service.affairs.desk import Affairs
from service.calendars import Outcome
from service.errors import Unavailable
from store.places import LoadedPlace
from tests.conftest import Database
from tests.support.running import Desk, desk, settings

LATE = datetime(2026, 12, 29, 1, 30, tzinfo=UTC)
"""A Tuesday whose limits reach into a year that no notice covers yet."""

NOTICE = """
version: CN-2027-{name}
years: [2027]
off: [2027-01-01..2027-01-05, 2027-02-05..2027-02-11, 2027-04-05]
make_up: [2027-01-09]
spring_festival: {{2027: 2027-02-06}}
"""

GUMENG = "520111105202"
MEMBER = "grid@yanlou-gumeng"
REPORT = {"place": GUMENG, "item": "wiring", "text": "楼道私拉电线"}
FILE: dict[str, Any] = {
    "place": GUMENG,
    "number": "0147",
    "address": "谷蒙村三组12号",
    "needs": ["elderly_alone"],
    "noticed_on": "2026-12-29",
    "members": [{"id": "a", "relation": "head", "person": {"name": "甲某"}}],
}


@pytest.fixture
async def here(virtual: WorkflowEnvironment, whole_huaxi: LoadedPlace, database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(virtual.client, settings(tmp_path / "home", database_url=database.url), start=LATE, place=whole_huaxi) as made:
        yield made


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    """No two tests share a calendar: the library is one for the process."""
    path = tmp_path / "notice.yaml"
    path.write_text(NOTICE.format(name=tmp_path.name), encoding="utf-8")
    return path


async def begun(grid: Affairs) -> tuple[str, str]:
    """A hazard that was dealt with and is to be looked at again, in a run; and a household's file, which has none."""
    member = await grid.actor(MEMBER)
    hazard = (await grid.open("hazard", REPORT, member)).affair_id
    await grid.act(hazard, "fix", {"text": "已整改"}, await grid.actor("officer@yanlou-gumeng"))
    return hazard, (await grid.open("household", FILE, member)).affair_id


async def test_a_notice_moves_the_clocks_of_running_affairs_as_it_was_shown(here: Desk, notice: Path) -> None:
    grid = Affairs(here.office)
    ids = await begun(grid)
    before = [await grid.load(one) for one in ids]
    change = await calendars.preview(here.office, notice)
    assert (change.cases, change.affairs) == (0, 2)
    assert {move.code for move in change.moves} == {one.code for one in before}
    assert [await grid.load(one) for one in ids] == before
    heard: list[None] = []
    chief = await grid.actor("director@huaxi-centre")
    done = await calendars.apply(here.office, here.cases, change, chief, progress=lambda: heard.append(None))
    assert (done.recalendared, done.failed, len(heard)) == (2, (), 2)
    assert {one.code: one.outcome for one in done.cases} == dict.fromkeys([one.code for one in before], Outcome.RECALENDARED)
    for affair_id in ids:
        after = await grid.load(affair_id)
        assert after.docs.calendar == change.hash
        for move in (move for move in change.moves if move.case_id == affair_id):
            assert after.clocks[move.clock].due.at == move.after
    assert any(move.days > 0 for move in change.moves if move.case_id == ids[0])
    assert [found async for found in upkeep.drift(here.office, here.cases)] == []
    again = await calendars.preview(here.office, notice)
    assert (again.affairs, (await calendars.apply(here.office, here.cases, again, chief)).cases) == (0, ())
    for affair_id in ids:
        assert [line.type for line in await here.office.affairs.lines(affair_id)].count("recalendared") == 1


async def test_an_affair_that_cannot_be_told_is_named_and_one_that_has_ended_is_left(
    here: Desk, notice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = Affairs(here.office)
    ended, bad = await begun(grid)
    change = await calendars.preview(here.office, notice)
    real, loading, looked = Affairs.act, Affairs.load, set[str]()

    async def flaky(self: Affairs, key: str, *args: Any, **options: Any) -> Any:
        if key == bad:
            raise Unavailable("Temporal is away")
        return await real(self, key, *args, **options)

    async def just_then(self: Affairs, key: str) -> Any:
        if key == ended and key not in looked:
            looked.add(key)
            await real(self, key, "inspect", {"passed": True}, await self.actor(MEMBER))
        return await loading(self, key)

    monkeypatch.setattr(Affairs, "act", flaky)
    monkeypatch.setattr(Affairs, "load", just_then)
    done = await calendars.apply(here.office, here.cases, change, await grid.actor("director@huaxi-centre"))
    assert done.failed == ((await grid.load(bad)).code,)
    assert {one.case_id: one.outcome for one in done.cases} == {ended: Outcome.ENDED, bad: Outcome.FAILED}
    assert "recalendared" not in [line.type for line in await here.office.affairs.lines(ended)]
