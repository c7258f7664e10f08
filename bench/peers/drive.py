"""Asks one engine: `python -m bench.peers.drive ENGINE --durability … --home …` prints one line of JSON.

Runs in the engine's own virtual environment. CPU is that of this process and all it has started, and of those named with `--also`.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import psutil

from bench.peers.flow import DURABILITIES, MESSAGES, Engine, Setting

ENGINES = {
    "ours": "ours_engine:OursEngine",
    "sql": "sql_engine:SqlEngine",
    "dbos": "dbos_engine:DbosEngine",
    "restate": "restate_engine:RestateEngine",
}
"""Module and class by name."""

WARM = 5
"""Cases before anything is measured."""


def engine(name: str) -> Engine:
    """Make an engine by its name."""
    module, _, kind = ENGINES[name].partition(":")
    made: Engine = getattr(importlib.import_module(f"bench.peers.{module}"), kind)()
    return made


def cpu(also: list[int]) -> float:
    """CPU seconds of this process, of all it has started, and of the named ones with theirs."""
    roots = [psutil.Process(), *(psutil.Process(pid) for pid in also)]
    everybody = {process.pid: process for root in roots for process in (root, *root.children(recursive=True))}
    total = 0.0
    for process in everybody.values():
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        # Children that are gone count with whoever has waited for them.
        total += times.user + times.system + times.children_user + times.children_system
    return total


async def whole(made: Engine, case: str, latencies: list[float]) -> None:
    """Take a case through, and note how long each acknowledged message took."""
    await made.open(case)
    for number in range(1, MESSAGES + 1):
        begun = time.perf_counter()
        await made.act(case, number)
        latencies.append(time.perf_counter() - begun)
    await made.ended(case)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of all lies, in milliseconds."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def measure(made: Engine, cases: int, at_once: int, also: list[int]) -> dict[str, Any]:
    """One after another for the latency, then side by side for the throughput."""
    for number in range(WARM):
        await whole(made, f"warm-{number}", [])
    alone: list[float] = []
    for number in range(max(4, cases // 5)):
        await whole(made, f"alone-{number}", alone)
    gate, together = asyncio.Semaphore(at_once), list[float]()

    async def gated(case: str) -> None:
        async with gate:
            await whole(made, case, together)

    before, begun = cpu(also), time.perf_counter()
    await asyncio.gather(*(gated(f"case-{number}") for number in range(cases)))
    wall, used = time.perf_counter() - begun, cpu(also) - before
    return {
        "cases_per_s": cases / wall,
        "cpu_ms_per_case": 1000 * used / cases,
        "alone_p50_ms": percentile(alone, 0.5),
        "alone_p99_ms": percentile(alone, 0.99),
        "together_p50_ms": percentile(together, 0.5),
        "together_p99_ms": percentile(together, 0.99),
    }


async def wait_for_kill(made: Engine, cases: int) -> None:
    """Open cases that wait for their first message, say so, and wait to be killed."""
    await asyncio.gather(*(made.open(f"kept-{number}") for number in range(cases)))
    sys.stdout.write("waiting\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


async def recover(made: Engine, cases: int, begun: float) -> dict[str, Any]:
    """Say the first message to all that were kept; how long after the start the first and the last had its answer."""
    answered: list[float] = []

    async def one(number: int) -> None:
        await patiently(made.act(f"kept-{number}", 1))
        answered.append(time.perf_counter() - begun)

    await asyncio.gather(*(one(number) for number in range(cases)))
    return {"first_answer_s": min(answered), "all_answers_s": max(answered), "kept": len(answered), "of": cases}


async def patiently(asked: Awaitable[None]) -> None:
    """Wait for an answer, a minute at most."""
    await asyncio.wait_for(asked, 60)


async def main() -> None:
    """Do as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("--durability", choices=DURABILITIES, default="full")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--database", default="")
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--also", type=int, action="append", default=[])
    parser.add_argument("--do", choices=("measure", "wait", "recover"), default="measure")
    asked = parser.parse_args()
    begun = time.perf_counter()
    made = engine(asked.engine)
    await made.start(Setting(asked.home, asked.durability, asked.database))
    if asked.do == "wait":
        await wait_for_kill(made, asked.cases)
    result = await (recover(made, asked.cases, begun) if asked.do == "recover" else measure(made, asked.cases, asked.at_once, asked.also))
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    await made.stop()
    # Some engines leave threads behind that would hold the process.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
