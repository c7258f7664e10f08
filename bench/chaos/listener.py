"""A receiver of events that behaves badly (事件接收方): it answers late or with errors, and remembers what came in which order."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

LATE, BUSY = 0.02, 0.02
"""Share of the requests that are answered after the sender has given up, and with an error."""


@dataclass
class Listener:
    """Listens on a port of its own."""

    rng: random.Random
    patience: float
    """Seconds the sender waits for an answer."""
    heard: list[tuple[str, int]] = field(default_factory=list)
    """Case and number of each event that came in, again and again where it was sent again."""
    did: Counter[str] = field(default_factory=Counter)
    port: int = 0
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to listen."""
        app = web.Application()
        app.router.add_post("/", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        event = json.loads(await request.read())
        chance = self.rng.random()
        if chance < BUSY:
            # Not taken: what was answered with an error does not count as heard.
            self.did["refused"] += 1
            return web.Response(status=500)
        self.heard.append((event["partitionkey"], int(event["sequence"])))
        if chance < BUSY + LATE:
            self.did["late"] += 1
            await asyncio.sleep(self.patience * 1.5)
        return web.Response(status=204)
