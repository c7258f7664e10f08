"""Activities, watched: how long each took and what became of it, what a publication has stored, and whose case a line is about."""

from __future__ import annotations

import time
from typing import Any

from structlog.contextvars import bound_contextvars
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.contracts import PUBLISH
from models.record import Publication, Published, PublishOutcome
from service.office import Office
from service.watch.figures import FIGURES

CLOCK, ENGINE, PERSON = "clock", "engine", "person"
"""Whose hand led to an event: a clock's, the engine's with an answer to pending work, somebody's."""

OF_ENGINE = ("answer:", "restart:", "absorb:")


class WatchedActivities(Interceptor):
    """For a worker; workflows pass it by."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Watch each activity."""
        return _Watched(next, self._office)


class _Watched(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, office: Office) -> None:  # noqa: A002 - the SDK's name
        super().__init__(next)
        self._office = office

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        info = activity.info()
        name, begun, outcome = info.activity_type, time.perf_counter(), "failed"
        if info.attempt > 1:
            FIGURES.activity_retries.labels(name).inc()
        running = FIGURES.activities_running.labels(name)
        running.inc()
        try:
            with bound_contextvars(case_id=info.workflow_id or "", activity=name, attempt=info.attempt):
                answer = await super().execute_activity(input)
            outcome = "done"
        finally:
            running.dec()
            FIGURES.activity_seconds.labels(name, outcome).observe(time.perf_counter() - begun)
        if name == PUBLISH.name:
            self._published(input.args[0], answer)
        return answer

    def _published(self, publication: Publication, answer: Published) -> None:
        FIGURES.publications.labels(str(answer.outcome)).inc()
        if answer.outcome is not PublishOutcome.STORED:
            return
        now = self._office.now()
        for line in publication.lines:
            FIGURES.events.labels(line.type, hand(line.action_id)).inc()
            FIGURES.publish_lag.observe(max(0.0, (now - line.at).total_seconds()))


def hand(action_id: str | None) -> str:
    """Return by whose hand an event came about."""
    if action_id is None or action_id == "tick":
        return CLOCK
    return ENGINE if action_id.startswith(OF_ENGINE) else PERSON
