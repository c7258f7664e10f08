"""What sealing costs (`python -m bench sealing`): CPU of a whole case with sealed payloads, as a ratio to the same without.

Two workers of ours on one embedded server with its data in a file, each with a record of its own, cases in turns; this process
sends the actions, as the web face does, and is counted, too. The promise: at most a tenth more per transition.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import temporalio
from rich.console import Console
from rich.table import Table
from temporalio.client import Client

from bench.cost import AT_ONCE, temporal_server, way
from bench.keeping import RESULTS, keep
from bench.serving import connect, cpu, free_port, grown, start, stop
from models.case import Case
from service.door import ACTIONS
from service.engine import Engine
from service.office import Office
from service.settings import ROOT, Settings
from tests.support.core import actor

SIDES = ("plain", "sealed")
ROUNDS, CASES = 8, 15
PARTS = ("server", "worker", "client")


@dataclass
class Side:
    """One of the two: its office, its worker, and what was spent, turn by turn, in CPU seconds by part."""

    name: str
    office: Office
    worker: psutil.Process
    spent: list[dict[str, float]] = field(default_factory=list)
    pages: int = 0
    """What Temporal's database has grown by, in bytes."""

    async def case(self, case_id: str) -> int:
        """Take one case the whole way; return how many transitions that is."""
        engine = Engine(self.office.client, self.office.settings.task_queue, timedelta)
        blank = Case(id=case_id, source="bench", intake_id=case_id, docs=self.office.docs)
        for number, (do, who, fields) in enumerate(way()):
            action = ACTIONS.validate_python({"do": do, "id": f"a{number}", "actor": actor(who), **fields})
            await (engine.start(blank, action) if do == "open" else engine.act(action, case_id))
        return len(way())


def settings(home: Path, name: str) -> Settings:
    """A record of its own for each side."""
    return Settings(home=home / name, task_queue=name)


async def office(home: Path, name: str, client: Client) -> Office:
    """An office that seals, or one that does not."""
    opened = await Office.open(settings(home, name), client)
    if name == "plain":
        opened.client = client
    return opened


async def measure(home: Path, rounds: int, cases: int) -> dict[str, Any]:
    """Start everything, take cases in turns, and return the result."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    server = start(temporal_server(home, port), dict(os.environ))
    workers = []
    try:
        client = await connect(address)
        sides = []
        for name in SIDES:
            own = {"JIEFEN_HOME": str(home / name), "JIEFEN_TASK_QUEUE": name, "PYTHONPATH": str(ROOT)}
            workers.append(
                start([sys.executable, "-m", "bench.work", "plain" if name == "plain" else "ours", address], {**os.environ, **own})
            )
            sides.append(Side(name, await office(home, name, client), psutil.Process(workers[-1].pid)))
        for side in sides:
            await side.case(f"{side.name}-warm")
        for turn in range(rounds):
            for side in sides if turn % 2 == 0 else reversed(sides):
                await _turn(home, side, psutil.Process(server.pid), turn, cases)
        for side in sides:
            await side.office.close()
        return _result(sides, rounds, cases)
    finally:
        for process in (*workers, server):
            stop(process)


async def _turn(home: Path, side: Side, server: psutil.Process, turn: int, cases: int) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def gated(number: int) -> int:
        async with gate:
            return await side.case(f"{side.name}-{turn}-{number}")

    processes = dict(zip(PARTS, (server, side.worker, psutil.Process()), strict=True))
    before = {part: cpu(process) for part, process in processes.items()}
    size = grown(home / "temporal.db")
    transitions = sum(await asyncio.gather(*(gated(number) for number in range(cases))))
    await asyncio.sleep(0.3)
    side.spent.append({part: (cpu(process) - before[part]) / transitions for part, process in processes.items()})
    side.pages += grown(home / "temporal.db") - size


def _result(sides: list[Side], rounds: int, cases: int) -> dict[str, Any]:
    plain, sealed = sides
    means = {side.name: {f"{part}_ms": 1000 * sum(turn[part] for turn in side.spent) / rounds for part in PARTS} for side in sides}
    for mean in means.values():
        mean["total_ms"] = sum(mean.values())
    ratios = {name: means["sealed"][name] / means["plain"][name] for name in means["plain"]}
    turns = [sum(one.values()) / sum(other.values()) for one, other in zip(sealed.spent, plain.spent, strict=True)]
    return {
        "cases": rounds * cases,
        "rounds": rounds,
        "at_once": AT_ONCE,
        "cipher": sealed.office.settings.payload_cipher,
        "sides": means,
        "temporal_db_bytes_per_case": {side.name: side.pages // (rounds * cases) for side in sides},
        "ratios": ratios,
        "total_ratio_by_round": turns,
        "median_of_rounds": median(turns),
        "machine": {
            "python": platform.python_version(),
            "temporalio": temporalio.__version__,
            "cores": os.cpu_count(),
            "machine": platform.machine(),
            "load": os.getloadavg()[0],
        },
    }


def _rows(result: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, ratio in result["ratios"].items():
        yield (name, *(f"{result['sides'][side][name]:.2f}" for side in SIDES), f"{ratio:.3f}")
    pages = result["temporal_db_bytes_per_case"]
    yield ("temporal_db_bytes", *(str(pages[side]) for side in SIDES), f"{pages['sealed'] / max(1, pages['plain']):.3f}")


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    table = Table(title=f"CPU per transition, {result['cases']} cases a side, {result['cipher']}", box=None, title_justify="left")
    for column in ("", *SIDES, "sealed / plain"):
        table.add_column(column, justify="right" if column else "left")
    for row in _rows(result):
        table.add_row(*row)
    Console().print(table)
    rounds = ", ".join(f"{ratio:.3f}" for ratio in result["total_ratio_by_round"])
    Console().print(f"total, sealed / plain, round by round: {rounds}; median {result['median_of_rounds']:.3f}")


def main(rounds: int = ROUNDS, cases: int = CASES, results: Path = RESULTS) -> dict[str, Any]:
    """Measure, print, and keep the result."""
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as home:
        result = asyncio.run(measure(Path(home), rounds, cases))
    show(result)
    keep("sealing", result, results)
    return result
