"""The web application: API and console over one office. Several processes may run side by side; none keeps state.

`create_app` is called by `web/__main__.py`, by `starter.py up` and by the tests, which hand in an office of their own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from service.arrivals.receiving import Receiving
from service.changes import AFFAIRS, ChangeFeed
from service.crew import connect, logged_runtime
from service.entry.accounts import Accounts
from service.entry.oidc import Oidc
from service.errors import KeyProblem
from service.office import Office
from service.settings import Settings
from service.watch.acting import count_with
from service.watch.figures import FIGURES
from web import api, codec, feeds, health, problems, tracing
from web.api import events
from web.console import site
from web.health import Metrics
from web.limits import Limits
from web.open311 import routes as open311
from web.openapi import describe, methods
from web.pulse import Pulse
from web.safety import Safety, Shut

log = logging.getLogger("jiefen.web")

CURRENT = 5.0
"""Seconds between two looks at what is in force."""

WAITING = 20.0
"""Seconds between two looks at events that wait."""


def create_app(settings: Settings, *, office: Office | None = None) -> FastAPI:
    """Return the application. With `office` given, who gave it opens and closes it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            opened = None if office is not None else await Office.open(settings, await connect(settings, logged_runtime(), lazy=True))
        except KeyProblem as error:
            # Serving nothing but 503 tells people and whoever watches; a process that ends would be started again for ever.
            log.error("the keys can't be used: %s", error)  # noqa: TRY400 - the sentence says it all
            yield
            return
        except ConnectionError as error:
            log.error("the store can't be opened: %s", error)  # noqa: TRY400 - as above
            raise
        app.state.office = office or opened
        app.state.feed = ChangeFeed(app.state.office)
        app.state.affair_feed = ChangeFeed(app.state.office, AFFAIRS)
        app.state.accounts = Accounts(app.state.office)
        app.state.oidc = Oidc(app.state.office, app.state.accounts)
        if opened is not None:
            await app.state.accounts.demo_accounts()
        kept = (_keep_current(app.state.office), _go_on(app.state.office), app.state.pulse.run(app.state.feed, app.state.affair_feed))
        running = [asyncio.create_task(doing) for doing in kept]
        try:
            yield
        finally:
            app.state.pulse.stop()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
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
        telemetry=tracing.OFF,
    )
    app.state.office = None
    app.state.pulse = Pulse()
    app.state.metrics = Metrics()
    app.add_middleware(Shut, state=app.state)
    app.add_middleware(Limits, settings=settings, page=site.error_page)
    app.add_middleware(codec.CodecCors, settings=settings)
    app.add_middleware(Safety)
    app.add_middleware(app.state.metrics.middleware)
    app.add_middleware(tracing.Traced)
    count_with(FIGURES)
    problems.install(app, lambda request: methods(app, request.url.path), site.error_page)
    app.include_router(health.router)
    api.install(app)
    app.include_router(events.router)
    app.include_router(feeds.router)
    app.include_router(open311.router)
    app.include_router(codec.router)
    site.install(app)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


async def _go_on(office: Office) -> None:
    """Settle events that were kept while Temporal was away."""
    while True:
        await asyncio.sleep(WAITING)
        with suppress(ConnectionError, KeyProblem):
            await Receiving(office).go_on()


async def _keep_current(office: Office) -> None:
    """Take in what another process has put in force: an approved calendar counts here within seconds."""
    while True:
        await asyncio.sleep(CURRENT)
        with suppress(ConnectionError, KeyProblem):
            await office.refresh()
