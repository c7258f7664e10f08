"""Security headers stand on every answer there is: of each address and method, of errors, files, redirects, and of a shut door."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from temporalio.testing import WorkflowEnvironment

from service.office import Office
from service.settings import Settings
from store.places import LoadedPlace
from tests.support.certificates import Authority
from tests.support.processes import Program, free_port
from tests.web.console.visitors import desk_of
from tests.web.running import CLERK, served
from tests.web.test_processes import web
from web.__main__ import options
from web.app import create_app
from web.auth import SESSION_COOKIE
from web.safety import HEADERS, MAX_BODY

TEMPLATES = Path(__file__).resolve().parents[2] / "web" / "console" / "templates"
KEEPS_ITSELF = frozenset({"cache-control"})
"""What an answer may say otherwise for itself."""


def safe(answer: httpx.Response) -> None:
    for name, value in HEADERS.items():
        found = answer.headers.get(name)
        assert found is not None, (answer.request.method, answer.request.url, answer.status_code, name)
        if name.lower() not in KEEPS_ITSELF:
            assert found == value, (answer.request.url, name)
    assert "server" not in answer.headers


@asynccontextmanager
async def asking(app: FastAPI, base: str = "http://127.0.0.1", client: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(client, 1))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=base) as asked:
        yield asked


def addresses(app: FastAPI) -> list[tuple[str, str]]:
    """Every address with every method it takes; parameters filled with something."""
    found = set(_routes(app.routes))
    found |= {(method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item}
    # Streams never end; another test reads one.
    return sorted((method, re.sub(r"\{[^}]*\}", "x", path)) for method, path in found if path not in STREAMS)


STREAMS = frozenset({"/live", "/api/v1/changes/stream"})


def _routes(routes: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes)
        else:
            yield from ((method, route.path) for method in route.methods or ())


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_every_address_and_method_answers_with_the_headers(office: Office, scheme: str) -> None:
    app = create_app(office.settings, office=office)
    asked = addresses(app)
    assert len(asked) > 100
    assert {("GET", "/cases/x"), ("POST", "/codec/decode"), ("GET", "/api/v1/cases/x"), ("GET", "/healthz")} <= set(asked)
    async with desk_of(office) as desk, asking(app, f"{scheme}://127.0.0.1") as client:
        cookie = (await desk.session(CLERK)).cookie
        nobody: dict[str, str] = {}
        signed_in = {"Authorization": f"Bearer demo:{CLERK}", "Cookie": f"{SESSION_COOKIE}={cookie}"}
        statuses = set()
        for method, path in asked:
            for headers in (nobody, signed_in):
                answer = await client.request(method, path, headers=headers, timeout=10)
                safe(answer)
                assert ("strict-transport-security" in answer.headers) == (scheme == "https")
                statuses.add(answer.status_code)
    assert {200, 303, 401, 404, 422} <= statuses
    assert not {status for status in statuses if status >= 500}


async def test_errors_files_and_preflights_have_them_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(office.settings.model_copy(update={"rate_writes": 2}), office=office)

    @app.get("/breaks", include_in_schema=False)
    async def breaks() -> None:
        raise ValueError("张三")

    async with asking(app) as client:
        name = re.search(r"/static/[^\"]+\.js", (await client.get("/login")).text)
        assert name is not None
        expected: tuple[tuple[int, str, str, dict[str, str]], ...] = (
            (404, "GET", "/no/such/page", {}),
            (405, "POST", "/healthz", {}),
            (500, "GET", "/breaks", {}),
            (413, "GET", "/login", {"Content-Length": str(MAX_BODY + 1)}),
            (200, "GET", name[0], {"Accept-Encoding": "gzip"}),
        )
        for status, method, path, headers in expected:
            answer = await client.request(method, path, headers=headers)
            safe(answer)
            assert answer.status_code == status
        file = await client.get(name[0])
        assert "immutable" in file.headers["cache-control"]
        origin = office.settings.ui_origin
        preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        safe(await client.options("/codec/decode", headers=preflight))
        limited = [await client.post("/login", headers={"Authorization": "Bearer x"}) for _ in range(4)]
        assert limited[-1].status_code == 429
        for answer in limited:
            safe(answer)


async def test_a_shut_door_has_them(office: Office) -> None:
    app = create_app(office.settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/inbox")
        assert answer.status_code == 503
        safe(answer)


def test_pages_have_no_inline_script_or_style() -> None:
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    pages = list(TEMPLATES.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        text = page.read_text(encoding="utf-8")
        inline = chain(
            re.finditer(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text),
            re.finditer(r"<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:", text),
        )
        assert [found[0] for found in inline] == [], page


async def test_figures_are_for_those_the_settings_name(office: Office) -> None:
    app = create_app(office.settings, office=office)
    for client, status in (("127.0.0.1", 200), ("::ffff:127.0.0.1", 200), ("10.1.2.3", 404), ("unix", 404)):
        async with asking(app, client=client) as asked:
            assert (await asked.get("/metrics")).status_code == status


@pytest.mark.parametrize(("trusted", "secure"), [("127.0.0.1", True), ("10.9.9.9", False), ("", False)])
async def test_only_a_trusted_proxy_says_that_it_was_https(office: Office, trusted: str, secure: bool) -> None:
    settings = Settings(home=office.settings.home, trusted_proxies=trusted)
    chosen: dict[str, Any] = {name: value for name, value in options(settings).items() if name not in {"host", "port"}}
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "Host": "localhost"}
    async with served(office, **chosen) as address, httpx.AsyncClient(base_url=address) as client:
        answer = await client.get("/login", headers=told)
        assert ("strict-transport-security" in answer.headers) == secure
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert all(("secure" in cookie.lower()) == secure for cookie in cookies)
        # Behind the proxy stands somebody else than this machine: no figures for them.
        assert (await client.get("/metrics", headers=told)).status_code == (404 if secure else 200)


async def test_the_web_face_speaks_https_with_a_certificate_of_its_own(
    office: Office, virtual: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path: Path
) -> None:
    authority, port = Authority(tmp_path, "ca"), free_port()
    pair = authority.issue("console", "localhost")
    program: Program = web(office, virtual, port)
    program.environment |= {"JIEFEN_TLS_CERT": str(pair.cert), "JIEFEN_TLS_KEY": str(pair.key)}
    await program.start()
    try:
        trusting = ssl.create_default_context(cafile=authority.ca)
        async with httpx.AsyncClient(base_url=f"https://localhost:{port}", verify=trusting) as client:
            answer = await client.get("/login")
            safe(answer)
            assert answer.headers["strict-transport-security"].startswith("max-age=")
            assert all("secure" in cookie.lower() for cookie in answer.headers.get_list("set-cookie"))
        async with httpx.AsyncClient(base_url=f"http://localhost:{port}") as plain:
            with pytest.raises(httpx.HTTPError):
                await plain.get("/login")
    finally:
        assert await program.stop() in {0, -15}
