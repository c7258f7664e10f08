"""Cases begun by the code of the last release, on a real server, come to their end under this code; and under the next one."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from faces.process import CannotStart
from models import happening as h
from models.action import Base
from models.event import Event
from models.words import Stage
from rules.actions.spec import SPECS
from rules.draft import Draft
from service import upkeep
from service.cases import Cases
from service.crew import build_worker, connect
from service.office import Office
from service.settings import Settings
from store.places import LoadedPlace, load_place
from tests.support.invariants import Bells
from tests.support.processes import Program, free_port, server, worker
from tests.support.running import ROOT, STEPS, Desk
from tests.upgrade import begin
from tests.upgrade.pack import unpack
from worker import check

pytestmark = pytest.mark.timeout(300)  # whole processes, on a machine that may be busy

HELD = {"late", "ringing", "climbed"}
"""Cases that have left the usual way: whoever brought them takes them back."""

FIRST, SECOND = "contact#1:yellow", "consent#1:yellow"
"""The card that `ringing` got from the old code, and the one that falls due a moment after it is gone."""


@dataclass(frozen=True)
class Begun:
    """What the released code has left behind: its data, and which cases it began."""

    home: Path
    ids: dict[str, str]
    shift: timedelta


@pytest.fixture(scope="module")
def huaxi() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


@pytest.fixture(scope="module")
async def begun(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """The released worker over a real server, every kind of case begun, and then both are killed."""
    home, code = tmp_path_factory.mktemp("begun"), tmp_path_factory.mktemp("release")
    unpack(code)
    settings = Settings(home=home, temporal_port=free_port(), task_queue="disputes")
    temporal = server(home, settings.temporal_port)
    new = worker(settings)
    environment = {**new.environment, "PYTHONPATH": str(code)}
    old = Program(new.command, new.log, new.ready, environment=environment, folder=code)
    await temporal.start()
    try:
        await old.start()
        told = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "begin.py"],
            cwd=code,
            env={**os.environ, **environment},
            capture_output=True,
            check=False,
            timeout=100,
        )
        assert told.returncode == 0, told.stderr.decode()[-3000:]
        await old.kill()
    finally:
        await old.stop()
        await temporal.kill()
    found = json.loads(told.stdout)
    return Begun(home, found["cases"], timedelta(seconds=found["shift"]))


@asynccontextmanager
async def taken_over(begun: Begun, home: Path, place: LoadedPlace) -> AsyncIterator[Desk]:
    """The same server and data, and this code's office; no worker yet."""
    shutil.copytree(begun.home, home)
    settings = Settings(home=home, temporal_port=free_port(), task_queue="disputes")
    temporal = server(home, settings.temporal_port)
    await temporal.start()
    try:
        office = await Office.open(settings, await connect(settings), place)
        office.shift = begun.shift
        try:
            yield Desk(office, Cases(office))
        finally:
            await office.close()
    finally:
        await temporal.stop()


async def events(here: Desk, case_id: str) -> list[Event]:
    return [Event.model_validate_json(line.body) for line in await here.office.records.lines(case_id)]


async def dates(here: Desk, ids: dict[str, str]) -> dict[str, Any]:
    """When each clock of each case ends, and which cards are open."""
    found = {name: await here.stored(case_id) for name, case_id in ids.items()}
    return {name: ({key: clock.due for key, clock in case.clocks.items()}, [*case.cards]) for name, case in found.items()}


async def finish(here: Desk, name: str, case_id: str) -> None:
    """Lead a case from where the old code left it to its end."""
    case = await here.stored(case_id)
    if name in HELD:
        lead = here.office.bundle.network.unit(case.lead or "")
        assert lead is not None
        role = "dispatcher" if "dispatcher" in lead.roles else "officer"
        await here.act(case_id, f"{role}@{case.lead}", "withdraw", party="a", reason="撤回")
        return
    if name == "suspended":
        await here.act(case_id, begin.MEDIATOR, "resume")
    if name == "objected":
        await here.act(case_id, "dispatcher@yanlou-centre", "rule", uphold=False)
    done = begin.FAR.get(name, 3 if name == "objected" else 7)
    for post, do, fields in (*STEPS[done:], *begin.WAY[begin.FURTHER.get(name, 0) :]):
        await here.act(case_id, post, do, **fields)


async def until(here: Desk, case_id: str, card: str) -> None:
    """Wait until a card is shown."""
    for _ in range(600):
        if card in {shown.id for shown in (await here.stored(case_id)).cards}:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{card} was not shown")


