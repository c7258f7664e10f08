"""Rounds that begin by themselves (定期轮次): a schedule of the Temporal server for each plan with a cadence, and what it starts."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from models.affair.round.book import Cadence, RoundBook
from models.affair.round.due import RoundsBegun, RoundsDue
from models.party import SYSTEM
from service.affairs.desk import Affairs
from service.errors import Refused
from service.office import Office
from service.settings import Settings
from workflows.round import RoundsDueWorkflow

CAUGHT_UP = timedelta(days=2)
"""How long a server may have been away and still begin what it missed: an older round is overtaken by the next."""

SUNDAY = 7


def prefix(settings: Settings) -> str:
    """Return how the ids of this office's schedules of rounds begin."""
    return f"round-{settings.task_queue}-"


def cadences(office: Office) -> dict[str, Cadence]:
    """Return the plans that begin by themselves, with when."""
    book = office.place.books.get("round")
    plans = book.plans if isinstance(book, RoundBook) else {}
    return {key: plan.cadence for key, plan in plans.items() if plan.cadence is not None}


def schedule(office: Office, plan: str, cadence: Cadence) -> Schedule:
    """Return the schedule of a plan. The server counts by UTC; from the place's offset on it is the same day there."""
    hour, _, minute = cadence.at.partition(":")
    at = (int(hour) * 60 + int(minute) - office.place.calendar.utc_offset_minutes) % 1440
    when = ScheduleCalendarSpec(
        hour=(ScheduleRange(at // 60),),
        minute=(ScheduleRange(at % 60),),
        day_of_week=tuple(ScheduleRange(day % SUNDAY) for day in cadence.weekdays) or (ScheduleRange(0, 6),),
        day_of_month=tuple(ScheduleRange(day) for day in cadence.days) or (ScheduleRange(1, 31),),
        month=tuple(ScheduleRange(month) for month in cadence.months) or (ScheduleRange(1, 12),),
        comment=plan,
    )
    name = prefix(office.settings) + plan
    return Schedule(
        action=ScheduleActionStartWorkflow(
            RoundsDueWorkflow.run, plan, id=name, task_queue=office.settings.queue("grid"), static_summary=f"rounds: {plan}"
        ),
        spec=ScheduleSpec(calendars=[when]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=CAUGHT_UP),
    )


async def keep_rounds(office: Office) -> bool:
    """Make sure that there is a schedule for each plan with a cadence, as the book has it, and no other; False where we may not."""
    wanted = cadences(office)
    try:
        for plan, cadence in wanted.items():
            await _kept(office.client, prefix(office.settings) + plan, schedule(office, plan, cadence))
        async for found in await office.client.list_schedules():
            ours = found.id.startswith(prefix(office.settings))
            if ours and found.id.removeprefix(prefix(office.settings)) not in wanted:
                await office.client.get_schedule_handle(found.id).delete()
    except RPCError:
        return False
    return True


async def _kept(client: Client, name: str, wanted: Schedule) -> None:
    def same_but_for_the_time(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
        now = found.description.schedule
        if now.spec.calendars == wanted.spec.calendars:
            return None
        now.spec = wanted.spec
        return ScheduleUpdate(now)

    try:
        await client.create_schedule(name, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(same_but_for_the_time)


class Starter:
    """Begins the rounds of a plan when their schedule says so."""

    def __init__(self, office: Office, affairs: Affairs) -> None:
        self._office = office
        self._affairs = affairs

    async def begin(self, due: RoundsDue) -> RoundsBegun:
        """Begin a round in each town of the plan, once for each local day. A plan that is gone from the book begins none."""
        cadence = cadences(self._office).get(due.plan)
        network, cal = self._office.bundle.network, self._office.bundle.cal
        codes: dict[str, str] = {}
        skipped: dict[str, str] = {}
        for town in cadence.towns if cadence is not None else ():
            place = network.town(town)
            fields = {"plan": due.plan, "place": place.code if place else town}
            intake_id = f"{due.plan}:{town}:{cal.local_date(due.due)}"
            try:
                receipt = await self._affairs.open("round", fields, SYSTEM, intake_id=intake_id, source="schedule")
            except Refused as refused:
                skipped[town] = str(refused.refusal.code)
            else:
                codes[town] = receipt.code or receipt.affair_id
        return RoundsBegun(codes=codes, skipped=skipped)
