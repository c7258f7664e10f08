"""How long people wait (`python -m bench latency`): an acknowledged action, the running case's view, the record's, a page's reading.

Server, worker and callers are processes of their own; callers go through the service, as the faces do. Fifty and then two hundred
people act at once, each with a pause between two things as people make it, then fifty without any. Beside the times stands where
that of an action goes, hop by hop (`bench/hops.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table
from temporalio.client import Client

from bench import hops
from bench.keeping import RESULTS, keep
from bench.serving import cpu
from bench.stamps import NOTED, Sending, Stamps, note
from bench.times import told
from service.cases import Cases
from service.crew import connect
from service.errors import Refused
from service.office import Office
from service.reading import Reader
from service.settings import Settings
from tests.support.core import actor
from tests.support.processes import Program, serving, worker
from tests.support.running import STEPS, intake

SEED = 20261130
SECONDS, PAUSE = 60.0, 3.0
PATIENCE = 120.0
"""Seconds the worker may take to start: the machine may be busy."""

MODES = {"50 people": (50, PAUSE), "200 people": (200, PAUSE), "50 without a pause": (50, 0.0)}
"""How many there are, and the mean pause between two things they do, in seconds."""

KINDS = ("intake", "action", "running case's view", "record's view", "page of a case")
BEGIN_AT_ONCE = 8
"""How many people get their first case at the same time, before anything is measured."""


@dataclass
class Seen:
    """What was measured: times in seconds by kind, and the actions and cases behind them."""

    times: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    cases: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    noted: Stamps = field(default_factory=dict)
    """What this process has noted of the actions."""

    def forget(self) -> None:
        """Forget the times so far, and the actions of this process that they were of."""
        self.times = {kind: [] for kind in KINDS}
        NOTED.clear()


class Person:
    """Takes one case after another along its way, and looks at it in between."""

    def __init__(self, office: Office, seen: Seen, rng: random.Random, pause: float) -> None:
        self._cases, self._reader = Cases(office), Reader(office)
        self._seen, self._rng, self._pause = seen, rng, pause
        self._case, self._code, self._step = "", "", 0

    async def begin(self, gate: asyncio.Semaphore) -> None:
        """Have a case at hand, somewhere on its way."""
        async with gate:
            for _ in range(1 + self._rng.randrange(len(STEPS))):
                await self._do()

    async def work(self, until: float) -> None:
        """Work until it is time to go home."""
        await asyncio.sleep(self._rng.uniform(0.0, 4.0) * self._pause)
        while time.monotonic() < until:
            await self._do()
            for kind, ask in self._looks().items():
                await self._rest()
                await self._timed(kind, ask)
            await self._rest()

    async def _do(self) -> None:
        """Open a case, or do what comes next in the one at hand."""
        if not self._case or self._step == len(STEPS):
            await self._timed("intake", self._open)
            return
        post, do, fields = STEPS[self._step]
        self._step += 1
        who, action_id = await self._cases.actor(post), uuid.UUID(int=self._rng.getrandbits(128)).hex

        async def act() -> None:
            note(action_id, hops.ASKED)
            await self._cases.act(self._code, do, fields, who, action_id=action_id)
            note(action_id, hops.DONE)

        await self._timed("action", act)

    async def _open(self) -> None:
        # On any day of the year: cases of the same village and the same days are shown to the clerk as likely the same.
        happened_on = str(date(2026, 1, 1) + timedelta(days=self._rng.randrange(300)))
        fields = intake(intake_id=uuid.UUID(int=self._rng.getrandbits(128)).hex, happened_on=happened_on)
        found = await self._cases.open(fields, await self._cases.actor("clerk@yanlou-centre"))
        self._case, self._code, self._step = found.receipt.case_id, found.receipt.code or "", 0
        self._seen.cases.add(self._case)

    def _looks(self) -> dict[str, Callable[[], Awaitable[Any]]]:
        clerk = actor("clerk@yanlou-centre")
        return {
            "running case's view": lambda: self._cases.engine.view(self._case),
            "record's view": lambda: self._cases.view(self._code),
            "page of a case": lambda: self._reader.file(clerk, self._code),
        }

    async def _timed(self, kind: str, ask: Callable[[], Awaitable[Any]]) -> None:
        begun = time.perf_counter()
        try:
            await ask()
        except Refused as error:
            self._seen.refused[str(error.refusal.code)] += 1
            return
        self._seen.times[kind].append(time.perf_counter() - begun)

    async def _rest(self) -> None:
        await asyncio.sleep(self._rng.uniform(0.5, 1.5) * self._pause)


@dataclass
class Bench:
    """One run over a folder: the processes, and the office of the callers."""

    home: Path
    office: Office
    parts: dict[str, psutil.Process]

    async def mode(self, people: int, pause: float, seconds: float, rng: random.Random) -> tuple[Seen, dict[str, Any]]:
        """Let so many people work for so long; what was seen, and what the processes used meanwhile."""
        seen = Seen()
        crew = [Person(self.office, seen, random.Random(rng.random()), pause) for _ in range(people)]  # noqa: S311 - made-up people
        gate = asyncio.Semaphore(BEGIN_AT_ONCE)
        await asyncio.gather(*(person.begin(gate) for person in crew))
        seen.forget()
        before, begun = {name: cpu(part) for name, part in self.parts.items()}, time.monotonic()
        await asyncio.gather(*(person.work(begun + seconds) for person in crew))
        took, seen.noted = time.monotonic() - begun, dict(NOTED)
        asked = sum(map(len, seen.times.values()))
        used = {name: cpu(part) - before[name] for name, part in self.parts.items()}
        return seen, {
            "people": people,
            "pause_s": pause,
            "seconds": round(took, 1),
            "asked_per_s": round(asked / took, 1),
            "cores_used": {name: round(spent / took, 3) for name, spent in used.items()},
            "load": round(os.getloadavg()[0], 2),
            "refused": dict(seen.refused),
            "ms": {kind: told(times) for kind, times in seen.times.items()},
        }


async def measure(temporal: Program, home: Path, modes: dict[str, tuple[int, float]], seconds: float) -> dict[str, Any]:
    """Run worker and callers on a server through all modes; return the result as it is kept."""
    settings = Settings(home=home, temporal_port=temporal.port, task_queue="latency")
    crew, noted = stamped(settings), home / "stamps.json"
    crew.patience = PATIENCE
    crew.command.append(str(noted))
    result: dict[str, Any] = {"seed": SEED, "modes": {}, "machine": {"python": platform.python_version(), "cores": os.cpu_count()}}
    office = await Office.open(settings, watched(await connect(settings)))
    try:
        await crew.start()
        seen = await _modes(Bench(home, office, _parts(temporal, crew)), modes, seconds, result)
        noted_by = {name: (one.noted, await hops.of_server(office.client, one.cases)) for name, one in seen.items()}
    finally:
        await crew.stop()
        await office.close()
    of_worker = json.loads(noted.read_text(encoding="utf-8"))
    for name, (of_callers, of_server) in noted_by.items():
        actions = hops.merged(of_callers, of_server, of_worker)
        result["modes"][name]["hops"] = {"actions": len(actions), **hops.shares(actions)}
    return result


def stamped(settings: Settings) -> Program:
    """The worker of `bench/stamps.py` in the place of `worker.py`."""
    found = worker(settings)
    found.command[1:] = ["-m", "bench.stamps"]
    return found


async def _modes(bench: Bench, modes: dict[str, tuple[int, float]], seconds: float, result: dict[str, Any]) -> dict[str, Seen]:
    rng, found = random.Random(SEED), {}  # noqa: S311 - made-up people
    await bench.mode(4, 0.0, min(3.0, seconds), rng)  # nothing is asked for the first time afterwards
    for name, (people, pause) in modes.items():
        found[name], result["modes"][name] = await bench.mode(people, pause, seconds, rng)
    return found


def _parts(temporal: Program, crew: Program) -> dict[str, psutil.Process]:
    return {"server": psutil.Process(temporal.pid), "worker": psutil.Process(crew.pid), "callers": psutil.Process()}


def watched(client: Client) -> Client:
    """Return the same connection with the caller's notes."""
    config = client.config()
    config["interceptors"] = [*config["interceptors"], Sending()]
    return Client(**config)


