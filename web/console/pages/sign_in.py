"""Signing in and out, the post in use, language and colours, and the door itself (`/`)."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from models.account import LoginProblem, LoginRefused, Session
from rules.labels import Both
from web.auth import SESSION_COOKIE
from web.console import cookies, navigation
from web.console.caller import THEMES, AccountsDep, CallerDep, FormDep, Guest, GuestDep, MaybeDep, checked
from web.console.fields import text
from web.console.words import LANGUAGES

router = APIRouter()

PROBLEMS: dict[LoginProblem, Both] = {
    LoginProblem.WRONG: ("登录名或密码不正确", "The login name or the password is not right"),
    LoginProblem.LOCKED: ("尝试次数过多，请稍后再试", "Too many attempts: try again later"),
    LoginProblem.SECOND_FACTOR: ("请输入动态验证码", "Type the code of your second factor"),
    LoginProblem.DISABLED: ("该账户已停用或当前没有岗位", "This account is switched off, or holds no post today"),
}


@router.get("/")
async def door(found: MaybeDep) -> Response:
    """Send somebody to the page their work begins with; whoever has not signed in, to the sign-in page."""
    return RedirectResponse(navigation.home(found.actor.role) if found is not None else "/login", 303)


@router.get("/login")
async def login_page(guest: GuestDep, next: str = "") -> Response:  # noqa: A002 - the word in the address
    """Return the sign-in page."""
    return _login(guest, {"next": inside(next)})


@router.post("/login")
async def login(request: Request, guest: GuestDep, accounts: AccountsDep) -> Response:
    """Sign in with login name and password, and with a code where the account has a second factor."""
    fields = await checked(request, guest)
    name, onward = text(fields, "name", 200), inside(text(fields, "next", 500))
    address = request.client.host if request.client is not None else ""
    made = await accounts.login(
        name, text(fields, "password", 1000), text(fields, "totp", 40) or None, address, replaces=request.cookies.get(SESSION_COOKIE)
    )
    if isinstance(made, LoginRefused):
        said = {"problem": guest.words.both(PROBLEMS[made.code]), "wait": made.wait, "asks_code": made.code is LoginProblem.SECOND_FACTOR}
        return _login(guest, {"next": onward, "name": name, **said}, 401)
    return signed_in(request, made, onward)


def signed_in(request: Request, session: Session, onward: str = "") -> Response:
    """Return the answer to a sign-in that succeeded: the session's cookie, and where to go on."""
    answer = RedirectResponse(onward or navigation.home(session.identity.actor.role), 303)
    cookies.keep(answer, request, SESSION_COOKIE, session.cookie)
    cookies.forget(answer, request, cookies.KNOCK)
    return answer


@router.post("/logout")
async def logout(request: Request, who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """End the session."""
    await accounts.logout(who.cookie)
    answer = RedirectResponse("/login?done=signed-out", 303)
    cookies.forget(answer, request, SESSION_COOKIE)
    return answer


@router.post("/account/post")
async def switch(request: Request, who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Go over to another post; the session gets a new id."""
    moved = await accounts.switch_post(who.cookie, text(fields, "post", 200))
    if moved is None:
        return RedirectResponse("/", 303)
    answer = RedirectResponse(f"{navigation.home(moved.identity.actor.role)}?done=post", 303)
    cookies.keep(answer, request, SESSION_COOKIE, moved.cookie)
    return answer


@router.post("/preferences")
async def preferences(request: Request) -> Response:
    """Keep language and colours in this browser. It changes nothing else, so it asks for no token."""
    fields = await request.form(max_files=0, max_fields=10)
    answer = RedirectResponse(inside(text(fields, "back", 500)) or "/", 303)
    for name, cookie, known in (("language", cookies.LANGUAGE, LANGUAGES), ("theme", cookies.THEME, tuple(THEMES))):
        if text(fields, name) in known:
            cookies.keep(answer, request, cookie, text(fields, name), lasts=cookies.YEAR)
    return answer


def inside(path: str) -> str:
    """Return an address if it lies within these pages, else nothing: nobody is sent on to another site."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if plain else ""


def _login(guest: Guest, context: dict[str, Any], status: int = 200) -> Response:
    knock = guest.request.cookies.get(cookies.KNOCK, "")
    fresh = knock or secrets.token_urlsafe(32)
    page = guest.page(
        "login.html", {"name": "", "problem": "", "wait": 0, "asks_code": False, "csrf": guest.csrf_of(fresh)} | context, status=status
    )
    if not knock:
        cookies.keep(page, guest.request, cookies.KNOCK, fresh)
    return page
