"""What grows with the number of open cases (`python -m bench growth [--sizes 1000 10000 100000]`).

Memory of worker and server, cost of an action, the desk's and the cockpit's questions, the start of a worker with and without its
check, and a storm: the limits of all running cases end at the same office closing (`bench/crowd.py`). Up to 10,000 all of them
run; of more, the rest stands in the read model alone, made as `bench/lists.py` makes it, and a sample runs. Server and worker are
processes of their own, as `up` starts them, without messages.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench import crowd, lists
from bench.keeping import RESULTS, keep
from bench.serving import cpu
from bench.times import told
from models.case import Case
from models.party import Actor
from models.words import Role
from service.cases import Cases
from service.crew import connect
from service.desk.inbox import Inbox
from service.errors import Unavailable
from service.office import Office
from service.oversight.supervision import Supervision
from service.settings import Settings
from tests.support.core import actor
from tests.support.processes import Program, serving, worker

SEED = 20261130
SIZES = (1_000, 10_000, 100_000)
RUN_AT_MOST, SAMPLE = 10_000, 1_000
"""How many cases run at most; of more cases than that, how many do."""

LEAD, LEAD_EACH = 10.0, 0.04
"""Seconds from the first start to closing, and those that each case adds."""

LULL, IDLE = 0.5, 0.1
"""Seconds in which server and worker may use so much of one core when they have nothing to do."""

PATIENCE = 900.0
"""Seconds after closing in which the last case has to have rung."""

ACTIONS, AT_ONCE, ROUNDS = 300, 4, 20
"""How many actions are measured, how many at the same time, and how often each desk is asked."""

DESKS = ("clerk@yanlou-centre", "screener@yanlou-centre", "dispatcher@yanlou-centre", "officer@yanlou-gumeng")
COCKPITS = ("director@huaxi-centre", "leader@yanlou-centre")


@dataclass(frozen=True, slots=True)
class How:
    """How one size is measured."""

    sample: int = SAMPLE
    """Of more cases than run at most, how many run."""
    actions: int = ACTIONS
    rounds: int = ROUNDS
    lead: float | None = None
    """Seconds from the first start to closing; None = as many as so many cases need."""
    cached: int | None = None
    """How many running cases the worker keeps at hand (`JIEFEN_CACHED_CASES`); None = the default."""


@dataclass
class Bench:
    """One size over a folder: the processes, and this process's own office that asks them."""

    office: Office
    temporal: Program
    crew: Program
    rng: random.Random
    how: How
    found: dict[str, Any] = field(default_factory=dict)

    async def run(self, size: int) -> dict[str, Any]:
        """Measure everything in turn."""
        run = size if size <= RUN_AT_MOST else self.how.sample
        if size > run:
            await filled(self.office, size - run)
        states = await crowd.stored(self.office, range(run))
        await crowd.figures_told(self.office.store)
        self.found |= {"open": size, "running": run, "load": round(os.getloadavg()[0], 2)}
        await self._start(states)
        self.found["storm"] = await self._storm(run)
        await crowd.figures_told(self.office.store)
        self.found["action"] = await self._actions(states)
        self.found["memory_mb"]["acted on"] = self._memory()
        self.found["questions_ms"] = await self._questions(lists.NOW if size > run else crowd.CLOSING)
        self.found["start_s"] = await self._starts()
        return self.found

    async def _start(self, states: Sequence[Case]) -> None:
        lead = self.how.lead
        await self.crew.start()
        self.found["memory_mb"] = {"empty": self._memory()}
        begun, used = time.time(), self._cpu()
        self.closing = begun + (LEAD + LEAD_EACH * len(states) if lead is None else lead)
        self.office.shift = crowd.CLOSING - datetime.fromtimestamp(self.closing, UTC)
        await crowd.started(self.office, states, self.closing)
        in_time = await self._quiet()
        about = {"in_time": in_time, "took_s": round(time.time() - begun, 1)}
        self.found["starting"] = about | _each(used, self._cpu(), len(states))
        self.found["memory_mb"]["running"] = self._memory()

    async def _quiet(self) -> bool:
        """Wait until all that was started has come to rest; False where closing came before, so that it is no storm of all."""
        while time.time() < self.closing - 1:
            used = self._cpu()
            await asyncio.sleep(LULL)
            if sum(self._cpu().values()) - sum(used.values()) < LULL * IDLE:
                return True
        return False

    async def _storm(self, count: int) -> dict[str, Any]:
        await asyncio.sleep(max(0.0, self.closing - time.time() - 0.5))
        used = self._cpu()
        found, took = await crowd.all_rung(self.office.store, count, self.closing, PATIENCE)
        told_of = {"last_stored_s": round(took, 1), "cases_per_s": round(count / took, 1)}
        return asdict(found) | told_of | _each(used, self._cpu(), count)

    async def _actions(self, states: Sequence[Case]) -> dict[str, Any]:
        """Add a note to cases picked at random, a few at the same time."""
        cases, clerk, gate = Cases(self.office), actor("clerk@yanlou-centre"), asyncio.Semaphore(AT_ONCE)
        times: list[float] = []

        async def one(case_id: str) -> None:
            async with gate:
                with suppress(Unavailable):
                    times.append(await timed(lambda: cases.act(case_id, "note", {"text": "电话补充"}, clerk)))

        chosen = [self.rng.choice(states).id for _ in range(self.how.actions)]
        used = self._cpu()
        await asyncio.gather(*(one(case_id) for case_id in chosen))
        return _each(used, self._cpu(), len(chosen)) | {"unanswered": len(chosen) - len(times), "ms": told(times)}

    async def _questions(self, now: datetime) -> dict[str, Any]:
        """Ask the desks and the cockpits."""
        self.office.shift = now - datetime.now(UTC)
        inbox, desk = Inbox(self.office), Supervision(self.office)
        asked: dict[str, tuple[Callable[[Actor], Awaitable[Any]], tuple[str, ...]]] = {
            "inbox": (inbox.owed, DESKS),
            "counters": (inbox.counters, DESKS),
            "cockpit": (desk.cockpit, COCKPITS),
        }
        return {
            name: told([await timed(partial(ask, _post(post))) for post in posts for _ in range(self.how.rounds)])
            for name, (ask, posts) in asked.items()
        }

    async def _starts(self) -> dict[str, float]:
        """Start the worker anew over all running cases, then once more with its check of every history."""
        await self.crew.stop()
        plain = await timed(self.crew.start)
        await self.crew.stop()
        self.crew.command.append("--check")
        return {"worker": round(plain, 2), "worker, checked": round(await timed(self.crew.start), 2)}

    def _parts(self) -> dict[str, psutil.Process]:
        return {"worker": psutil.Process(self.crew.pid), "server": psutil.Process(self.temporal.pid)}

    def _cpu(self) -> dict[str, float]:
        return {name: cpu(part) for name, part in self._parts().items()}

    def _memory(self) -> dict[str, float]:
        """What each process holds in memory (RSS), in MB."""
        return {name: round(part.memory_info().rss / 1e6, 1) for name, part in self._parts().items()}


