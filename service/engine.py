"""The way to running records: Updates to their workflows, starts and restarts from the record, and what their errors mean.

`Engine` is for cases; the one for affairs is in `service/affairs/engine.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar

import structlog
from temporalio.api.common.v1 import Priority as PriorityMessage
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateTimedOut
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from models.action import Action, Request
from models.base import Model
from models.case import Case
from models.record import ActReceipt, CaseView, Explanation, Start
from models.refusal import Refusal, RefusalCode
from models.words import Algorithm
from service.errors import Refused, Unavailable
from service.urgency import priority
from workflows.dispute import CLOSING, DIVERGED, DisputeWorkflow

PATIENCE = timedelta(seconds=30)
"""How long a use case asks again before it says that the answer is not known yet."""

ASK_AGAIN = timedelta(milliseconds=100)
"""Between two tries at a run that is just ending or restarting."""

ONE_TRY = timedelta(seconds=10)
"""One request to the server; an Update that takes longer is asked for again under the same id."""

GONE = frozenset({RPCStatusCode.NOT_FOUND})
AWAY = frozenset(
    {
        *(RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.ABORTED),
        # A run whose workflow task fails just now: other code, or a document it does not know yet.
        RPCStatusCode.FAILED_PRECONDITION,
    }
)
AGAIN = frozenset({CLOSING, DIVERGED, "UnknownDocument", "AcceptedUpdateCompletedWorkflow"})

NOBODY_LISTENS = "client connect"
"""How the SDK says that a server can't be reached by a client that has not been connected yet: in words alone."""

DISPUTE = "Dispute"
"""The name of the workflow of cases."""

Why = Literal["diverged", "replay", "missing"]
"""Why a run starts from the record."""

T = TypeVar("T")
R = TypeVar("R", bound=Model)

log = structlog.get_logger("engine")


class NotRunning(Exception):
    """No run of this case takes actions now: go by the record."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run to be started: of which workflow, from which state, and how its work ranks."""

    workflow: str
    id: str
    start: Model
    summary: str
    priority: Priority = Priority.default


