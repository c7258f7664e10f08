"""What happens to runs themselves: reset, continued as new, met by other rules; the record decides, and nothing is doubled."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from faces.process import CannotStart
from models import happening as h
from models.action import Base
from models.record import Published
from rules.actions.spec import SPECS
from rules.draft import Draft
from service import upkeep
from service.errors import Refused
from service.rehearsal import FLAGS, virtual_server
from service.upkeep import DriftKind
from store.connect import StoreAway
from store.records import Records
from tests.support.running import Desk, desk, settings
from worker import check

NO_REPLAY = (
    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL,
    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
)


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with virtual_server() as made:
        with made.with_time_skipping_disabled():
            yield made


@pytest.fixture
async def here(env: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(env.client, settings(tmp_path)) as made:
        yield made


async def drifts(here: Desk) -> list[upkeep.Drift]:
    return [found async for found in upkeep.drift(here.office, here.cases)]


async def went_on(here: Desk, case_id: str) -> bool:
    """Whether the case has had more than one run; the list lags behind."""
    for _ in range(50):
        if len([run async for run in here.office.client.list_workflows(f"WorkflowId = '{case_id}'")]) > 1:
            return True
        await asyncio.sleep(0.1)
    return False


async def reset(here: Desk, case_id: str, task: int, *, reapply: bool) -> None:
    """Reset the run to its workflow task of this number."""
    handle = here.cases.engine.handle(case_id)
    history = await handle.fetch_history()
    done = [event.event_id for event in history.events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    await here.office.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=here.office.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=case_id, run_id=history.run_id),
            reason="test",
            workflow_task_finish_event_id=done[task],
            request_id=str(uuid.uuid4()),
            reset_reapply_exclude_types=[] if reapply else NO_REPLAY,
        )
    )


# -- reset -----------------------------------------------------------------------------------------------------------


async def test_a_run_reset_to_an_earlier_point_finds_its_way_back_to_the_record(here: Desk) -> None:
    case_id = await here.open(5)
    before = await here.office.records.lines(case_id)
    await reset(here, case_id, 3, reapply=False)
    assert [found.kind for found in await drifts(here)] == [DriftKind.RUN]
    await here.note(case_id)
    lines = await here.office.records.lines(case_id)
    assert lines[: len(before)] == before
    assert [line.type for line in lines[len(before) :]] == ["restarted", "noted"]
    assert '"why":"diverged"' in lines[len(before)].body
    assert (await upkeep.replay(here.office, here.cases)).ok
    assert (await upkeep.verify(here.office, case_id)).ok
    assert await drifts(here) == []


async def test_what_the_record_allows_is_not_refused_by_a_run_that_was_reset(here: Desk) -> None:
    case_id = await here.open(5)
    await reset(here, case_id, 2, reapply=False)
    receipt = await here.act(case_id, "mediator@yanlou-gumeng", "consent", party="a", agrees=True)
    assert receipt.events == ("consented",)
    assert (await here.types(case_id))[-2:] == ["restarted", "consented"]
    assert await drifts(here) == []


async def test_updates_that_a_reset_plays_again_are_not_done_twice(here: Desk) -> None:
    case_id = await here.open(5)
    before = await here.types(case_id)
    await reset(here, case_id, 3, reapply=True)
    await here.note(case_id)
    after = await here.types(case_id)
    assert [kind for kind in after if kind != "restarted"] == [*before, "noted"]
    assert await drifts(here) == []


async def test_a_finished_run_that_is_reset_ends_again_by_the_record(here: Desk) -> None:
    case_id = await here.open(1)
    await here.act(case_id, "dispatcher@yanlou-centre", "withdraw", party="a", reason="撤回")
    before = await here.types(case_id)
    await here.cases.engine.handle(case_id).result()
    await reset(here, case_id, 0, reapply=False)
    assert [found.kind for found in await drifts(here)] == [DriftKind.STRAY]
    with pytest.raises(Refused, match="wrong_stage"):
        await here.note(case_id)
    assert await here.types(case_id) == before
    await here.act(case_id, "clerk@yanlou-centre", "reopen", reason="又起争执")
    assert (await here.types(case_id))[len(before)] == "reopened"
    assert await drifts(here) == []


# -- continue as new -------------------------------------------------------------------------------------------------


@pytest.fixture
async def short(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk on a server that wants short histories."""
    async with virtual_server((*FLAGS, "limit.historyCount.suggestContinueAsNew=40")) as env, desk(env.client, settings(tmp_path)) as made:
        with env.with_time_skipping_disabled():
            yield made


async def test_a_long_case_continues_as_new_and_no_action_is_done_twice(short: Desk) -> None:
    here = short
    case_id = await here.open(5)
    start = len(await here.types(case_id))
    ids = [f"n{number}" for number in range(60)]
    for chunk in range(0, 60, 10):
        wanted = ids[chunk : chunk + 10]
        await asyncio.gather(*(here.note(case_id, action_id=action_id) for action_id in (*wanted, *wanted)))
    types = await here.types(case_id)
    assert types[start:] == ["noted"] * 60
    assert await went_on(here, case_id)
    again = [await here.note(case_id, action_id=action_id) for action_id in ("n0", "n30", "n59")]
    assert [receipt.events for receipt in again] == [("noted",)] * 3
    assert len(await here.types(case_id)) == len(types)
    assert (await upkeep.verify(here.office, case_id)).ok
    assert await drifts(here) == []
    assert (await upkeep.replay(here.office, here.cases)).ok


