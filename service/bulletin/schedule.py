"""The schedule that has the bulletins made: once for each month, on its first day; after an outage for each month that was missed."""

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
from workflows.bulletin import BulletinWorkflow

CAUGHT_UP = timedelta(days=400)
"""How long a server may have been away and still make up for each month."""

HOUR = 10
"""By the place's own clock. Late enough that it is the same day by UTC, which the server counts by."""


def schedule_id(settings: Settings) -> str:
    """Return the id of this office's schedule."""
    return f"bulletin-{settings.task_queue}"


def schedule(office: Office) -> Schedule:
    """Return the schedule."""
    minutes = (HOUR * 60 - office.place.calendar.utc_offset_minutes) % 1440
    when = ScheduleCalendarSpec(
        day_of_month=(ScheduleRange(1),),
        hour=(ScheduleRange(minutes // 60),),
        minute=(ScheduleRange(minutes % 60),),
        comment="the first of each month",
    )
    name = schedule_id(office.settings)
    return Schedule(
        action=ScheduleActionStartWorkflow(
            BulletinWorkflow.run, id=name, task_queue=office.settings.queue("upkeep"), static_summary="monthly bulletins"
        ),
        spec=ScheduleSpec(calendars=[when]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=CAUGHT_UP),
    )


async def keep_bulletins(office: Office) -> bool:
    """Make sure that there is the schedule; False where the server does not let us."""
    return await keep(office.client, schedule_id(office.settings), schedule(office))
