"""The flow on all engines (`python -m bench peers`): side by side in one run, in turns, printed and kept as JSON.

Peers run in `.venv-peers` (`make peers`), each in processes of its own; where it is missing, only what this project brings is measured,
and it says so.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.databases import Durable
from bench.keeping import RESULTS, keep
from service.settings import ROOT

PEERS = ROOT / ".venv-peers"
ROUNDS, CASES, KEPT = 3, 100, 50
IN_TIME = 600
BACK_IN_TIME, STARTS = 120, 3
"""Seconds in which a side has to be back after it was killed, and how often it is started for that."""


@dataclass(frozen=True)
class Side:
    """One engine as it is measured."""

    name: str
    engine: str
    durability: str
    postgres: bool = False

    @property
    def python(self) -> str:
        """Whose virtual environment it runs in."""
        return sys.executable if self.engine in {"ours", "sql"} else str(PEERS / "bin" / "python")


SIDES = (
    Side("ours, full", "ours", "full"),
    Side("ours, normal", "ours", "normal"),
    Side("ours, server in memory", "ours", "memory"),
    Side("DBOS on SQLite, full", "dbos", "full"),
    Side("DBOS on SQLite, normal", "dbos", "normal"),
    Side("DBOS on PostgreSQL, full", "dbos", "full", postgres=True),
    Side("Restate, full", "restate", "full"),
    Side("Restate, normal", "restate", "normal"),
    Side("by hand on SQLite, full", "sql", "full"),
    Side("by hand on SQLite, normal", "sql", "normal"),
)


def environment() -> dict[str, str]:
    """What the programs of all sides need."""
    # The program itself, not its wrapper in JavaScript: one process to measure and to kill.
    server = next((ROOT / "bench" / "peers" / "node_modules" / "@restatedev").glob("restate-server-*/bin/restate-server"), "")
    return {**os.environ, "PYTHONPATH": str(ROOT), "JIEFEN_RESTATE_SERVER": str(server), "DBOS__APPVERSION": "1"}


def command(side: Side, home: Path, database: str, *more: str) -> list[str]:
    """The command line of one side."""
    asked = ["-m", "bench.peers.drive", side.engine, "--durability", side.durability, "--home", str(home), *more]
    return [side.python, *asked, *(("--database", database) if database else ())]


def ask(side: Side, home: Path, database: str, *more: str, within: int = IN_TIME) -> dict[str, Any]:
    """Run one side to its end and read its answer. Raises TimeoutExpired."""
    asked = command(side, home, database, *more)
    with subprocess.Popen(asked, env=environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            said, complaints = running.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            kill(running.pid)
            raise
    lines = said.strip().splitlines()
    if running.returncode or not lines:
        raise RuntimeError(f"{side.name}: exit code {running.returncode}: {complaints[-600:]}")
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer


def kill(pid: int) -> None:
    """Kill -9 a process with all that it has started."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(family[1:], timeout=30)


def killed(side: Side, home: Path, database: str, kept: int) -> dict[str, Any]:
    """Open cases, kill -9 everything of this side, start it again over the same home, and see who is answered and when."""
    asked = command(side, home, database, "--do", "wait", "--cases", str(kept))
    with subprocess.Popen(asked, env=environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as waiting:
        assert waiting.stdout is not None
        while waiting.stdout.readline().strip() != b"waiting":
            if waiting.poll() is not None:
                raise RuntimeError(f"{side.name} did not open its cases")
        kill(waiting.pid)
    for tries in range(1, STARTS + 1):
        try:
            answer = ask(side, home, database, "--do", "recover", "--cases", str(kept), within=BACK_IN_TIME)
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{side.name}: not back within {BACK_IN_TIME} s, start {tries} of {STARTS}\n")
        else:
            return {**answer, "starts": tries}
    raise RuntimeError(f"{side.name} does not come back")


def one(side: Side, cases: int, kept: int = KEPT) -> dict[str, Any]:
    """Measure one side once, in a home of its own."""
    with tempfile.TemporaryDirectory(prefix="jiefen-peer-") as home:
        server = Durable() if side.postgres else None
        try:
            database, also = "", list[str]()
            if server is not None:
                database = server.url(server.create()).replace("+asyncpg", "+psycopg")
                also = ["--also", str(server.pid)]
            result = ask(side, Path(home), database, "--cases", str(cases), *also)
            if side.durability != "memory":
                result["recovery"] = killed(side, Path(home), database, kept)
        finally:
            if server is not None:
                server.stop()
    return result


def gathered(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure over the rounds, and all rounds."""
    names = [name for name in turns[0] if name != "recovery"]
    found: dict[str, Any] = {name: statistics.median(turn[name] for turn in turns) for name in names}
    back = [turn["recovery"] for turn in turns if "recovery" in turn]
    if back:
        found["first_answer_s"] = statistics.median(turn["first_answer_s"] for turn in back)
        found["all_answers_s"] = statistics.median(turn["all_answers_s"] for turn in back)
        found["lost"] = sum(turn["of"] - turn["kept"] for turn in back)
    return {**found, "rounds": turns}


COLUMNS = {
    "cases_per_s": "cases/s",
    "cpu_ms_per_case": "CPU ms/case",
    "alone_p50_ms": "alone p50 ms",
    "alone_p99_ms": "p99",
    "together_p50_ms": "16 at once p50 ms",
    "together_p99_ms": "p99",
    "first_answer_s": "after kill -9: first s",
    "all_answers_s": "all s",
    "lost": "lost",
}


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    table = Table(title=f"The reference flow, {result['cases']} cases, median of {result['of_rounds']}", box=None, title_justify="left")
    table.add_column("")
    for name in COLUMNS.values():
        table.add_column(name, justify="right")
    for name, side in result["sides"].items():
        values = [side.get(column) for column in COLUMNS]
        table.add_row(name, *("" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value) for value in values))
    Console(width=180).print(table)


def main(rounds: int = ROUNDS, cases: int = CASES, results: Path = RESULTS) -> dict[str, Any]:
    """Measure all sides in turns, print, and keep the result."""
    sides = [side for side in SIDES if Path(side.python).exists()]
    if len(sides) < len(SIDES):
        sys.stderr.write("No peers: `make peers` installs them; measured is what this project brings.\n")
    turns: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            turns[side.name].append(one(side, cases))
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "machine": platform.machine(), "load": os.getloadavg()[0]}
    found = {name: gathered(each) for name, each in turns.items()}
    result = {"cases": cases, "of_rounds": rounds, "sides": found, "machine": machine}
    show(result)
    keep("peers", result, results)
    return result
