"""Two worker processes over one queue: both work, one killed with -9 leaves the other, and what is urgent overtakes what waits."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from temporalio.api.enums.v1 import EventType

from models.words import Tier
from service import upkeep
from service.crew import build_worker
from store.places import LoadedPlace
from tests.e2e.test_kill import until_acknowledged
from tests.support.processes import Instance, instance, worker
from tests.support.running import STEPS, Desk, intake
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(300)  # whole processes, on a machine that may be busy

CASES = 6
WAITING = 60


@pytest.fixture(scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory, huaxi: LoadedPlace) -> AsyncIterator[Instance]:
    """A real server and an office, and no worker yet."""
    async with instance(tmp_path_factory.mktemp("two") / "home", huaxi, with_worker=False) as made:
        yield made


async def test_a_red_case_overtakes_those_that_wait_for_a_worker(here: Instance) -> None:
    """Cases are taken in while no worker is there, the red one last of all; then one comes that does little at once."""
    desk = here.desk
    clerk = await desk.cases.actor("clerk@yanlou-centre")
    waiting = [asyncio.create_task(desk.cases.open(intake(), clerk, intake_id=f"blue-{number}")) for number in range(WAITING)]
    await queued(desk, WAITING)
    waiting.append(asyncio.create_task(desk.cases.open(intake(risk_signs=["weapon"]), clerk, intake_id="red")))
    await queued(desk, WAITING + 1)
    async with build_worker(desk.office, max_concurrent_workflow_tasks=2):
        opened = await asyncio.gather(*waiting)
    cases = [await desk.stored(one.receipt.case_id) for one in opened]
    red = cases.pop()
    assert (red.tier, {case.tier for case in cases}) == (Tier.RED, {Tier.BLUE})
    sooner = [case for case in cases if case.moments["registered"] < red.moments["registered"]]
    assert len(sooner) < WAITING // 4, f"{len(sooner)} of {WAITING} went before it"


async def queued(desk: Desk, count: int) -> None:
    """Wait until so many runs have been started."""
    await until(lambda: desk.office.client.count_workflows("WorkflowType = 'Dispute'"), lambda found: found.count == count)


async def one_case(desk: Desk, number: int) -> str:
    """Take a case in and as far as mediation."""
    clerk = await desk.cases.actor("clerk@yanlou-centre")
    case_id: str = (await until_acknowledged(lambda: desk.cases.open(intake(), clerk, intake_id=f"slip-{number}"))).receipt.case_id
    for turn, (post, do, fields) in enumerate(STEPS):
        ask = lambda post=post, do=do, fields=fields, turn=turn: desk.act(case_id, post, do, action_id=f"a{turn}", **fields)  # noqa: E731
        await until_acknowledged(ask)
    return case_id


async def hands(desk: Desk, case_ids: list[str]) -> Counter[str]:
    """How many pieces of work each worker process has taken of these cases."""
    found: Counter[str] = Counter()
    for case_id in case_ids:
        for event in (await desk.cases.engine.handle(case_id).fetch_history()).events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                found[event.workflow_task_started_event_attributes.identity] += 1
    return found


async def test_two_processes_share_a_queue_and_one_goes_on_when_the_other_is_killed(here: Instance) -> None:
    desk = here.desk
    settings = desk.office.settings
    first, second = worker(settings), worker(settings)
    second.log = settings.home / "logs" / "second.log"
    await asyncio.gather(first.start(), second.start())
    try:
        shared = await asyncio.gather(*(one_case(desk, number) for number in range(CASES)))
        assert len(await hands(desk, shared)) == 2
        more = [asyncio.create_task(one_case(desk, number)) for number in range(CASES, 2 * CASES)]
        await asyncio.wait(more, timeout=0.3)
        await first.kill()
        after = await asyncio.gather(*more)
        for case_id in (*shared, *after):
            assert (await desk.note(case_id)).events == ("noted",)
            types = Counter(await desk.types(case_id))
            assert (types["registered"], types["consented"], types["noted"]) == (1, 2, 1)
        assert [found async for found in upkeep.drift(desk.office, desk.cases)] == []
    finally:
        await asyncio.gather(first.stop(), second.stop())
