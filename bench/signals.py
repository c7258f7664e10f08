"""What signals have cost: reckoned and shown, for `bench/watches.py`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table


def spin() -> float:
    """Milliseconds of CPU that a fixed piece of work takes at the moment: others on the machine make every piece of work dearer."""
    found = []
    for _ in range(9):
        before = time.process_time()
        sum(number * number for number in range(60_000))
        found.append(1000 * (time.process_time() - before))
    return median(found)


def growth(levels: Sequence[dict[str, Any]]) -> dict[str, float]:
    """What a signal costs at the last level by what it cost at the first: to new households (the middle block), and to old ones."""
    found: dict[str, float] = {}
    for key in ("total_ms", "server_ms", "worker_ms", "in_spins"):
        first, last = (median(block[key] for block in level["fresh"]) for level in (levels[0], levels[-1]))
        found[f"growth_{key}"] = round(last / first, 3)
    found["growth_old_total_ms"] = round(levels[-1]["old"]["total_ms"] / levels[0]["old"]["total_ms"], 3)
    return found


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    title = f"CPU per signal, {result['sent']} signals sent, {result['filled']} filled in, {result['watches']} watches"
    table = Table(title=title, box=None, title_justify="left")
    columns = ("server_ms", "worker_ms", "total_ms", "service_ms", "disputes", "in_spins", "per_s", "load")
    for column in ("", "signals", *columns):
        table.add_column(column, justify="right" if column else "left")
    rows = []
    for level in result["levels"]:
        rows += [(f"{level['signals']}: new, block {n}", block) for n, block in enumerate(level["fresh"], start=1)]
        rows.append((f"{level['signals']}: old", level["old"]))
    rows.append(("old, to a new worker", result["cold"]))
    rows += [(f"one watch, part {n}", part) for n, part in enumerate(result["single"], start=1)]
    for name, row in rows:
        table.add_row(name, *(str(row[key]) for key in ("signals", *columns)))
    Console().print(table)
    Console().print({key: value for key, value in result.items() if key not in {"levels", "cold", "single", "machine"}})
