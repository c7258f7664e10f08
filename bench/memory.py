"""What open cases take in memory (`python -m bench memory`): the worker and the server, before and after some hundred more are open.

The slope between the two is what one more case takes, with the worker keeping all of them at hand; the rest is what they take anyway.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from bench.cost import AT_ONCE, temporal_server, way
from bench.keeping import RESULTS, keep
from bench.serving import connect, free_port, start, stop
from models.case import Case
from service.door import ACTIONS
from service.engine import Engine
from service.office import Office
from service.settings import ROOT, Settings
from tests.support.core import actor

BEFORE, MORE = 100, 300
STEPS = 8
"""Actions of each case, up to mediation, where it stays open."""


async def measure(home: Path, before: int = BEFORE, more: int = MORE) -> dict[str, Any]:
    """Open cases twice, and compare."""
    port = free_port()
    environment = {**os.environ, "JIEFEN_HOME": str(home / "ours"), "PYTHONPATH": str(ROOT)}
    server = start(temporal_server(home, port), environment)
    try:
        client = await connect(f"127.0.0.1:{port}")
        worker = start([sys.executable, "-m", "bench.work", "ours", f"127.0.0.1:{port}"], environment)
        try:
            office = await Office.open(Settings(home=home / "ours"), client)
            looks = []
            for first, count in ((0, before), (before, more)):
                await _open(office, first, count)
                looks.append({"worker": _resident(worker.pid), "server": _resident(server.pid)})
            await office.close()
        finally:
            stop(worker)
    finally:
        stop(server)
    each = {name: (looks[1][name] - looks[0][name]) // more for name in looks[0]}
    return {
        "cases": before + more,
        "steps": STEPS,
        "bytes_a_case": each,
        "bytes_else": {name: looks[0][name] - before * each[name] for name in each},
        "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()[0]},
    }


def _resident(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


async def _open(office: Office, first: int, count: int) -> None:
    """Open cases and lead them to mediation, some at once."""
    engine, gate = Engine(office.client, office.settings.task_queue, timedelta), asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            case_id = f"open-{number}"
            blank = Case(id=case_id, source="bench", intake_id=case_id, docs=office.docs)
            for step, (do, who, fields) in enumerate(way()[:STEPS]):
                action = ACTIONS.validate_python({"do": do, "id": f"a{step}", "actor": actor(who), **fields})
                await (engine.start(blank, action) if do == "open" else engine.act(action, case_id))

    await asyncio.gather(*(one(number) for number in range(first, first + count)))


def main(results: Path = RESULTS) -> dict[str, Any]:
    """Measure, print, and keep the result."""
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as home:
        result = asyncio.run(measure(Path(home)))
    for name, size in result["bytes_a_case"].items():
        print(f"{name}: {size / 1000:.0f} kB an open case, and {result['bytes_else'][name] / 1e6:.0f} MB")  # noqa: T201
    keep("memory", result, results)
    return result
