"""Signing in through an OIDC provider: there (`/login/oidc`) and back (`/login/oidc/callback`).

What was refused is said by the sign-in page, at an address without code and state, so that loading it again asks for nothing.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from models.account import LoginRefused
from service.entry.addresses import inside
from service.entry.oidc import FLOW, Oidc
from web.auth import SESSION_COOKIE
from web.console import cookies
from web.console.pages.sign_in import signed_in

PATH = "/login/oidc"
"""The cookie that ties the way back to the browser is sent here alone."""

router = APIRouter(prefix=PATH)


def oidc_of(request: Request) -> Oidc:
    """Return the sign-ins of this application through the provider."""
    found: Oidc = request.app.state.oidc
    return found


OidcDep = Annotated[Oidc, Depends(oidc_of)]


@router.get("")
async def leave(request: Request, oidc: OidcDep, next: str = "") -> Response:  # noqa: A002 - the word in the address
    """Send somebody to the provider."""
    onward = inside(next)
    found = await oidc.begin(onward, request.cookies.get(cookies.OIDC))
    if isinstance(found, LoginRefused):
        return _refused(found, onward)
    answer = RedirectResponse(found.address, 303, headers={"Cache-Control": "no-store"})
    cookies.keep(answer, request, cookies.OIDC, found.browser, lasts=int(FLOW.total_seconds()), path=PATH)
    return answer


@router.get("/callback")
async def arrive(request: Request, oidc: OidcDep, code: str = "", state: str = "", error: str = "") -> Response:
    """Take somebody in who comes back from the provider."""
    browser, before = request.cookies.get(cookies.OIDC, ""), request.cookies.get(SESSION_COOKIE)
    found = await oidc.finish(code, state, browser, error=error, replaces=before)
    if isinstance(found, LoginRefused):
        return _refused(found)
    answer = signed_in(request, found.session, found.onward)
    cookies.forget(answer, request, cookies.OIDC, PATH)
    return answer


def _refused(refused: LoginRefused, onward: str = "") -> Response:
    """Send somebody to the sign-in page, which says why."""
    address = f"/login?problem={refused.code}" + (f"&next={quote(onward)}" if onward else "")
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
