"""What a case costs (`python -m bench cost`): CPU of server and worker per transition, as a ratio to a bare workflow.

The bare workflow takes the same number of Updates, sets as many timers and runs as many local activities; both run on the
embedded server's settings with its data in a file, interleaved in one run, each with a worker process of its own.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import temporalio
from rich.console import Console
from rich.table import Table
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from bench.bare import BareWorkflow, Push
from bench.keeping import RESULTS, keep
from bench.serving import connect, cpu, free_port, grown, start, stop
from bench.work import RUNNERS
from models.case import Case
from service.door import ACTIONS
from service.engine import Engine
from service.errors import Unavailable
from service.office import Office
from service.settings import ROOT, Settings
from service.temporal_server import server_command
from tests.support.core import actor
from workflows.dispute import SEARCH_ATTRIBUTES

ROUNDS, CASES, AT_ONCE = 4, 25, 8
STARTS = 6
"""How often the first case is tried, each time as long as the product itself is patient."""

TASK_QUEUE = "disputes"


def way() -> list[tuple[str, str, dict[str, Any]]]:
    """The actions of a case from intake to archive, all of which can be done on one day."""
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    parties = [
        {"id": "a", "side": "applicant", "kind": "person", "person": f"person:{uuid.uuid4()}"},
        {"id": "b", "side": "respondent", "kind": "person", "person": f"person:{uuid.uuid4()}"},
    ]
    word = f"vault:{uuid.uuid4()}:{'0' * 32}"
    opening = {"channel": "window", "place": "520111105202", "summary": word, "people": 2, "parties": parties}
    promise = {"id": "p1", "debtor": "a", "what": word, "due": str(today + timedelta(days=5))}
    calm = {"outcome": "calm", "satisfied": True, "by_contact": "phone"}
    gumeng, mediator = "officer@yanlou-gumeng", "mediator@yanlou-gumeng"
    return [
        ("open", "clerk@yanlou-centre", {**opening, "happened_on": str(today)}),
        ("screen", "screener@yanlou-centre", {"category": "0201", "accept": True}),
        ("route", "dispatcher@yanlou-centre", {"level": "village"}),
        ("sign", gumeng, {}),
        ("contact", gumeng, {"note": word}),
        ("assign", gumeng, {"mediator": mediator}),
        ("consent", mediator, {"party": "a", "agrees": True}),
        ("consent", mediator, {"party": "b", "agrees": True}),
        ("agree", mediator, {"form": "written", "terms": word, "promises": [promise]}),
        ("sign_agreement", mediator, {"party": "a"}),
        ("sign_agreement", mediator, {"party": "b"}),
        ("seal", gumeng, {}),
        ("perform", mediator, {"promise": "p1", "proof": word}),
        ("visit", "clerk@yanlou-centre", calm),
        ("visit", "clerk@yanlou-centre", calm),
        ("audit", "auditor@yanlou-justice", {"passed": True}),
        ("archive", "archivist@yanlou-justice", {}),
    ]


@dataclass
class Spent:
    """CPU seconds of one side."""

    server: float = 0.0
    worker: float = 0.0
    wall: float = 0.0
    cases: int = 0
    pages: int = 0
    """What Temporal's own database has grown by, in bytes."""
    record: int = 0
    """What ours has grown by, in bytes."""
    totals: list[float] = field(default_factory=list)
    """CPU of server and worker together, turn by turn."""
    ids: list[str] = field(default_factory=list)


def temporal_server(home: Path, port: int) -> list[str]:
    """The embedded server as `up` starts it, without its pages."""
    return server_command(port, home / "temporal.db", attributes=[key.name for key in SEARCH_ATTRIBUTES])