class Runs:
    """Runs of records on one Temporal task queue: what the ways to running cases and to running affairs have in common."""

    def __init__(self, client: Client, task_queue: str, shift: Callable[[], timedelta], algorithm: Algorithm = Algorithm.SHA256) -> None:
        self._client = client
        self._task_queue = task_queue
        self._shift = shift
        self._algorithm = algorithm

    def handle(self, record_id: str) -> WorkflowHandle[Any, Any]:
        """Return the handle of a record's newest run."""
        return self._client.get_workflow_handle(record_id)

    async def _act(self, record_id: str, action_id: str, request: Model, answer: type[R]) -> R:
        """Send an action to a running record. Raises Refused, NotRunning, Unavailable."""
        handle = self.handle(record_id)

        async def once() -> R:
            receipt: R = await handle.execute_update("act", request, id=action_id, rpc_timeout=ONE_TRY, result_type=answer)
            return receipt

        return await patiently(once)

    async def _start(self, run: Run, action_id: str, request: Model, answer: type[R], *, ended_at: int | None) -> R:
        """Start a run with its first action; `ended_at` is the last event of a record that has ended. Raises as `_act`."""
        # The server keeps the outcome of an update also when its run is over: from another state it has to be another update.
        update = action_id if ended_at is None else f"{action_id}@{ended_at}"

        async def once() -> R:
            operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                run.workflow,
                run.start,
                id=run.id,
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary=run.summary,
                priority=run.priority,
            )
            try:
                receipt: R = await self._client.execute_update_with_start_workflow(
                    "act", request, start_workflow_operation=operation, id=update, rpc_timeout=ONE_TRY, result_type=answer
                )
            except WorkflowUpdateFailedError as error:
                # Somebody else acted on the ended record since its state was read: from that state every try would part again.
                if ended_at is not None and isinstance(error.cause, ApplicationError) and error.cause.type == DIVERGED:
                    raise NotRunning from error
                raise
            except (RPCError, UpdateTimedOut):
                # The SDK keeps the error for whoever asks for the run as well, and logs it where nobody does.
                with suppress(RPCError, WorkflowAlreadyStartedError, asyncio.CancelledError):
                    await operation.workflow_handle()
                raise
            return receipt

        return await patiently(once)

    async def _restart(self, run: Run, *, terminate: bool) -> None:
        """Start a run from the record; a run that is there already stays, unless it is to be terminated. Raises Unavailable."""
        conflict = WorkflowIDConflictPolicy.TERMINATE_EXISTING if terminate else WorkflowIDConflictPolicy.USE_EXISTING
        try:
            await self._client.start_workflow(
                run.workflow,
                run.start,
                id=run.id,
                task_queue=self._task_queue,
                id_conflict_policy=conflict,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                priority=run.priority,
                rpc_timeout=ONE_TRY,
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            raise Unavailable("Temporal is away") from error


class Engine(Runs):
    """Running cases."""

    async def act(self, action: Action, case_id: str) -> ActReceipt:
        """Send an action to a running case. Raises Refused, NotRunning, Unavailable."""
        return await self._act(case_id, action.id, self._request(action), ActReceipt)

    async def start(self, case: Case, action: Action, *, then: Case | None = None) -> ActReceipt:
        """Start a run from a state with its first action: a new case, or one that has ended. Raises as `act`.

        `then` is how the case will stand after it, where that is known: it ranks as such from the first moment on.
        """
        ended_at = case.seq if case.ended else None
        return await self._start(self._run(case, then=then), action.id, self._request(action), ActReceipt, ended_at=ended_at)

    async def restart(self, case: Case, why: Why, *, terminate: bool = False) -> None:
        """Start a run from the record; a run that is there already stays, unless it is to be terminated. Raises Unavailable."""
        await self._restart(self._run(case, why), terminate=terminate)

    async def rank(self, case: Case) -> None:
        """Let a running case rank by its tier from now on. Where that can't be done nothing is lost but a place in the queue."""
        wanted = priority(case)
        message = PriorityMessage(priority_key=wanted.priority_key or 0, fairness_key=wanted.fairness_key or "")
        request = UpdateWorkflowExecutionOptionsRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=case.id),
            workflow_execution_options=WorkflowExecutionOptions(priority=message),
        )
        request.update_mask.paths.append("priority")
        try:
            await self._client.workflow_service.update_workflow_execution_options(request, timeout=ONE_TRY)
        except RPCError as error:
            log.warning("not_ranked", case_id=case.id, why=error.status.name)

    async def behind(self, stored: Case) -> bool:
        """Whether the run knows less than the record: somebody has reset it. A run in order is never behind."""
        try:
            return (await self.state(stored.id)).seq < stored.seq
        except (RPCError, WorkflowQueryFailedError):
            return False

    async def replace(self, stored: Case) -> None:
        """Put a run from the record in the place of one that has left it; for an ended case, none. Raises Unavailable."""
        if not stored.ended:
            await self.restart(stored, "diverged", terminate=True)
            return
        try:
            await self.handle(stored.id).terminate("the record has ended", rpc_timeout=ONE_TRY)
        except RPCError as error:
            if error.status not in GONE:
                raise Unavailable("Temporal is away") from error

    async def view(self, case_id: str) -> CaseView:
        """Ask the running case how it looks."""
        return await self.handle(case_id).query(DisputeWorkflow.view, rpc_timeout=ONE_TRY)

    async def explain(self, case_id: str) -> Explanation:
        """Ask the running case why its clocks stand where they stand."""
        return await self.handle(case_id).query(DisputeWorkflow.explain, rpc_timeout=ONE_TRY)

    async def state(self, case_id: str) -> Case:
        """Ask the running case for its whole state."""
        return await self.handle(case_id).query(DisputeWorkflow.state, rpc_timeout=ONE_TRY)

    def _run(self, case: Case, why: Why | None = None, *, then: Case | None = None) -> Run:
        start = Start(case=case, time_shift=self._shift().total_seconds(), restart=why, algorithm=self._algorithm)
        return Run(DISPUTE, case.id, start, "dispute", priority(then or case))

    def _request(self, action: Action) -> Request:
        """Return an action with what its events are chained with from here on: a running case goes over by the next thing done to it."""
        return Request(action=action, algorithm=self._algorithm)


async def patiently(once: Callable[[], Awaitable[T]]) -> T:
    """Try until there is an answer: the action id makes every try the same action. Raises Refused, NotRunning, Unavailable."""
    deadline = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
    while True:
        try:
            return await once()
        except WorkflowUpdateFailedError as error:
            reason = _meaning(error)
        except UpdateTimedOut:
            reason = "no answer yet"
        except RPCError as error:
            if error.status in GONE:
                raise NotRunning from error
            if error.status not in AWAY:
                raise
            reason = "Temporal is away"
        except RuntimeError as error:
            if NOBODY_LISTENS not in str(error):
                raise
            reason = "Temporal is away"
        if asyncio.get_running_loop().time() >= deadline:
            raise Unavailable(reason)
        await asyncio.sleep(ASK_AGAIN.total_seconds())


def _meaning(error: WorkflowUpdateFailedError) -> str:
    """Raise the refusal an Update was rejected with, or NotRunning; return why it is worth asking again."""
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        raise error
    kind = cause.type or ""
    if kind == CLOSING:
        raise NotRunning from error
    if kind in AGAIN:
        return kind
    if kind in set(RefusalCode):
        detail = cause.details[0].get("detail", "") if cause.details else ""
        raise Refused(Refusal(code=RefusalCode(kind), detail=detail)) from None
    raise error
