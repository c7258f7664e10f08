"""What watching costs (`python -m bench watching`): processor time of an action with traces off, and with traces that are sent.

One worker and one caller in this process, so that its time is that of both; actions in turns on two cases of two offices on the same
server. The receiver is thrown away behind the wall, so that what is measured is ours: making spans, carrying and stripping them.
"""

from __future__ import annotations

import asyncio
import os
import platform
import tempfile
import time
import timeit
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from rich.console import Console
from temporalio.testing import WorkflowEnvironment

from bench.keeping import RESULTS, keep
from models.party import Actor
from service.rehearsal import virtual_server
from service.settings import ROOT
from service.watch import tracing
from service.watch.acting import acting
from service.watch.exporting import Wall, provider
from store.places import load_place
from tests.support.core import actor
from tests.support.running import Desk, desk, settings

ROUNDS, ACTIONS = 12, 40
SIDES = ("off", "on")


class Nowhere(SpanExporter):
    """Counts spans and throws them away."""

    def __init__(self) -> None:
        self.spans = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Take them."""
        self.spans += len(spans)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing is held."""


async def turn(here: Desk, case_id: str, actions: int) -> float:
    """Add notes to a case; return the processor time of one, in milliseconds."""
    begun = time.process_time()
    for _ in range(actions):
        await here.note(case_id)
    return 1000 * (time.process_time() - begun) / actions


async def sides(env: WorkflowEnvironment, home: Path, rounds: int, actions: int) -> tuple[dict[str, list[float]], int]:
    """Measure both in turns; return their times and how many spans were made."""
    nowhere, place = Nowhere(), load_place(ROOT / "places" / "huaxi")
    made = provider("bench")
    made.add_span_processor(BatchSpanProcessor(Wall(nowhere)))
    spent: dict[str, list[float]] = {side: [] for side in SIDES}
    async with desk(env.client, settings(home / "off"), place=place) as off:
        tracing.switch_on(made)
        async with desk(env.client, settings(home / "on"), place=place) as on:
            ids = [await off.open(), await on.open()]
            for number in range(rounds + 1):
                for side, here, case_id in zip(SIDES, (off, on), ids, strict=True):
                    tracing.switch_on(made if side == "on" else None)
                    took = await turn(here, case_id, actions)
                    if number:  # the first round warms up
                        spent[side].append(took)
        tracing.switch_on(None)
    made.shutdown()
    return spent, nowhere.spans


def idle() -> float:
    """Return what the places cost where spans would be opened, the line and the contexts of one action, in microseconds; nobody listens."""
    network, clerk = load_place(ROOT / "places" / "huaxi").network, actor("clerk@yanlou-centre")
    return 1e6 * min(timeit.repeat(lambda: _one(network, clerk), number=2000, repeat=5)) / 2000


def _one(network: Any, clerk: Actor) -> None:
    with acting("note", clerk, network) as seen:
        seen.on("case", action_id="a", code="c")


async def measure(home: Path, rounds: int, actions: int) -> dict[str, Any]:
    """Measure; return the result as it is kept."""
    async with virtual_server() as env:
        with env.with_time_skipping_disabled():
            spent, spans = await sides(env, home, rounds, actions)
    return {
        "rounds": rounds,
        "actions": actions,
        "ms_an_action": {side: median(times) for side, times in spent.items()},
        "more_ms": median(on - off for off, on in zip(spent["off"], spent["on"], strict=True)),
        "spans_an_action": spans / ((rounds + 1) * actions),
        "idle_us": idle(),
        "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()[0]},
    }


def show(result: dict[str, Any]) -> None:
    """Print it."""
    of = result["ms_an_action"]
    Console().print(f"processor time of an action (caller and worker): off {of['off']:.2f} ms, on {of['on']:.2f} ms")
    Console().print(f"more, round by round: {result['more_ms']:.2f} ms for {result['spans_an_action']:.0f} spans an action")
    Console().print(f"watching an action with traces off: {result['idle_us']:.1f} µs")


def main(rounds: int = ROUNDS, actions: int = ACTIONS, results: Path = RESULTS) -> dict[str, Any]:
    """Measure, print, and keep the result."""
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as home:
        result = asyncio.run(measure(Path(home), rounds, actions))
    show(result)
    keep("watching", result, results)
    return result
