"""The measurement of a case's cost runs, counts both sides alike and keeps its result. No time is asserted."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from bench.cost import Bench, show


def test_both_sides_take_the_same_updates_and_local_activities_and_the_result_can_be_kept(tmp_path: Path) -> None:
    result = asyncio.run(Bench(tmp_path, rounds=1, cases=2).run())
    sides = result["sides"]
    assert set(sides) == {"ours", "bare", "bare, no sandbox"}
    for kind in sides:
        assert sides[kind]["updates"] == sides["ours"]["updates"] == 17
        assert sides[kind]["local_activities"] == sides["ours"]["local_activities"]
        assert sides[kind]["timers"] == sides["ours"]["timers"]
        assert sides[kind]["total_ms"] > 0
    show(json.loads(json.dumps(result)))
