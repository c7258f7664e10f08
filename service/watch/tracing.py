"""Traces (OpenTelemetry): one for each thing that somebody asks for, from the face down to the SQL statement.

Off unless OpenTelemetry's own variables name a receiver; then a process calls `begin` once and `end` at its end. Everybody else
opens spans with `span`, which costs next to nothing while traces are off, and nothing of OpenTelemetry is imported then.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span
    from temporalio.client import Interceptor

log = logging.getLogger("jiefen.watch")

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""The variables that name a receiver; one of them switches traces on."""

Kind = Literal["server", "inside"]
"""Whether a span answers somebody outside of this process, or is a part of such an answer."""


class Marks:
    """What is added to an open span as it becomes known."""

    def __init__(self, span: Span | None = None) -> None:
        self._span = span

    def set(self, **attributes: str | int) -> None:
        """Add attributes, as `jiefen.NAME`; one of which nothing is known is left out."""
        if self._span is not None:
            self._span.set_attributes({f"jiefen.{name}": value for name, value in attributes.items() if value != ""})

    def answered(self, method: str, route: str, status: int) -> None:
        """Say what became of a request, by the pattern of its route."""
        if self._span is not None:
            self._span.update_name(f"{method} {route}")
            self._span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})


_OFF: AbstractContextManager[Marks] = nullcontext(Marks())


class _Switch:
    """Whether this process traces."""

    provider: TracerProvider | None = None


def asked_for() -> bool:
    """Whether the environment wants traces."""
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER", "otlp") == "none"
    return not off and any(os.environ.get(name) for name in ENDPOINTS)


def begin(service: str, *, quiet: bool = False) -> None:
    """Send traces from now on, where the environment asks for it; `service` is what this process is called in them.

    `quiet` is for commands, which say in one line what is wrong: that no receiver answers is none of it.
    """
    if quiet:
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    if _Switch.provider is not None or not asked_for():
        return
    try:
        from service.watch.exporting import to_receiver  # noqa: PLC0415 - heavy, and mostly not wanted

        switch_on(to_receiver(service))
    except ImportError:
        log.warning("traces are asked for, and their libraries are missing: install jiefen[tracing]")


def switch_on(provider: TracerProvider | None) -> None:
    """Make spans with this provider from now on, or with None no more; for `begin`, and for tests and measurements."""
    from store.watch import statements  # noqa: PLC0415 - as above

    _Switch.provider = provider
    statements.trace_with(None if provider is None else provider.get_tracer("jiefen.sql"))


def end() -> None:
    """Send what has not been sent yet, for some seconds at most."""
    if _Switch.provider is not None:
        _Switch.provider.shutdown()


def span(name: str, kind: Kind = "inside", *, parent: str = "", **attributes: str | int) -> AbstractContextManager[Marks]:
    """Open a span with attributes `jiefen.NAME`. `parent` is a `traceparent` from outside; without one, the span around is it."""
    if _Switch.provider is None:
        return _OFF
    return _span(_Switch.provider, name, kind, parent, attributes)


def ids() -> tuple[str, str] | None:
    """The trace and the span this runs in, in hexadecimal; None where there are none."""
    if _Switch.provider is None:
        return None
    from opentelemetry import trace  # noqa: PLC0415 - loaded by now

    current = trace.get_current_span().get_span_context()
    return (f"{current.trace_id:032x}", f"{current.span_id:016x}") if current.is_valid else None


def interceptors() -> list[Interceptor]:
    """Return what carries traces through Temporal: for a client, and through it for its workers; none while traces are off."""
    if _Switch.provider is None:
        return []
    from service.watch import through_temporal  # noqa: PLC0415 - as above

    return through_temporal.interceptors(_Switch.provider.get_tracer("jiefen.temporal"))


@contextmanager
def _span(provider: TracerProvider, name: str, kind: Kind, parent: str, attributes: dict[str, str | int]) -> Iterator[Marks]:
    from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415 - as above

    from service.watch.carrying import Ids  # noqa: PLC0415 - as above

    with provider.get_tracer("jiefen").start_as_current_span(
        name,
        context=Ids().extract({"traceparent": parent}) if parent else None,
        kind=SpanKind.SERVER if kind == "server" else SpanKind.INTERNAL,
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        marks = Marks(opened)
        marks.set(**attributes)
        try:
            yield marks
        except Exception as error:
            # The kind of an error alone: its words may be those of a case.
            opened.set_attribute("error.type", type(error).__name__)
            opened.set_status(StatusCode.ERROR)
            raise