class Bench:
    """One run: a server, two workers, cases and bare workflows in turns."""

    def __init__(self, home: Path, *, rounds: int, cases: int) -> None:
        self.home = home
        self.rounds, self.cases = rounds, cases
        self.spent = {kind: Spent() for kind in ("ours", *RUNNERS)}
        self.shape: list[Push] = []

    async def run(self) -> dict[str, Any]:
        """Measure, and return the result."""
        port = free_port()
        address = f"127.0.0.1:{port}"
        environment = {**os.environ, "JIEFEN_HOME": str(self.home / "ours"), "PYTHONPATH": str(ROOT)}
        server = start(temporal_server(self.home, port), environment)
        try:
            client = await connect(address)
            workers = {kind: start([sys.executable, "-m", "bench.work", kind, address], environment) for kind in self.spent}
            try:
                return await self._measure(client, psutil.Process(server.pid), {k: psutil.Process(p.pid) for k, p in workers.items()})
            finally:
                for process in workers.values():
                    stop(process)
        finally:
            stop(server)

    async def _measure(self, client: Client, server: psutil.Process, workers: dict[str, psutil.Process]) -> dict[str, Any]:
        office = await Office.open(Settings(home=self.home / "ours"), client)
        engine = Engine(office.client, TASK_QUEUE, timedelta)

        async def ours(case_id: str) -> None:
            blank = Case(id=case_id, source="bench", intake_id=case_id, docs=office.docs)
            for number, (do, who, fields) in enumerate(way()):
                action = ACTIONS.validate_python({"do": do, "id": f"a{number}", "actor": actor(who), **fields})
                await (engine.start(blank, action) if do == "open" else engine.act(action, case_id))

        async def bare(case_id: str) -> None:
            for number, push in enumerate(self.shape):
                await _push(client, case_id, push, first=number == 0)

        turns = [("ours", ours), *((kind, bare) for kind in RUNNERS)]

        await _listened_to(ours, "warm-ours")
        await asyncio.sleep(0.5)
        self.shape = await self._shape(client, "warm-ours")
        for kind in RUNNERS:
            await bare(f"{kind}-warm")
        for turn in range(self.rounds):
            for kind, one in turns:
                await self._turn(kind, turn, one, server, workers[kind])
        await office.close()
        return await self._result(client)

    async def _shape(self, client: Client, case_id: str) -> list[Push]:
        """Read from a case's history how many Updates, timers and local activities the bare workflow has to have."""
        counts, sizes = await _history(client, case_id)
        updates = counts["UPDATE_ACCEPTED"]
        activities, timers = counts["MARKER_RECORDED"], counts["TIMER_STARTED"]
        weight = "w" * max(1, sizes // max(1, updates) // 3)
        made = []
        for number in range(updates):
            share = activities * (number + 1) // updates - activities * number // updates
            # The first Update comes before the run sets its timer: what it rearms is that first one.
            made.append(Push(activities=share, rearm=number < timers, last=number == updates - 1, weight=weight))
        return made

    async def _turn(
        self, kind: str, turn: int, one: Callable[[str], Awaitable[None]], server: psutil.Process, worker: psutil.Process
    ) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def gated(case_id: str) -> None:
            async with gate:
                await one(case_id)

        spent = self.spent[kind]
        ids = [f"{kind}-{turn}-{number}" for number in range(self.cases)]
        databases = (self.home / "temporal.db", self.home / "ours" / "jiefen.db")
        sizes = [grown(database) for database in databases]
        before, begun = (cpu(server), cpu(worker)), time.perf_counter()
        await asyncio.gather(*(gated(case_id) for case_id in ids))
        await asyncio.sleep(0.3)
        used = (cpu(server) - before[0], cpu(worker) - before[1])
        spent.server += used[0]
        spent.worker += used[1]
        spent.totals.append(sum(used))
        spent.wall += time.perf_counter() - begun - 0.3
        spent.pages += grown(databases[0]) - sizes[0]
        spent.record += grown(databases[1]) - sizes[1]
        spent.cases += len(ids)
        spent.ids += ids

    async def _result(self, client: Client) -> dict[str, Any]:
        sides: dict[str, Any] = {}
        for kind, spent in self.spent.items():
            counts, size = await _history(client, spent.ids[-1])
            transitions = spent.cases * counts["UPDATE_ACCEPTED"]
            sides[kind] = {
                "server_ms": 1000 * spent.server / transitions,
                "worker_ms": 1000 * spent.worker / transitions,
                "total_ms": 1000 * (spent.server + spent.worker) / transitions,
                "cases_per_s": spent.cases / spent.wall,
                "history_events": sum(counts.values()),
                "history_bytes": size,
                "updates": counts["UPDATE_ACCEPTED"],
                "timers": counts["TIMER_STARTED"],
                "local_activities": counts["MARKER_RECORDED"],
                "temporal_db_bytes": spent.pages // spent.cases,
                "record_db_bytes": spent.record // spent.cases,
            }
        names = ("server_ms", "worker_ms", "total_ms", "history_events", "history_bytes", "temporal_db_bytes")
        ratios = {kind: {name: sides["ours"][name] / sides[kind][name] for name in names} for kind in RUNNERS}
        turns = {kind: [a / b for a, b in zip(self.spent["ours"].totals, self.spent[kind].totals, strict=True)] for kind in RUNNERS}
        machine: dict[str, Any] = {"python": platform.python_version(), "temporalio": temporalio.__version__, "cores": os.cpu_count()}
        machine |= {"machine": platform.machine(), "load": os.getloadavg()[0]}
        asked = {"cases": self.spent["ours"].cases, "rounds": self.rounds, "at_once": AT_ONCE}
        return {**asked, "sides": sides, "ratios": ratios, "total_ratio_by_round": turns, "machine": machine}


async def _listened_to(one: Callable[[str], Awaitable[None]], case_id: str) -> None:
    """Take the first case its way; on a busy machine workers need a while to load, and its actions may be asked for again."""
    for _ in range(STARTS):
        try:
            return await one(case_id)
        except Unavailable:
            continue
    raise TimeoutError("no worker has answered")


async def _push(client: Client, case_id: str, push: Push, *, first: bool) -> None:
    if not first:
        await client.get_workflow_handle(case_id).execute_update(BareWorkflow.push, push)
        return
    queue = case_id.rsplit("-", 2 if case_id[-1].isdigit() else 1)[0]
    operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        BareWorkflow.run, id=case_id, task_queue=queue, id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
    )
    await client.execute_update_with_start_workflow(BareWorkflow.push, push, start_workflow_operation=operation)


