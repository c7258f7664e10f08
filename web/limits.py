"""Limits on how fast one session, one token or one address may write and ask for what is dear (限流). Beyond them it is 429.

Each process counts for itself, in memory: two processes behind a balancer let through twice as much at most, and what they
share, the store, is not asked for it. Guessing passwords is another matter, and locked in the store: `service/entry/locks.py`.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from service.entry.addresses import network
from service.settings import Settings
from web.auth import SESSION_COOKIE
from web.problems import response

Kind = Literal["write", "dear", "feed"]

DEAR = frozenset(
    {
        *("/api/v1/cases", "/api/v1/cases/count", "/api/v1/inbox", "/api/v1/stats", "/api/v1/exports"),
        *("/api/v1/kpi", "/kpi", "/api/v1/orders/ledger", "/published/ledger", "/published/prices"),
        *("/inbox", "/cases", "/board", "/cockpit", "/archive", "/audit", "/people", "/account-log", "/access-log", "/exports"),
    }
)
"""Lists and figures: what costs the database more than one case does."""

SEARCHES = frozenset(
    {
        *("/api/v1/search", "/cases/search", "/people/search", "/cases/new/grade", "/cases/new/alike"),
        *("/codec/decode", "/codec/encode"),
    }
)
"""What comes by POST and writes no case: searches, for names have no place in an address, help while one types, the codec."""

DEAR_BELOW = ("/cockpit/", "/archive/", "/export/")
"""Beginnings of addresses that are as dear: exports, figures of one unit."""

READS = frozenset({"GET", "HEAD", "OPTIONS"})

FEEDS = "/feeds/"
A_FEED = 30
"""How often one calendar feed may be fetched in a minute: programmes ask once in minutes or hours."""

SHARED = 20
"""How many times as much as one session all people at one address may do: behind it may be a whole office."""

MOST = 20_000
"""Buckets kept; beyond that the one longest unused goes."""


class Buckets:
    """Token buckets: each holds what may be done at once, a minute's worth, and fills again evenly."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, a_minute: int) -> int:
        """Take one token; returns 0, or the seconds until there is one again."""
        now, rate = self._clock(), a_minute / 60
        left, seen = self._kept.pop(key, (float(a_minute), now))
        left = min(float(a_minute), left + (now - seen) * rate)
        enough = left >= 1
        self._kept[key] = (left - 1 if enough else left, now)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return 0 if enough else math.ceil((1 - left) / rate)


class Limits:
    """Answers 429, with `Retry-After`, what comes too fast; `page` may answer a person with a page."""

    def __init__(self, app: ASGIApp, settings: Settings, page: Callable[[Request, str, str], Response | None]) -> None:
        self._app = app
        self._page = page
        self._a_minute: dict[Kind, int] = {
            "write": settings.rate_writes,
            "dear": settings.rate_reads,
            "feed": min(A_FEED, settings.rate_reads),
        }
        self._buckets = Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        kind = kind_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        wait = self._wait(scope, kind) if kind is not None else 0
        if not wait:
            await self._app(scope, receive, send)
            return
        answer = self._page(Request(scope), "too_many", "") or response("too_many")
        answer.headers["Retry-After"] = str(wait)
        await answer(scope, receive, send)

    def _wait(self, scope: Scope, kind: Kind) -> int:
        """Count a request against who asks and against their address; returns the seconds to wait, or 0."""
        allowed = self._a_minute[kind]
        if not allowed:
            return 0
        client = scope.get("client")
        wait = self._buckets.take(f"{kind} at {network(client[0])}", allowed * SHARED) if client else 0
        who = _hashed(scope["path"]) if kind == "feed" else _credential(Headers(scope=scope))
        return wait or (self._buckets.take(f"{kind} by {who}", allowed) if who else 0)


DEAR_ENDS = ("/dossier", "/pdf", "/dossier.pdf", "/dossier.zip")
"""Ends of addresses that are as dear: what LibreOffice is started for."""


def kind_of(method: str, path: str) -> Kind | None:
    """Return by which limit a request is counted; None for what is cheap."""
    if method not in READS:
        return "dear" if path in SEARCHES else "write"
    if path.startswith(FEEDS):
        return "feed"
    return "dear" if path in DEAR or path.startswith(DEAR_BELOW) or path.endswith(DEAR_ENDS) else None


def _credential(headers: Headers) -> str:
    """Return a mark of the token or session a request brings along, right or not; the secret itself is not kept."""
    found = headers.get("authorization") or cookie_parser(headers.get("cookie", "")).get(SESSION_COOKIE)
    return _hashed(found) if found else ""


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:32]
