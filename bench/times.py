"""Times told in few words: how many there were, and how long the middle one, the slow ones and the slowest took."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

PARTS = {"p95": 0.95, "p99": 0.99}


def told(seconds: Sequence[float]) -> dict[str, float]:
    """Return count, median, 95th and 99th of a hundred and the longest, in milliseconds; of no time at all, the count alone.

    The 99th of a hundred is the one that a hundredth of all are not faster than; of fewer than a hundred it is the longest.
    """
    ms = sorted(1000 * one for one in seconds)
    if not ms:
        return {"count": 0}
    found: dict[str, float] = {"count": len(ms), "p50": round(statistics.median(ms), 1)}
    found |= {name: round(ms[min(int(len(ms) * part), len(ms) - 1)], 1) for name, part in PARTS.items()}
    return found | {"max": round(ms[-1], 1)}
