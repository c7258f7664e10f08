"""Why one looks (查阅事由): asked before a red or a reserved case is shown, once for each case and day; then on to where one was going."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.eyes import HANDLING
from rules.affair.kinds import KINDS
from service.entry.addresses import inside
from service.errors import Refused
from web.console import affair_pages
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text

router = APIRouter()

Of = Literal["cases", "affairs"]
"""Whether it is a case that is looked at, or an affair: the beginning of its address."""

AFFAIRS = ("/affairs/", *(own.one for kind, own in affair_pages.OWN.items() if own.one is not None and kind in KINDS))
"""How the addresses of affairs begin."""

OWN = "own"
"""The choice of saying it in one's own words."""


def asking(request: Request, code: str) -> str:
    """Return the address of the page that asks why, for somebody on the way to this request's page."""
    asked = urlsplit(request.headers.get("hx-current-url", "")) if "hx-request" in request.headers else request.url
    back = f"{asked.path}?{asked.query}" if asked.query else asked.path
    onward = inside(back) if request.method == "GET" or "hx-request" in request.headers else ""
    of = "affairs" if asked.path.startswith(AFFAIRS) else "cases"
    return f"/{of}/{code}/purpose?back={quote(onward or f'/{of}/{code}')}"


def purpose_of(fields: FormData) -> str:
    """Return the purpose of a form: the choice, or the words beside it."""
    chosen, words = text(fields, "purpose", 30), text(fields, "purpose_words", 200)
    return words if chosen in {"", OWN} else chosen


def offered(who: Caller) -> list[tuple[str, str]]:
    """Return the purposes to choose from; who has a case in hand is not asked."""
    return [(one.code, who.words.pick(one.zh, one.en)) for one in who.office.place.eyes.purposes if one.code != HANDLING]


def told(who: Caller, purpose: str) -> str:
    """Return a purpose as it stands in a log: the words of a code, or one's own words as they are."""
    found = who.office.place.eyes.purpose(purpose)
    return who.words.pick(found.zh, found.en) if found is not None else purpose


@router.get("/{of}/{code}/purpose")
async def ask(who: CallerDep, of: Of, code: str, back: str = "") -> Response:
    """Return the page that asks. Raises UnknownCase, UnknownAffair."""
    await _visible(who, of, code)
    return _page(who, of, code, inside(back))


@router.post("/{of}/{code}/purpose")
async def state(who: CallerDep, fields: FormDep, of: Of, code: str) -> Response:
    """Keep the purpose, and go on. Raises UnknownCase, UnknownAffair."""
    back = inside(text(fields, "back", 500)) or f"/{of}/{code}"
    reader = who.reader if of == "cases" else who.affair_reader
    try:
        await reader.state(who.actor, code, purpose_of(fields))
    except Refused:
        await _visible(who, of, code)
        return _page(who, of, code, back, fields)
    return RedirectResponse(back, 303)


async def _visible(who: Caller, of: Of, code: str) -> None:
    if of == "cases":
        await who.reader.visible(who.actor, code)
    else:
        await who.affair_reader.row(who.actor, code)


def _page(who: Caller, of: Of, code: str, back: str, typed: FormData | None = None) -> Response:
    context = {"of": of, "code": code, "onward": back, "offered": offered(who), "typed": typed or FormData(), "wrong": typed is not None}
    return who.page("purpose.html", context, status=422 if typed is not None else 200)
