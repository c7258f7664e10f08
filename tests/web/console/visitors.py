"""People at the console: a visitor has a browser's cookies and fills in the forms that stand on a page."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx
from fastapi import FastAPI

from models.account import Session
from service.entry.accounts import Accounts
from service.errors import AccountRefused
from service.office import Office
from tests.support.waiting import until
from web.app import create_app
from web.auth import SESSION_COOKIE


@dataclass
class Form:
    """A form as it stands on a page: where it goes and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class Forms(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select: tuple[str, str | None] | None = None
        self._area: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append(Form(given.get("action") or "", (given.get("method") or "get").lower()))
        name, form = given.get("name"), self.found[-1] if self.found else None
        if form is None:
            return
        if tag == "input" and name and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            form.fields.setdefault(name, []).append(given.get("value") or "")
        if tag == "select" and name:
            self._select = (name, None)
        if tag == "option" and self._select is not None and (self._select[1] is None or "selected" in given):
            self._select = (self._select[0], given.get("value") or "")
        if tag == "textarea" and name:
            self._area = name
            form.fields[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None and self.found:
            self.found[-1].fields[self._select[0]] = [self._select[1] or ""]
            self._select = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.found[-1].fields[self._area] = [self.found[-1].fields[self._area][0] + data]


class Visitor:
    """Somebody with a browser."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = ""

    async def get(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        self.page = answer.text
        return self.page

    async def find(self, path: str, wanted: str) -> bool:
        """Turn the pages of a list until this stands on one, which stays open. Whether it was found."""
        while wanted not in await self.get(path):
            onward = re.search(r'rel="next" href="([^"]+)"', self.page)
            if onward is None:
                return False
            path = html.unescape(onward[1])
        return True

    async def until(self, path: str, words: str) -> str:
        """Load a page again until it says this; return it."""
        return await until(lambda: self.get(path), lambda page: words in page)

    def forms(self, action: str) -> list[Form]:
        """The forms of the page last seen that go to this address."""
        return [form for form in Forms(self.page).found if form.action == action]

    def form(self, action: str) -> Form:
        """The first of them."""
        found = self.forms(action)
        assert found, f"no form goes to {action}"
        return found[0]

    async def claim(self, code: str) -> None:
        """Take on what is owed in a case or an affair, on the page of the inbox that shows it."""
        assert await self.find("/inbox", code)
        await self.send(next(form for form in self.forms("/inbox/claim") if form.fields["code"] == [code]))

    async def submit(self, action: str, /, status: int = 303, **fields: Any) -> httpx.Response:
        """Fill in a form of the page last seen and send it."""
        return await self.send(self.form(action), status, **fields)

    async def send(self, form: Form, /, status: int = 303, **fields: Any) -> httpx.Response:
        """Fill in this form and send it."""
        sent: dict[str, Any] = {**form.fields, **fields}
        answer = await self.client.post(form.action, data={name: value for name, value in sent.items() if value is not None})
        assert answer.status_code == status, (form.action, answer.status_code, answer.text[:800])
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.page = answer.text
        return answer

    async def upload(self, action: str, name: str, content: bytes, status: int = 303) -> httpx.Response:
        """Choose a file in a form of the page last seen and send it."""
        form = self.form(action)
        fields = {field: values for field, values in form.fields.items() if field != "file"}
        answer = await self.client.post(form.action, data=fields, files={"file": (name, content)})
        assert answer.status_code == status, (form.action, answer.status_code, answer.text[:500])
        self.page = answer.text
        return answer

    async def act(self, code: str, do: str, status: int = 303, **fields: Any) -> httpx.Response:
        """Open a case and do one of its actions."""
        await self.get(f"/cases/{code}")
        return await self.submit(f"/cases/{code}/do/{do}", status, **fields)


class Desk:
    """A running console, and the people who come to it."""

    def __init__(self, app: FastAPI, office: Office) -> None:
        self.app = app
        self.accounts = Accounts(office)
        self._clients: list[httpx.AsyncClient] = []

    def stranger(self) -> Visitor:
        """Somebody who has not signed in."""
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url="http://127.0.0.1")
        self._clients.append(client)
        return Visitor(client)

    async def at(self, post: str) -> Visitor:
        """Somebody signed in at a post."""
        visitor = self.stranger()
        visitor.client.cookies.set(SESSION_COOKIE, (await self.session(post)).cookie)
        return visitor

    async def session(self, *posts: str) -> Session:
        """A session of the person who holds these posts."""
        login = "-".join(("t", *posts)).replace("_", "-")[:80]
        try:
            account = (await self.accounts.create(login, "王某", posts, local=False)).account
        except AccountRefused:
            account = await self.accounts.named(login)
        session = await self.accounts.sign_in_known(account, second_factor=any(post.startswith("admin_") for post in posts))
        assert isinstance(session, Session)
        return session

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


@asynccontextmanager
async def desk_of(office: Office) -> AsyncIterator[Desk]:
    """The console over an office, asked without a socket."""
    app = create_app(office.settings, office=office)
    async with app.router.lifespan_context(app):
        desk = Desk(app, office)
        yield desk
        await desk.close()
