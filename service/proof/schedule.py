"""The daily anchor as a schedule of the Temporal server: it fires once for each local day, and later for days that an outage took."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)

from service.office import Office
from service.schedules import keep
from service.settings import Settings
from workflows.anchor import AnchorWorkflow

CAUGHT_UP = timedelta(days=30)
"""For how many days an outage may last, so that every one of them gets its anchor afterwards."""


def schedule_id(settings: Settings) -> str:
    """Return the id of the schedule: one for each task queue."""
    return f"anchor-{settings.task_queue}"


async def keep_schedule(office: Office) -> bool:
    """Make sure that there is the schedule, as the settings have it; False where the server does not let us."""
    return await keep(office.client, schedule_id(office.settings), schedule(office))


def schedule(office: Office) -> Schedule:
    """Return the schedule as the settings have it."""
    hour, _, minute = office.settings.anchor_at.partition(":")
    # The place's clock is a fixed way from UTC, so that no zone has to be known to the server.
    there = timedelta(hours=int(hour), minutes=int(minute)) - timedelta(minutes=office.place.calendar.utc_offset_minutes)
    at = there.seconds // 60
    when = ScheduleCalendarSpec(hour=(ScheduleRange(at // 60),), minute=(ScheduleRange(at % 60),), comment="each local day")
    return Schedule(
        action=ScheduleActionStartWorkflow(
            AnchorWorkflow.run, id=schedule_id(office.settings), task_queue=office.settings.queue("upkeep"), static_summary="daily anchor"
        ),
        spec=ScheduleSpec(calendars=[when]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=CAUGHT_UP),
    )
