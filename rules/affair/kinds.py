"""All kinds of affairs by their name (事务种类表). A new mechanism adds its line here, and its book in `models/affair/books.py`."""

from __future__ import annotations

from rules.affair import common
from rules.affair.kind import Kind
from rules.dwelling.kind import DWELLING
from rules.handover.kind import HANDOVER
from rules.hazard.kind import HAZARD
from rules.household.kind import HOUSEHOLD
from rules.order.kind import ORDER
from rules.round.kind import ROUND
from rules.round.sheet import SHEET
from rules.team.kind import TEAM
from rules.watch.kind import WATCH
from rules.whistle.kind import WHISTLE

__all__ = ["KINDS", "common", "names_affair"]

KINDS: dict[str, Kind] = {
    "dwelling": DWELLING,
    "hazard": HAZARD,
    "household": HOUSEHOLD,
    "order": ORDER,
    "whistle": WHISTLE,
    "watch": WATCH,
    "round": ROUND,
    "sheet": SHEET,
    "team": TEAM,
    "handover": HANDOVER,
}

MARKS = frozenset(kind.mark for kind in KINDS.values())


def names_affair(code: str) -> bool:
    """Return whether a code is written as those of affairs are, `TOWN-MARK-YEAR-NUMBER`, whether or not there is such an affair."""
    parts = code.split("-")
    return len(parts) > 3 and parts[-3] in MARKS
