"""Signing in and out, the post in use, language and colours, and the door itself (`/`)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from models.account import LOGIN_SENTENCES, LoginProblem, LoginRefused, Session
from service.entry.addresses import inside
from web.auth import SESSION_COOKIE
from web.console import cookies, navigation
from web.console.caller import THEMES, AccountsDep, CallerDep, FormDep, Guest, GuestDep, MaybeDep, checked
from web.console.fields import text
from web.console.kept import Kept, carried
from web.console.posts import post_name
from web.console.words import LANGUAGES

router = APIRouter()


@router.get("/")
async def door(found: MaybeDep) -> Response:
    """Send somebody to the page their work begins with; whoever has not signed in, to the sign-in page."""
    return RedirectResponse(navigation.home(found.actor.role) if found is not None else "/login", 303)


@router.get("/login")
async def login_page(guest: GuestDep, next: str = "", problem: str = "") -> Response:  # noqa: A002 - the word in the address
    """Return the sign-in page; `problem` is the code of a refusal that it says."""
    said = "".join(guest.words.both(words) for code, words in LOGIN_SENTENCES.items() if code == problem)
    return _login(guest, {"next": inside(next), "problem": said})


@router.post("/login")
async def login(request: Request, guest: GuestDep, accounts: AccountsDep) -> Response:
    """Sign in with login name and password, and with a code where the account has a second factor."""
    fields = await checked(request, guest)
    name, onward = text(fields, "name", 200), inside(text(fields, "next", 500))
    made = await accounts.login(
        name, text(fields, "password", 1000), text(fields, "totp", 40) or None, guest.origin, replaces=request.cookies.get(SESSION_COOKIE)
    )
    kept = carried(fields.get("kept_to"), fields.get("kept"))
    if isinstance(made, LoginRefused):
        asks_code = made.code is LoginProblem.SECOND_FACTOR
        said = {"problem": guest.words.pick(made.zh, made.en), "wait": made.wait, "asks_code": asks_code}
        return _login(guest, {"next": onward, "name": name, "kept": kept, **said}, 401)
    if kept is not None and not made.identity.must_change:
        return _cookies(_resume(guest, made, kept), request, made)
    return signed_in(request, made, onward)


def over(guest: Guest, kept: Kept) -> Response:
    """Return the sign-in page for somebody whose session was over when they sent a form; what they typed goes along."""
    return _login(guest, {"next": "", "kept": kept}, 401)


def signed_in(request: Request, session: Session, onward: str = "") -> Response:
    """Return the answer to a sign-in that succeeded: the session's cookie, and where to go on."""
    return _cookies(RedirectResponse(onward or navigation.home(session.identity.actor.role), 303), request, session)


def _cookies(answer: Response, request: Request, session: Session) -> Response:
    cookies.keep(answer, request, SESSION_COOKIE, session.cookie)
    cookies.forget(answer, request, cookies.KNOCK)
    return answer


def _resume(guest: Guest, session: Session, kept: Kept) -> Response:
    """Return the page from which a form goes out again, now in the new session."""
    post = post_name(session.identity.post, guest.office.bundle.network, guest.words)
    return guest.page("resume.html", {"csrf": session.csrf, "person": session.identity.person, "post": post, "kept": kept})


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


def _login(guest: Guest, context: dict[str, Any], status: int = 200) -> Response:
    blank = {"name": "", "problem": "", "wait": 0, "asks_code": False, "kept": None, "provider": guest.request.app.state.oidc.configured}
    return guest.knock_page("login.html", blank | context, status=status)
