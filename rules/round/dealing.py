"""Which sheets a round deals next (派单): for each grid at most `window` open at once, each of at most `cap` targets. Pure counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from models.affair.round.book import Plan
from models.affair.round.round import Dealt, Round
from rules.affair.draft import AffairDraft

AT_ONCE = 10
"""Sheets dealt by one piece of work: a retry after a crash repeats no more than these."""

DEAL, GATHER, LAPSE, TELL = "deal_sheets", "gather_targets", "lapse_targets", "tell_sheets"
"""What a round asks for (`service/affairs/rounds/serving.py`)."""


def plan_of(draft: AffairDraft) -> Plan:
    """The plan that the draft's round or sheet follows."""
    found: Plan = draft.bundle.book.plans[draft.affair.plan]
    return found


def asked_for(affair: Round) -> tuple[Dealt, ...]:
    """Sheets that are being dealt right now."""
    found = (work.detail["sheets"] for work in affair.work.values() if work.kind == DEAL)
    return tuple(Dealt.model_validate(sheet) for sheets in found for sheet in sheets)


def next_sheets(affair: Round, plan: Plan) -> Iterator[Dealt]:
    """The sheets that may be dealt now, grid by grid; none while it stands still, is stuck, or its time is over."""
    if affair.stage != "running" or affair.paused or affair.lapsing or affair.stuck is not None:
        return
    coming = asked_for(affair)
    number = max([affair.sheets, *(sheet.no for sheet in coming)])
    walking = Counter(sheet.place for sheet in (*affair.open.values(), *coming))
    promised: Counter[str] = Counter()
    for sheet in coming:
        promised[sheet.place] += sheet.size
    for place, grid in sorted(affair.grids.items()):
        left = grid.targets - grid.dealt - promised[place]
        for _ in range(plan.window - walking[place]):
            if left <= 0:
                break
            number += 1
            size = min(plan.cap_of(place), left)
            yield Dealt(no=number, place=place, size=size)
            left -= size


def fill(draft: AffairDraft) -> None:
    """Ask for all sheets that may be dealt now."""
    sheets = list(next_sheets(draft.affair, plan_of(draft)))
    for first in range(0, len(sheets), AT_ONCE):
        part = sheets[first : first + AT_ONCE]
        clock = draft.affair.clocks["due"].model_dump(mode="json")
        draft.ask(DEAL, {"sheets": [sheet.model_dump() for sheet in part], "clock": clock}, own=True)
