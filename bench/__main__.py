"""`python -m bench` runs every measurement, `python -m bench NAME` one of them; `python -m bench chaos` measures nothing and proves."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench import cost, growth, households, kpi, latency, lists, memory, people, rounds, sealing, sizing, watches, watching
from bench.chaos import run as chaos
from bench.peers import report as peers
from faces.process import leave

BENCHES: dict[str, Callable[[], object]] = {
    "cost": cost.main,
    "growth": growth.main,
    "households": households.main,
    "kpi": kpi.main,
    "latency": latency.main,
    "lists": lists.main,
    "memory": memory.main,
    "people": people.main,
    "peers": peers.main,
    "rounds": rounds.main,
    "sealing": sealing.main,
    "sizing": sizing.main,
    "watches": watches.main,
    "watching": watching.main,
}
"""By name."""


def main() -> None:
    """Run the measurements named on the command line, or all."""
    if sys.argv[1:2] == ["chaos"]:
        leave(chaos.main(sys.argv[2:]))
    # What follows the name of one is its own.
    wanted = sys.argv[1:2] if any(word.startswith("-") for word in sys.argv[2:]) else sys.argv[1:] or list(BENCHES)
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(unknown)}; there are {', '.join(BENCHES)}\n")
        leave(2)
    for name in wanted:
        BENCHES[name]()
    leave(0)


if __name__ == "__main__":
    main()
