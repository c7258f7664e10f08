"""Schedules of the Temporal server (定时): made once, and adjusted when the settings say another time or another queue."""

from __future__ import annotations

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError


async def keep(client: Client, name: str, wanted: Schedule) -> bool:
    """Make sure that there is this schedule, with these times and this queue; False where the server does not let us."""
    try:
        await client.create_schedule(name, wanted)
    except ScheduleAlreadyRunningError:
        return await _adjusted(client, name, wanted)
    except RPCError:
        return False
    return True


async def _adjusted(client: Client, name: str, wanted: Schedule) -> bool:
    def differing(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
        now = found.description.schedule
        if now.spec.calendars == wanted.spec.calendars and _queue(now) == _queue(wanted):
            return None
        now.spec, now.action = wanted.spec, wanted.action
        return ScheduleUpdate(now)

    try:
        await client.get_schedule_handle(name).update(differing)
    except RPCError:
        return False
    return True


def _queue(schedule: Schedule) -> str:
    action = schedule.action
    return action.task_queue if isinstance(action, ScheduleActionStartWorkflow) else ""
