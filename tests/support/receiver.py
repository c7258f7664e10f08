"""A real HTTP server that receives messages, with faults on demand. It notes what it has got, in order."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, str]

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """Listens on a port of its own. `answer` says what it answers to each request; None = 204."""

    tls: ssl.SSLContext | None = None
    got: list[Got] = field(default_factory=list)
    answer: Callable[[Got], web.Response | None] = lambda _: None
    delay: float = 0.0
    port: int = 0
    at_once: int = 0
    most_at_once: int = 0
    _runner: web.AppRunner | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.tls)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def until(self, met: Callable[[], bool], patience: float = 60.0) -> None:
        """Wait until this is so; it is looked at whenever something comes in."""
        async with asyncio.timeout(patience):
            while not met():
                self._news.clear()
                await self._news.wait()

    def first(self) -> dict[str, list[int]]:
        """The numbers of events by case, in the order in which they came in for the first time."""
        found: dict[str, list[int]] = defaultdict(list)
        for one in self.got:
            event = one.json
            seq = int(event["sequence"])
            if seq not in found[event["partitionkey"]]:
                found[event["partitionkey"]].append(seq)
        return dict(found)

    async def _handle(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            got = Got(
                request.path, {name.lower(): value for name, value in request.headers.items()}, await request.read(), dict(request.query)
            )
            self.got.append(got)
            self._news.set()
            if self.delay:
                await asyncio.sleep(self.delay)
            return self.answer(got) or web.Response(status=204)
        finally:
            self.at_once -= 1
