"""Which queues a worker process serves, and how much of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import PollerBehaviorAutoscaling, PollerBehaviorSimpleMaximum

from service.crew import build_crew, crew
from service.office import Office
from service.patience import WAIT
from service.settings import CannotStart, Settings, read_settings
from tests.support.running import desk, settings

ONCE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def served(office: Office, **changes: Any) -> dict[str, set[str]]:
    """The server's queues with the workflows that are run from each, under changed settings."""
    office.settings = office.settings.model_copy(
        update={"task_queue": "cases", "grid_queue": "", "upkeep_queue": "", "serves": "", **changes}
    )
    return {chosen["task_queue"]: {kind.__name__ for kind in chosen["workflows"]} for chosen in crew(office)}


@ONCE
async def test_one_queue_has_everything_unless_a_kind_of_work_has_one_of_its_own(bare_office: Office) -> None:
    upkeep = {"AnchorWorkflow", "BulletinWorkflow", "HouseholdListWorkflow"}
    everything = served(bare_office)["cases"]
    assert everything > upkeep
    assert served(bare_office, upkeep_queue="chores") == {"cases": everything - upkeep, "chores": upkeep}
    assert served(bare_office, upkeep_queue="chores", serves="upkeep") == {"chores": upkeep}
    grid = served(bare_office, serves="grid")["cases"]
    apart = {"cases": {"DisputeWorkflow"}, "grid": grid, "chores": upkeep}
    assert served(bare_office, grid_queue="grid", upkeep_queue="chores") == apart
    assert served(bare_office, grid_queue="grid", upkeep_queue="chores", serves="upkeep disputes") == {
        "cases": {"DisputeWorkflow"},
        "chores": upkeep,
    }
    assert everything == {"DisputeWorkflow"} | grid | upkeep


@ONCE
async def test_a_worker_keeps_asks_for_and_begins_no_more_than_the_settings_say(bare_office: Office) -> None:
    office = bare_office
    office.settings = office.settings.model_copy(update={"cached_cases": 7, "pollers": 3, "retries_per_second": 4.0})
    (found,) = crew(office)
    assert (found["max_cached_workflows"], found["max_task_queue_activities_per_second"]) == (7, 4.0)
    assert found["workflow_task_poller_behavior"] == found["activity_task_poller_behavior"] == PollerBehaviorSimpleMaximum(3)
    office.settings = office.settings.model_copy(update={"pollers": 0, "retries_per_second": 0})
    (found,) = crew(office)
    assert found["workflow_task_poller_behavior"] == PollerBehaviorAutoscaling()
    assert found["max_task_queue_activities_per_second"] is None


async def test_code_that_is_slow_on_a_busy_machine_is_waited_for(virtual: WorkflowEnvironment, tmp_path: Path) -> None:
    async with desk(virtual.client, settings(tmp_path / "home")) as here:
        here.office.settings = here.office.settings.model_copy(update={"task_queue": "beside"})
        (worker,) = build_crew(here.office)
    inner = worker._workflow_worker
    assert inner is not None
    assert inner._deadlock_timeout_seconds == WAIT.total_seconds() > 10


def test_a_queue_that_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(serves="upkeep disputes").served == ("disputes", "upkeep")
    monkeypatch.setenv("JIEFEN_SERVES", "disputes notices")
    with pytest.raises(CannotStart, match=r"JIEFEN_SERVES: .*knows disputes, grid, upkeep and not notices"):
        read_settings()
