"""One's own absences: 'I am away from … to …, and so-and-so stands in', for each post one holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.account import AbsenceReason, StandInProblem
from models.staff import Staff
from rules.account_labels import REASONS
from service.entry.absences import Absences
from service.errors import AccountRefused
from web.console.caller import AccountsDep, Caller, CallerDep, FormDep
from web.console.choices import Group
from web.console.fields import text
from web.console.pages.account import page
from web.console.posts import post_name, unit_name
from web.console.tables import named

router = APIRouter(prefix="/account/absences")


@router.get("")
async def absences(who: CallerDep, accounts: AccountsDep) -> Response:
    """Return one's own absences, whom one stands in for, and the form for a new absence."""
    return await _shown(who, accounts)


@router.post("")
async def declare(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Declare all of one's posts absent."""
    wanted = {post: text(fields, f"for.{post}", 100) or None for post in who.identity.posts}
    try:
        await declared(who, fields, wanted)
    except AccountRefused as refused:
        return await _shown(who, accounts, typed=fields, problem=who.words.label("stand_in_problem", refused.code))
    return RedirectResponse("/account/absences?done=absence", 303)


@router.post("/{absence_id}/end")
async def end(who: CallerDep, fields: FormDep, accounts: AccountsDep, absence_id: str) -> Response:
    """End an absence today, whatever its last day."""
    try:
        await Absences(who.office, who.identity).end(absence_id)
    except AccountRefused as refused:
        return await _shown(who, accounts, problem=who.words.label("stand_in_problem", refused.code))
    return RedirectResponse("/account/absences?done=absence-ended", 303)


async def declared(who: Caller, fields: FormData, wanted: dict[str, str | None]) -> None:
    """Declare posts absent on the days and for the reason of a form. Raises AccountRefused."""
    try:
        since, until = (date.fromisoformat(text(fields, name, 20)) for name in ("since", "until"))
        reason = AbsenceReason(text(fields, "reason", 20))
    except ValueError:
        raise AccountRefused(StandInProblem.DATES) from None
    await Absences(who.office, who.identity).declare(since, until, reason, wanted)


def stand_ins(who: Caller, people: list[Staff]) -> tuple[Group, ...]:
    """Return who may stand in, unit by unit."""
    network, units = who.office.bundle.network, dict.fromkeys(person.unit for person in people)
    found: list[Group] = []
    for unit_id in units:
        mine = tuple((person.id, post_name(person.id, network, who.words)) for person in people if person.unit == unit_id)
        found.append((unit_name(unit_id, network), mine))
    return tuple(found)


async def _shown(who: Caller, accounts: Any, *, typed: FormData | None = None, problem: str = "") -> Response:
    mine = Absences(who.office, who.identity)
    context: dict[str, Any] = {
        "own": await mine.own(),
        "standing_in": await mine.standing_in(),
        "choices": [(post, stand_ins(who, await mine.candidates(post))) for post in who.identity.posts],
        "reasons": named(who, REASONS),
        "today": mine.today,
        "typed": typed or FormData(),
        "problem": problem,
    }
    return page(who, await accounts.get(who.identity.account), "account/absences.html", context, 422 if problem else 200)
