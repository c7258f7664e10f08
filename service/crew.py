"""The crew: a connection to Temporal, and workers with the workflows and activities of its queues."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import (
    PollerBehaviorAutoscaling,
    PollerBehaviorSimpleMaximum,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkflowRunner,
)

from activities.affairs import AffairActivities
from activities.anchoring import AnchoringActivities
from activities.assignment import AssignmentActivities
from activities.bulletins import BulletinActivities
from activities.closure import ClosureActivities
from activities.delivery import DeliveryActivities
from activities.escalation import EscalationActivities
from activities.households import HouseholdListActivities
from activities.records import RecordActivities
from activities.rounds import RoundActivities
from service.affairs.desk import Affairs
from service.affairs.rounds.schedule import Starter
from service.affairs.serving import Serving
from service.bulletin.editing import Editor
from service.cases import Cases
from service.households.bringing import Bringing
from service.office import Office
from service.patience import patient
from service.proof.notary import Notary
from service.secrecy.logs import CORE
from service.secrecy.sealing import UNSEALED
from service.secrecy.transport import connection, refusal
from service.settings import QUEUES, CannotStart, Settings
from store.papers.register import PaperRegister
from workflows.anchor import AnchorWorkflow
from workflows.bulletin import BulletinWorkflow
from workflows.dispute import DisputeWorkflow
from workflows.handover import HandoverWorkflow
from workflows.hazard import HazardWorkflow
from workflows.household_list import HouseholdListWorkflow
from workflows.order import ServiceOrderWorkflow
from workflows.round import RoundsDueWorkflow, RoundWorkflow, SheetWorkflow
from workflows.watch import WatchWorkflow
from workflows.whistle import WhistleWorkflow

GRACE = timedelta(seconds=20)
"""How long a stopping worker lets its activities finish."""

STICKY = timedelta(seconds=2)
"""How long the server waits for the worker that held a case before it gives the case to another (default 10 s)."""

GRID = (
    HazardWorkflow,
    ServiceOrderWorkflow,
    WhistleWorkflow,
    WatchWorkflow,
    RoundWorkflow,
    SheetWorkflow,
    HandoverWorkflow,
)
"""The workflows of affairs, one for each kind that has runs."""

Work = tuple[list[type], list[Callable[..., Any]]]
"""Workflows and activities."""

WAKING = "not healthy yet"
"""What a server answers while it starts."""

WAIT = timedelta(milliseconds=100)
WAITS = 100
"""How long between two tries at a server that is starting, and how many there are."""


def logged_runtime() -> Runtime:
    """Return a runtime of the SDK whose inner half logs through our chain: for the web face."""
    return Runtime(telemetry=TelemetryConfig(logging=CORE))


def quiet_runtime() -> Runtime:
    """Return a runtime of the SDK that writes nothing on stderr: for commands, which say in one line what is wrong."""
    return Runtime(telemetry=TelemetryConfig(logging=None))


async def connect(settings: Settings, runtime: Runtime | None = None, *, lazy: bool = False) -> Client:
    """Connect by Temporal's own profile where one is set, else to the embedded server on this machine.

    The client sends nothing before an office has taken it over. A server that listens already but is not ready yet is waited
    for a little: whoever starts it can only see that it listens. Raises CannotStart where only another setting helps.
    """
    config = connection(settings)
    for _ in range(WAITS):
        try:
            return await Client.connect(**config, data_converter=UNSEALED, runtime=runtime, lazy=lazy)
        except RuntimeError as error:
            # The SDK says it in words alone.
            if why := refusal(error):
                raise CannotStart(f"Temporal: {why}") from None
            if WAKING not in str(error):
                raise
        await asyncio.sleep(WAIT.total_seconds())
    return await Client.connect(**config, data_converter=UNSEALED, runtime=runtime, lazy=lazy)


def build_worker(office: Office, **options: Any) -> Worker:
    """Return a worker with everything, for the dispute queue of an office. `options` are the SDK's own and go on top."""
    return patient(Worker(office.client, **{**_chosen(office, office.settings.task_queue, QUEUES), **options}))


def build_crew(office: Office) -> list[Worker]:
    """Return the workers of this process, see `crew`."""
    return [patient(Worker(office.client, **chosen)) for chosen in crew(office)]


def crew(office: Office) -> list[dict[str, Any]]:
    """Return the SDK's options of each worker of this process: one for each of the server's queues that its settings let it serve."""
    settings = office.settings
    names = dict.fromkeys(settings.queue(kind) for kind in settings.served)
    return [_chosen(office, name, [kind for kind in settings.served if settings.queue(kind) == name]) for name in names]


def _chosen(office: Office, queue: str, kinds: Collection[str]) -> dict[str, Any]:
    from service.watch.activities import WatchedActivities  # noqa: PLC0415 - figures are for those who serve them, not for commands

    settings = office.settings
    workflows: list[type] = []
    activities: list[Callable[..., Any]] = []
    for kind in kinds:
        more, beside = WORK[kind](office)
        workflows += more
        activities += beside
    pollers = PollerBehaviorSimpleMaximum(max(settings.pollers, 2)) if settings.pollers else PollerBehaviorAutoscaling()
    return {
        "task_queue": queue,
        "workflows": workflows,
        "activities": activities,
        "workflow_runner": runner(),
        "graceful_shutdown_timeout": GRACE,
        "sticky_queue_schedule_to_start_timeout": STICKY,
        "interceptors": [WatchedActivities(office)],
        "max_cached_workflows": settings.cached_cases,
        "workflow_task_poller_behavior": pollers,
        "activity_task_poller_behavior": pollers,
        "max_task_queue_activities_per_second": settings.retries_per_second or None,
    }


def _disputes(office: Office) -> Work:
    """What runs cases, and what they ask of the world."""
    records = RecordActivities(office.records, office.library)
    closure = ClosureActivities(office.records, office.library, office.place.papers.known, PaperRegister(office.store))
    assignment = AssignmentActivities(office.roll, office.queries, office.library)
    escalation = EscalationActivities(office.roll, office.library)
    delivery = DeliveryActivities(Cases(office))
    return [DisputeWorkflow], [records.publish, records.load, closure.check, assignment.propose, escalation.resolve, delivery.deliver]


def _grid(office: Office) -> Work:
    """What runs affairs of the grid (网格事务), and what they ask of the world."""
    affairs = Affairs(office)
    grid = AffairActivities(Serving(office, affairs, Cases(office)))
    return [*GRID, RoundsDueWorkflow], [grid.publish, grid.load, grid.serve, RoundActivities(Starter(office, affairs)).begin]


def _upkeep(office: Office) -> Work:
    """What may take minutes: what a schedule starts, and lists that are brought in."""
    anchoring = AnchoringActivities(Notary(office))
    lists = HouseholdListActivities(Bringing(office, Affairs(office)))
    activities: list[Callable[..., Any]] = [anchoring.anchor, anchoring.stamp, BulletinActivities(Editor(office)).make, lists.do]
    return [AnchorWorkflow, BulletinWorkflow, HouseholdListWorkflow], activities


WORK: dict[str, Callable[[Office], Work]] = {"disputes": _disputes, "grid": _grid, "upkeep": _upkeep}
"""Workflows and activities by kind of work, see `QUEUES`."""


def runner() -> WorkflowRunner:
    """Return what runs workflow code: without the SDK's sandbox, whose watch the checks keep (docs/decisions/0010)."""
    return UnsandboxedWorkflowRunner()
