"""How long the session still lasts (`/session`): asked by a page that stands open, which is no use of it; and going on with it."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from service.entry.accounts import Accounts
from service.entry.sessions import csrf_token
from web.auth import SESSION_COOKIE
from web.console.caller import AccountsDep, CallerDep, FormDep, GuestDep, mark

router = APIRouter(prefix="/session")


@router.get("")
async def session(guest: GuestDep, accounts: AccountsDep) -> Response:
    """Return the seconds left, whose session it is, and the token its forms need now."""
    return await _told(accounts, guest.request.cookies.get(SESSION_COOKIE, ""))


@router.post("/stay")
async def stay(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Go on: asking has made it last longer."""
    return await _told(accounts, who.cookie)


@router.get("/back")
async def back(who: CallerDep) -> Response:
    """Return the page of somebody who has signed in again in a window of its own."""
    return who.page("back.html")


async def _told(accounts: Accounts, cookie: str) -> Response:
    left, last = await accounts.sessions.left(cookie)
    identity = await accounts.by_session(cookie, used=False) if left else None
    told = {"left": 0} if identity is None else {"left": left, "last": last, "who": mark(identity), "csrf": csrf_token(cookie)}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})
