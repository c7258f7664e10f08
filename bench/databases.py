"""One measurement on both databases, each with a home of its own: for `bench/lists.py` and `bench/kpi.py`."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bench.keeping import keep
from tests.postgres import Postgres

Run = Callable[[str, str, Path, int, int], Coroutine[Any, Any, dict[str, Any]]]
"""Measures on one database: its kind, its address, its home, how many cases, how many rounds."""


class Durable(Postgres):
    """PostgreSQL as it ships: on the disk before anybody is answered."""

    def _settings(self) -> tuple[str, ...]:
        return ("listen_addresses=", "max_connections=200")


def measured(name: str, run: Run) -> None:
    """Measure with what the command line says (`--cases`, `--rounds`, `--only`), and keep the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    args, _ = parser.parse_known_args()
    results: dict[str, Any] = {"cases": args.cases}

    def on(kind: str, url: str, home: Path) -> None:
        home.mkdir(exist_ok=True)
        results[kind] = asyncio.run(run(kind, url, home, args.cases, args.rounds))

    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as folder:
        home = Path(folder)
        if args.only != "postgresql":
            on("sqlite", f"sqlite+aiosqlite:///{home / 'sqlite' / 'jiefen.db'}", home / "sqlite")
        if args.only != "sqlite":
            server = Postgres()
            try:
                on("postgresql", server.url(server.create()), home / "postgresql")
            finally:
                server.stop()
    keep(name, results)
