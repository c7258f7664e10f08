"""What comes too fast is refused for a while, by session or token and by address, and nothing else is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from service.office import Office
from tests.web.console.visitors import desk_of
from tests.web.running import CLERK, INTAKE
from web import limits
from web.app import create_app
from web.auth import SESSION_COOKIE
from web.limits import DEAR, MOST, SEARCHES, SHARED, Buckets, kind_of


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still, for all that is counted."""
    made = Clock()
    monkeypatch.setattr(limits, "Buckets", lambda: Buckets(made))
    return made


@asynccontextmanager
async def limited(office: Office, **rates: int) -> AsyncIterator[httpx.AsyncClient]:
    """The application with limits, asked without a socket."""
    app = create_app(office.settings.model_copy(update=rates), office=office)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def as_(post: str) -> dict[str, str]:
    return {"Authorization": f"Bearer demo:{post}"}


def test_a_bucket_holds_a_minutes_worth_and_fills_again_evenly(clock: Clock) -> None:
    buckets = Buckets(clock)
    assert [buckets.take("a", 3) for _ in range(5)] == [0, 0, 0, 20, 20]
    assert buckets.take("b", 3) == 0
    clock.now += 19
    assert buckets.take("a", 3) == 1
    clock.now += 1
    assert [buckets.take("a", 3) for _ in range(2)] == [0, 20]
    clock.now += 3600
    assert [buckets.take("a", 3) for _ in range(4)] == [0, 0, 0, 20]


def test_only_so_many_are_remembered() -> None:
    buckets = Buckets(Clock())
    for number in range(MOST + 10):
        buckets.take(str(number), 1)
    assert len(buckets._kept) == MOST
    assert buckets.take("0", 1) == 0
    assert buckets.take(str(MOST), 1) > 0


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/api/v1/cases/YANLOU-2026-00001/actions/note", "write"),
        ("POST", "/login", "write"),
        ("GET", "/cases/YANLOU-2026-00001", None),
        ("GET", "/api/v1/cases/YANLOU-2026-00001", None),
        ("GET", "/static/site.css", None),
        ("GET", "/healthz", None),
        ("GET", "/api/v1/cases", "dear"),
        ("POST", "/api/v1/cases", "write"),
        ("POST", "/cases/search", "dear"),
        ("GET", "/cockpit/export", "dear"),
        ("GET", "/feeds/secret.ics", "feed"),
        ("POST", "/events", "write"),
    ],
)
def test_writes_and_dear_reads_are_counted(method: str, path: str, kind: str | None) -> None:
    assert kind_of(method, path) == kind


def test_every_dear_address_of_the_api_is_one(office: Office) -> None:
    paths = create_app(office.settings, office=office).openapi()["paths"]
    assert {path for path in DEAR if path.startswith("/api/")} <= {path for path, item in paths.items() if "get" in item}
    assert {path for path in SEARCHES if path.startswith("/api/")} <= {path for path, item in paths.items() if "post" in item}


async def test_who_writes_too_fast_waits_and_others_go_on(office: Office, clock: Clock) -> None:
    async with limited(office, rate_writes=2) as client:
        body: dict[str, Any] = {**INTAKE, "intake_id": "limits-1"}
        answers = [await client.post("/api/v1/cases", json=body, headers=as_(CLERK)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 200, 429]
        refused = answers[2]
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["retry-after"] == "30"
        assert (refused.json()["code"], refused.headers["x-frame-options"]) == ("too_many", "DENY")
        assert (await client.get("/api/v1/inbox", headers=as_(CLERK))).status_code == 200
        clock.now += 30
        assert (await client.post("/api/v1/cases", json=body, headers=as_(CLERK))).status_code == 200
        other = {**body, "intake_id": "limits-2", "place": "520111101201"}
        assert (await client.post("/api/v1/cases", json=other, headers=as_("clerk@qingyan-centre"))).status_code == 201


async def test_lists_and_searches_have_a_limit_of_their_own(office: Office) -> None:
    async with limited(office, rate_reads=2) as client:
        reads = [(await client.get(f"/api/v1/{path}", headers=as_(CLERK))).status_code for path in ("cases", "stats", "inbox", "me")]
        assert reads == [200, 200, 429, 200]
        assert (await client.post("/api/v1/search", json={"text": "张三丰"}, headers=as_(CLERK))).status_code == 429


async def test_a_person_gets_a_page_in_their_language(office: Office) -> None:
    async with desk_of(office) as desk, limited(office, rate_reads=1) as client:
        session = await desk.session(CLERK)
        client.cookies.set(SESSION_COOKIE, session.cookie)
        assert (await client.get("/inbox")).status_code == 200
        answer = await client.get("/cases")
        assert (answer.status_code, answer.headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert "操作过于频繁" in answer.text
        assert int(answer.headers["retry-after"]) > 0
        client.cookies.set("jiefen_lang", "en")
        assert "Too many requests" in (await client.get("/cases")).text


async def test_changing_the_session_does_not_help_against_the_limit_of_an_address(office: Office) -> None:
    async with limited(office, rate_writes=1) as client:
        sent = [await client.post("/preferences", headers={"Authorization": f"Bearer {number}"}) for number in range(SHARED + 1)]
        assert [answer.status_code for answer in sent] == [303] * SHARED + [429]


async def test_one_feed_is_fetched_so_often_and_no_more(office: Office, clock: Clock) -> None:
    async with limited(office, rate_reads=2) as client:
        assert [(await client.get("/feeds/x.ics")).status_code for _ in range(3)] == [404, 404, 429]
        assert (await client.get("/feeds/y.ics")).status_code == 404
        clock.now += 30
        assert (await client.get("/feeds/x.ics")).status_code == 404
