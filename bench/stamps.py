"""A worker that notes the time at each station of an action, for `bench/latency.py`: `python -m bench.stamps FILE`. Ends on SIGTERM.

Stations are kept in memory and written as JSON when it ends. Caller, worker and server read the same clock of one machine, so
times of one can be subtracted from those of another.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from temporalio import activity, client, workflow
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.contracts import PUBLISH
from faces.process import run, stop_event
from models.action import Request
from models.record import Publication
from service.crew import build_worker, connect
from service.office import Office
from service.settings import Settings
from service.watch.activities import WatchedActivities

Stamps = dict[str, dict[str, int]]
"""By action id: nanoseconds of the clock by station."""

NOTED: Stamps = defaultdict(dict)
"""What this process has noted."""

SENT, ANSWERED = "sent", "answered"
DECIDING, PUBLISHING, PUBLISHED, HANDLED = "deciding", "publishing", "published", "handled"


def note(action_id: str, station: str) -> None:
    """Note that an action is at a station now."""
    NOTED[action_id][station] = time.time_ns()


class Sending(client.Interceptor):
    """For the caller: when an Update leaves the service, and when its answer is there."""

    def intercept_client(self, next: client.OutboundInterceptor) -> client.OutboundInterceptor:  # noqa: A002 - the SDK's name
        """Watch each Update."""
        return _Sending(next)


class _Sending(client.OutboundInterceptor):
    async def start_workflow_update(self, input: client.StartWorkflowUpdateInput) -> client.WorkflowUpdateHandle[Any]:  # noqa: A002 - the SDK's name
        note(input.args[0].action.id, SENT)
        handle = await super().start_workflow_update(input)
        note(input.args[0].action.id, ANSWERED)
        return handle


class Working(Interceptor):
    """For the worker: when it begins to decide, when it publishes, when it has its answer."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Watch publications."""
        return _Publishing(next)

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002, ARG002 - the SDK's name
        """Watch Updates."""
        return _Deciding


class _Publishing(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        publication = input.args[0] if activity.info().activity_type == PUBLISH.name else None
        ids = {line.action_id for line in publication.lines if line.action_id} if isinstance(publication, Publication) else set()
        for action_id in ids:
            note(action_id, PUBLISHING)
        answer = await super().execute_activity(input)
        for action_id in ids:
            note(action_id, PUBLISHED)
        return answer


class _Deciding(WorkflowInboundInterceptor):
    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002 - the SDK's name
        if isinstance(input.args[0], Request) and not workflow.unsafe.is_replaying():
            # Not the workflow's clock, which stands still while it works: nothing of this goes into what it does.
            note(input.args[0].action.id, DECIDING)
        super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002 - the SDK's name
        answer = await super().handle_update_handler(input)
        if isinstance(input.args[0], Request) and not workflow.unsafe.is_replaying():
            note(input.args[0].action.id, HANDLED)
        return answer


async def main(file: Path) -> int:
    """Work until told to stop, then write what was noted."""
    stop = stop_event()
    settings = Settings()
    office = await Office.open(settings, await connect(settings))
    async with build_worker(office, interceptors=[Working(), WatchedActivities(office)]):
        sys.stdout.write('"ready"\n')
        sys.stdout.flush()
        await stop.wait()
    await office.close()
    await asyncio.to_thread(file.write_text, json.dumps(NOTED), encoding="utf-8")
    return 0


if __name__ == "__main__":
    run(main(Path(sys.argv[1])))
