"""The board (全镇看板): every stage with its most urgent cases; for dispatchers what waits to be routed, and objections to rule on."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from models.words import Level, Stage, Tier
from rules.authority import permit
from rules.labels import LEVELS, TIERS
from service.desk.dispatching import Dispatching, ObjectionShown, RoutingShown
from service.desk.inbox import OwedFilter
from service.errors import Refused, UnknownCase
from service.oversight.board import BoardDesk
from service.oversight.figures import Board, Urgent
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.lists import behind
from web.console.pages.case import Tried, sent_before, show
from web.console.tables import named, towns, whole
from web.problems import KINDS, WebProblem

router = APIRouter(prefix="/board")

MOST = 6
"""Most cases that a lane shows."""

WAITING = 20
"""Most objections that are shown."""


@router.get("")
async def board(
    who: CallerDep,
    town: Annotated[str, Query(max_length=64)] = "",
    level: Annotated[str, Query(max_length=20)] = "",
    tier: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Return the board of one's town, or of one town of the district, narrowed to a level or a tier."""
    try:
        narrowed = {"level": Level(level) if level else None, "tier": Tier(tier) if tier else None}
    except ValueError as error:
        raise WebProblem("invalid") from error
    found = await BoardDesk(who.office).board(who.actor, town=town or None, most=MOST, **narrowed)  # type: ignore[arg-type]
    context = {
        "board": found,
        "behind": behind,
        "town": town,
        "level": level,
        "tier": tier,
        "whole": whole(who),
        "towns": towns(who),
        "levels": named(who, LEVELS),
        "tiers": named(who, TIERS),
        **(await _dispatching(who, found) if permit("route", who.actor.role) and not level else {"dispatches": False}),
    }
    return who.page("board.html", context)


@router.post("/accept")
async def accept(who: CallerDep, fields: FormDep) -> Response:
    """Route a case as was proposed. Where that can't be done any more, its page says why."""
    code = text(fields, "code", 80)
    chosen = {"level": text(fields, "level", 20), "lead": text(fields, "lead", 80), "assist": text(fields, "assist", 2000).split()}
    _, version = await who.reader.version(who.actor, code)
    if text(fields, "seq", 12) != str(version) and not await sent_before(who, code, fields):
        return await show(who, code, tried=Tried("route", fields, "stale", "", stale=True, status=409))
    try:
        await who.cases.act(code, "route", chosen, who.actor, action_id=text(fields, "id", 80) or None)
    except Refused as refused:
        found = refused.refusal
        tried = Tried("route", fields, str(found.code), found.detail, status=KINDS[str(found.code)].status)
        return await show(who, code, tried=tried)
    return RedirectResponse("/board?done=route", 303)


async def _dispatching(who: Caller, found: Board) -> dict[str, Any]:
    """Return what waits for a dispatcher: screened cases with the routing proposed, objections with their reasons.

    What waits to be routed has no level yet: a board narrowed to one leaves it out.
    """
    desk = Dispatching(who.office)
    screened = next(column for column in found.columns if column.stage is Stage.SCREENED)
    routes = [(urgent, proposal) for urgent in screened.urgent if (proposal := await _proposal(who, desk, urgent)) is not None]
    box = await who.inbox.owed(who.actor, OwedFilter(act="rule", kind="dispute"), limit=WAITING)
    ruled = [(item, item.case.code) for item in box.items if item.case is not None]
    objections = [(item, objection) for item, code in ruled for objection in await _objections(who, desk, code)]
    return {
        "dispatches": True,
        "screened": screened.cases,
        "routes": routes,
        "objections": objections,
        "new_id": lambda: uuid.uuid4().hex,
    }


async def _proposal(who: Caller, desk: Dispatching, urgent: Urgent) -> RoutingShown | None:
    """Return the routing proposed for a case; None where it has moved on meanwhile, or is another centre's to route."""
    try:
        return await desk.proposal(who.actor, urgent.case.code)
    except (Refused, UnknownCase):
        return None


async def _objections(who: Caller, desk: Dispatching, code: str) -> tuple[ObjectionShown, ...]:
    try:
        return await desk.objections(who.actor, code)
    except (Refused, UnknownCase):
        return ()
