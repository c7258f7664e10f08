"""What of a trace goes from one process to the next: its two numbers and whether it is recorded, and nothing else.

The W3C headers `tracestate` and `baggage` are free text of whoever sent a request. They would go on into Temporal's headers, which
nobody seals, so they are neither taken nor given.
"""

from __future__ import annotations

from typing import Any

from opentelemetry.context import Context
from opentelemetry.propagators.textmap import CarrierT, Getter, Setter, default_getter, default_setter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

HEADER = "traceparent"


class Ids(TraceContextTextMapPropagator):
    """W3C trace context without its state."""

    def extract(self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter) -> Context:
        """Return the context that a carrier names, or a context without one."""
        found = getter.get(carrier, HEADER)
        return super().extract({HEADER: found or []}, context if context is not None else Context())

    def inject(self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] = default_setter) -> None:
        """Name the current span in a carrier."""
        made: dict[str, Any] = {}
        super().inject(made, context)
        if HEADER in made:
            setter.set(carrier, HEADER, made[HEADER])

    @property
    def fields(self) -> set[str]:
        """The names it writes."""
        return {HEADER}
