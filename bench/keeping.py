"""Where the measurements keep what they found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from service.settings import ROOT

RESULTS = ROOT / "bench" / "results"


def keep(name: str, result: dict[str, Any], results: Path = RESULTS) -> None:
    """Write a result as `<name>.json`, and the sheet that is worked out from the results anew."""
    results.mkdir(parents=True, exist_ok=True)
    (results / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if results == RESULTS:
        from bench import sizing  # noqa: PLC0415 - it reads what is kept here

        sizing.write()
