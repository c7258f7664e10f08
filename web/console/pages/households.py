"""Household files (一户一档): the visits that are due, a visit written down on a phone, and opening a file with its members."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.affair.household_book import HouseholdBook
from models.refusal import RefusalCode
from rules.affair.allowed import may_begin
from rules.affair.labels import act as act_words
from rules.household.kind import HOUSEHOLD
from service.affairs.beginning import begin
from service.affairs.queue import Queue
from service.errors import Refused, refuse
from web.console.affair_forms import AffairChoices, at_post, form
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text, texts
from web.console.pages.household_lists import may_bring
from web.problems import KINDS as PROBLEMS
from web.problems import WebProblem

router = APIRouter(prefix="/households")

ROWS = 8
"""Persons that the form has room for; a larger household comes in by a list, or by updates."""

PERSON = ("name", "phone", "id_number")
SOON = (7, 14, 30)
"""Days until the next visit that one tap chooses."""


@router.get("")
async def due(who: CallerDep) -> Response:
    """Return what this desk owes in household files: visits, measures, registrations that run out."""
    _book(who)
    found = await Queue(who.office).of(who.actor, HOUSEHOLD.name)
    context: dict[str, Any] = {
        "entries": found.entries,
        "more": found.more,
        "act_of": lambda do: who.words.both(act_words(HOUSEHOLD.labels, do)),
        "begins": may_begin(HOUSEHOLD, who.actor),
        "brings": may_bring(who),
    }
    return who.page("households/due.html", context)


@router.get("/visits/{code}")
async def visiting(who: CallerDep, code: str) -> Response:
    """Return the form of a visit, with where to go and how the household wants to be reached."""
    found = await who.affair_reader.detail(who.actor, code)
    asked = form(HOUSEHOLD.name, "visit")
    if found.kind != HOUSEHOLD.name or asked is None:
        raise WebProblem("not_found")
    if "visit" not in found.allowed:
        raise refuse(RefusalCode.NOT_ALLOWED, "visit")
    members = found.facts.get("members") or {}
    head = next((one.get("person") for one in members.values() if one.get("relation") == "head" and not one.get("left")), None)
    context: dict[str, Any] = {
        "file": found,
        # What is kept back from this reader is not there at all.
        "head": {"name": None, "phone": None, **(head or {})},
        "address": found.facts.get("address") or "",
        "outcomes": _book(who).outcomes,
        "contact": _book(who).contacts.get(found.facts.get("contact") or ""),
        "needs": [_book(who).needs[need] for need in found.facts.get("needs") or () if need in _book(who).needs],
        "planned": date.fromisoformat(found.facts["next_visit"]) if found.facts.get("next_visit") else None,
        "soon": [(days, who.today + timedelta(days=days)) for days in SOON],
        "tomorrow": who.today + timedelta(days=1),
        "new_id": uuid.uuid4().hex,
    }
    return who.page("households/visit.html", context)


@router.get("/new")
async def blank(who: CallerDep) -> Response:
    """Return the form that opens a file."""
    _may_begin(who)
    return _form(who, at_post(who.office, who.actor.unit))


@router.post("/new")
async def register(who: CallerDep, fields: FormDep) -> Response:
    """Open a file. The same form sent twice opens one."""
    _may_begin(who)
    given: dict[str, Any] = {
        name: text(fields, name, 300) for name in ("place", "number", "address", "contact", "noticed_on", "next_visit")
    }
    given = {name: value for name, value in given.items() if value}
    given |= {"needs": texts(fields, "needs"), "members": tuple(_members(fields))}
    try:
        begun = await begin(who.office, HOUSEHOLD.name, given, who.actor, who.once(fields))
    except Refused as refused:
        problem = PROBLEMS[str(refused.refusal.code)]
        return _form(who, fields, _said(who, refused), problem.status)
    return RedirectResponse(f"/affairs/{begun.receipt.code}?done=affair-begun", 303)


def _members(fields: FormData) -> list[dict[str, Any]]:
    """Return the persons whose names are filled in; the first row is the head of the household."""
    found: list[dict[str, Any]] = []
    for row in range(ROWS):
        person = {name: text(fields, f"m{row}.{name}", 100) for name in PERSON}
        if not person["name"]:
            continue
        one: dict[str, Any] = {"id": f"m{len(found) + 1}", "person": {name: value for name, value in person.items() if value}}
        one["relation"] = "head" if row == 0 else text(fields, f"m{row}.relation", 40)
        since, until = text(fields, f"m{row}.since", 10), text(fields, f"m{row}.until", 10)
        found.append(one | ({"stay": {"since": since, "until": until}} if since or until else {}))
    return found


def _said(who: Caller, refused: Refused) -> str:
    """Return why it was refused, fields by their words."""
    problem, labels = PROBLEMS[str(refused.refusal.code)], HOUSEHOLD.labels.fields
    parts = [labels.get(part.strip().partition(".")[0], ("", "")) for part in refused.refusal.detail.replace(";", ",").split(",")]
    named = [who.words.both(words) for words in dict.fromkeys(parts) if words[0]]
    return who.words.about(who.words.pick(problem.zh, problem.en), named)


def _form(who: Caller, typed: FormData, wrong: str = "", status: int = 200) -> Response:
    book = _book(who)
    context: dict[str, Any] = {
        "typed": typed,
        "wrong": wrong,
        "rows": ROWS,
        "book": book,
        "places": _choices(who).places(),
        "relations": [(name, words) for name, words in book.relations.items() if name != "head"],
        "new_id": text(typed, "id", 80) or uuid.uuid4().hex,
    }
    return who.page("households/new.html", context, status=status)


def _may_begin(who: Caller) -> None:
    _book(who)
    if not may_begin(HOUSEHOLD, who.actor):
        raise refuse(RefusalCode.NOT_ALLOWED)


def _book(who: Caller) -> HouseholdBook:
    """Return the book in force. Raises WebProblem where the place keeps no household files."""
    docs = who.office.affair_docs(HOUSEHOLD.name)
    if docs is None:
        raise WebProblem("not_found")
    return who.office.library.book(docs.book, HouseholdBook)


def _choices(who: Caller) -> AffairChoices:
    return AffairChoices(who.words, who.office, HOUSEHOLD, who.actor.unit)
