"""Traces kept in memory, as the receiver would get them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.watch import tracing
from service.watch.exporting import Wall, provider


@dataclass
class Received:
    """What has arrived behind the wall."""

    kept: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.kept.get_finished_spans()

    def of(self, trace: str) -> list[ReadableSpan]:
        """The spans of one trace."""
        return [span for span in self.spans if span.context is not None and f"{span.context.trace_id:032x}" == trace]

    def named(self, name: str) -> ReadableSpan:
        """The last span of this name."""
        return next(span for span in reversed(self.spans) if span.name == name)


@contextmanager
def traced() -> Iterator[Received]:
    """Trace what is opened and done inside."""
    received = Received()
    made = provider("jiefen-test")
    made.add_span_processor(SimpleSpanProcessor(Wall(received.kept)))
    tracing.switch_on(made)
    try:
        yield received
    finally:
        tracing.switch_on(None)
