"""Other people's absences (`/people/absences`), for who directs a centre: running and to come, declared, ended early."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.account import StandInProblem
from rules.account_labels import REASONS
from rules.standins import ARRANGES
from service.entry.absences import Absences
from service.errors import AccountRefused
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.pages.away import declared, stand_ins
from web.console.posts import post_name
from web.console.tables import named
from web.problems import WebProblem

router = APIRouter(prefix="/people/absences")


@router.get("")
async def absences(who: CallerDep, unit: Annotated[str, Query(max_length=80)] = "") -> Response:
    """Return whose absences run or are to come, and the posts of one unit to declare another for."""
    return await _list(who, unit)


@router.get("/new")
async def new(who: CallerDep, post: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Return the form for one post."""
    return await _form(who, post, FormData())


@router.post("/new")
async def declare(who: CallerDep, fields: FormDep) -> Response:
    """Declare a post absent."""
    _arranging(who)
    post = text(fields, "post", 100)
    try:
        await declared(who, fields, {post: text(fields, "stand_in", 100) or None})
    except AccountRefused as refused:
        return await _form(who, post, fields, refused)
    return RedirectResponse("/people/absences?done=absence", 303)


@router.post("/{absence_id}/end")
async def end(who: CallerDep, fields: FormDep, absence_id: str) -> Response:
    """End an absence today."""
    try:
        await _arranging(who).end(absence_id)
    except AccountRefused as refused:
        _allowed(refused)
        return await _list(who, "", who.words.label("stand_in_problem", refused.code))
    return RedirectResponse("/people/absences?done=absence-ended", 303)


def _allowed(refused: AccountRefused) -> None:
    if refused.code is StandInProblem.NOT_ALLOWED:
        raise WebProblem("not_allowed") from refused


def _arranging(who: Caller) -> Absences:
    if who.actor.role not in ARRANGES:
        raise WebProblem("not_allowed")
    return Absences(who.office, who.identity)


async def _list(who: Caller, unit: str, problem: str = "") -> Response:
    arranging = _arranging(who)
    people = await arranging.people()
    network = who.office.bundle.network
    near = {person.unit for person in people}
    unit = unit if unit in near else who.actor.unit
    context: dict[str, Any] = {
        "absences": await arranging.arranged(),
        "people": [person for person in people if person.unit == unit],
        "unit": unit,
        "units": (("", tuple((u.id, u.name) for u in network.units.values() if u.id in near)),),
        "problem": problem,
        **_common(who, arranging),
    }
    return who.page("people/absences.html", context, status=422 if problem else 200)


async def _form(who: Caller, post: str, typed: FormData, refused: AccountRefused | None = None) -> Response:
    arranging = _arranging(who)
    if post not in {person.id for person in await arranging.people()}:
        raise WebProblem("not_allowed")
    context: dict[str, Any] = {
        "post": post,
        "stand_ins": stand_ins(who, await arranging.candidates(post)),
        "reasons": named(who, REASONS),
        "typed": typed,
        "problem": who.words.label("stand_in_problem", refused.code) if refused is not None else "",
        **_common(who, arranging),
    }
    return who.page("people/absence.html", context, status=422 if refused is not None else 200)


def _common(who: Caller, arranging: Absences) -> dict[str, Any]:
    network = who.office.bundle.network
    return {"post_of": lambda post: post_name(post, network, who.words), "today": arranging.today}
