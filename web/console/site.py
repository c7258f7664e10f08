"""Puts the console together: templates, files, pages, and what a page says when something is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.middleware.gzip import GZipMiddleware

from service.errors import PurposeNeeded
from web import problems
from web.console import widgets
from web.console.caller import FACTOR, FactorNeeded, PasswordNeeded, SignInNeeded, guest
from web.console.kept import sent
from web.console.pages import ROUTERS, live, purpose, sign_in
from web.console.pages.citizen import NotIn

ROOT = Path(__file__).parent

FOR_MACHINES = ("/api/", "/events", "/feeds/", "/open311/", "/codec/", "/healthz", "/readyz", "/metrics")
"""Addresses whose errors are problem documents; a person gets a page."""

KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
"""An address carries a mark of what is in the file."""


def environment() -> Environment:
    """Return where templates come from; a name that is missing in one is an error and never a gap."""
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.globals.update(widgets.GLOBALS)
    return made


def install(app: FastAPI) -> None:
    """Add the console to the application."""
    app.state.templates = environment()
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)

    @app.get("/static/{name}", include_in_schema=False)
    async def static(name: str) -> Response:
        found = widgets.static_file(name)
        return problems.response("not_found") if found is None else FileResponse(found, headers=KEPT)

    _send_on(app)


def _send_on(app: FastAPI) -> None:
    """Send whoever can't see a page yet to the one that comes before it."""

    @app.exception_handler(SignInNeeded)
    async def _sign_in(request: Request, error: SignInNeeded) -> Response:
        if "hx-request" in request.headers:
            # The page keeps what was typed in it, and says that the session is over.
            return Response(status_code=204, headers={"HX-Trigger": "session-over"})
        if request.url.path == live.PATH:
            return Response(status_code=204)  # a browser does not ask again for a stream that is answered so
        kept = await sent(request)
        if kept is not None:
            return sign_in.over(guest(request), kept)
        return RedirectResponse(f"/login?next={error.back}" if error.back.startswith("/") else "/login", 303)

    @app.exception_handler(NotIn)
    async def _not_in(request: Request, error: NotIn) -> Response:
        return _elsewhere(request, "/citizen?done=over")

    @app.exception_handler(PurposeNeeded)
    async def _purpose(request: Request, error: PurposeNeeded) -> Response:
        if request.url.path.startswith(FOR_MACHINES):
            return problems.response(str(error.refusal.code), error.refusal.detail)
        return _elsewhere(request, purpose.asking(request, error.code))

    @app.exception_handler(PasswordNeeded)
    async def _password(request: Request, error: PasswordNeeded) -> Response:
        return _elsewhere(request, "/account/password")

    @app.exception_handler(FactorNeeded)
    async def _factor(request: Request, error: FactorNeeded) -> Response:
        return _elsewhere(request, FACTOR)


def _elsewhere(request: Request, path: str) -> Response:
    """Send somebody to another page; a fragment asked for by htmx must not be filled with a whole page."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def error_page(request: Request, code: str, detail: str) -> Response | None:
    """Return the page for an error, or None where a machine asks."""
    if request.url.path.startswith(FOR_MACHINES):
        return None
    kind = problems.KINDS[code]
    looks = guest(request)
    context: dict[str, Any] = {"code": code, "message": looks.words.pick(kind.zh, kind.en), "detail": detail, "status": kind.status}
    if "hx-request" in request.headers:
        return looks.page("fragments/error.html", context, status=kind.status)
    return looks.page("error.html", context, status=kind.status)
