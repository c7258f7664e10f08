"""Importing a calendar (导入日历): which running clocks a new notice would move, and moving them once somebody has approved it.

`preview` changes nothing. `apply` puts the calendar in force for new cases, then tells each running case, which notes
`recalendared` on its timeline; running affairs (事务) likewise, through their run or, where they have none, in the record.
It can be broken off anywhere and done again: none is told twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path

from models.affair.base import Affair
from models.base import Instant, Model
from models.calendar import Calendar
from models.case import Case
from models.clock import Clock
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules import clock as reckon
from rules.affair.kinds import KINDS
from rules.authority import permit
from rules.calendar import WorkingCalendar, compiled
from rules.library import content_hash
from service.affairs.desk import Affairs
from service.cases import Cases
from service.errors import refuse
from service.many import Came, came_of, side_by_side
from service.office import Office
from store.calendars import merged, read_calendar
from store.files import BadFile

AT_ONCE = 10
"""How many cases and affairs are told side by side."""

ROUNDS = 3
"""How often what is running is looked through: some may have been opened under the old calendar meanwhile."""


class Move(Model):
    """A clock that would move, or whose date would become firm."""

    case_id: str
    """Of the case or affair."""
    code: str
    clock: str
    before: Instant | None
    after: Instant | None
    days: int
    """From one date to the other, as the place counts them; 0 where only the hour moves."""
    firm: bool
    """Whether a provisional date becomes a firm one."""


class CalendarChange(Model):
    """What a notice would change. `hash` is what a person approves."""

    version: str
    hash: str
    calendar: Calendar
    moves: tuple[Move, ...]
    cases: int
    """How many running cases count by another calendar now."""
    affairs: int = 0
    """How many running affairs do."""


class Outcome(StrEnum):
    """What became of telling one case or affair."""

    RECALENDARED = "recalendared"
    ENDED = "ended"
    """It had ended meanwhile, or is on its way into another case."""
    FAILED = "failed"
    """It could not be told now; do it again."""


OUTCOMES = {Came.DONE: Outcome.RECALENDARED, Came.ENDED: Outcome.ENDED, Came.FAILED: Outcome.FAILED}


class Told(Model):
    """One case or affair told: what came of it, and why where it failed."""

    case_id: str
    code: str
    outcome: Outcome
    why: str = ""


class Applied(Model):
    """What was done: how many cases and affairs count by the new calendar now, how many had ended, which could not be told."""

    recalendared: int
    ended: int
    failed: tuple[str, ...]
    cases: tuple[Told, ...] = ()
    """Each case and each affair."""


async def preview(office: Office, path: Path) -> CalendarChange:
    """Read a notice, lay it over the calendar in force, and say what would move. Changes nothing. Raises BadFile."""
    notice = read_calendar(path)
    await office.refresh()
    try:
        calendar = merged(office.bundle.calendar, notice)
    except ValueError as error:
        raise BadFile(path, "", str(error)) from error
    return await _change(office, calendar)


async def preview_known(office: Office, name: str) -> CalendarChange:
    """Say what would move if a calendar that is known already were put in force (again). Raises UnknownDocument.

    The way back from a notice that reached too far: one laid over it can't take its later days away.
    """
    await office.refresh()
    return await _change(office, office.library.calendar(name))


async def _change(office: Office, calendar: Calendar) -> CalendarChange:
    name, cal = content_hash(calendar), compiled(calendar)
    moves: list[Move] = []
    cases = affairs = 0
    async for state in _behind(office, name):
        of_case = isinstance(state, Case)
        cases, affairs = cases + of_case, affairs + (not of_case)
        moves.extend(clock_moves(state, name, cal))
    return CalendarChange(version=calendar.version, hash=name, calendar=calendar, moves=tuple(moves), cases=cases, affairs=affairs)


async def apply(
    office: Office,
    cases: Cases,
    change: CalendarChange,
    actor: Actor,
    progress: Callable[[], None] | None = None,
) -> Applied:
    """Put the calendar in force for new cases and tell all running ones, then affairs. Raises Refused, before anything is done.

    The actor's unit must have the whole county in view: a calendar holds for all. `progress` is called for each of them.
    """
    _may(office, actor)
    chosen = await office.adopt(change.calendar, actor.person)
    # The number of the import makes the id: going back to an earlier calendar is another action than going to it first.
    action_id = f"recalendar:{chosen.number}:{chosen.name[:32]}"
    affairs, told = Affairs(office), dict[str, Told]()
    for _ in range(ROUNDS):
        waiting = [one async for one in _behind(office, chosen.name) if one.id not in told]
        if not waiting:
            break
        tell = partial(_told, cases, affairs, name=chosen.name, actor=actor, action_id=action_id)
        async for one in side_by_side(waiting, tell, AT_ONCE):
            told[one.case_id] = one
            if progress is not None:
                progress()
    found = tuple(told[case_id] for case_id in sorted(told))
    return Applied(
        recalendared=sum(item.outcome is Outcome.RECALENDARED for item in found),
        ended=sum(item.outcome is Outcome.ENDED for item in found),
        failed=tuple(item.code for item in found if item.outcome is Outcome.FAILED),
        cases=found,
    )


def _may(office: Office, actor: Actor) -> None:
    unit = office.bundle.network.unit(actor.unit)
    whole_county = unit is not None and unit.town is None
    if actor.role is Role.SYSTEM or not permit("recalendar", actor.role) or not whole_county:
        raise refuse(RefusalCode.NOT_ALLOWED, "recalendar")


async def _behind(office: Office, name: str) -> AsyncIterator[Case | Affair]:
    """Yield running cases, then running affairs, that count by another calendar than this one."""
    async for case in office.records.running_cases():
        if case.docs.calendar != name:
            yield case
    async for kind, text in office.affairs.states(running=True):
        affair: Affair = KINDS[kind].state.model_validate_json(text)
        if affair.docs.calendar != name:
            yield affair


async def _told(cases: Cases, affairs: Affairs, one: Case | Affair, *, name: str, actor: Actor, action_id: str) -> Told:
    fields = {"calendar": name}
    if isinstance(one, Case):
        came, why = await came_of(cases.act(one.id, "recalendar", fields, actor, action_id=action_id))
    elif (await affairs.load(one.id)).ended:
        came, why = Came.ENDED, ""  # an ended one would take it, and start a run again for it
    else:
        came, why = await came_of(affairs.act(one.id, "recalendar", fields, actor, action_id=action_id))
    return Told(case_id=one.id, code=one.code or one.id, outcome=OUTCOMES[came], why=why)


def clock_moves(case: Case | Affair, name: str, cal: WorkingCalendar) -> Iterator[Move]:
    """Yield how the clocks of a case or an affair would move under another calendar."""
    for _, clock in sorted(case.clocks.items()):
        move = _move(case, clock, name, cal)
        if move is not None:
            yield move


def _move(case: Case | Affair, clock: Clock, name: str, cal: WorkingCalendar) -> Move | None:
    """Return how a clock would move; None where date and firmness stay."""
    before, after = clock.due, reckon.recalendar(clock, name, cal).due
    if before is None or after is None or (before.at, before.provisional) == (after.at, after.provisional):
        return None
    return Move(
        case_id=case.id,
        code=case.code or case.id,
        clock=clock.id,
        before=before.at,
        after=after.at,
        days=(cal.ending_date(after.at) - cal.ending_date(before.at)).days,
        firm=before.provisional and not after.provisional,
    )
