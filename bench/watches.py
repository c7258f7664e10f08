"""What a signal costs (`python -m bench watches`): thousands of watches and their signals on a real server, none lost, none twice.

At each size (1,000, 10,000 and 100,000 signals, ten a household) blocks of signals to new households and single ones to old households
come through the service as they do in life, one in twenty of them twice; CPU of server, worker and service is read block by block.
Between the sizes the town is filled (`bench/filling.py`), or with `--whole` every signal comes through the service. Then a worker that
has just started, and remembers no watch, gets signals to old ones, and a single watch a thousand. The record is counted at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from bench.cost import temporal_server
from bench.filling import filled, known_by, subject
from bench.keeping import RESULTS, keep
from bench.serving import connect, cpu, free_port, grown, start, stop
from bench.signals import growth, show, spin
from models.affair.watch.state import SignalChannel
from service.affairs.desk import Affairs
from service.affairs.watches import KIND, Seen, signal
from service.errors import Unavailable
from service.office import Office
from service.settings import ROOT, Settings
from tests.support.core import actor

SEED = 20261130
AT_ONCE = 8
TYPES = ("group_tip", "media", "police_call")
WEIGHTS = (59, 40, 1)
"""How often each type comes: most signals are slight, and about one household in ten comes to orange and gets its dispute."""
TRIES = 20
"""How often a signal is sent that nobody has answered; each try waits for seconds."""
REPEATED = 20
"""One signal in so many is sent twice at once: the second one must not count."""
PATIENCE = 600
"""Seconds that a town filled in may take to come to rest: disputes are opened and raised."""
IDLE = 0.05
"""At rest server and worker take less of a second than this."""
DISPUTES = "SELECT count(*) FROM cases"
PARTS = ("server", "worker", "service")
"""Whose processor time is told; the service is this process, with what it takes to make signals up."""


@dataclass(frozen=True)
class Sizes:
    """How much is sent."""

    levels: tuple[int, ...] = (1_000, 10_000, 100_000)
    """How many signals there are when it is measured what one costs."""
    each: int = 10
    """Signals of a household."""
    blocks: int = 4
    block: int = 25
    """Blocks that are measured at each level, and the new households of one."""
    old: int = 100
    """Old households that get one signal each, at each level, and from a worker that has just started."""
    single: int = 1_000
    whole: bool = False
    """Whether every signal comes through the service."""
    cached: int = 20_000
    """Running records that the worker keeps at hand (`JIEFEN_CACHED_CASES`)."""
    minutes: float = 25
    """After so long no further size is begun, and none is waited for."""


class Bench:
    """One run: a server, a worker, and the service that sends."""

    def __init__(self, home: Path, sizes: Sizes) -> None:
        self.home, self.sizes = home, sizes
        self.chance = random.Random(SEED)  # noqa: S311 - to be the same each time
        self.sent = self.filled = self.repeats = self.unanswered = 0
        self.numbers: list[str] = []
        self.begun = time.monotonic()

    async def run(self) -> dict[str, Any]:
        """Measure, and return the result."""
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self.environment = {**os.environ, "JIEFEN_HOME": str(self.home / "ours"), "PYTHONPATH": str(ROOT)}
        self.environment["JIEFEN_CACHED_CASES"] = str(self.sizes.cached)
        server = start(temporal_server(self.home, port), self.environment)
        try:
            client = await connect(self.address)
            self.office = await Office.open(Settings(home=self.home / "ours"), client)
            self.affairs, self.who = Affairs(self.office), actor("police@yanlou-police")
            self.server, self.worker = server, self._worker()
            try:
                return await self._measure()
            finally:
                stop(self.worker)
                await self.office.close()
        finally:
            stop(server)

    def _worker(self) -> subprocess.Popen[bytes]:
        return start([sys.executable, "-m", "bench.work", "ours", self.address], self.environment)

    async def _measure(self) -> dict[str, Any]:
        sizes = self.sizes
        await self._send("single")  # answered when the worker is there
        await self._spent(self._new("warm", sizes.block))
        levels: list[dict[str, Any]] = []
        for level in sizes.levels:
            if not levels or not self._late():
                levels.append(await self._level(level))
        stop(self.worker)
        self.worker = self._worker()
        await self._send("single")
        await self._spent(self._new("again", 1))
        cold = await self._spent(self.chance.sample(self.numbers, sizes.old))
        tenth = sizes.single // 10
        single = [await self._spent(["single"] * tenth) for _ in range(10)]
        return {
            "seed": SEED,
            "at_once": AT_ONCE,
            "whole": sizes.whole,
            "minutes": round((time.monotonic() - self.begun) / 60, 1),
            "sent": self.sent,
            "sent_twice": self.repeats,
            "filled": self.filled,
            "levels": levels,
            "cold": cold,
            "single": single,
            "histories": await self._histories(self.chance.sample(self.numbers, min(100, len(self.numbers)))),
            **self._record(),
            **growth(levels),
            "machine": {"cores": os.cpu_count(), "load": os.getloadavg()[0]},
        }

    async def _level(self, level: int) -> dict[str, Any]:
        """Bring the town to so many signals, the last blocks of them measured; then one signal each to old households."""
        sizes, name = self.sizes, str(level)
        missing = level - len(self.numbers) * sizes.each - sizes.blocks * sizes.block * sizes.each
        way = await self._filled(name, max(0, missing) // sizes.each)
        fresh = [await self._spent(self._new(f"{name}-{n}", sizes.block)) for n in range(sizes.blocks)]
        old = await self._spent(self.chance.sample(self.numbers, sizes.old))
        memory = {name: psutil.Process(one.pid).memory_info().rss >> 20 for name, one in (("server", self.server), ("worker", self.worker))}
        return {
            "signals": len(self.numbers) * sizes.each,
            "watches": len(self.numbers),
            "way": way,
            "fresh": fresh,
            "old": old,
            "memory_mb": memory,
        }

    async def _filled(self, name: str, households: int) -> list[dict[str, float]]:
        """Bring households with their signals in, through the service or not; return what blocks of a thousand cost on the way."""
        if self.sizes.whole:
            return await self._through(name, households)
        numbers, each = list(dict.fromkeys(self._new(f"{name}-way", households))), range(self.sizes.each)
        self.filled += len(numbers) * len(each)
        houses = [(number, [self._made(f"{number}.{n}") for n in each]) for number in numbers]
        await filled(self.office, self.affairs, self.who, houses)
        for _ in range(PATIENCE):
            used = self._cpu()
            await asyncio.sleep(1)
            busy = sum(self._cpu()[name] - used[name] for name in ("server", "worker"))
            if busy < IDLE and not self._one("SELECT count(*) FROM affairs WHERE kind = 'watch' AND json_extract(state, '$.work') != '{}'"):
                return []
        raise TimeoutError("not all that the watches have asked for has been done")

    async def _through(self, name: str, households: int) -> list[dict[str, float]]:
        """Send all signals of households, a thousand at a time, until time is over."""
        found: list[dict[str, float]] = []
        while len(found) * 100 < households and not self._late():
            found.append(await self._spent(self._new(f"{name}-way{len(found)}", min(100, households - 100 * len(found)))))
        return found

    def _late(self) -> bool:
        return time.monotonic() - self.begun > 60 * self.sizes.minutes

    def _new(self, name: str, households: int) -> list[str]:
        """The numbers of new households, as often as each is to get a signal, in any order."""
        fresh = [f"{name}-{n}" for n in range(households)]
        self.numbers += fresh
        order = [number for number in fresh for _ in range(self.sizes.each)]
        self.chance.shuffle(order)
        return order

    async def _spent(self, order: Iterable[str]) -> dict[str, float]:
        """Send signals, some at once, and return what each has cost."""
        gate = asyncio.Semaphore(AT_ONCE)
        numbers = list(order)

        async def gated(number: str) -> None:
            async with gate:
                await self._send(number)

        turning, opened = [spin()], self._one(DISPUTES)
        before, begun = self._cpu(), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in numbers:
                group.create_task(gated(number))
        await asyncio.sleep(0.3)  # what trails behind an answer belongs to it
        wall, count = time.monotonic() - begun - 0.3, len(numbers)
        used = {name: 1000 * (after - earlier) / count for (name, after), earlier in zip(self._cpu().items(), before.values(), strict=True)}
        turning.append(spin())
        total = used["server"] + used["worker"]
        return {
            "signals": count,
            **{f"{name}_ms": round(ms, 2) for name, ms in used.items()},
            "total_ms": round(total, 2),
            "in_spins": round(total / median(turning), 3),
            "per_s": round(count / wall, 1),
            "disputes": self._one(DISPUTES) - opened,
            "load": round(os.getloadavg()[0], 1),
        }

    def _cpu(self) -> dict[str, float]:
        return dict(zip(PARTS, (cpu(psutil.Process(pid)) for pid in (self.server.pid, self.worker.pid, os.getpid())), strict=True))

    def _made(self, source_id: str) -> Seen:
        """A signal of the last month."""
        (name,) = self.chance.choices(TYPES, WEIGHTS)
        at = self.office.now() - timedelta(days=self.chance.randrange(30))
        return Seen(name, SignalChannel.CALL, "bench", source_id, occurred_at=at)

    async def _send(self, number: str) -> None:
        """Send one signal about a household; one in some is sent twice at once, as a sender does that got no answer."""
        self.sent += 1
        seen = self._made(str(self.sent))
        times = 1 if self.sent % REPEATED else 2
        self.repeats += times - 1
        await asyncio.gather(*(self._patiently(number, seen) for _ in range(times)))

    async def _patiently(self, number: str, seen: Seen) -> None:
        """Send it until it is answered, as a sender does: under the same id."""
        for _ in range(TRIES):
            try:
                await signal(self.affairs, subject(number), seen, self.who)
            except Unavailable:
                self.unanswered += 1
            else:
                return
        raise TimeoutError("nobody answers")

    async def _histories(self, numbers: Sequence[str]) -> dict[str, int]:
        """How long histories are, of some watches and of the single one."""
        found = []
        for number in (*numbers, "single"):
            handle = self.affairs.engine.handle(self.affairs.affair_id(KIND, KIND, known_by(number)))
            found.append((await handle.describe()).history_length)
        return {"looked_at": len(found), "longest": max(found), "single": found[-1]}

    def _one(self, query: str) -> int:
        with closing(sqlite3.connect(f"file:{self.home / 'ours' / 'jiefen.db'}?mode=ro", uri=True)) as link:
            return int(link.execute(query).fetchone()[0])

    def _record(self) -> dict[str, Any]:
        """Count what the record has."""
        one = self._one
        return {
            "watches": one("SELECT count(*) FROM affairs WHERE kind = 'watch'"),
            "recorded": one("SELECT count(*) FROM affair_events WHERE type = 'signalled'"),
            "counted": one("SELECT sum(json_extract(state, '$.counted')) FROM affairs WHERE kind = 'watch'"),
            "source_ids": one("SELECT count(DISTINCT action_id) FROM affair_events WHERE type = 'signalled'"),
            "disputes": one(DISPUTES),
            "state_bytes_longest": one("SELECT max(length(state)) FROM affairs WHERE kind = 'watch'"),
            "state_bytes_mean": one("SELECT avg(length(state)) FROM affairs WHERE kind = 'watch'"),
            "record_db_bytes": grown(self.home / "ours" / "jiefen.db"),
            "temporal_db_bytes": grown(self.home / "temporal.db"),
        }


def main(argv: list[str] | None = None, results: Path = RESULTS) -> dict[str, Any]:
    """Measure, print, and keep the result."""
    parser = argparse.ArgumentParser(prog="python -m bench watches")
    parser.add_argument("--levels", type=int, nargs="+", default=list(Sizes.levels))
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--minutes", type=float, default=Sizes.minutes)
    wanted, _ = parser.parse_known_args(argv)
    sizes = Sizes(levels=tuple(wanted.levels), whole=wanted.whole, minutes=wanted.minutes)
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as home:
        result = asyncio.run(Bench(Path(home), sizes).run())
    show(result)
    keep("watches-whole" if sizes.whole else "watches", result, results)
    return result
