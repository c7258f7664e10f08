"""How cases rank in a queue that is backed up: by their tier from the first moment on, and by another one once they have it."""

from __future__ import annotations

import pytest
from temporalio.api.common.v1 import Priority
from temporalio.client import WorkflowExecutionStatus

from models.words import Tier
from service import upkeep
from service.proof.schedule import keep_schedule, schedule_id
from service.urgency import RANKS, USUAL, rank
from tests.support.running import Desk

ONCE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TOWN = "yanlou"


async def ranked(here: Desk, case_id: str) -> Priority:
    """What the server goes by."""
    found = await here.cases.engine.handle(case_id).describe()
    return found.raw_description.workflow_execution_info.priority


def test_the_server_puts_red_before_orange_and_orange_before_all_others() -> None:
    assert sorted(Tier, key=rank) == [Tier.RED, Tier.ORANGE, Tier.BLUE, Tier.YELLOW]
    assert rank(Tier.BLUE) == rank(Tier.YELLOW) == USUAL
    assert set(RANKS.values()) == {1, 2}


@ONCE
async def test_a_case_ranks_by_its_tier_from_its_intake_on(working: Desk) -> None:
    blue, red = await working.open(), await working.open(risk_signs=["weapon"])
    assert (await working.stored(red)).tier is Tier.RED
    assert await ranked(working, blue) == Priority(priority_key=USUAL, fairness_key=TOWN)
    assert await ranked(working, red) == Priority(priority_key=1, fairness_key=TOWN)


@ONCE
async def test_another_grade_is_another_rank_and_the_run_goes_on(working: Desk) -> None:
    case_id = await working.open(2)
    run = (await working.cases.engine.handle(case_id).describe()).run_id
    for tier, wanted in (("red", 1), ("orange", 2), ("blue", USUAL)):
        await working.act(case_id, "director@yanlou-centre", "regrade", tier=tier, reason="当面扬言报复")
        assert (await ranked(working, case_id)).priority_key == wanted
    await working.note(case_id)
    now = await working.cases.engine.handle(case_id).describe()
    assert (now.run_id, now.status) == (run, WorkflowExecutionStatus.RUNNING)
    assert (await upkeep.replay(working.office, working.cases)).ok


@ONCE
async def test_a_run_that_is_started_again_ranks_as_the_record_says(working: Desk) -> None:
    case_id = await working.open(risk_signs=["weapon"])
    await working.cases.engine.restart(await working.stored(case_id), "missing", terminate=True)
    assert (await ranked(working, case_id)).priority_key == 1


@ONCE
async def test_the_upkeep_queue_takes_the_schedule_along(working: Desk) -> None:
    office = working.office
    assert await keep_schedule(office)
    office.settings = office.settings.model_copy(update={"upkeep_queue": "somewhere-else"})
    assert await keep_schedule(office)
    handle = office.client.get_schedule_handle(schedule_id(office.settings))
    action = (await handle.describe()).raw_description.schedule.action.start_workflow
    assert action.task_queue.name == "somewhere-else"
    await handle.delete()
