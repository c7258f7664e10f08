"""The measurement of watches runs, counts what it sent and keeps its result. No time is asserted."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from bench.watches import Bench, Sizes, growth, show
from workflows.watch import LONG


def test_every_signal_is_in_the_record_once_though_some_are_sent_twice(tmp_path: Path) -> None:
    sizes = Sizes(blocks=2, households=3, each=5, cold=4, single=40, minutes=5)
    result = asyncio.run(Bench(tmp_path, sizes).run())
    assert result["sent"] == 5 + 2 * 15 + 4 + 40
    assert result["sent_twice"] > 0
    assert result["recorded"] == result["counted"] == result["source_ids"] == result["sent"]
    assert result["watches"] == 1 + 6 + 1
    assert result["histories"]["longest"] < 2 * LONG
    assert all(block["total_ms"] > 0 for block in (*result["blocks"], result["cold"], *result["single"]))
    show(json.loads(json.dumps(result)))


def test_growth_is_what_a_signal_costs_in_the_last_blocks_by_the_first() -> None:
    blocks = [{"total_ms": 10.0, "in_spins": 2.0}] * 10 + [{"total_ms": 12.0, "in_spins": 2.0}] * 10
    assert growth(blocks)["last_by_first_ms"] == 1.2
    assert growth(blocks)["last_by_first_spins"] == 1.0
