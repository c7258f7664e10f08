"""A whole instance for the tests of the web: a Temporal server with virtual time, a worker, a store, and the application."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI, Request
from temporalio.testing import WorkflowEnvironment

from models.account import Identity
from models.party import Actor
from models.words import Role
from service.entry.identity import demo_allowed
from service.office import Office
from service.rehearsal import stage
from service.settings import Settings
from store.places import LoadedPlace
from tests.support.tokens import token_of
from web.__main__ import Server
from web.app import create_app
from web.auth import current_identity
from web.console.caller import Caller, caller_or_none

CLERK = "clerk@yanlou-centre"

INTAKE: dict[str, Any] = {
    "channel": "window",
    "place": "520111105202",
    "summary": "甲家新修院坝抬高地面，雨水流入乙家堂屋，双方多次争吵。联系人张三丰，电话13800000001。",
    "happened_on": "2026-11-02",
    "parties": [
        {
            "id": "a",
            "side": "applicant",
            "name": "张三丰",
            "phone": "13800000001",
            "id_number": "520111199001011234",
            "address": "燕楼镇谷蒙村三组8号",
        },
        {"id": "b", "side": "respondent", "name": "欧阳明明", "phone": "13800000002"},
    ],
    "people": 2,
}


class Api:
    """Asks the API as one post after another."""

    def __init__(self, client: httpx.AsyncClient, office: Office | None = None) -> None:
        self.client = client
        self._office = office
        self._tokens: dict[str, str] = {}

    async def get(self, path: str, post: str | None = CLERK, **more: Any) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", headers=await self._headers(post, more), **more)

    async def post(self, path: str, body: Mapping[str, Any], post: str | None = CLERK, **more: Any) -> httpx.Response:
        return await self.client.post(f"/api/v1{path}", json=dict(body), headers=await self._headers(post, more), **more)

    async def token(self, post: str) -> str:
        """The token of a post: the demo's, or a personal one of an account made for it where the demo does not count."""
        if self._office is None or demo_allowed(self._office.settings):
            return f"demo:{post}"
        if post not in self._tokens:
            self._tokens[post] = await token_of(self._office, f"test-{len(self._tokens)}", post)
        return self._tokens[post]

    async def _headers(self, post: str | None, more: dict[str, Any]) -> dict[str, str]:
        headers: dict[str, str] = {**more.pop("headers", {})}
        return headers if post is None else {"Authorization": f"Bearer {await self.token(post)}", **headers}

    async def open(self, post: str = CLERK, **changes: Any) -> str:
        """Open a case and return its code."""
        answer = await self.post("/cases", INTAKE | changes, post)
        assert answer.status_code == 201, answer.text
        code: str = answer.json()["receipt"]["code"]
        return code

    async def act(self, code: str, post: str, do: str, **fields: Any) -> dict[str, Any]:
        """Do an action that must be accepted."""
        answer = await self.post(f"/cases/{code}/actions/{do}", fields, post)
        assert answer.status_code == 200, (do, answer.text)
        receipt: dict[str, Any] = answer.json()
        return receipt


class Asking(Api):
    """Asks the API and the console as anybody, whether or not somebody holds such a post."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        super().__init__(client)
        self.app: FastAPI = client._transport.app  # type: ignore[attr-defined]
        self.who = Actor(person=CLERK, role=Role.CLERK, unit="yanlou-centre")
        self.app.dependency_overrides[current_identity] = self._identity
        self.app.dependency_overrides[caller_or_none] = self._caller

    def _identity(self) -> Identity:
        return Identity(account="asking", person="某人", actor=self.who, post=self.who.person, posts=(self.who.person,))

    async def _caller(self, request: Request) -> Caller:
        return Caller.of(request, self._identity(), "cookie")

    async def as_(self, actor: Actor, path: str, **more: Any) -> httpx.Response:
        """Ask the API as somebody, who is set from now on."""
        self.who = actor
        return await self.get(path, None, **more)


@asynccontextmanager
async def instance(env: WorkflowEnvironment, place: LoadedPlace, home: Path, database_url: str = "") -> AsyncIterator[Office]:
    """An office on the virtual server with a worker of its own."""
    settings = Settings(
        home=home, task_queue=f"web-{home.name}", demo_accounts=True, database_url=database_url, rate_writes=0, rate_reads=0
    )
    async with stage(env, place, settings) as office:
        yield office


@asynccontextmanager
async def asked(office: Office) -> AsyncIterator[Api]:
    """The application over an office, asked without a socket."""
    app = create_app(office.settings, office=office)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://127.0.0.1") as client,
    ):
        yield Api(client, office)


@asynccontextmanager
async def served(office: Office, port: int = 0, **options: Any) -> AsyncIterator[str]:
    """The application over an office at this port, or at any that is free; gives its address. `options` are the server's."""
    # With its protocol named asyncio sets TCP_NODELAY; without, each answer waits 40 ms for an acknowledgement.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", port))
    app = create_app(office.settings, office=office)
    server = Server(app, **{**options, "timeout_graceful_shutdown": 2})
    server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # the signals are pytest's
    running = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.handle_exit(signal.SIGTERM, None)
        await running
        sock.close()
