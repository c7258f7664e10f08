"""Where spans go, and the wall before it: only what is on a list leaves the process.

Libraries note more than we would: the words of an exception, an update's id, a request's address. Whatever is not named here
is dropped from every span, whoever made it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link
from opentelemetry.trace.status import Status

PERMITTED = frozenset(
    {
        *("jiefen.action", "jiefen.case", "jiefen.outcome", "jiefen.role", "jiefen.unit_kind"),
        *("temporalWorkflowID", "temporalRunID", "temporalActivityID"),
        *("http.request.method", "http.route", "http.response.status_code"),
        *("db.system.name", "db.operation.name", "db.collection.name"),
        "error.type",
    }
)
"""Attributes of spans that leave this process. A case is named by its id; its code would tell town and year."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_ ./:{}-]{0,119}")
"""The form of a span's name: our words, Temporal's, the pattern of a route."""

UNNAMED = "unnamed"

PATIENCE = "3"
"""Seconds that one sending may take, unless the environment says otherwise: the end of a process waits for the last one."""


class Wall(SpanExporter):
    """Hands spans on to another exporter, with nothing but what is permitted."""

    def __init__(self, behind: SpanExporter) -> None:
        self._behind = behind

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand on."""
        return self._behind.export([bare(span) for span in spans])

    def shutdown(self) -> None:
        """Close the exporter behind."""
        self._behind.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Let the exporter behind send what it holds."""
        return self._behind.force_flush(timeout_millis)


def bare(span: ReadableSpan) -> ReadableSpan:
    """Return a span without events, without words of errors, and with the attributes that are permitted."""
    return ReadableSpan(
        name=span.name if NAME.fullmatch(span.name) else UNNAMED,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in (span.attributes or {}).items() if name in PERMITTED},
        links=[Link(link.context) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def provider(service: str) -> TracerProvider:
    """Return a provider that sends nowhere yet; the sampler is the environment's."""
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: service}
    return TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)


def to_receiver(service: str) -> TracerProvider:
    """Return a provider that sends to the receiver of the environment, in batches."""
    os.environ.setdefault("OTEL_EXPORTER_OTLP_TIMEOUT", PATIENCE)
    made = provider(service)
    made.add_span_processor(BatchSpanProcessor(Wall(OTLPSpanExporter())))
    return made