async def all_well(here: Desk, ids: dict[str, str]) -> None:
    """Every case has ended, each chain holds, nothing rang twice, and no action was done twice."""
    for name, case_id in ids.items():
        case, story, bells = await here.stored(case_id), await events(here, case_id), Bells()
        assert case.stage is (Stage.WITHDRAWN if name in HELD else Stage.ARCHIVED), name
        bells.hear(tuple(story))
        assert [event.seq for event in story] == [*range(1, case.seq + 1)], name
        assert (await upkeep.verify(here.office, case_id)).ok, name
        assert Counter(event.type for event in story)["registered"] == 1, name
    assert [found async for found in upkeep.drift(here.office, here.cases)] == []


async def test_this_code_takes_over_every_case_the_last_release_has_begun(begun: Begun, tmp_path: Path, huaxi: LoadedPlace) -> None:
    async with taken_over(begun, tmp_path / "home", huaxi) as here:
        before = await dates(here, begun.ids)
        report = await upkeep.replay(here.office, here.cases)
        assert report.replayed == len(begun.ids) - 1
        assert [card.id for card in before["ringing"][1]] in ([FIRST], [FIRST, SECOND])
        restarted = [case_id async for case_id in upkeep.restart_failed(here.office, here.cases, report)]
        assert not [one.code async for one in upkeep.rebuild(here.office) if one.refused]
        assert await dates(here, begun.ids) == before
        crew = worker(here.office.settings)
        crew.command.append("--check")
        await crew.start()
        try:
            assert [found async for found in upkeep.drift(here.office, here.cases) if found.case_id != begun.ids["ringing"]] == []
            for name, case_id in begun.ids.items():
                assert (await here.types(case_id)).count("restarted") == (case_id in restarted) + (name in {"late", "ringing"})
                if name != "archived":
                    again = await here.act(case_id, begin.CLERK, "note", action_id=f"last:{case_id}", text="电话补充")
                    assert again.seq == (await here.types(case_id)).index("noted") + 1, "the old code's receipt"
                    assert (await here.types(case_id)).count("noted") == 1, "what the old code has acknowledged is not done again"
            for name in begun.ids.keys() - {"ringing", "archived"}:
                await finish(here, name, begun.ids[name])
            await until(here, begun.ids["ringing"], SECOND)
            await finish(here, "ringing", begun.ids["ringing"])
            await all_well(here, begun.ids)
            await here.act(begun.ids["archived"], begin.CLERK, "reopen", reason="又起争执")
            assert (await here.stored(begun.ids["archived"])).chapter == 2
        finally:
            assert await crew.stop() == 0


def other_rule(draft: Draft, act: Base) -> None:
    """What `contact` might do in the next release: the same, in other words."""
    draft.add(h.Contacted(note="changed"))


async def test_cases_that_the_next_code_would_lead_elsewhere_start_again_from_the_record(
    begun: Begun, tmp_path: Path, huaxi: LoadedPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with taken_over(begun, tmp_path / "home", huaxi) as here:
        before = await dates(here, begun.ids)
        behind = {case.case_id for case in (await upkeep.replay(here.office, here.cases)).failures}
        monkeypatch.setitem(SPECS, "contact", replace(SPECS["contact"], body=other_rule))
        # Only what a run itself has gone through can lead it elsewhere: `ringing` was started again from the record after its contact.
        met = {
            case_id
            for name, case_id in begun.ids.items()
            if name not in {"ringing", "archived"} and "contacted" in await here.types(case_id)
        }
        with pytest.raises(CannotStart, match=f"{len(met | behind)} of {len(begun.ids) - 1} open histories do not replay"):
            await check(here.office)
        report = await upkeep.replay(here.office, here.cases)
        assert {failure.case_id for failure in report.failures} == met | behind
        assert {case_id async for case_id in upkeep.restart_failed(here.office, here.cases, report)} == met | behind
        await check(here.office)
        assert not [one.code async for one in upkeep.rebuild(here.office) if one.refused]
        assert await dates(here, begun.ids) == before
        async with build_worker(here.office):
            for name in begun.ids.keys() - {"archived"}:
                await finish(here, name, begun.ids[name])
            await all_well(here, begun.ids)
        for name, case_id in begun.ids.items():
            times = (case_id in met | behind) + (name in {"late", "ringing"})
            assert (await here.types(case_id)).count("restarted") == times, name


def test_the_release_at_hand_is_no_newer_than_this_code(tmp_path: Path) -> None:
    code = unpack(tmp_path)
    assert (tmp_path / "begin.py").exists()
    assert len((tmp_path / "COMMIT").read_text().strip()) == 40
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert [int(part) for part in code["version"].split(".")] <= [int(part) for part in ours.split(".")]