def _post(post: str) -> Actor:
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit)


async def timed(ask: Callable[[], Awaitable[Any]]) -> float:
    """Return how many seconds something takes."""
    begun = time.perf_counter()
    await ask()
    return time.perf_counter() - begun


def _each(before: dict[str, float], after: dict[str, float], count: int) -> dict[str, Any]:
    """Return the processor time of one of so many, in milliseconds, by process and together."""
    each = {name: 1000 * (after[name] - before[name]) / count for name in before}
    return {"cpu_ms": {name: round(ms, 2) for name, ms in (each | {"together": sum(each.values())}).items()}}


async def filled(office: Office, count: int) -> None:
    """Write so many open cases into the read model alone."""
    await lists.fill(office.store, count, ended_share=0.0)


async def measured(temporal: Program, home: Path, size: int, how: How) -> dict[str, Any]:
    """Measure one size on a server, with a folder and a task queue of its own."""
    settings = Settings(home=home, temporal_port=temporal.port, task_queue=f"growth-{size}")
    crew = worker(settings)
    crew.environment["JIEFEN_MESSAGES"] = "off"
    if how.cached is not None:
        crew.environment["JIEFEN_CACHED_CASES"] = str(how.cached)
    crew.patience = PATIENCE
    office = await Office.open(settings, await connect(settings))
    try:
        rng = random.Random(SEED)  # noqa: S311 - which cases are acted on
        return await Bench(office, temporal, crew, rng, how).run(size)
    finally:
        await crew.stop()
        await office.close()


