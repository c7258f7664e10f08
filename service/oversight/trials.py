"""Trying rules (规则试算): what a changed procedure or a new calendar would move in the running cases within reach. Nothing is written.

A procedure is given as an edited text or as one changed value; what is wrong with it is told by key and reason (`BadFile`). To
play whole stories under it, see `service/rehearsal.py`; to put a calendar in force, `service/calendars.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from models.base import Instant, Model
from models.case import Case
from models.party import Actor
from models.procedure import Procedure
from models.words import Stage
from rules.calendar import compiled
from rules.desks import Desk
from rules.labels import Both, clock_label
from rules.library import Bundle, content_hash
from rules.trial import difference
from service.calendars import clock_moves
from service.office import Office
from service.oversight.figuring import sit_down
from service.sighted import Sighted
from store.calendars import calendar_of, merged
from store.desk.lists import Filter
from store.desk.states import States
from store.files import BadFile
from store.places import check_categories
from store.trial_files import NAME, bounded, changed, typed, written

__all__ = ["BadFile", "CalendarTrial", "DueMove", "ProcedureTrial", "Trial", "Trials"]

MOST = 1000
"""Most running cases that are looked at, those registered last; how many there are is always told."""

RUNNING = Filter(ended=False)


class Changed(Model):
    """A value that differs from the procedure in force; None = it is not there."""

    key: str
    before: str | None
    after: str | None


class DueMove(Model):
    """A limit of one case that would end at another time."""

    code: str
    stage: Stage | None
    clock: str
    name: Both
    limit: str | None
    """Key of the limit in the procedure; None for a trial of a calendar."""
    before: Instant | None
    """None where it does not run now, or stands still."""
    after: Instant | None
    """None where it would run no more."""
    days: int | None
    firm: bool = False
    """Whether a provisional date would become a firm one (calendars alone)."""


class Trial(Model):
    """What would move, told of `looked_at` of the `running` cases within reach: all of them, or the ones registered last."""

    as_of: Instant
    running: int
    looked_at: int
    cases_moved: int
    moves: tuple[DueMove, ...]
    """By case code and clock."""

    @property
    def complete(self) -> bool:
        """Whether all running cases within reach were looked at."""
        return self.looked_at == self.running


class ProcedureTrial(Model):
    """A procedure tried."""

    hash: str
    """By which it would be named as a document."""
    changed: tuple[Changed, ...]
    cases_alarmed: int
    """In how many cases a reminder or a card would come at another time, also where no due time moves."""
    trial: Trial


class CalendarTrial(Model):
    """A calendar tried."""

    version: str
    hash: str
    trial: Trial


class Trials(Sighted):
    """Trials for one person after another. Each is refused `not_allowed` to whom the desk is not for."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._states = States(office.store)

    async def procedure_text(self, actor: Actor, text: str) -> ProcedureTrial:
        """Return what an edited procedure would move. Raises BadFile, naming key and reason."""
        sit_down(Desk.TRY, actor)
        return await self._procedure(actor, typed(text))

    async def procedure_value(self, actor: Actor, key: str, value: str) -> ProcedureTrial:
        """Return what the procedure in force would move with one value changed, e.g. `limits.sign.limit` to `2wd`. Raises BadFile."""
        sit_down(Desk.TRY, actor)
        return await self._procedure(actor, changed(self._office.bundle.procedure, key, value))

    async def calendar_text(self, actor: Actor, text: str, name: str = "notice.yaml") -> CalendarTrial:
        """Return what a notice would move, laid over the calendar in force; the ending of its name says YAML or iCalendar.

        Raises BadFile, naming key and reason.
        """
        sit_down(Desk.TRY, actor)
        path = Path(Path(name).name)
        bounded("" if path.suffix == ".ics" else text, path)
        await self._office.refresh()
        try:
            calendar = merged(self._office.bundle.calendar, calendar_of(text, path))
        except BadFile:
            raise
        except ValueError as error:
            raise BadFile(path, "", str(error)) from error
        name_of, cal = content_hash(calendar), compiled(calendar)
        moves: list[DueMove] = []
        looked_at = 0
        async for case, _ in self._running(actor):
            looked_at += 1
            if case.docs.calendar == name_of:
                continue
            told = (move.model_dump(include={"clock", "before", "after", "days", "firm"}) for move in clock_moves(case, name_of, cal))
            moves.extend(_move(case, limit=None, **move) for move in told)
        return CalendarTrial(version=calendar.version, hash=name_of, trial=await self._told(actor, looked_at, moves))

    async def _procedure(self, actor: Actor, procedure: Procedure) -> ProcedureTrial:
        check_categories(procedure, self._office.place.categories, NAME)
        now = self._office.now()
        moves: list[DueMove] = []
        looked_at = alarmed = 0
        async for case, bundle in self._running(actor):
            looked_at += 1
            found = difference(case, bundle, procedure, now)
            moves.extend(_move(case, **shift.model_dump()) for shift in found.shifts)
            alarmed += found.alarms
        told = await self._told(actor, looked_at, moves)
        return ProcedureTrial(hash=content_hash(procedure), changed=self._changes(procedure), cases_alarmed=alarmed, trial=told)

    def _changes(self, procedure: Procedure) -> tuple[Changed, ...]:
        before, after = dict(written(self._office.bundle.procedure)), dict(written(procedure))
        keys = [key for key in dict.fromkeys((*before, *after)) if before.get(key) != after.get(key)]
        return tuple(Changed(key=key, before=before.get(key), after=after.get(key)) for key in keys)

    async def _running(self, actor: Actor) -> AsyncIterator[tuple[Case, Bundle]]:
        """Yield running cases within reach with the documents they run under, `MOST` at most."""
        ids = await self._states.ids(await self.eyes(actor), RUNNING, self._office.now(), MOST)
        async for case in self._states.each(ids):
            yield case, await self.bundle(case)
            # A trial reckons for a second or two; others get their turn between its cases.
            await asyncio.sleep(0)

    async def _told(self, actor: Actor, looked_at: int, moves: Sequence[DueMove]) -> Trial:
        now = self._office.now()
        running = await self._office.queries.count(await self.eyes(actor), RUNNING, now)
        return Trial(
            as_of=now,
            # Some may have ended since.
            running=max(running, looked_at),
            looked_at=looked_at,
            cases_moved=len({move.code for move in moves}),
            moves=tuple(sorted(moves, key=lambda move: (move.code, move.clock))),
        )


def _move(case: Case, *, clock: str, **told: Any) -> DueMove:
    return DueMove(code=case.code or case.id, stage=case.stage, clock=clock, name=clock_label(clock), **told)
