"""The way to running affairs: Updates to their workflows, starts and restarts from the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError

from models.affair.base import Affair, AffairAction
from models.affair.record import AffairReceiptOut, AffairRequest, AffairStart
from models.words import Algorithm
from rules.affair.kind import Kind
from service.engine import ONE_TRY, NotRunning, patiently
from service.errors import Unavailable
from workflows.shell import DIVERGED

Why = Literal["diverged", "replay", "missing"]


class AffairEngine:
    """Running affairs on one Temporal task queue."""

    def __init__(self, client: Client, task_queue: str, shift: Callable[[], timedelta], algorithm: Algorithm) -> None:
        self._client = client
        self._task_queue = task_queue
        self._shift = shift
        self._algorithm = algorithm

    def handle(self, affair_id: str) -> WorkflowHandle[Any, Any]:
        """Return the handle of an affair's newest run."""
        return self._client.get_workflow_handle(affair_id)

    async def act(self, affair_id: str, action: AffairAction) -> AffairReceiptOut:
        """Send an action to a running affair. Raises Refused, NotRunning, Unavailable."""

        async def once() -> AffairReceiptOut:
            receipt: AffairReceiptOut = await self.handle(affair_id).execute_update(
                "act", self._request(action), id=action.id, rpc_timeout=ONE_TRY, result_type=AffairReceiptOut
            )
            return receipt

        return await patiently(once)

    async def start(self, kind: Kind, affair: Affair, action: AffairAction) -> AffairReceiptOut:
        """Start a run from a state with its first action: a new affair, or one that has ended. Raises as `act`."""
        # The server keeps the outcome of an update also when its run is over: from another state it has to be another update.
        update = f"{action.id}@{affair.seq}" if affair.ended else action.id

        async def once() -> AffairReceiptOut:
            operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                str(kind.workflow),
                self._from(affair),
                id=affair.id,
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary=kind.name,
            )
            try:
                receipt: AffairReceiptOut = await self._client.execute_update_with_start_workflow(
                    "act",
                    self._request(action),
                    start_workflow_operation=operation,
                    id=update,
                    rpc_timeout=ONE_TRY,
                    result_type=AffairReceiptOut,
                )
                return receipt
            except WorkflowUpdateFailedError as error:
                # Somebody else acted on the ended one since its state was read: from that state every try would part again.
                if affair.ended and isinstance(error.cause, ApplicationError) and error.cause.type == DIVERGED:
                    raise NotRunning from error
                raise

        return await patiently(once)

    async def restart(self, kind: Kind, affair: Affair, why: Why, *, terminate: bool = False) -> None:
        """Start a run from the record; a run that is there already stays, unless it is to be terminated."""
        conflict = WorkflowIDConflictPolicy.TERMINATE_EXISTING if terminate else WorkflowIDConflictPolicy.USE_EXISTING
        try:
            await self._client.start_workflow(
                str(kind.workflow),
                self._from(affair, why),
                id=affair.id,
                task_queue=self._task_queue,
                id_conflict_policy=conflict,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                rpc_timeout=ONE_TRY,
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            raise Unavailable("Temporal is away") from error

    async def behind(self, stored: Affair) -> bool:
        """Whether the run knows less than the record: somebody has reset it. A run in order is never behind."""
        if stored.stage is None or stored.ended:
            return False
        try:
            return int((await self.state(stored.id))["seq"]) < stored.seq
        except (RPCError, WorkflowQueryFailedError):
            return False

    async def state(self, affair_id: str) -> dict[str, Any]:
        """Ask the running affair for its whole state, as JSON-able data."""
        found: dict[str, Any] = await self.handle(affair_id).query("state", rpc_timeout=ONE_TRY, result_type=dict[str, Any])
        return found

    def _from(self, affair: Affair, why: Why | None = None) -> AffairStart:
        plain = affair.model_dump(mode="json")
        return AffairStart(affair=plain, time_shift=self._shift().total_seconds(), restart=why, algorithm=self._algorithm)

    def _request(self, action: AffairAction) -> AffairRequest:
        return AffairRequest(action=action.model_dump(mode="json"), algorithm=self._algorithm)