async def alone(size: int, how: How) -> dict[str, Any]:
    """Measure one size on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as folder:
        async with serving(Path(folder)) as temporal:
            return await measured(temporal, Path(folder), size, how)


def ratios(sizes: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return what an action and a storm's case cost at the second size, as a ratio to the first."""
    if len(sizes) < 2:
        return {}
    few, many = sizes[:2]
    return {name: round(many[name]["cpu_ms"]["together"] / few[name]["cpu_ms"]["together"], 3) for name in ("starting", "storm", "action")}


def _middle(ms: dict[str, float]) -> tuple[float, float]:
    return ms["p50"], ms["p95"]


ROWS: dict[str, Callable[[dict[str, Any]], tuple[Any, ...]]] = {
    "memory, nothing running: worker / server, MB": lambda one: tuple(one["memory_mb"]["empty"].values()),
    "memory, all running: worker / server, MB": lambda one: tuple(one["memory_mb"]["running"].values()),
    "memory, after storm and actions: worker / server, MB": lambda one: tuple(one["memory_mb"]["acted on"].values()),
    "CPU of starting one: worker / server, ms": lambda one: tuple(one["starting"]["cpu_ms"].values())[:2],
    "CPU of one card: worker / server, ms": lambda one: tuple(one["storm"]["cpu_ms"].values())[:2],
    "CPU of an action: worker / server, ms": lambda one: tuple(one["action"]["cpu_ms"].values())[:2],
    "action p50 / p95 / p99, ms": lambda one: tuple(one["action"]["ms"][key] for key in ("p50", "p95", "p99")),
    "inbox p50 / p95, ms": lambda one: _middle(one["questions_ms"]["inbox"]),
    "counters p50 / p95, ms": lambda one: _middle(one["questions_ms"]["counters"]),
    "cockpit p50 / p95, ms": lambda one: _middle(one["questions_ms"]["cockpit"]),
    "worker ready / with its check, s": lambda one: tuple(one["start_s"].values()),
    "cards at closing / cases with two": lambda one: (one["storm"]["carded"], one["storm"]["twice"]),
    "last card stored, s after closing": lambda one: (one["storm"]["last_stored_s"],),
}
"""What the table shows of each size."""


def _head(one: dict[str, Any]) -> str:
    small = f", {one['cached']:,} at hand" if "cached" in one else ""
    return f"{one['open']:,} open, {one['running']:,} running{small}"


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    sizes = [*result["sizes"], *([result["small_cache"]] if "small_cache" in result else [])]
    table = Table("", *(_head(one) for one in sizes), box=None)
    for name, of in ROWS.items():
        table.add_row(name, *(" / ".join(map(str, of(one))) for one in sizes))
    Console(width=160).print(table)
    Console().print(f"second size to the first: {result['ratios']}")


def main(argv: Sequence[str] | None = None, results: Path = RESULTS) -> dict[str, Any]:
    """Measure, print, and keep the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many run where not all do")
    parser.add_argument("--actions", type=int, default=ACTIONS)
    parser.add_argument("--cached", type=int, nargs=2, metavar=("CASES", "SIZE"), help="measure a size with so few cases at hand, too")
    asked, _ = parser.parse_known_args(argv)
    machine = {"python": platform.python_version(), "cores": os.cpu_count()}
    result: dict[str, Any] = {"seed": SEED, "machine": machine, "sizes": []}
    how = How(sample=asked.sample, actions=asked.actions)
    for size in asked.sizes:
        result["sizes"].append(asyncio.run(alone(size, how)))
        result["ratios"] = ratios(result["sizes"])
        keep("growth", result, results)  # a later size may take long
    if asked.cached:
        cached, size = asked.cached
        result["small_cache"] = {"cached": cached, **asyncio.run(alone(size, replace(how, cached=cached)))}
    show(result)
    keep("growth", result, results)
    return result
