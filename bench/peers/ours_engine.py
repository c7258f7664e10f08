"""The flow on this engine's stack: Temporal's embedded server as `up` starts it, a worker, a record in SQLite."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from bench.peers import flow
from bench.peers.ours_flow import QUEUE, ReferenceFlow
from bench.serving import connect, free_port
from service.temporal_server import server_command

SYNCHRONOUS = {"full": "FULL", "normal": "NORMAL", "memory": "NORMAL"}


class OursEngine:
    """Server, worker and a client in this process."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self._client: Client | None = None

    async def start(self, setting: flow.Setting) -> None:
        port = free_port()
        synchronous = SYNCHRONOUS[setting.durability]
        database = None if setting.durability == "memory" else setting.home / "temporal.db"
        command = server_command(port, database, pragmas=("journal_mode=WAL", f"synchronous={synchronous}"))
        address = f"127.0.0.1:{port}"
        working = [sys.executable, "-m", "bench.peers.ours_flow", address, str(setting.home / "record.db"), synchronous]
        # Side by side, as `up` starts them.
        worker = flow.spawn(working, {**os.environ, "PYTHONPATH": str(flow.ROOT)}, heard=True)
        self._processes += [flow.spawn(command), worker]
        self._client = await connect(address)
        assert worker.stdout is not None
        await asyncio.to_thread(worker.stdout.readline)

    async def stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            await asyncio.to_thread(process.wait)

    async def open(self, case: str) -> None:
        operation: WithStartWorkflowOperation[ReferenceFlow, bool] = WithStartWorkflowOperation(
            ReferenceFlow.run, case, id=case, task_queue=QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
        )
        assert self._client is not None
        await self._client.execute_update_with_start_workflow(ReferenceFlow.taken_in, start_workflow_operation=operation)

    async def act(self, case: str, number: int) -> None:
        assert self._client is not None
        await self._client.get_workflow_handle(case).execute_update(ReferenceFlow.act, number, id=f"{case}-{number}")

    async def ended(self, case: str) -> None:
        assert self._client is not None
        if not await self._client.get_workflow_handle(case, result_type=bool).result():
            raise AssertionError(f"{case} ended by silence")
