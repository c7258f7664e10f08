"""Handovers (离岗交接): who leaves and what is open in their hands, the review by somebody else, and what became of each piece.

All of it works without a script.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.affair.handover import PieceState
from models.affair.team_book import TeamBook
from models.refusal import RefusalCode
from models.staff import Staff
from rules.affair.labels import act as act_words
from rules.affair.labels import said
from rules.handover.kind import HANDOVER
from service.affairs.beginning import begin
from service.affairs.leaving import HandoverFile, Leaving
from service.affairs.shown import AffairShown
from service.errors import Refused, refuse
from web.console.affair_forms import AffairChoices, form
from web.console.affair_pages import of_kind
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.inputs import Form, Input
from web.console.pages.affairs import attempt, tried_of
from web.console.pages.case import Tried
from web.console.posts import post_name
from web.problems import WebProblem

router = APIRouter(prefix="/handovers")

PIECES = 100
"""Pieces of a page."""

STEPS = ("approve", "reject", "withdraw", "finish")
"""The actions of this page beside naming another receiver."""
REDIRECT = "redirect"

ASKED = ("leaver", "receiver", "ground", "last_day")

Leaver = Annotated[str, Query(pattern=r"^([a-z_]+@[a-z0-9-]+(#[0-9]+)?)?$", max_length=80)]
Unit = Annotated[str, Query(max_length=80)]


@router.get("/new")
async def preview(who: CallerDep, leaver: Leaver = "", unit: Unit = "") -> Response:
    """Return whose work may be handed over, or what somebody has open and the form that proposes to hand it over."""
    _book(who)
    if leaver:
        return await _form(who, FormData([("leaver", leaver)]))
    people = await Leaving(who.office).people(who.actor)
    if not people:
        raise refuse(RefusalCode.NOT_ALLOWED)
    if len(people) == 1:
        return await _form(who, FormData([("leaver", people[0].id)]))
    near = list(dict.fromkeys(person.unit for person in people))
    unit = unit if unit in near else who.actor.unit if who.actor.unit in near else near[0]
    network = who.office.bundle.network
    context: dict[str, Any] = {
        "people": [person for person in people if person.unit == unit],
        "unit": unit,
        "units": (("", tuple((one.id, one.name) for one in network.units.values() if one.id in near)),),
        **_words(who),
    }
    return who.page("handovers/people.html", context)


@router.post("/new")
async def propose(who: CallerDep, fields: FormDep) -> Response:
    """Propose it. The same form sent twice is one."""
    _book(who)
    given = {name: value for name in ASKED if (value := text(fields, name, 80))}
    try:
        begun = await begin(who.office, HANDOVER.name, given, who.actor, who.once(fields))
    except Refused as refused:
        return await _form(who, fields, tried_of(who, HANDOVER, HANDOVER.opens, fields, refused))
    return RedirectResponse(f"/handovers/{begun.receipt.code}?done=handover-propose", 303)


@router.get("/{code}")
async def handover(who: CallerDep, code: str, piece: Annotated[int, Query(ge=0, le=10_000)] = 0) -> Response:
    """Return a handover and its list. The look is logged."""
    return await _page(who, code, piece)


@router.post("/{code}/do/{do}")
async def act(who: CallerDep, fields: FormDep, code: str, do: str) -> Response:
    """Do an action. The same form sent twice does it once."""
    asked = _redirecting() if do == REDIRECT else form(HANDOVER.name, do) if do in STEPS else None
    if asked is None:
        raise WebProblem("not_found")
    tried = await attempt(who, fields, await of_kind(who, code, HANDOVER), do, asked)
    if tried is not None:
        return await _page(who, code, 0, tried)
    return RedirectResponse(f"/handovers/{code}?done=handover-{do}", 303)


def _redirecting() -> Form:
    """The form that names another receiver: of the pieces that are ticked, or of all."""
    zh, en = said(HANDOVER.labels, "actions", REDIRECT)
    names = [Input(name, kind, *said(HANDOVER.labels, "fields", name)) for name, kind in READ.items()]
    return Form(zh, en, tuple(names))


READ: dict[str, Any] = {"receiver": "choice", "records": "many"}


async def _form(who: Caller, typed: FormData, tried: Tried | None = None) -> Response:
    """The preview of what one person has open. Refused `not_holder` for whoever may not propose to hand it over."""
    leaving, leaver = Leaving(who.office), text(typed, "leaver", 80)
    hands = await leaving.preview(who.actor, leaver)
    context: dict[str, Any] = {
        "hands": hands,
        "shown": hands.pieces[:PIECES],
        "receivers": _posts(who, await leaving.receivers(leaver)),
        "grounds": [(name, who.words.pick(one.zh, one.en)) for name, one in _book(who).grounds.items()],
        "tried": tried,
        "wrong": tried.detail if tried is not None and tried.code == "invalid" else "",
        "typed": lambda name: text(typed, name, 80),
        "new_id": text(typed, "id", 80) or uuid.uuid4().hex,
        **_words(who),
    }
    return who.page("handovers/new.html", context, status=tried.status if tried is not None else 200)


async def _page(who: Caller, code: str, piece: int, tried: Tried | None = None) -> Response:
    await of_kind(who, code, HANDOVER)
    found = await Leaving(who.office).file(who.actor, code)
    affair, pieces = found.file.affair, found.list.pieces
    shown = pieces[piece : piece + PIECES]
    redirects = REDIRECT in affair.allowed and not found.moving and any(one.state is not PieceState.MOVED for one in pieces)
    facts = who.affair_reader.telling(HANDOVER.name).facts({name: affair.facts.get(name) for name in ("ground", "last_day")})
    context: dict[str, Any] = {
        "it": affair,
        "list": found.list,
        "pieces": shown,
        "before": max(0, piece - PIECES) if piece else None,
        "after": piece + PIECES if len(pieces) > piece + PIECES else None,
        "told": {fact.name: who.words.both(fact.value) for fact in facts},
        "involved": found.involved,
        "moving": found.moving,
        "redirects": redirects,
        "receivers": _posts(who, await Leaving(who.office).receivers(found.list.leaver)) if redirects else (),
        "settled": found.list.counts[PieceState.MOVED] + found.list.counts[PieceState.LEFT],
        "steps": _steps(affair, found),
        "dues": {clock.id: clock for clock in affair.clocks},
        "tried": tried,
        "ticked": tried.fields.getlist("records") if tried is not None else [],
        "chosen": text(tried.fields, "receiver", 80) if tried is not None else "",
        "c": AffairChoices(who.words, who.office, HANDOVER, who.actor.unit, affair),
        "nothing": FormData(),
        "new_id": lambda: uuid.uuid4().hex,
        "stage": who.words.both(said(HANDOVER.labels, "stages", affair.stage)),
        **_words(who),
    }
    return who.page("handovers/one.html", context, status=tried.status if tried is not None else 200)


def _steps(affair: AffairShown, found: HandoverFile) -> list[tuple[str, Form]]:
    """The actions that may be done now; nobody reviews what they are part of, and nothing is closed while it moves."""
    closed = {"approve", "reject"} if found.involved else set()
    closed |= {"finish"} if found.moving else set()
    return [(do, made) for do in STEPS if do in affair.allowed and do not in closed and (made := form(HANDOVER.name, do)) is not None]


def _words(who: Caller) -> dict[str, Any]:
    network = who.office.bundle.network
    return {
        "post_of": lambda post: post_name(post, network, who.words),
        "words_of": lambda name: who.words.both(said(HANDOVER.labels, "fields", name)),
        "act_of": lambda do: who.words.both(act_words(HANDOVER.labels, do)),
        "state_of": lambda state: who.words.both(HANDOVER.labels.values["state"][state]),
        "states": tuple(PieceState),
    }


def _posts(who: Caller, people: list[Staff]) -> tuple[tuple[str, str], ...]:
    network = who.office.bundle.network
    return tuple((one.id, post_name(one.id, network, who.words)) for one in people)


def _book(who: Caller) -> TeamBook:
    """Return the book in force. Raises WebProblem where the place keeps none."""
    docs = who.office.affair_docs(HANDOVER.shares or HANDOVER.name)
    if docs is None:
        raise WebProblem("not_found")
    return who.office.library.book(docs.book, TeamBook)
