"""A round over 20,000 targets (`python -m bench rounds`): real server and worker, kill -9 of the worker at a random target.

Eight grids of a town are walked by eight clients: results one by one and in batches, some sent twice, out of order, with broken rows
among them; some targets are left to the clock. At the end every target has come to exactly one end, by the events and by the table.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml
from rich.console import Console
from temporalio.client import Client
from temporalio.service import RPCError

from bench.cost import temporal_server
from bench.keeping import RESULTS, keep
from bench.serving import connect, cpu, free_port, grown, start, stop
from models.party import Actor
from models.words import Role
from service.affairs.desk import Affairs
from service.affairs.rounds.batches import Batches, numbered
from service.affairs.rounds.lists import Lists
from service.errors import Unavailable
from service.office import Office
from service.settings import ROOT, Settings
from store.affairs.lists import AffairFilter
from store.affairs.targets import TargetRow, Targets
from store.connect import StoreAway
from store.desk.lists import Eyes

TARGETS, MINUTES, CAP, WINDOW = 20_000, 14, 100, 3
TOWN, GRIDS = "520111105", (*(f"52011110520{n}" for n in range(1, 7)), "520111105209", "520111105210")
"""Yanlou and its eight villages, each of which is a grid."""

FINE = {"exits": "clear", "ebike": "safe", "wiring": "safe"}
TRIES, PAUSE = 600, 0.25
"""How often a client asks again, and how many seconds lie between."""


@dataclass
class Walked:
    """What the clients have sent."""

    results: int = 0
    findings: int = 0
    broken: int = 0
    """Rows that were sent broken on purpose."""
    named: int = 0
    """Of these, how many were named."""
    repeated: int = 0
    asked_again: int = 0
    left: set[str] = field(default_factory=set)
    """Targets that nobody went to."""


class RoundBench:
    """One run over one home."""

    def __init__(self, home: Path, *, targets: int, minutes: int, cap: int = CAP, seed: int | None = None) -> None:
        self.home, self.targets, self.minutes, self.cap = home, targets, minutes, cap
        self.seed = secrets.randbelow(10**6) if seed is None else seed
        self.chance = random.Random(self.seed)  # noqa: S311 - where to kill
        self.kill_at = self.chance.randrange(targets // 10, targets * 6 // 10)
        self.walked = Walked()
        self.reached = asyncio.Event()
        self.killed = False
        self.peaks = {"worker_mb": 0.0, "server_mb": 0.0}
        self.spent = {"killed_worker_s": 0.0, "server_s": 0.0}
        self.environment: dict[str, str] = {}

    async def run(self) -> dict[str, Any]:
        """Walk the round to its end, and return what was found."""
        port = free_port()
        self.environment = {
            **os.environ,
            "JIEFEN_HOME": str(self.home / "ours"),
            "JIEFEN_PLACES": str(places(self.home, self.minutes, self.cap)),
            "PYTHONPATH": str(ROOT),
        }
        server = start(temporal_server(self.home, port), self.environment)
        try:
            client = await connect(f"127.0.0.1:{port}")
            self.command = [sys.executable, "-m", "bench.work", "ours", f"127.0.0.1:{port}"]
            self.worker = start(self.command, self.environment)
            try:
                return await self._measured(client, psutil.Process(server.pid))
            finally:
                stop(self.worker)
        finally:
            stop(server)

    async def _measured(self, client: Client, server: psutil.Process) -> dict[str, Any]:
        settings = Settings(home=self.home / "ours", places=Path(self.environment["JIEFEN_PLACES"]))
        office = await Office.open(settings, client)
        self.affairs, self.lists = Affairs(office), Lists(office, Affairs(office))
        self.batches, self.table, self.office = Batches(office, self.affairs), Targets(office.store), office
        watching = asyncio.create_task(self._watch(server))
        begun = time.perf_counter()
        try:
            round_id = await self._begin()
            dealt_after = time.perf_counter() - begun
            killer = asyncio.create_task(self._kill())
            chances = {place: random.Random(f"{self.seed}{place}") for place in GRIDS}  # noqa: S311 - who is found where
            await asyncio.gather(*(self._walk(round_id, place, chances[place]) for place in GRIDS))
            walked_after = time.perf_counter() - begun
            await killer
            await self._until_closed(round_id)
            took = {"given_s": dealt_after, "walked_s": walked_after, "closed_s": time.perf_counter() - begun}
            return {**self._asked(), **took, **await self._found(round_id), **await histories(client), **self._machine()}
        finally:
            watching.cancel()
            await office.close()

    async def _begin(self) -> str:
        centre = who("dispatcher@yanlou-centre")
        receipt = await self._patient(lambda: self.affairs.open("round", {"plan": "fire", "place": TOWN}, centre, intake_id="bench"))
        rows = [{"key": f"t{n:05d}", "place": GRIDS[n % len(GRIDS)], "label": f"场所{n}"} for n in range(self.targets)]
        given = await self.lists.give(receipt.affair_id, numbered(rows), centre)
        assert given.added == self.targets, given
        await self._patient(lambda: self.affairs.act(receipt.affair_id, "start", {}, centre, action_id="start"))
        return str(receipt.affair_id)

    async def _walk(self, round_id: str, place: str, chance: random.Random) -> None:
        """Walk the sheets of one grid until all its targets are dealt; on at most one sheet less than may be open some are left out."""
        done: set[str] = set()
        whole = sum(GRIDS[n % len(GRIDS)] == place for n in range(self.targets))
        spare, seen = WINDOW - 1, 0
        wanted = AffairFilter(kinds=("sheet",), place=place)
        while seen < whole:
            page = await self.office.affair_queries.page(Eyes(everything=True), wanted, self.office.now(), limit=1_000)
            fresh = [row.affair_id for row in page.rows if row.affair_id not in done]
            for sheet_id in reversed(fresh):
                done.add(sheet_id)
                sheet = await self.affairs.load(sheet_id)
                rows = await self.table.of_sheet(round_id, sheet.no)
                seen += len(rows)
                leave = spare > 0 and (whole - seen < self.cap * WINDOW)
                spare -= leave
                await self._walk_sheet(sheet_id, sheet.unit, rows, chance, leave=leave)
            if not fresh:
                await asyncio.sleep(PAUSE)

    async def _walk_sheet(self, sheet_id: str, unit: str, rows: list[TargetRow], chance: random.Random, *, leave: bool) -> None:
        member, walking = who(f"grid@{unit}"), list(rows)
        if leave:
            gone = chance.sample(walking, max(1, len(walking) // 10))
            self.walked.left |= {row.key for row in gone}
            walking = [row for row in walking if row not in gone]
        chance.shuffle(walking)
        singles = max(1, len(walking) // 30)
        for row in walking[:singles]:
            await self._tap(sheet_id, member, row, chance)
        rest = walking[singles:]
        size = max(10, self.cap // 2)
        for first in range(0, len(rest), size):
            await self._batch(sheet_id, member, rest[first : first + size], chance)

    async def _tap(self, sheet_id: str, member: Actor, row: TargetRow, chance: random.Random) -> None:
        blocked = chance.random() < 0.1
        self.walked.findings += blocked
        fields = {"target": row.key, "answers": {**FINE, "exits": "blocked"} if blocked else FINE}
        for _ in range(1 + (chance.random() < 0.2)):
            await self._patient(lambda: self.affairs.act(sheet_id, "visit", fields, member, action_id=f"tap-{row.key}"))
        self._sent(1)

    async def _batch(self, sheet_id: str, member: Actor, rows: list[TargetRow], chance: random.Random) -> None:
        entries = [self._entry(row, chance) for row in rows]
        wrong: list[dict[str, Any]] = [
            {"id": f"x-{rows[0].key}", "target": "nowhere", "outcome": "visited", "answers": FINE},
            {"id": f"y-{rows[0].key}", "target": rows[0].key, "outcome": "danced"},
        ]
        sent: list[dict[str, Any]] = [*entries, *(wrong if chance.random() < 0.3 else [])]
        chance.shuffle(sent)
        for turn in range(1 + (chance.random() < 0.2)):
            taken = await self._patient(lambda: self.batches.take(sheet_id, numbered(sent), member))
            self.walked.broken += len(sent) - len(entries)
            self.walked.named += len(taken.broken)
            self.walked.repeated += taken.repeated if turn else 0
        self._sent(len(entries))

    def _sent(self, results: int) -> None:
        self.walked.results += results
        if self.walked.results >= self.kill_at:
            self.reached.set()

    def _entry(self, row: TargetRow, chance: random.Random) -> dict[str, Any]:
        entry: dict[str, Any] = {"id": f"off-{row.key}", "target": row.key}
        if chance.random() < 0.1:
            return {**entry, "outcome": "skipped", "skip": chance.choice(["closed", "refused"])}
        blocked = chance.random() < 0.01
        self.walked.findings += blocked
        return {**entry, "outcome": "visited", "answers": {**FINE, "exits": "blocked"} if blocked else FINE}

    async def _kill(self) -> None:
        """Kill the worker with -9 once so many results have been sent, and start it again."""
        await self.reached.wait()
        self._spent(psutil.Process(self.worker.pid))
        self.worker.kill()
        await asyncio.to_thread(self.worker.wait)
        self.worker = start(self.command, self.environment)
        self.killed = True

    async def _patient(self, asking: Any) -> Any:
        """Ask again with the same id until there is an answer."""
        for _ in range(TRIES):
            try:
                return await asking()
            except (Unavailable, StoreAway, RPCError):
                self.walked.asked_again += 1
                await asyncio.sleep(PAUSE)
        raise TimeoutError("no answer at all")

    async def _until_closed(self, round_id: str) -> None:
        for _ in range(int((self.minutes + 15) * 60 / PAUSE)):
            if (await self.affairs.load(round_id)).ended:
                return
            await asyncio.sleep(PAUSE)
        raise TimeoutError("the round did not close")

    async def _found(self, round_id: str) -> dict[str, Any]:
        """Read from the record what came of each target, and compare it with the table and with the round's own counts."""
        ends: Counter[str] = Counter()
        outcomes: Counter[str] = Counter()
        opened = sheets = 0
        for sheet_id in await self.office.affairs.keyed("sheet", "round", round_id):
            sheets += 1
            for line in await self.office.affairs.lines(sheet_id):
                opened += line.type == "finding_opened"
                for key, outcome in ends_in(line.type, line.body):
                    ends[key] += 1
                    outcomes[outcome] += 1
        of_hazards = AffairFilter(kinds=("hazard",))
        hazards = (await self.office.affair_queries.counts(Eyes(everything=True), of_hazards, self.office.now())).get("hazard", {})
        affair, covered = await self.affairs.load(round_id), await self.lists.coverage(round_id)
        never_dealt = covered.whole.targets - covered.whole.dealt
        exactly_once = len(ends) + never_dealt == self.targets and set(ends.values()) == {1}
        told = affair.tally.model_dump()
        same = all(told[name] == getattr(covered.whole, name) for name in told) and covered.whole.left == 0
        assert exactly_once, f"not every target ended exactly once (seed {self.seed})"
        assert same, f"the round's counts are not the table's (seed {self.seed})"
        assert outcomes["visited"] == told["visited"]
        assert self.walked.left <= set(ends), f"seed {self.seed}"
        assert opened == sum(hazards.values()) == self.walked.findings, f"findings (seed {self.seed})"
        coverage = told | {"left": covered.whole.left, "never_dealt": never_dealt}
        return {"sheets": sheets, "exactly_once": exactly_once, "coverage": coverage, "hazards": opened}

    def _asked(self) -> dict[str, Any]:
        walked = self.walked
        return {
            "targets": self.targets,
            "minutes": self.minutes,
            "seed": self.seed,
            "killed_at": self.kill_at,
            "killed": self.killed,
            "results": walked.results,
            "repeated_rows": walked.repeated,
            "broken_rows_sent": walked.broken,
            "broken_rows_named": walked.named,
            "asked_again": walked.asked_again,
        }

    def _machine(self) -> dict[str, Any]:
        sizes = {"temporal_db_mb": grown(self.home / "temporal.db") / 1e6, "record_db_mb": grown(self.home / "ours" / "jiefen.db") / 1e6}
        return {**self.peaks, **self.spent, **sizes, "cores": os.cpu_count(), "load": os.getloadavg()[0]}

    def _spent(self, worker: psutil.Process) -> None:
        self.spent["killed_worker_s"] += cpu(worker)

    async def _watch(self, server: psutil.Process) -> None:
        """Look at the memory of both processes, once a second."""
        while True:
            for name, process in (("server_mb", server), ("worker_mb", psutil.Process(self.worker.pid))):
                try:
                    self.peaks[name] = max(self.peaks[name], process.memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue
            self.spent["server_s"] = cpu(server)
            await asyncio.sleep(1)


def ends_in(kind: str, body: str) -> list[tuple[str, str]]:
    """The targets that come to their end with an event, and to which."""
    what = json.loads(body)["what"] if kind in {"target_visited", "target_skipped", "batch_entered", "targets_overdue"} else {}
    if kind == "targets_overdue":
        return [(key, "overdue") for key in what["targets"]]
    results = what["results"] if kind == "batch_entered" else [what["result"]] if what else []
    return [(result["target"], result["outcome"]) for result in results]


async def histories(client: Client) -> dict[str, Any]:
    """The longest history of a run of each kind, and how many runs there are."""
    found: dict[str, list[int]] = {"Round": [], "Sheet": []}
    for name, lengths in found.items():
        async for run in client.list_workflows(f'WorkflowType="{name}"'):
            described = await client.get_workflow_handle(run.id, run_id=run.run_id).describe()
            lengths.append(described.history_length)
    runs = {f"{name.lower()}_runs": len(lengths) for name, lengths in found.items()}
    return runs | {f"{name.lower()}_longest_history": max(lengths) for name, lengths in found.items()}


def places(home: Path, minutes: int, cap: int) -> Path:
    """A copy of the places in which a fire inspection is due after so many minutes."""
    folder = home / "places"
    shutil.copytree(ROOT / "places", folder)
    path = folder / "huaxi" / "grid" / "round.yaml"
    book = yaml.safe_load(path.read_text(encoding="utf-8"))
    book["plans"]["fire"] |= {"due": {"limit": f"{minutes}min", "cards": False, "expire": True}, "cap": cap, "window": WINDOW}
    path.write_text(yaml.safe_dump(book, allow_unicode=True), encoding="utf-8")
    return folder


def who(post: str) -> Actor:
    """The demo holder of a post."""
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit)


def main(targets: int = TARGETS, minutes: int = MINUTES, results: Path = RESULTS) -> dict[str, Any]:
    """Walk it, print, and keep the result."""
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as home:
        bench = RoundBench(Path(home), targets=targets, minutes=minutes)
        Console().print(f"seed {bench.seed}: kill -9 of the worker at result {bench.kill_at} of {targets}")
        result = asyncio.run(bench.run())
    Console().print(result)
    keep("rounds", result, results)
    return result
