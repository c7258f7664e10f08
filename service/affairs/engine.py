"""The way to running affairs: Updates to their workflows, starts and restarts from the record."""

from __future__ import annotations

from typing import Any

from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from models.affair.base import Affair, AffairAction
from models.affair.record import AffairReceiptOut, AffairRequest, AffairStart
from rules.affair.kind import Kind
from service.engine import ONE_TRY, Run, Runs, Why


class AffairEngine(Runs):
    """Running affairs."""

    async def act(self, affair_id: str, action: AffairAction) -> AffairReceiptOut:
        """Send an action to a running affair. Raises Refused, NotRunning, Unavailable."""
        return await self._act(affair_id, action.id, self._request(action), AffairReceiptOut)

    async def start(self, kind: Kind, affair: Affair, action: AffairAction) -> AffairReceiptOut:
        """Start a run from a state with its first action: a new affair, or one that has ended. Raises as `act`."""
        ended_at = affair.seq if affair.ended else None
        return await self._start(self._run(kind, affair), action.id, self._request(action), AffairReceiptOut, ended_at=ended_at)

    async def restart(self, kind: Kind, affair: Affair, why: Why, *, terminate: bool = False) -> None:
        """Start a run from the record; a run that is there already stays, unless it is to be terminated. Raises Unavailable."""
        await self._restart(self._run(kind, affair, why), terminate=terminate)

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

    def _run(self, kind: Kind, affair: Affair, why: Why | None = None) -> Run:
        plain = affair.model_dump(mode="json")
        start = AffairStart(affair=plain, time_shift=self._shift().total_seconds(), restart=why, algorithm=self._algorithm)
        return Run(str(kind.workflow), affair.id, start, kind.name)

    def _request(self, action: AffairAction) -> AffairRequest:
        return AffairRequest(action=action.model_dump(mode="json"), algorithm=self._algorithm)