async def _history(client: Client, case_id: str) -> tuple[Counter[str], int]:
    """Count the events of a history by type, and its bytes."""
    counts: Counter[str] = Counter()
    size = 0
    history = await client.get_workflow_handle(case_id).fetch_history()
    for event in history.events:
        name = EventType.Name(event.event_type)
        counts[name.removeprefix("EVENT_TYPE_WORKFLOW_EXECUTION_").removeprefix("EVENT_TYPE_")] += 1
        size += event.ByteSize()
    return counts, size


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    table = Table(title=f"CPU per transition, {result['cases']} cases a side", box=None, title_justify="left")
    sides = result["sides"]
    for column in ("", *sides, *(f"ours / {kind}" for kind in RUNNERS)):
        table.add_column(column, justify="right" if column else "left")
    for name in sides["ours"]:
        values = [sides[kind][name] for kind in sides]
        ratios = [f"{values[0] / sides[kind][name]:.2f}" if sides[kind][name] else "" for kind in RUNNERS]
        table.add_row(name, *(f"{value:.2f}" if isinstance(value, float) else str(value) for value in values), *ratios)
    Console().print(table)
    for kind, turns in result["total_ratio_by_round"].items():
        Console().print(f"total, ours / {kind}, round by round: {', '.join(f'{ratio:.2f}' for ratio in turns)}")


def main(rounds: int = ROUNDS, cases: int = CASES, results: Path = RESULTS) -> dict[str, Any]:
    """Measure, print, and keep the result."""
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as home:
        result = asyncio.run(Bench(Path(home), rounds=rounds, cases=cases).run())
    show(result)
    keep("cost", result, results)
    return result
