"""The measurement of what watching costs runs, makes spans on one side alone, and keeps its result. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

from bench.watching import SIDES, main


def test_one_side_is_traced_and_the_result_can_be_kept(tmp_path: Path) -> None:
    result = main(1, 2, tmp_path)
    assert set(result["ms_an_action"]) == set(SIDES)
    assert 10 < result["spans_an_action"] < 40
    assert json.loads((tmp_path / "watching.json").read_text(encoding="utf-8")) == result
