"""The measurement of what sealing costs runs, takes whole cases on both sides and keeps its result. No time is asserted."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from bench.sealing import PARTS, SIDES, measure, show


def test_both_sides_take_whole_cases_and_one_of_them_is_sealed(tmp_path: Path) -> None:
    result = asyncio.run(measure(tmp_path, rounds=2, cases=2))
    for side in SIDES:
        assert all(result["sides"][side][f"{part}_ms"] > 0 for part in PARTS)
    assert len(result["total_ratio_by_round"]) == 2
    assert result["temporal_db_bytes_per_case"]["sealed"] > result["temporal_db_bytes_per_case"]["plain"]
    show(json.loads(json.dumps(result)))
