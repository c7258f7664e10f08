"""Backups of a running instance, taken at different moments, put back after everything was lost: the record is whole and all runs agree.

Of cases and of affairs. On the embedded stack as `up` runs it, and on PostgreSQL by its own programs.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from service import upkeep
from service.affairs.desk import Affairs
from service.backup.taking import backup
from service.cases import Cases
from service.crew import connect
from service.office import Office
from service.proof.checking import check_anchors, check_logs
from service.rehearsal import virtual_server
from service.secrecy.restoring import restore_check
from service.settings import ROOT, Settings
from store.places import LoadedPlace, load_place
from tests.faces.stack import PORTS, Running
from tests.postgres import Postgres
from tests.support.running import Desk, desk, settings


@pytest.fixture(scope="module")
def whole_huaxi() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


@asynccontextmanager
async def beside(instance: Running, place: LoadedPlace) -> AsyncIterator[Desk]:
    """An office of the test's own over the data of a running instance."""
    numbers = {name.removeprefix("JIEFEN_").lower(): int(instance.environment[name]) for name in PORTS}
    chosen = Settings.model_validate({"home": instance.home, **numbers})
    office = await Office.open(chosen, await connect(chosen), place)
    try:
        yield Desk(office, Cases(office))
    finally:
        await office.close()


async def drifts(here: Desk) -> list[upkeep.Drift]:
    return [found async for found in upkeep.drift(here.office, here.cases)]


async def hazard(here: Desk) -> str:
    """Report a hazard; return the id of its affair, whose clock runs from now on."""
    grid = Affairs(here.office)
    fields = {"place": "520111105202", "item": "exits", "text": "一楼过道停放六辆电动车"}
    return (await grid.open("hazard", fields, await grid.actor("grid@yanlou-gumeng"))).affair_id


async def fixed(here: Desk, affair_id: str, *, action_id: str | None = None) -> tuple[str, ...]:
    """Say that it was dealt with; return what happened."""
    grid = Affairs(here.office)
    fields = {"text": "已清理"}
    return (await grid.act(affair_id, "fix", fields, await grid.actor("officer@yanlou-gumeng"), action_id=action_id)).events


async def closed(here: Desk, affair_id: str) -> str | None:
    """Look at it again and find it in order; return the stage it is in then."""
    grid = Affairs(here.office)
    return (await grid.act(affair_id, "inspect", {"passed": True}, await grid.actor("grid@yanlou-gumeng"))).stage


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def whole(office: Office) -> bool:
    """Whether everything that `verify` looks at holds."""
    reports = [report.ok async for report in upkeep.verify_all(office)] + [report.ok async for report in check_logs(office)]
    return all(reports) and (await check_anchors(office)).ok


async def acting(here: Desk, stop: asyncio.Event, done: dict[str, str]) -> None:
    """Work on and on: every action that was acknowledged is in `done`, with its case."""
    while not stop.is_set():
        case_id = await here.open(1)
        for _ in range(3):
            action = uuid.uuid4().hex
            await here.note(case_id, action_id=action)
            done[action] = case_id


async def several(done: dict[str, str], more: int) -> None:
    """Wait until so many more actions have been acknowledged."""
    wanted = len(done) + more
    for _ in range(1500):
        if len(done) >= wanted:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing was done")


