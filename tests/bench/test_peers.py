"""The reference flow runs on the engines that need nothing installed, and nothing is lost when all of it is killed. No time is asserted."""

from __future__ import annotations

import json

import pytest

from bench.peers.report import COLUMNS, SIDES, Side, gathered, one, show


@pytest.mark.parametrize(
    "side", [side for side in SIDES if side.engine in {"ours", "sql"} and side.durability == "normal"], ids=lambda side: side.engine
)
def test_a_side_takes_whole_cases_and_answers_for_every_kept_one_after_a_kill(side: Side) -> None:
    result = gathered([one(side, cases=4, kept=3)])
    assert result["lost"] == 0
    assert set(COLUMNS) <= set(result)
    assert all(result[name] > 0 for name in COLUMNS if name not in {"lost", "cpu_ms_per_case"})
    show(json.loads(json.dumps({"cases": 4, "of_rounds": 1, "sides": {side.name: result}})))
