"""Village lodging (村寓) on a phone: a building entered as its landlord reports it, inspected by checklist, let, its codes given out.

All of it works without a script. What else may be done stands on the page that all affairs have.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.affair.dwelling.book import DwellingBook
from models.affair.hazard import HazardBook, HazardItem
from rules.affair.allowed import may_begin
from rules.affair.labels import said
from rules.affair.units import of_place
from rules.dwelling.kind import DWELLING
from rules.hazard.kind import HAZARD
from service.affairs.beginning import begin
from service.affairs.dwellings import CheckIns
from service.errors import Refused
from web.console.affair_forms import at_post
from web.console.affair_pages import of_kind
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text, texts
from web.problems import KINDS as PROBLEMS
from web.problems import WebProblem

router = APIRouter(prefix="/dwellings")

ROWS = 8
"""Rooms that one form takes; more are added by `amend`."""


@router.get("/new")
async def blank(who: CallerDep) -> Response:
    """Return the form that enters a building."""
    return _blank(who, at_post(who.office, who.actor.unit))


@router.post("/new")
async def enrol(who: CallerDep, fields: FormDep) -> Response:
    """Enter a building. The same form sent twice is one."""
    rooms = [
        {"id": text(fields, f"id{n}", 80), "area": text(fields, f"area{n}", 10), "floor": text(fields, f"floor{n}", 4) or "0"}
        | {"use": text(fields, f"use{n}", 40)}
        for n in range(ROWS)
        if text(fields, f"id{n}", 80)
    ]
    given = {
        **{name: text(fields, name, 300) for name in ("place", "number", "address")},
        "landlord_person": _person(fields),
        "rooms": rooms,
    }
    try:
        begun = await begin(who.office, DWELLING.name, given, who.actor, who.once(fields))
    except Refused as refused:
        return _blank(who, fields, _plain(who, refused), PROBLEMS[str(refused.refusal.code)].status)
    return RedirectResponse(f"/dwellings/{begun.receipt.code}", 303)


@router.get("/{code}")
async def dwelling(who: CallerDep, code: str) -> Response:
    """Return the page of one building. The look is logged."""
    return await _page(who, code)


@router.post("/{code}/inspect")
async def inspect(who: CallerDep, fields: FormDep, code: str) -> Response:
    """Write an inspection down: what was ticked has failed."""
    failed = [{"check": name, "text": text(fields, f"text_{name}", 2000)} for name in texts(fields, "failed")]
    given: dict[str, Any] = {"failed": failed}
    if text(fields, "headcount", 5):
        given["headcount"] = text(fields, "headcount", 5)
    return await _act(who, fields, code, "inspect", given)


@router.post("/{code}/let")
async def let(who: CallerDep, fields: FormDep, code: str) -> Response:
    """Enter a lease with one tenant; others check in by its code."""
    given: dict[str, Any] = {name: text(fields, name, 80) for name in ("lease", "since", "headcount")}
    given |= {"rooms": list(texts(fields, "rooms")), "tenants": [{"id": "t1", "person": _person(fields)}]}
    if text(fields, "until", 10):
        given["until"] = text(fields, "until", 10)
    return await _act(who, fields, code, "let", given)


@router.post("/{code}/confirm")
async def confirm(who: CallerDep, fields: FormDep, code: str) -> Response:
    """Say whether somebody who checked in lives there."""
    given = {"lease": text(fields, "lease", 80), "occupant": text(fields, "occupant", 80)}
    return await _act(who, fields, code, "confirm", {**given, "lives_there": text(fields, "lives_there", 3) == "yes"})


@router.post("/{code}/end")
async def end(who: CallerDep, fields: FormDep, code: str) -> Response:
    """End a lease today."""
    return await _act(who, fields, code, "end_lease", {"lease": text(fields, "lease", 80)})


@router.post("/{code}/codes")
async def give(who: CallerDep, fields: FormDep, code: str) -> Response:
    """Give a lease a check-in code; it stands on this page and nowhere else."""
    await of_kind(who, code, DWELLING)
    try:
        given = await CheckIns(who.office).code(who.actor, code, text(fields, "lease", 80))
    except Refused as refused:
        return await _page(who, code, fields, _plain(who, refused), PROBLEMS[str(refused.refusal.code)].status)
    return await _page(who, code, given=given)


async def _act(who: Caller, fields: FormData, code: str, do: str, given: dict[str, Any]) -> Response:
    row = await of_kind(who, code, DWELLING)
    try:
        await who.affairs.act(row.affair_id, do, given, who.actor, action_id=text(fields, "id", 80) or None)
    except Refused as refused:
        return await _page(who, code, fields, _plain(who, refused), PROBLEMS[str(refused.refusal.code)].status, tried=do)
    return RedirectResponse(f"/dwellings/{code}?done=affair-done", 303)


async def _page(
    who: Caller,
    code: str,
    typed: FormData | None = None,
    problem: str = "",
    status: int = 200,
    *,
    given: Any = None,
    tried: str = "",
) -> Response:
    await of_kind(who, code, DWELLING)
    found, book = await who.affair_reader.detail(who.actor, code), _book(who)
    hazards = who.office.place.books.get(HAZARD.name)
    context: dict[str, Any] = {
        "d": found,
        "stage": who.words.both(said(DWELLING.labels, "stages", found.stage)),
        "tier": who.words.pick(book.tiers[found.facts["tier"]].zh, book.tiers[found.facts["tier"]].en),
        "checks": [(key, who.words.pick(one.zh, one.en)) for key, one in book.checks.items()],
        "items": {
            one["item"]: _item(who, hazards.items if isinstance(hazards, HazardBook) else {}, one["item"])
            for one in found.facts["findings"].values()
        },
        "tried": tried,
        "open_checks": {one["check"] for one in found.facts["findings"].values()},
        "uses": {key: who.words.pick(use.zh, use.en) for key, use in book.uses.items()},
        "typed": lambda name: text(typed or FormData(), name, 2000),
        "ticked": texts(typed, "failed") + texts(typed, "rooms") if typed is not None else (),
        "problem": problem,
        "given": given,
        "new_id": uuid.uuid4().hex,
    }
    return who.page("dwelling/one.html", context, status=status)


def _blank(who: Caller, typed: FormData, problem: str = "", status: int = 200) -> Response:
    if not may_begin(DWELLING, who.actor):
        raise WebProblem("not_allowed")
    network = who.office.bundle.network
    places = [(place.code, place.name) for place in network.places.values() if place.unit and of_place(place.code, who.actor, network)]
    context: dict[str, Any] = {
        "uses": [(key, who.words.pick(use.zh, use.en)) for key, use in _book(who).uses.items()],
        "places": places,
        "rows": range(ROWS),
        "typed": lambda name: text(typed, name, 300),
        "problem": problem,
        "new_id": text(typed, "id", 80) or uuid.uuid4().hex,
    }
    return who.page("dwelling/new.html", context, status=status)


def _book(who: Caller) -> DwellingBook:
    book = who.office.place.books.get(DWELLING.name)
    if not isinstance(book, DwellingBook):
        raise WebProblem("not_found")
    return book


def _item(who: Caller, items: Mapping[str, HazardItem], key: str) -> str:
    """Return what an item of the hazard list is called."""
    found = items.get(key)
    return who.words.pick(found.zh, found.en) if found is not None else key


def _person(fields: FormData) -> dict[str, str]:
    return {name: value for name in ("name", "phone") if (value := text(fields, name, 200))}


def _plain(who: Caller, refused: Refused) -> str:
    found = refused.refusal
    return who.words.both((found.zh, found.en))
