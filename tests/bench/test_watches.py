"""The measurement of watches runs, counts what it sent and keeps its result. No time is asserted."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from bench.signals import growth, show
from bench.watches import Bench, Sizes
from workflows.watch import LONG


def test_every_signal_is_in_the_record_once_though_some_are_sent_twice(tmp_path: Path) -> None:
    sizes = Sizes(levels=(60, 100), each=5, blocks=2, block=3, old=3, single=40)
    result = asyncio.run(Bench(tmp_path, sizes).run())
    # Warm, both sizes with their old households, the worker that has just started, the single one.
    assert result["sent"] + result["filled"] == 1 + 100 + 3 + 3 + 1 + 5 + 3 + 40
    assert result["filled"] > 0
    assert result["sent_twice"] > 0
    assert result["recorded"] == result["counted"] == result["source_ids"] == result["sent"] + result["filled"]
    assert result["watches"] == 20 + 1 + 1
    assert result["histories"]["longest"] < 2 * LONG
    assert all(block["total_ms"] > 0 for level in result["levels"] for block in (*level["fresh"], level["old"]))
    show(json.loads(json.dumps(result)))


def test_growth_is_what_a_signal_costs_at_the_last_size_by_the_first() -> None:
    def level(ms: float) -> dict[str, Any]:
        block = {"total_ms": ms, "server_ms": ms / 2, "worker_ms": ms / 2, "in_spins": 2.0}
        return {"fresh": [block, block, {**block, "total_ms": 99.0}], "old": block}

    found = growth([level(10.0), level(50.0), level(12.0)])
    assert (found["growth_total_ms"], found["growth_in_spins"], found["growth_old_total_ms"]) == (1.2, 1.0, 1.2)
