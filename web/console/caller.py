"""Who looks at a page, and in which language: what every page works with.

`CallerDep` is somebody who has signed in; whoever has not is sent to the sign-in page. `GuestDep` is anybody. A form carries
the CSRF token of the session it was made in: `FormDep` gives its fields only when that is so.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Annotated, Any, Self
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from models.account import Identity
from models.party import Actor
from rules.labels import Both
from service.affairs.desk import Affairs
from service.affairs.reading import AffairReader
from service.cases import Cases
from service.desk.claims import Claims
from service.desk.inbox import Inbox
from service.entry.accounts import Accounts
from service.entry.sessions import IDLE, TOUCH, check_csrf, csrf_token
from service.office import Office
from service.reading import Reader
from web.auth import SESSION_COOKIE
from web.bringing import bringing
from web.console import cookies, navigation
from web.console.fields import text
from web.console.forms import FORMS
from web.console.posts import post_name
from web.console.said import DONE
from web.console.words import LANGUAGES, Language, Words
from web.problems import WebProblem

THEMES: dict[str, Both] = {"auto": ("随系统", "as the device"), "light": ("浅色", "light"), "dark": ("深色", "dark")}

BEFORE_ALL = frozenset({"/account/password", "/logout"})
"""Addresses that are open to somebody who has to change their password."""

FACTOR = "/account/second-factor"
BEFORE_FACTOR = BEFORE_ALL | {FACTOR, f"{FACTOR}/offer", f"{FACTOR}/confirm", "/account/post", "/session"}
"""Addresses that are open to somebody who has to prove themselves by a second factor, which their post asks for."""

FIELDS = 2000
"""Most fields a form may have."""

UNATTENDED = frozenset({"/live", "/session"})
"""Addresses that an open page asks by itself: nobody has done anything, so the session lasts no longer for it."""

UNATTENDED_END = "/progress"
"""How addresses end at which a page asks by itself how far something is."""


class SignInNeeded(Exception):
    """Ends a request at the sign-in page; `back` is where to go on afterwards."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


class FactorNeeded(Exception):
    """Ends a request at the page that sets up a second factor."""


class PasswordNeeded(Exception):
    """Ends a request at the page that changes the password."""


def mark(identity: Identity) -> str:
    """Return what tells a page whether it is still the same person in the same post; it says nothing else."""
    return hashlib.sha256(f"{identity.account} {identity.post}".encode()).hexdigest()[:16]


