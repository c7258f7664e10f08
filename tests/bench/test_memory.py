"""The measurement of what open cases take in memory runs and keeps what the sizing sheet reads. No size is asserted."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench import memory, sizing
from bench.keeping import RESULTS, keep


def test_open_cases_are_weighed_and_the_sheet_can_read_what_is_kept(tmp_path: Path) -> None:
    result = asyncio.run(memory.measure(tmp_path, before=1, more=2))
    assert result["cases"] == 3
    for name in ("cost", "sealing", "people"):
        (tmp_path / f"{name}.json").write_bytes((RESULTS / f"{name}.json").read_bytes())
    keep("memory", result, tmp_path)
    found = sizing.measured(tmp_path)
    assert (found.worker_case_bytes, found.server_bytes) == (result["bytes_a_case"]["worker"], result["bytes_else"]["server"])