def show(result: dict[str, Any]) -> None:
    """Print both tables."""
    times = Table("mode", "", "count", "p50 ms", "p95 ms", "p99 ms", box=None)
    for name, mode in result["modes"].items():
        for kind, ms in mode["ms"].items():
            times.add_row(name, kind, *(str(ms.get(key, "")) for key in ("count", "p50", "p95", "p99")))
    Console().print(times)
    parts = Table("hop of an action, mean ms (share)", *result["modes"], box=None)
    for hop in hops.HOPS:
        cells = [mode["hops"][hop] for mode in result["modes"].values()]
        parts.add_row(hop, *(f"{cell['mean_ms']:.1f} ({cell['share']:.0%})" for cell in cells))
    Console().print(parts)


async def alone(modes: dict[str, tuple[int, float]], seconds: float) -> dict[str, Any]:
    """Measure on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as folder:
        async with serving(Path(folder)) as temporal:
            return await measure(temporal, Path(folder), modes, seconds)


def main(modes: dict[str, tuple[int, float]] | None = None, results: Path = RESULTS, seconds: float | None = None) -> dict[str, Any]:
    """Measure, print, and keep the result; `--seconds` is how long each mode lasts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked, _ = parser.parse_known_args()
    result = asyncio.run(alone(modes or MODES, seconds or asked.seconds))
    show(result)
    keep("latency", result, results)
    return result