@dataclass(slots=True)
class Guest:
    """Anybody."""

    request: Request
    office: Office
    words: Words
    theme: str

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.words.language

    @property
    def origin(self) -> str:
        """The address the browser asks from, by which attempts are counted."""
        return self.request.client.host if self.request.client is not None else ""

    def csrf(self) -> str:
        """Return the token of this page's forms."""
        return self.csrf_of(self.request.cookies.get(cookies.KNOCK, ""))

    def csrf_of(self, secret: str) -> str:
        """Return the token that belongs to the secret of a cookie; nothing for nothing."""
        return csrf_token(secret) if secret else ""

    def checks(self, token: str | None) -> bool:
        """Whether a form was made by us, for this browser."""
        knock = self.request.cookies.get(cookies.KNOCK, "")
        return bool(knock) and check_csrf(knock, token)

    def common(self) -> dict[str, Any]:
        """Return what every template is given."""
        request = self.request
        return {
            "request": request,
            "w": self.words,
            "act": lambda do: self.words.pick(FORMS[do].zh, FORMS[do].en) if do in FORMS else do,
            "_": self.words.message,
            "theme": self.theme,
            "caller": None,
            "menu": (),
            "section": "",
            "searches": False,
            "notices": self.notices(),
            "themes": [(name, self.words.both(words)) for name, words in THEMES.items()],
            "csrf": self.csrf(),
            "place": self.office.bundle.network.district.name,
            "now": self.office.now(),
            "address": self.address,
            "here": request.url.path,
            "back": quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="/?=&"),
        }

    def notices(self) -> list[tuple[str, str]]:
        """Return what has just been done, for the page somebody was sent on to: `?done=` names a sentence of our own."""
        words = DONE.get(self.request.query_params.get("done", ""))
        return [("good", self.words.both(words))] if words else []

    def address(self, **changes: object) -> str:
        """Return the address of this page with other values of what it asks for; an empty value asks nothing."""
        asked = [(name, value) for name, value in self.request.query_params.multi_items() if name not in {"done", *changes}]
        kept = urlencode([(name, value) for name, value in (*asked, *changes.items()) if value])
        return self.request.url.path + (f"?{kept}" if kept else "")

    def page(self, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200) -> HTMLResponse:
        """Return a page."""
        environment = self.request.app.state.templates
        html: str = environment.get_template(template).render({**self.common(), **(context or {})})
        return HTMLResponse(html, status, headers={"Cache-Control": "no-store", "Vary": "Cookie"})

    def knock_page(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
        """Return a page with a form for somebody who has no session yet: a cookie of its own ties the form to this browser."""
        knock = self.request.cookies.get(cookies.KNOCK, "")
        fresh = knock or secrets.token_urlsafe(32)
        page = self.page(template, {**context, "csrf": self.csrf_of(fresh)}, status=status)
        if not knock:
            cookies.keep(page, self.request, cookies.KNOCK, fresh)
        return page


@dataclass(slots=True)
class Caller(Guest):
    """Somebody who has signed in."""

    identity: Identity
    cookie: str

    @classmethod
    def of(cls, request: Request, identity: Identity, cookie: str) -> Self:
        """Return somebody who has been recognised."""
        office: Office = request.app.state.office
        return cls(request=request, office=office, words=_words(request), theme=_theme(request), identity=identity, cookie=cookie)

    @property
    def actor(self) -> Actor:
        """The person in the post now in use."""
        return self.identity.actor

    @property
    def today(self) -> date:
        """The day it is at this place."""
        return self.office.bundle.cal.local_date(self.office.now())

    @property
    def reader(self) -> Reader:
        """What they may see."""
        return Reader(self.office)

    @property
    def inbox(self) -> Inbox:
        """Their desk: what they owe, and what they had in hand."""
        return Inbox(self.office)

    @property
    def claims(self) -> Claims:
        """Who has taken on what."""
        return Claims(self.office)

    @property
    def cases(self) -> Cases:
        """What they may do."""
        return Cases(self.office)

    @property
    def affairs(self) -> Affairs:
        """What they may do with affairs."""
        return Affairs(self.office)

    @property
    def affair_reader(self) -> AffairReader:
        """What they may see of affairs."""
        return AffairReader(self.office)

    def csrf(self) -> str:
        """Return the token of this session's forms."""
        return csrf_token(self.cookie)

    def once(self, fields: FormData) -> str:
        """Return the id under which what a form asks for is done once: whose form it is, and which."""
        return f"{self.actor.person}:{text(fields, 'id', 80)}"

    def checks(self, token: str | None) -> bool:
        """Whether a form was made by us, in this session."""
        return check_csrf(self.cookie, token)

    def common(self) -> dict[str, Any]:
        """Return what every template is given."""
        network = self.office.bundle.network
        unit = network.unit(self.actor.unit)
        return {
            **Guest.common(self),
            "caller": self,
            "session_left": int((IDLE - TOUCH).total_seconds()),
            "session_mark": mark(self.identity),
            "unit_name": unit.name if unit else self.actor.unit,
            "menu": navigation.menu(self.actor.role),
            "offered": navigation.offered(self.actor.role),
            "section": navigation.section(self.actor.role, self.request.url.path),
            "searches": navigation.searches(self.actor.role),
            "exports": navigation.exports(self.actor.role),
            "posts": [(post, post_name(post, network, self.words)) for post in self.identity.posts + self.identity.stands_in_for],
        }


def accounts_of(request: Request) -> Accounts:
    """Return the accounts of this application."""
    found: Accounts = request.app.state.accounts
    return found


AccountsDep = Annotated[Accounts, Depends(accounts_of)]


def _words(request: Request) -> Words:
    asked = request.cookies.get(cookies.LANGUAGE)
    language: Language = "en" if asked == LANGUAGES[1] else "zh"
    office: Office = request.app.state.office
    return Words(language, timezone(timedelta(minutes=office.bundle.calendar.utc_offset_minutes)))


def _theme(request: Request) -> str:
    asked = request.cookies.get(cookies.THEME, "")
    return asked if asked in THEMES else "auto"


def guest(request: Request) -> Guest:
    """Return whoever looks."""
    return Guest(request=request, office=request.app.state.office, words=_words(request), theme=_theme(request))


def _attended(path: str) -> bool:
    """Whether somebody does something there, and no page of theirs by itself."""
    return path not in UNATTENDED and not path.endswith(UNATTENDED_END)


async def caller_or_none(request: Request, accounts: AccountsDep) -> Caller | None:
    """Return who looks, or None where nobody has signed in."""
    cookie = request.cookies.get(SESSION_COOKIE)
    identity = await accounts.by_session(cookie, used=_attended(request.url.path)) if cookie else None
    if identity is None or cookie is None:
        return None
    return Caller.of(request, identity, cookie)


async def caller(request: Request, found: Annotated[Caller | None, Depends(caller_or_none)]) -> Caller:
    """Return who looks; sends away whoever has not signed in, or has to change the password first."""
    if found is None:
        back = request.url.path if request.method == "GET" else request.headers.get("referer", "/")
        raise SignInNeeded(back)
    if found.identity.must_change and request.url.path not in BEFORE_ALL:
        raise PasswordNeeded
    if found.identity.needs_factor and request.url.path not in BEFORE_FACTOR:
        raise FactorNeeded
    return found


GuestDep = Annotated[Guest, Depends(guest)]
CallerDep = Annotated[Caller, Depends(caller)]
MaybeDep = Annotated[Caller | None, Depends(caller_or_none)]


async def form(request: Request, who: CallerDep) -> FormData:
    """Return the fields of a form of this session. Refuses one that some other page has sent."""
    return await checked(request, who)


async def checked(request: Request, who: Guest) -> FormData:
    """Return the fields of a form, once its token is right."""
    fields = await request.form(max_files=0, max_fields=FIELDS)
    _check(fields, who)
    return fields


@asynccontextmanager
async def brought(who: Guest) -> AsyncIterator[FormData]:
    """Give the fields of a form with a file, once its token is right."""
    async with bringing(who.request) as fields:
        _check(fields, who)
        yield fields


def _check(fields: FormData, who: Guest) -> None:
    token = fields.get("csrf")
    if not who.checks(token if isinstance(token, str) else None):
        raise WebProblem("csrf")


FormDep = Annotated[FormData, Depends(form)]
