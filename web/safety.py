"""What every answer carries and what no request may exceed: security headers, the size of a body; and the door that is shut."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders, State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import response

log = logging.getLogger("jiefen.web")

MAX_BODY = 2 * 1024 * 1024
"""Bytes that a request may bring."""

MAX_UPLOAD = 51 * 1024 * 1024
"""The same where a file is brought in; what a place takes of it is its own limit, checked as it comes."""

UPLOADS = ("/papers/uploads", "/households/lists")
"""How addresses end at which files are brought in."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Permitted-Cross-Domain-Policies": "none",
    # Pages and answers alike: the next person at this screen gets nothing out of the browser's store. What may be kept says so itself.
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
    ),
}
"""On every answer; no inline script, nothing from elsewhere, in no frame."""

HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""On every answer that goes over https, be it our own or that of a proxy we trust: a browser comes by https alone for a year."""


class Safety:
    """Adds the headers and guards the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, guarded."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _guarded(send, HEADERS | HTTPS if scope["scheme"] == "https" else HEADERS)
        length = Headers(scope=scope).get("content-length", "0")
        most = MAX_UPLOAD if scope["path"].endswith(UPLOADS) else MAX_BODY
        if not length.isdigit() or int(length) > most:
            await response("too_large")(scope, receive, guarded)
            return
        body = Body(receive, most)
        begun = False

        async def answered(message: Message) -> None:
            nonlocal begun
            if not body.over:
                begun = True
                await guarded(message)

        failed = None
        try:
            await self._app(scope, body.receive, answered)
        except Exception as error:  # noqa: BLE001 - nothing of ours may reach a browser, or a log, as it is
            log.error("request failed: %s at %s", type(error).__name__, _where(error))  # noqa: TRY400 - not with its words
            failed = "internal"
        failed = "too_large" if body.over else failed
        if failed is not None and not begun:
            await response(failed)(scope, receive, guarded)


def _guarded(send: Send, added: dict[str, str]) -> Send:
    """Return `send` with the headers added, where the answer has none of its own."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            for name, value in added.items():
                headers.setdefault(name, value)
        await send(message)

    return guarded


class Shut:
    """Answers 503 for everything while there is no office behind the application: its keys could not be used at the start."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, where there is an office; whether the process runs is answered in any case."""
        if scope["type"] != "http" or self._state.office is not None or scope["path"] == "/healthz":
            await self._app(scope, receive, send)
            return
        await response("keys")(scope, receive, send)


class Body:
    """The body of a request, up to its limit; one without a length is measured as it comes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._taken = 0
        self.over = False

    async def receive(self) -> Message:
        """Return the next part; behind the limit the sender counts as gone."""
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self.over = self.over or self._taken > self._most
        return {"type": "http.disconnect"} if self.over else message


def _where(error: BaseException) -> str:
    """Return the places an error came through. Its words may be those of a case, and are not logged."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
