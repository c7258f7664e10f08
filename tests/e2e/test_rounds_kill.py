"""kill -9 of the worker at a random target of a round: every target visited, left out or overdue exactly once, findings opened once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bench.rounds import RoundBench


async def test_a_round_survives_a_kill_of_the_worker_and_ends_every_target_exactly_once(tmp_path: Path) -> None:
    seed = int(os.environ.get("JIEFEN_TEST_SEED", secrets.randbelow(10**6)))
    print(f"JIEFEN_TEST_SEED={seed}")  # noqa: T201 - shown with a failure
    found = await RoundBench(tmp_path, targets=320, minutes=1, cap=20, seed=seed).run()
    assert found["killed"]
    assert found["exactly_once"]
    assert sum(found["coverage"][name] for name in ("visited", "skipped", "overdue")) == found["targets"]
    assert found["broken_rows_named"] == found["broken_rows_sent"]
    assert max(found["round_longest_history"], found["sheet_longest_history"]) < 5_000