async def test_a_lost_home_comes_back_from_backups_of_different_moments(tmp_path: Path, whole_huaxi: LoadedPlace) -> None:
    home, early, late = tmp_path / "home", tmp_path / "early", tmp_path / "late"
    instance = Running(home)
    await asyncio.to_thread(instance.start)
    stop, done = asyncio.Event(), dict[str, str]()
    async with beside(instance, whole_huaxi) as here:
        first, gone_on, quiet = await here.open(4), await hazard(here), await hazard(here)
        worker = asyncio.create_task(acting(here, stop, done))
        await several(done, 3)
        await backup(here.office, early)
        assert await fixed(here, gone_on, action_id="fixed") == ("hazard_fixed",)
        begun_since = await hazard(here)
        clocks = {one: (await Affairs(here.office).load(one)).clocks for one in (gone_on, quiet, begun_since)}
        await several(done, 3)
        acknowledged = dict(done)
        await backup(here.office, late)
        await several(done, 1)
        stop.set()
        await worker
    assert instance.process is not None
    await asyncio.to_thread(instance.stop)
    assert acknowledged
    assert "master.key" not in {path.name for path in files(late)}
    shutil.copy(home / "master.key", tmp_path / "master.key")
    shutil.rmtree(home)
    home.mkdir()
    # Temporal's file is older than the record, the keys are newer than both.
    for source, name in (
        (early / "cases", "temporal.db"),
        (late / "cases", "jiefen.db"),
        (late / "keys", "keys.db"),
        (tmp_path, "master.key"),
    ):
        shutil.copy(source / name, home / name)
    assert (await asyncio.to_thread(instance.jiefen, "restore-check", "--register", str(late / "register.json"))).code == 0
    checked = await asyncio.to_thread(instance.jiefen, "verify", "--json")
    assert (checked.code, [item for item in checked.json if item["findings"]]) == (0, []), checked.err
    await asyncio.to_thread(instance.start)
    async with beside(instance, whole_huaxi) as here:
        # Of the affairs, the run of one has not heard of its last action, one has no run, and one goes on as if nothing had been.
        off = {found.case_id: found.kind for found in await drifts(here)}
        assert [off.get(one) for one in (gone_on, quiet, begun_since)] == [upkeep.DriftKind.RUN, None, upkeep.DriftKind.MISSING]
        mended = [item.done async for item in upkeep.repair(here.office, here.cases)]
        assert set(mended) == {"restarted"}
        assert await drifts(here) == []
        assert await whole(here.office)
        for action, case_id in acknowledged.items():
            assert await here.office.records.receipt(case_id, action) is not None
        assert (await here.act(first, "officer@yanlou-gumeng", "assign")).events == ("assignment_requested", "assigned")
        assert {one: (await Affairs(here.office).load(one)).clocks for one in clocks} == clocks
        assert await fixed(here, gone_on, action_id="fixed") == ("hazard_fixed",), "what was acknowledged is not done again"
        for one in (quiet, begun_since):
            await fixed(here, one)
        assert [await closed(here, one) for one in (gone_on, quiet, begun_since)] == ["closed"] * 3
        assert await drifts(here) == []
    await asyncio.to_thread(instance.stop)


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with virtual_server() as made:
        with made.with_time_skipping_disabled():
            yield made


async def test_a_dump_of_postgresql_comes_back_older_than_the_running_cases(
    env: WorkflowEnvironment, postgres: Postgres, postgres_template: str, whole_huaxi: LoadedPlace, tmp_path: Path
) -> None:
    name, again = postgres.create(postgres_template), postgres.create()
    chosen = settings(tmp_path / "home", database_url=postgres.url(name))
    stop, done = asyncio.Event(), dict[str, str]()
    async with desk(env.client, chosen, place=whole_huaxi) as here:
        first, mended = await here.open(4), await hazard(here)
        worker = asyncio.create_task(acting(here, stop, done))
        await several(done, 3)
        acknowledged = dict(done)
        await backup(here.office, tmp_path / "backup")
        stop.set()
        await worker
        # After the backup: lost with the database, and the running case, and the running affair, know it.
        await here.note(first)
        await fixed(here, mended)
    assert acknowledged
    dump = tmp_path / "backup" / "cases" / "jiefen.dump"
    command = ["pg_restore", "--no-owner", f"--host={postgres.folder}", "--username=jiefen", f"--dbname={again}", str(dump)]
    await asyncio.to_thread(subprocess.run, command, check=True)
    restored = chosen.model_copy(update={"database_url": postgres.url(again)})
    shutil.copy(tmp_path / "backup" / "keys" / "keys.db", chosen.home / "keys.db")
    async with desk(env.client, restored, place=whole_huaxi) as here:
        assert (await restore_check(here.office)).ok
        assert await whole(here.office)
        off = {found.case_id: found.kind for found in await drifts(here)}
        assert (off[first], off[mended]) == (upkeep.DriftKind.RUN, upkeep.DriftKind.RUN)
        left = [item.drift.kind async for item in upkeep.repair(here.office, here.cases) if item.done is None]
        assert set(left) <= {upkeep.DriftKind.STRAY}  # cases opened after the backup
        assert [found for found in await drifts(here) if found.kind is not upkeep.DriftKind.STRAY] == []
        for action, case_id in acknowledged.items():
            assert await here.office.records.receipt(case_id, action) is not None
        assert (await here.act(first, "officer@yanlou-gumeng", "assign")).events[-1] == "assigned"
        assert await fixed(here, mended) == ("hazard_fixed",)
        assert await closed(here, mended) == "closed"
    postgres.drop(again)
