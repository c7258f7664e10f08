"""What a signal costs (`python -m bench watches`): thousands of watches and their signals on a real server, none lost, none twice.

Blocks of a thousand signals, each about a hundred new households, come through the service as they do in life; CPU of server and
worker is read block by block. After them signals go to old watches that no worker remembers, and a thousand to a single one. It stops
after the block in which its time is over and says how far it came. The record is counted at the end against what was sent.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.cost import connect, cpu, free_port, grown, start, stop, temporal_server
from bench.keeping import RESULTS, keep
from models.affair.watch.state import SignalChannel
from models.party import Actor
from service.affairs.desk import Affairs
from service.affairs.watches import Seen, signal
from service.errors import Unavailable
from service.office import Office
from service.settings import ROOT, Settings
from tests.support.core import actor

SEED = 20261130
AT_ONCE = 8
PLACE = "520111105202"
TYPES = ("group_tip", "media", "police_call")
WEIGHTS = (59, 40, 1)
"""How often each type comes: most signals are slight, and about one household in ten comes to orange and gets its dispute."""
TRIES = 20
"""How often a signal is sent that nobody has answered; each try waits for seconds."""
REPEATED = 20
"""One signal in so many is sent twice at once: the second one must not count."""


@dataclass(frozen=True)
class Sizes:
    """How much is sent: blocks of so many households with so many signals each; then to old watches, and to a single one."""

    blocks: int = 100
    households: int = 100
    each: int = 10
    cold: int = 500
    single: int = 1000
    minutes: float = 25


Send = Callable[[str], Awaitable[None]]


class Bench:
    """One run: a server, a worker, and the service that sends."""

    def __init__(self, home: Path, sizes: Sizes) -> None:
        self.home, self.sizes = home, sizes
        self.chance = random.Random(SEED)  # noqa: S311 - to be the same each time
        self.sent = 0
        self.repeats = 0
        self.unanswered = 0

    async def run(self) -> dict[str, Any]:
        """Measure, and return the result."""
        port = free_port()
        address = f"127.0.0.1:{port}"
        environment = {**os.environ, "JIEFEN_HOME": str(self.home / "ours"), "PYTHONPATH": str(ROOT)}
        server = start(temporal_server(self.home, port), environment)
        try:
            client = await connect(address)
            office = await Office.open(Settings(home=self.home / "ours"), client)
            worker = start([sys.executable, "-m", "bench.work", "ours", address], environment)
            try:
                return await self._measure(office, psutil.Process(server.pid), psutil.Process(worker.pid))
            finally:
                stop(worker)
                await office.close()
        finally:
            stop(server)

    async def _measure(self, office: Office, server: psutil.Process, worker: psutil.Process) -> dict[str, Any]:
        affairs, who = Affairs(office), actor("police@yanlou-police")
        numbers: list[str] = []

        async def send(number: str) -> None:
            await self._signal(affairs, who, office, number)

        await self._spent(send, ["warm"] * self.sizes.each, server, worker)
        begun, blocks = time.monotonic(), []
        for block in range(self.sizes.blocks):
            fresh = [f"h{block}-{n}" for n in range(self.sizes.households)]
            order = [number for number in fresh for _ in range(self.sizes.each)]
            self.chance.shuffle(order)
            blocks.append(await self._spent(send, order, server, worker))
            numbers += fresh
            if time.monotonic() - begun > 60 * self.sizes.minutes:
                break
        cold = await self._spent(send, self.chance.choices(numbers[: max(1, len(numbers) // 2)], k=self.sizes.cold), server, worker)
        tenth = self.sizes.single // 10
        single = [await self._spent(send, ["single"] * tenth, server, worker) for _ in range(10)]
        histories = await self._histories(affairs, self.chance.sample(numbers, min(100, len(numbers))))
        return {
            "seed": SEED,
            "at_once": AT_ONCE,
            "per_block": self.sizes.households * self.sizes.each,
            "wanted_blocks": self.sizes.blocks,
            "households": len(numbers),
            "sent": self.sent,
            "sent_twice": self.repeats,
            "blocks": blocks,
            "cold": cold,
            "single": single,
            "histories": histories,
            **self._record(),
            **growth(blocks),
            "machine": {"cores": os.cpu_count(), "load": os.getloadavg()[0]},
        }

    async def _spent(self, send: Send, order: Iterable[str], server: psutil.Process, worker: psutil.Process) -> dict[str, float]:
        """Send signals, some at once, and return what each has cost."""
        gate = asyncio.Semaphore(AT_ONCE)
        numbers = list(order)

        async def gated(number: str) -> None:
            async with gate:
                await send(number)

        turning = [spin()]
        before, begun = (cpu(server), cpu(worker)), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in numbers:
                group.create_task(gated(number))
        await asyncio.sleep(0.3)  # what trails behind an answer belongs to it
        used, count = (cpu(server) - before[0], cpu(worker) - before[1]), len(numbers)
        wall = time.monotonic() - begun - 0.3
        turning.append(spin())
        return {
            "signals": count,
            "server_ms": round(1000 * used[0] / count, 2),
            "worker_ms": round(1000 * used[1] / count, 2),
            "total_ms": round(1000 * sum(used) / count, 2),
            "in_spins": round(1000 * sum(used) / count / median(turning), 3),
            "per_s": round(count / wall, 1),
            "load": round(os.getloadavg()[0], 1),
        }

    async def _signal(self, affairs: Affairs, who: Actor, office: Office, number: str) -> None:
        """Send one signal about a household; one in some is sent twice at once, as a sender that got no answer does."""
        self.sent += 1
        (name,) = self.chance.choices(TYPES, WEIGHTS)
        at = office.now() - timedelta(days=self.chance.randrange(30))
        seen = Seen(name, SignalChannel.CALL, "bench", str(self.sent), occurred_at=at)
        subject = {"of": "household", "place": PLACE, "number": number}
        times = 1 if self.sent % REPEATED else 2
        self.repeats += times - 1
        await asyncio.gather(*(self._patiently(affairs, subject, seen, who) for _ in range(times)))

    async def _patiently(self, affairs: Affairs, subject: dict[str, str], seen: Seen, who: Actor) -> None:
        """Send it until it is answered, as a sender does: under the same id."""
        for _ in range(TRIES):
            try:
                await signal(affairs, subject, seen, who)
            except Unavailable:
                self.unanswered += 1
            else:
                return
        raise TimeoutError("nobody answers")

    async def _histories(self, affairs: Affairs, numbers: list[str]) -> dict[str, int]:
        """How long histories are, of some watches and of the single one."""
        found = []
        for number in (*numbers, "single"):
            handle = affairs.engine.handle(affairs.affair_id("watch", "watch", f"household:{PLACE}:{number}"))
            found.append((await handle.describe()).history_length)
        return {"looked_at": len(found), "longest": max(found), "single": found[-1]}

    def _record(self) -> dict[str, Any]:
        """Count what the record has."""
        database = self.home / "ours" / "jiefen.db"
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as link:

            def one(query: str) -> int:
                return int(link.execute(query).fetchone()[0])

            return {
                "watches": one("SELECT count(*) FROM affairs WHERE kind = 'watch'"),
                "recorded": one("SELECT count(*) FROM affair_events WHERE type = 'signalled'"),
                "counted": one("SELECT sum(json_extract(state, '$.counted')) FROM affairs WHERE kind = 'watch'"),
                "source_ids": one("SELECT count(DISTINCT action_id) FROM affair_events WHERE type = 'signalled'"),
                "disputes": one("SELECT count(*) FROM cases"),
                "state_bytes_longest": one("SELECT max(length(state)) FROM affairs WHERE kind = 'watch'"),
                "state_bytes_mean": one("SELECT avg(length(state)) FROM affairs WHERE kind = 'watch'"),
                "record_db_bytes": grown(database),
                "temporal_db_bytes": grown(self.home / "temporal.db"),
            }


def spin() -> float:
    """Milliseconds of CPU that a fixed piece of work takes at the moment: others on the machine make every piece of work dearer."""
    found = []
    for _ in range(9):
        before = time.process_time()
        sum(number * number for number in range(60_000))
        found.append(1000 * (time.process_time() - before))
    return median(found)


def growth(blocks: list[dict[str, float]]) -> dict[str, Any]:
    """The cost of a signal in the last blocks by that in the first: medians of a tenth of the blocks, at least one; also in spins."""
    part = max(1, len(blocks) // 10)
    found: dict[str, Any] = {}
    for name, key in (("ms", "total_ms"), ("spins", "in_spins")):
        first, last = (median(block[key] for block in some) for some in (blocks[:part], blocks[-part:]))
        found |= {f"first_{name}": first, f"last_{name}": last, f"last_by_first_{name}": round(last / first, 3)}
    return found


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    table = Table(title=f"CPU per signal, {result['sent']} signals, {result['watches']} watches", box=None, title_justify="left")
    for column in ("", "signals so far", "server ms", "worker ms", "total ms", "in spins", "signals/s", "load"):
        table.add_column(column, justify="right" if column else "left")
    so_far = 0
    rows = [(f"block {n}", block) for n, block in enumerate(result["blocks"], start=1)]
    rows += [("old watches", result["cold"]), *((f"one watch, part {n}", part) for n, part in enumerate(result["single"], start=1))]
    for name, row in rows:
        so_far += int(row["signals"])
        table.add_row(name, str(so_far), *(str(row[key]) for key in ("server_ms", "worker_ms", "total_ms", "in_spins", "per_s", "load")))
    Console().print(table)
    Console().print({key: value for key, value in result.items() if key not in {"blocks", "cold", "single", "machine"}})


def main(sizes: Sizes | None = None, results: Path = RESULTS) -> dict[str, Any]:
    """Measure, print, and keep the result."""
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as home:
        result = asyncio.run(Bench(Path(home), sizes or Sizes()).run())
    show(result)
    keep("watches", result, results)
    return result