async def test_a_case_that_is_only_talked_about_continues_as_new(short: Desk) -> None:
    """Notes move no clock; a history that grows by them alone must end as well."""
    case_id = await short.open(7)
    for _ in range(30):
        await short.note(case_id)
    history = await short.cases.engine.handle(case_id).fetch_history()
    assert len(history.events) < 80


async def test_work_asked_for_while_a_run_is_about_to_continue_is_served(short: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is away just when the history has grown long; meanwhile somebody asks for a mediator."""
    real, away = Records.publish, True

    async def publish(self: Records, *args: Any, **options: Any) -> Published:
        if away:
            raise StoreAway
        return await real(self, *args, **options)

    case_id = await short.open(4)
    while len((await short.cases.engine.handle(case_id).fetch_history()).events) < 33:
        await short.note(case_id)
    monkeypatch.setattr(Records, "publish", publish)
    task = {"unit": "yanlou-court", "title": "核实"}
    asked = [asyncio.create_task(short.act(case_id, "dispatcher@yanlou-centre", "raise_task", **task)) for _ in range(2)]
    await asyncio.sleep(0.3)
    asked.append(asyncio.create_task(short.act(case_id, "dispatcher@yanlou-centre", "raise_task", **task)))
    await asyncio.sleep(0.3)
    asked.append(asyncio.create_task(short.act(case_id, "officer@yanlou-gumeng", "assign")))
    await asyncio.sleep(0.3)
    away = False
    receipts = await asyncio.wait_for(asyncio.gather(*asked), 25)
    assert receipts[-1].events == ("assignment_requested", "assigned")
    assert await went_on(short, case_id)
    assert "restarted" not in await short.types(case_id)
    assert await drifts(short) == []


async def test_a_database_that_is_away_delays_an_action_and_fails_no_run(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real, away = Records.publish, True

    async def publish(self: Records, *args: Any, **options: Any) -> Published:
        if away:
            raise StoreAway
        return await real(self, *args, **options)

    case_id = await here.open(3)
    run = (await here.cases.engine.handle(case_id).describe()).run_id
    monkeypatch.setattr(Records, "publish", publish)
    noting = asyncio.create_task(here.note(case_id))
    await asyncio.sleep(1.0)
    assert not noting.done()
    away = False
    assert (await noting).events == ("noted",)
    after = await here.cases.engine.handle(case_id).describe()
    assert (after.run_id, after.status) == (run, WorkflowExecutionStatus.RUNNING)
    assert "restarted" not in await here.types(case_id)


# -- new code --------------------------------------------------------------------------------------------------------


def other_rule(draft: Draft, act: Base) -> None:
    """What `contact` might do in the next version: the same, in other words."""
    draft.add(h.Contacted(note="changed"))


async def test_open_histories_replay_under_the_same_code(here: Desk) -> None:
    for steps in (0, 3, 7):
        await here.open(steps)
    report = await upkeep.replay(here.office, here.cases)
    assert (report.ok, report.replayed) == (True, 3)


async def test_replay_names_a_case_that_changed_rules_would_lead_elsewhere(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    early, late = await here.open(3), await here.open(5)
    monkeypatch.setitem(SPECS, "contact", replace(SPECS["contact"], body=other_rule))
    with pytest.raises(CannotStart, match=r"^1 of \d+ open histories do not replay"):
        await check(here.office)
    report = await upkeep.replay(here.office, here.cases)
    assert [(bad.case_id, bad.why) for bad in report.failures] == [(late, "state")]
    assert "head" in report.failures[0].detail
    begun = [case_id async for case_id in upkeep.restart_failed(here.office, here.cases, report)]
    assert begun == [late]
    assert (await here.note(late)).events == ("noted",)
    assert (await here.types(late))[-2:] == ["restarted", "noted"]
    assert '"why":"replay"' in (await here.office.records.lines(late))[-2].body
    assert "restarted" not in await here.types(early)
    assert (await upkeep.replay(here.office, here.cases)).ok
    await check(here.office)
    assert await drifts(here) == []


async def test_a_case_that_meets_changed_rules_unchecked_never_breaks_its_chain(
    env: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody ran `replay`: the run replays into another state, its next event does not follow, and it starts from the record."""
    async with desk(env.client, settings(tmp_path), max_cached_workflows=0) as here:
        case_id = await here.open(5)
        before = await here.office.records.lines(case_id)
        monkeypatch.setitem(SPECS, "contact", replace(SPECS["contact"], body=other_rule))
        await here.note(case_id)
        lines = await here.office.records.lines(case_id)
        assert lines[: len(before)] == before
        assert [line.type for line in lines[len(before) :]] == ["restarted", "noted"]
        assert (await upkeep.verify(here.office, case_id)).ok
        assert await drifts(here) == []
