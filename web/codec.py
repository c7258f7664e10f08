"""`/codec`: what Temporal's own pages and command line ask to show sealed payloads. For the system administrator, signed in.

Only pages of the one origin in the settings may ask from a browser; a command line sends an API token (`--codec-auth`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.secrecy.codec import Codec
from service.settings import Settings
from web.auth import IdentityDep
from web.problems import WebProblem
from web.state import OfficeDep

PATH = "/codec"
HEADERS = ("Authorization", "Content-Type", "X-Namespace")

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.post("/encode")
async def encode(request: Request, office: OfficeDep, identity: IdentityDep) -> Response:
    """Seal the payloads of the body."""
    return await _answer(request, identity.must_change, Codec(office, identity).encode)


@router.post("/decode")
async def decode(request: Request, office: OfficeDep, identity: IdentityDep) -> Response:
    """Open the payloads of the body."""
    return await _answer(request, identity.must_change, Codec(office, identity).decode)


async def _answer(request: Request, must_change: bool, coded: Callable[[bytes, str], Awaitable[str]]) -> Response:
    if must_change:
        raise WebProblem("password_change")
    settings: Settings = request.app.state.office.settings
    if request.headers.get("origin", settings.ui_origin) not in {settings.ui_origin, f"{request.url.scheme}://{request.url.netloc}"}:
        raise WebProblem("not_allowed")
    told = await coded(await request.body(), request.headers.get("x-namespace", ""))
    return Response(told, media_type="application/json", headers={"Cache-Control": "no-store"})


class CodecCors:
    """Lets pages of one origin ask here, with the cookies of a session, and nothing else of the application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app, allow_origins=[settings.ui_origin], allow_methods=["POST"], allow_headers=HEADERS, allow_credentials=True
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        under = scope["type"] == "http" and scope["path"].startswith(f"{PATH}/")
        await (self._open if under else self._app)(scope, receive, send)
