"""The page of a tenant (`/check-in`, 凭码入住登记): no sign-in, the code of the lease and who one is; a grid member confirms it.

It answers nothing about the building, the lease or who else lives there; guesses are slowed down as those of query codes.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.citizen import EntryProblem, EntryRefused
from rules.labels import Both
from service.affairs.dwellings import CheckIns
from service.errors import Refused
from web.console.caller import Guest, GuestDep, checked
from web.console.fields import text
from web.problems import KINDS

router = APIRouter(prefix="/check-in")

PATH = "/check-in"

PROBLEMS: dict[EntryProblem, tuple[int, Both]] = {
    EntryProblem.MISTYPED: (422, ("入住码不对，请对照再输一次", "This is no check-in code: compare it and type it again")),
    EntryProblem.WRONG: (
        401,
        ("入住码不对或已失效，请向房东或网格员再要一个", "The code is not right or no longer good: ask for another"),
    ),
    EntryProblem.LOCKED: (429, ("试的次数太多，请稍后再试", "Too many attempts: try again later")),
}

KEPT = ("code", "name", "phone", "id_number", "since")
"""What stands in the form again when it comes back."""


@router.get("")
async def door(looks: GuestDep) -> Response:
    """Return the form."""
    return _form(looks, FormData(), "")


@router.post("")
async def enter(request: Request, looks: GuestDep) -> Response:
    """Take a check-in."""
    fields = await checked(request, looks)
    try:
        since = date.fromisoformat(text(fields, "since", 10)) if text(fields, "since", 10) else None
    except ValueError:
        return _form(looks, fields, looks.words.message("日期填写有误"), 422)
    names = ("name", "phone", "id_number")
    person = {name: text(fields, name, 200) for name in names if text(fields, name, 200)}
    if not {"name", "phone"} <= set(person):
        return _form(looks, fields, looks.words.message("请填写姓名和电话"), 422)
    address = request.client.host if request.client is not None else ""
    try:
        found = await CheckIns(looks.office).check_in(
            text(fields, "code", 200), person, address, since=since, action_id=text(fields, "id", 80) or None
        )
    except Refused as refused:
        told = refused.refusal
        return _form(looks, fields, looks.words.both((told.zh, told.en)), KINDS[str(told.code)].status)
    if isinstance(found, EntryRefused):
        status, words = PROBLEMS[found.code]
        return _form(looks, fields, looks.words.both(words), status)
    return RedirectResponse(f"{PATH}?done=checked-in", 303)


def _form(looks: Guest, typed: FormData, problem: str, status: int = 200) -> Response:
    context: dict[str, Any] = {name: text(typed, name, 200) for name in KEPT}
    context |= {"problem": problem, "new_id": text(typed, "id", 80) or uuid.uuid4().hex}
    return looks.knock_page("dwelling/check_in.html", context, status=status)
