"""The web application: API and console over one office. Several processes may run side by side; none keeps state.

`create_app` is called by `web/__main__.py`, by `starter.py up` and by the tests, which hand in an office of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from service.changes import ChangeFeed
from service.crew import connect
from service.office import Office
from service.settings import Settings
from web import api, health, problems
from web.auth import Accounts
from web.health import Metrics
from web.openapi import describe, methods
from web.safety import Safety

CURRENT = 5.0
"""Seconds between two looks at what is in force."""


def create_app(settings: Settings, *, office: Office | None = None, accounts: Callable[[Office], Accounts] | None = None) -> FastAPI:
    """Return the application. With `office` given, who gave it opens and closes it; `accounts` makes the accounts over it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = None if office is not None else await Office.open(settings, await connect(settings, lazy=True))
        app.state.office = office or opened
        app.state.feed = ChangeFeed(app.state.office)
        app.state.accounts = accounts(app.state.office) if accounts is not None else None
        current = asyncio.create_task(_keep_current(app.state.office))
        try:
            yield
        finally:
            current.cancel()
            await asyncio.gather(current, return_exceptions=True)
            app.state.stopping.set()
            if opened is not None:
                await opened.close()

    app = FastAPI(
        title="Jiefen 解纷",
        summary="A durable workflow engine for grassroots dispute resolution",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.stopping = asyncio.Event()
    app.state.metrics = Metrics()
    app.add_middleware(Safety)
    app.add_middleware(app.state.metrics.middleware)
    problems.install(app, lambda request: methods(app, request.url.path))
    app.include_router(health.router)
    app.include_router(api.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


async def _keep_current(office: Office) -> None:
    """Take in what another process has put in force: an approved calendar counts here within seconds."""
    while True:
        await asyncio.sleep(CURRENT)
        with suppress(ConnectionError):
            await office.refresh()
