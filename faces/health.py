"""The worker's health page: is it alive, is it ready to work, and its figures for Prometheus beside those of the SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST
from temporalio.service import RPCError

from service.office import Office
from service.watch.figures import FIGURES
from store.connect import StoreAway

TIMEOUT = timedelta(seconds=2)


class Health:
    """`/livez` answers while the process turns; `/readyz` while Temporal and the database answer and nothing drains; `/metrics`."""

    def __init__(self, office: Office, running: Callable[[], bool]) -> None:
        self._office = office
        self._running = running
        self.draining = False

    async def serve(self, host: str, port: int) -> web.AppRunner | None:
        """Start the page; port 0 = no page."""
        if not port:
            return None
        app = web.Application()
        app.router.add_get("/livez", self._live)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        return runner

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"alive": self._running()}, status=200 if self._running() else 503)

    async def _ready(self, _: web.Request) -> web.Response:
        parts = {"temporal": await self._temporal(), "database": await self._database(), "worker": self._running() and not self.draining}
        return web.json_response(parts, status=200 if all(parts.values()) else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=await FIGURES.told(self._office), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _temporal(self) -> bool:
        try:
            return await self._office.client.service_client.check_health(timeout=TIMEOUT)
        except RPCError:
            return False

    async def _database(self) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT.total_seconds()):
                await self._office.shelf.newest("calendar")
        except (StoreAway, TimeoutError):
            return False
        return True
