"""A place in a hurry: the data of a real place with every limit cut to minutes, so that whole ladders are climbed while one looks on."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from service.settings import ROOT
from store.files import read_yaml

MINUTES = 1
"""What every limit of the procedure becomes; the clock has no shorter unit."""

SPAN = re.compile(r"^\d+(min|h|wh|d|wd)$")

KEPT = frozenset({"rate", "reopen", "suspension", "task", "consent", "rule"})
"""Limits that stay as they are: windows after the end, standstills, and some that would only ring beside the ladder."""

REMINDERS = frozenset({"remind_after", "remind_before"})
"""At fixed days before or after: they would lie behind a limit of minutes."""

UNSPENT = frozenset({"take_back", "backdate_within"})
"""Parts of the procedure that are no clocks of a case."""


def hurried(procedure: dict[str, Any], minutes: int = MINUTES) -> dict[str, Any]:
    """Return the procedure (办理规程) with each span of each clock cut to so many minutes; names, rungs and consequences stay."""
    found = {name: part if name in UNSPENT else _cut(part, minutes) for name, part in procedure.items()}
    for name in ("limits", "statutory"):
        found[name] = {key: one if key in KEPT else _cut(one, minutes) for key, one in procedure[name].items()}
    for name, limit in found["limits"].items():
        found["limits"][name] = limit if name in KEPT else {key: one for key, one in limit.items() if key not in REMINDERS}
    return found


def _cut(value: Any, minutes: int) -> Any:
    if isinstance(value, dict):
        return {name: _cut(one, minutes) for name, one in value.items()}
    if isinstance(value, list):
        return [_cut(one, minutes) for one in value]
    return f"{minutes}min" if isinstance(value, str) and SPAN.fullmatch(value) else value


def write_place(places: Path, place: str = "huaxi", minutes: int = MINUTES) -> Path:
    """Copy a place into a folder of places, in a hurry; return the folder of the copy. Raises BadFile, OSError."""
    folder = places / place
    shutil.copytree(ROOT / "places" / place, folder)
    path = folder / "procedure.yaml"
    path.write_text(yaml.safe_dump(hurried(read_yaml(path), minutes), allow_unicode=True), encoding="utf-8")
    return folder
