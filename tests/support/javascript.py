"""Programs in JavaScript that check what others would read with it. Their packages are fetched by `make deps`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "js"


def run(program: str, *arguments: str, given: Any = None) -> Any:
    """Run `tests/js/<program>` with JSON on its stdin; return the JSON it writes."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        raise RuntimeError("Node.js or the packages of tests/js are missing: run `make deps`")
    done = subprocess.run(
        [node, str(FOLDER / program), *arguments], input=json.dumps(given), capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        raise AssertionError(f"{program}: {done.stderr}")
    return json.loads(done.stdout)
