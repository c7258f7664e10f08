"""What each line of a log says of where it came from: trace and span, and the case, where Temporal's SDK knows it."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from service.watch import tracing

FROM_SDK = {"workflow_id": "case_id", "run_id": "run", "workflow_run_id": "run", "activity_type": "activity", "attempt": "attempt"}
"""What of the SDK's own notes is kept, and under which names; the rest repeats itself on every line."""


def traced(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add `trace_id` and `span_id` where there is a trace, and `case_id` from what the SDK notes; for structlog's chain."""
    found = tracing.ids()
    if found is not None:
        event["trace_id"], event["span_id"] = found
    for note in ("temporal_workflow", "temporal_activity"):
        told = event.pop(note, None)
        if isinstance(told, dict):
            for name, ours in FROM_SDK.items():
                if told.get(name) is not None:
                    event.setdefault(ours, told[name])
    return event
