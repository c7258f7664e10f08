"""What a workflow that a schedule of the server starts has to know of it."""

from __future__ import annotations

from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributeKey

DUE: SearchAttributeKey[datetime] = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""When the schedule should have started it; set by the server."""


def due() -> datetime:
    """Return the time this run was due at, which after an outage lies well before its start; started by hand, when it was started."""
    info = workflow.info()
    return info.typed_search_attributes.get(DUE) or info.start_time
