"""What templates may call besides the words: addresses of files, the steps of a case, the share of a clock that is used up."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from models.clock_story import ClockStory
from models.words import ENDS, Stage
from rules.labels import Both
from service.shown import CaseShown
from web.console.affair_pages import address, begins, duty_at
from web.console.inputs import ROWS

MAIN_STAGES = tuple(stage for stage in Stage if stage not in ENDS or stage is Stage.ARCHIVED)
"""The way of a case that goes all of it."""

STATIC = Path(__file__).parent / "static"
VENDOR = {"htmx.min.js": ("js_lib_htmx", "static/htmx/htmx.min.js")}
"""Files of others; they come with their packages."""


def static_file(name: str) -> Path | None:
    """Return where a file of the pages lies; None where there is none of this name."""
    if name in VENDOR:
        package, path = VENDOR[name]
        return Path(str(files(package) / path))
    found = (STATIC / name).resolve()
    return found if found.parent == STATIC.resolve() and found.is_file() else None


@cache
def asset(name: str) -> str:
    """Return the address of a file with a mark of its content, so that browsers keep it until it changes."""
    found = static_file(name)
    if found is None:
        raise LookupError(name)
    return f"/static/{name}?v={hashlib.sha256(found.read_bytes()).hexdigest()[:12]}"


def steps(case: CaseShown) -> list[tuple[str, str]]:
    """Return the stages of the way with `done`, `now` or `later`; a side exit stands at the end of what was done."""
    if case.stage is None:
        return []
    if case.stage not in MAIN_STAGES:
        return [(str(Stage.REGISTERED), "done"), (str(case.stage), "now")]
    at = MAIN_STAGES.index(case.stage)
    return [(str(stage), "done" if n < at else "now" if n == at else "later") for n, stage in enumerate(MAIN_STAGES)]


def share(clock: ClockStory) -> int:
    """Return how much of a clock is used up, in percent of what it allows."""
    return 100 if clock.overdue else max(0, min(100, round(100 * clock.consumed / clock.allowed))) if clock.allowed else 0


WHY_ALIKE: dict[str, Both] = {
    "same_party": ("有同一当事人", "the same party"),
    "same_time": ("同一地点、时间相近", "same place, about the same time"),
}

GLOBALS: dict[str, Any] = {
    "why_alike": WHY_ALIKE,
    "asset": asset,
    "steps": steps,
    "share": share,
    "promise_rows": ROWS,
    "affair_at": address,
    "duty_at": duty_at,
    "affair_new": begins,
}
"""What every template knows."""
