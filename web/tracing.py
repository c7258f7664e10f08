"""A span for each request, named after the pattern of its route: addresses may be secrets, queries may be names.

FastAPI's and Starlette's own spans note both, so they stay off. Of the headers of a trace only `traceparent` is taken.
"""

from __future__ import annotations

from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.watch import tracing
from web.health import METHODS, pattern

OFF: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False}
"""FastAPI's own telemetry."""

UNTRACED = frozenset({"/healthz", "/readyz", "/metrics"})
"""What is asked every few seconds, by machines."""


class Traced:
    """Opens the span, when traces are on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, inside of its span."""
        if scope["type"] != "http" or scope["path"] in UNTRACED:
            await self._app(scope, receive, send)
            return
        method, status = scope["method"] if scope["method"] in METHODS else "other", 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with tracing.span("request", "server", parent=Headers(scope=scope).get("traceparent", "")) as marks:
            try:
                await self._app(scope, receive, note)
            finally:
                marks.answered(method, pattern(scope), status)
