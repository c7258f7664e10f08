"""The worker with a clock that can be moved from outside: `python -m bench.chaos.jumping FILE`, with the seconds it is off in the file.

What moves is the time as the office counts it (`Office.now`); Temporal and the SDK keep theirs. Debian's libfaketime was tried first:
under it every local activity of a busy worker became slow, long after the clock was right again.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import worker
from faces.process import run
from service.office import Office


def moved(hands: Path) -> None:
    """Let every office of this process count its time by these hands."""

    def now(office: Office) -> datetime:
        try:
            off = float(hands.read_text(encoding="utf-8") or 0)
        except (OSError, ValueError):
            off = 0.0
        return datetime.now(UTC) + office.shift + timedelta(seconds=off)

    Office.now = now  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    moved(Path(sys.argv.pop(1)))
    run(worker.main())
