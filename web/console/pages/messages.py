"""Messages (消息): the log of deliveries, the dead letters, and the roads. No case, no address, no words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.message import DeliveryState
from rules.desks import TENDS_MESSAGES
from rules.message_labels import STATES, happening
from service.messages.tending import Tending
from web.console.caller import CallerDep, FormDep
from web.console.fields import text
from web.console.tables import named

router = APIRouter(prefix="/messages")

TICKED = frozenset({DeliveryState.DEAD, DeliveryState.WAITING})
"""What can be ticked: sent again, or let go."""


@router.get("")
async def messages(
    who: CallerDep,
    state: DeliveryState | None = None,
    gate: Annotated[str, Query(max_length=120)] = "",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Return a page of the log, the newest first, with the roads as they stand."""
    page = await Tending(who.office).page(who.actor, state, gate or None, before=before)
    context = {
        "page": page,
        "what_of": lambda kind: who.words.both(happening(kind)),
        "ticks": who.actor.role in TENDS_MESSAGES and any(one.state in TICKED for one in page.deliveries),
        "states": named(who, STATES),
        "asked": {"state": state or "", "gate": gate},
        "before": before,
        "tends": who.actor.role in TENDS_MESSAGES,
    }
    return who.page("messages.html", context)


@router.post("/replay")
async def replay(who: CallerDep, fields: FormDep) -> Response:
    """Send dead letters again: those ticked, or all of a road."""
    gate = text(fields, "gate", 120)
    await Tending(who.office).replay(who.actor, None if gate else _ticked(fields), gate or None)
    return RedirectResponse("/messages?done=replayed", 303)


@router.post("/drop")
async def drop(who: CallerDep, fields: FormDep) -> Response:
    """Let those that are ticked go."""
    await Tending(who.office).drop(who.actor, _ticked(fields))
    return RedirectResponse("/messages?done=let-go", 303)


@router.post("/gate")
async def gate(who: CallerDep, fields: FormDep) -> Response:
    """Open a road, or switch it off."""
    on = text(fields, "on", 5) == "yes"
    await Tending(who.office).switch(who.actor, text(fields, "gate", 120), on=on)
    return RedirectResponse(f"/messages?done=gate-{'on' if on else 'off'}", 303)


def _ticked(fields: FormData) -> list[str]:
    return [str(one)[:36] for one in fields.getlist("id")][:200]
