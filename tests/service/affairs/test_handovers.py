"""Handovers on a real server: everything open is moved, each once, and its list tells of no record out of sight."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from models.affair.handover import PieceState
from models.refusal import RefusalCode
from service.affairs.desk import Affairs
from service.affairs.leaving import Leaving
from service.errors import Refused
from tests.support.running import Desk
from tests.support.waiting import until

LEAVER, RECEIVER = "mediator@qingyan-justice", "mediator@qingyan-justice#3"
TOWN = "520111101"


async def test_the_open_work_of_who_leaves_is_moved_once_and_listed_for_whose_eyes_it_is(working: Desk) -> None:
    affairs, leaving = Affairs(working.office), Leaving(working.office)
    keeper, director, leaver = [await affairs.actor(post) for post in ("officer@qingyan-justice", "director@qingyan-centre", LEAVER)]
    formed = await affairs.open("team", {"sort": "dispute", "place": TOWN, "unit": "qingyan-justice"}, keeper)
    await affairs.act(formed.affair_id, "seat", {"seat": "m", "role": "dispute_member", "staff": LEAVER}, keeper)
    with pytest.raises(Refused) as refused:
        await leaving.preview(await affairs.actor("director@yanlou-centre"), LEAVER)
    assert refused.value.refusal.code is RefusalCode.NOT_HOLDER
    assert formed.code in {piece.code for piece in (await leaving.preview(director, LEAVER)).pieces}

    slip = uuid.uuid4().hex
    fields = {"leaver": LEAVER, "receiver": RECEIVER, "ground": "transfer", "last_day": "2026-12-31"}
    begun = await affairs.open("handover", fields, leaver, intake_id=slip)
    assert await affairs.open("handover", fields, leaver, intake_id=slip) == begun
    first, twin = await asyncio.gather(*(affairs.act(begun.affair_id, "approve", {}, director, action_id="ok") for _ in range(2)))
    assert first == twin
    await until(lambda: affairs.load(begun.affair_id), lambda handover: handover.ended)

    found = await leaving.list(director, begun.code or "")
    assert found.counts[PieceState.MOVED] == len(found.pieces) > 0
    assert (await affairs.load(formed.affair_id)).seats["m"].staff == RECEIVER
    moved = [line for line in await working.office.affairs.lines(formed.affair_id) if line.type == "handed_over"]
    assert len(moved) == 1
    assert director.person in moved[0].body
    assert (await leaving.preview(director, LEAVER)).pieces == ()
