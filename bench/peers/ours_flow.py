"""The reference flow as this project builds its workflows: Updates that answer after the commit, one short local activity for each
burst, one durable timer. `python -m bench.peers.ours_flow ADDRESS DATABASE SYNCHRONOUS` is its worker."""  # noqa: D209

from __future__ import annotations

import asyncio
import sqlite3
import sys
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

with workflow.unsafe.imports_passed_through():
    from bench.peers import flow
    from bench.serving import connect
    from models.base import Model

QUEUE = "reference"


class Burst(Model):
    """What one step of the flow leads to, for the record."""

    case: str
    seq: int
    events: tuple[str, ...]


class Record:
    """The application's own database: one transaction for each burst, safe to send twice."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(f"PRAGMA synchronous={synchronous}")
        self._db.execute("CREATE TABLE IF NOT EXISTS events (id TEXT, seq INTEGER, what TEXT, PRIMARY KEY (id, seq, what))")
        self._gate = asyncio.Lock()

    @activity.defn(name="reference_publish")
    async def publish(self, burst: Burst) -> None:
        """Write a burst."""
        async with self._gate:
            await asyncio.to_thread(self._write, burst)

    def _write(self, burst: Burst) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT OR IGNORE INTO events VALUES (?,?,?)", [(burst.case, burst.seq, what) for what in burst.events])
        self._db.execute("COMMIT")


@workflow.defn(name="Reference")
class ReferenceFlow:
    """One case."""

    @workflow.init
    def __init__(self, case: str) -> None:
        self._case = case
        self._said = 0
        self._seq = 0

    @workflow.run
    async def run(self, case: str) -> bool:
        """Wait for what is said; the end comes with the second message, or with silence."""
        try:
            await workflow.wait_condition(lambda: self._said == flow.MESSAGES, timeout=flow.WAIT)
        except TimeoutError:
            return False
        await workflow.wait_condition(workflow.all_handlers_finished)
        return flow.audit(case)

    @workflow.update
    async def taken_in(self) -> str:
        """Register, grade, assign."""
        case = self._case
        await self._publish(flow.register(case), flow.grade(case), flow.assign(case))
        return flow.assign(case)

    @workflow.update
    async def act(self, number: int) -> int:
        """Say something."""
        case = self._case
        await self._publish(flow.record(case, f"message {number}") if number == 1 else str(flow.audit(case)))
        self._said = number
        return number

    async def _publish(self, *events: str) -> None:
        self._seq += 1
        await workflow.execute_local_activity(
            "reference_publish",
            Burst(case=self._case, seq=self._seq, events=events),
            start_to_close_timeout=timedelta(seconds=3),
            retry_policy=RetryPolicy(maximum_attempts=3),
        )


async def work(address: str, database: str, synchronous: str) -> None:
    """Work until the process is ended."""
    client = await connect(address)
    record = Record(Path(database), synchronous)
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[ReferenceFlow],
        activities=[record.publish],
        workflow_runner=UnsandboxedWorkflowRunner(),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:4]))
