"""What a running round asks for (轮次办理): gathering its targets, dealing sheets, ending what was never dealt, telling its sheets.

Each is safe to be done twice: a target has one key, a sheet one number, and what is told carries an id made of both records.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from models.affair.base import Link
from models.affair.record import AffairTask
from models.affair.round.round import Dealt, GivenTarget, Round
from models.party import SYSTEM
from models.refusal import RefusalCode
from service.affairs.rounds.sources import SOURCES, Wanted, within
from service.errors import Refused, UnknownAffair, refuse
from store.affairs.targets import ListClosed, Target, Targets

if TYPE_CHECKING:
    from service.affairs.serving import Serving

AT_ONCE = 5
"""Sheets dealt at the same time by one piece of work."""

BUNCH = 2_000
"""Targets put down in one transaction."""


async def gather(serving: Serving, task: AffairTask) -> dict[str, Any]:
    """Put the targets on the list and count them: those given with the round, those of its plan's source, those that came by file."""
    office, affair = serving.office, Round.model_validate(task.affair)
    docs = await serving.affairs.bundle(affair)
    plan, place = docs.book.plans[affair.plan], docs.network.place(affair.place or "")
    source = SOURCES.get(plan.targets.source)
    if source is None or place is None:
        raise refuse(RefusalCode.INVALID, f"targets.source ({plan.targets.source})")
    found = [_given(GivenTarget.model_validate(plain)) for plain in task.work.detail["targets"]]
    found += [target async for target in source(office, Wanted(place=place, given=plan.targets.with_, now=task.now))]
    for target in found:
        there = docs.network.place(target.place)
        if there is None or there.unit is None or not within(there, place):
            raise refuse(RefusalCode.UNKNOWN_PLACE, f"targets ({target.key})")
    targets = Targets(office.store)
    # The round has gone on already: this is a second try at work that was answered.
    with suppress(ListClosed):
        for first in range(0, len(found), BUNCH):
            await targets.add(affair.id, found[first : first + BUNCH], stage="counting")
    counts, digest = await targets.counted(affair.id)
    return {"targets": counts, "digest": digest}


def _given(target: GivenTarget) -> Target:
    return Target(**{**target.model_dump(), "label": target.label or None})


async def deal(serving: Serving, task: AffairTask) -> dict[str, Any]:
    """Give targets to sheets and open these, each once by its number."""
    affair, gate = Round.model_validate(task.affair), asyncio.Semaphore(AT_ONCE)

    async def one(sheet: Dealt) -> Dealt:
        async with gate:
            return await _deal_one(serving, affair, sheet, task.work.detail["clock"])

    sheets = await asyncio.gather(*(one(Dealt.model_validate(plain)) for plain in task.work.detail["sheets"]))
    return {"sheets": [sheet.model_dump(mode="json") for sheet in sheets]}


async def _deal_one(serving: Serving, affair: Round, sheet: Dealt, clock: dict[str, Any]) -> Dealt:
    keys = await Targets(serving.office.store).deal(affair.id, sheet.place, sheet.no, sheet.size)
    if not keys:
        return sheet.model_copy(update={"size": 0})
    to = Link(kind="round", id=affair.id, code=affair.code or "", why="part")
    fields = {"round": to.model_dump(), "plan": affair.plan, "no": sheet.no, "place": sheet.place, "targets": keys, "clock": clock}
    receipt = await serving.affairs.open("sheet", fields, SYSTEM, intake_id=f"{affair.id}:{sheet.no}", source="round", docs=affair.docs)
    return sheet.model_copy(update={"size": len(keys), "id": receipt.affair_id, "code": receipt.code or ""})


async def lapse(serving: Serving, task: AffairTask) -> dict[str, Any]:
    """End as overdue whatever never came onto a sheet."""
    return {"overdue": await Targets(serving.office.store).lapse(str(task.affair["id"]), task.now)}


async def tell(serving: Serving, task: AffairTask) -> dict[str, Any]:
    """Tell sheets to stand still or to go on; one that has ended meanwhile needs no telling."""
    told, detail = 0, task.work.detail
    for sheet in detail["sheets"]:
        with suppress(Refused, UnknownAffair):
            await serving.affairs.act_within(sheet, detail["do"], {}, SYSTEM, f"{task.affair['id']}:{task.work.id}")
            told += 1
    return {"told": told}


ROUND_SERVANTS: dict[str, Callable[[Serving, AffairTask], Awaitable[dict[str, Any]]]] = {
    "gather_targets": gather,
    "deal_sheets": deal,
    "lapse_targets": lapse,
    "tell_sheets": tell,
}
"""Who does a round's work, by its kind."""
