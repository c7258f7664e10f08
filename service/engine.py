"""The way to running cases: Updates to the workflow, starts and restarts from the record, and what its errors mean."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Literal, TypeVar

import structlog
from temporalio.api.common.v1 import Priority as PriorityMessage
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateTimedOut
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from models.action import Action, Request
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

T = TypeVar("T")

log = structlog.get_logger("engine")


class NotRunning(Exception):
    """No run of this case takes actions now: go by the record."""


class Engine:
    """Running cases on one Temporal task queue."""

    def __init__(self, client: Client, task_queue: str, shift: Callable[[], timedelta], algorithm: Algorithm = Algorithm.SHA256) -> None:
        self._client = client
        self._task_queue = task_queue
        self._shift = shift
        self._algorithm = algorithm

    def handle(self, case_id: str) -> WorkflowHandle[Any, Any]:
        """Return the handle of a case's newest run."""
        return self._client.get_workflow_handle(case_id)

    async def act(self, action: Action, case_id: str) -> ActReceipt:
        """Send an action to a running case. Raises Refused, NotRunning, Unavailable."""
        handle = self.handle(case_id)

        async def once() -> ActReceipt:
            return await handle.execute_update(DisputeWorkflow.act, self._request(action), id=action.id, rpc_timeout=ONE_TRY)

        return await patiently(once)

    async def start(self, case: Case, action: Action, *, then: Case | None = None) -> ActReceipt:
        """Start a run from a state with its first action: a new case, or one that has ended. Raises as `act`.

        `then` is how the case will stand after it, where that is known: it ranks as such from the first moment on.
        """
        # The server keeps the outcome of an update also when its run is over: from another state it has to be another update.
        update = f"{action.id}@{case.seq}" if case.ended else action.id

        async def once() -> ActReceipt:
            operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                DisputeWorkflow.run,
                Start(case=case, time_shift=self._shift().total_seconds(), algorithm=self._algorithm),
                id=case.id,
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary="dispute",
                priority=priority(then or case),
            )
            try:
                return await self._client.execute_update_with_start_workflow(
                    DisputeWorkflow.act,
                    self._request(action),
                    start_workflow_operation=operation,
                    id=update,
                    rpc_timeout=ONE_TRY,
                )
            except WorkflowUpdateFailedError as error:
                # Somebody else acted on the ended case since its state was read: from that state every try would part again.
                if case.ended and isinstance(error.cause, ApplicationError) and error.cause.type == DIVERGED:
                    raise NotRunning from error
                raise

        return await patiently(once)

    async def restart(self, case: Case, why: Literal["diverged", "replay", "missing"], *, terminate: bool = False) -> None:
        """Start a run from the record; a run that is there already stays, unless it is to be terminated."""
        conflict = WorkflowIDConflictPolicy.TERMINATE_EXISTING if terminate else WorkflowIDConflictPolicy.USE_EXISTING
        try:
            await self._client.start_workflow(
                DisputeWorkflow.run,
                Start(case=case, time_shift=self._shift().total_seconds(), restart=why, algorithm=self._algorithm),
                id=case.id,
                task_queue=self._task_queue,
                id_conflict_policy=conflict,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                priority=priority(case),
                rpc_timeout=ONE_TRY,
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            raise Unavailable("Temporal is away") from error

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
