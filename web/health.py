"""Health: alive, ready, and figures for Prometheus. Nothing here says anything about a case.

`/healthz` asks nobody; `/readyz` asks the database and Temporal; `/metrics` is for the operator's own network.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.base import Model
from service.office import Office
from service.watch.figures import FIGURES
from web.problems import response
from web.state import OfficeDep

router = APIRouter(tags=["health"], include_in_schema=False)

PATIENCE = 2.0
"""Seconds after which somebody who does not answer counts as away."""


class Health(Model):
    """Who answers."""

    ok: Literal[True] = True
    database: bool = True
    temporal: bool = True


@router.get("/healthz")
async def healthz() -> dict[str, bool]:
    """Say that the process runs."""
    return {"ok": True}


@router.get("/readyz", response_model=Health)
async def readyz(office: OfficeDep) -> Response | Health:
    """Say whether database and Temporal answer; 503 where the database does not, for then nothing works."""
    database, temporal = await asyncio.gather(_answers(_database(office)), _answers(_temporal(office)))
    if not database:
        return response("unavailable", "database")
    return Health(database=database, temporal=temporal)


async def _database(office: Office) -> None:
    await office.records.find("-")


async def _temporal(office: Office) -> None:
    await office.client.service_client.check_health()


async def _answers(asked: Awaitable[None]) -> bool:
    try:
        await asyncio.wait_for(asked, PATIENCE)
    except Exception:  # noqa: BLE001 - whatever it is, it does not answer
        return False
    return True


class Metrics:
    """Counts the requests of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "jiefen_http_requests", "Requests by route, method and status", ["route", "method", "status"], registry=self.registry
        )
        self.arrivals = Counter(
            "jiefen_arrivals", "Events of other systems, by sender and what became of them", ["sender", "became"], registry=self.registry
        )
        self.feed_behind = Gauge("jiefen_feed_behind", "Events of the change feed this process has yet to read", registry=self.registry)
        self.seconds = Histogram("jiefen_http_seconds", "How long requests took", ["route", "method"], registry=self.registry)

    def middleware(self, app: ASGIApp) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        """Return the application with each request counted under the pattern of its route, never under its address."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            start, status = time.perf_counter(), 500

            async def note(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, note)
            finally:
                route = pattern(scope)
                method = scope["method"] if scope["method"] in METHODS else "other"
                self.requests.labels(route, method, str(status)).inc()
                self.seconds.labels(route, method).observe(time.perf_counter() - start)

        return counted


def pattern(scope: Scope) -> str:
    """Return the address with its parameters as names; `none` where no route was found.

    A parameter may be a part of an address, or a part of a part: `/requests/{known}.{form}`.
    """
    if "route" not in scope:
        return "none"
    # The longest first: a short one may stand in a longer one.
    params = sorted(scope.get("path_params", {}).items(), key=lambda one: -len(str(one[1])))
    return "/".join(_named(part, params) for part in scope["path"].split("/"))


def _named(part: str, params: list[tuple[str, object]]) -> str:
    """Return a part of an address with the values of parameters in it, as far as dots divide it, as their names."""
    for name, value in params:
        text = str(value)
        if part == text:
            return f"{{{name}}}"
        rest = [one for one in params if one[0] != name]
        if text and part.startswith(f"{text}."):
            return f"{{{name}}}.{_named(part.removeprefix(f'{text}.'), rest)}"
        if text and part.endswith(f".{text}"):
            return f"{_named(part.removesuffix(f'.{text}'), rest)}.{{{name}}}"
    return part


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@router.get("/metrics")
async def metrics(request: Request, office: OfficeDep) -> Response:
    """Return the figures of this process, to whom the settings name; for all others there is nothing here."""
    if not _may_count(request, office.settings.metrics_from):
        return response("not_found")
    found: Metrics = request.app.state.metrics
    text = await FIGURES.told(office)
    found.feed_behind.set(max(0, FIGURES.feed_end - request.app.state.pulse.end(request.app.state.feed.name)))
    return Response(text + generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)


def _may_count(request: Request, networks: str) -> bool:
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in ipaddress.ip_network(one) for one in networks.split())
