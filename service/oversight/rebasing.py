"""Other rules for running cases (规程更新): which cases run under others than those in force, what would move, and who goes over when.

Nobody goes over by itself: a person decides for all cases within reach, or for some: at once, from the next stage on, or never.
Each case notes it on its timeline. It can be broken off anywhere and done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from enum import StrEnum

from temporalio.exceptions import TemporalError

from models.base import Instant, Model
from models.case import Case
from models.library import Documents
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Stage
from rules.authority import permit
from rules.desks import Desk
from rules.trial import Shift, difference
from service.cases import Cases
from service.errors import Refused, Unavailable, UnknownCase, refuse
from service.office import Office
from service.oversight.figuring import sit_down
from service.sighted import Sighted
from store.desk.lists import Filter
from store.desk.states import AT_ONCE, States

RUNNING = Filter(ended=False)
MOST = 100_000
"""More running cases than any county has."""

SIDE_BY_SIDE = 10
"""How many cases are told at a time."""


class When(StrEnum):
    """When a case goes over."""

    NOW = "now"
    NEXT_STAGE = "next_stage"
    NEVER = "never"
    """It stays; a plan that was made is dropped."""


class Behind(Model):
    """A running case under other documents than those in force."""

    code: str
    case_id: str
    stage: Stage | None
    differs: tuple[str, ...]
    """Of `procedure`, `network`, `risk`."""
    planned: bool
    """Whether it goes over to those in force at its next stage."""
    moves: tuple[Shift, ...]
    """Clocks that would end at another time, if it went over now."""


class Survey(Model):
    """All of them within reach."""

    as_of: Instant
    docs: Documents
    """In force for new cases; the calendar has an import of its own and is not looked at."""
    running: int
    cases: tuple[Behind, ...]


class Gone(Model):
    """What became of one case: `done`, `stays` (nothing was to be done), `ended`, or `failed` and why."""

    code: str
    outcome: str
    why: str = ""


class Rebasing(Sighted):
    """Rules in force, case by case, for one person after another."""

    def __init__(self, office: Office, cases: Cases) -> None:
        super().__init__(office)
        self._cases = cases
        self._states = States(office.store)

    async def survey(self, actor: Actor) -> Survey:
        """Return which running cases within reach run under other rules, and what would move. Refused as trying rules is."""
        sit_down(Desk.TRY, actor)
        await self._office.refresh()
        now, target = self._office.now(), self._office.docs
        procedure = self._office.library.procedure(target.procedure)
        found: list[Behind] = []
        running = 0
        async for case in self._running(actor):
            running += 1
            differs = _differs(case.docs, target)
            if differs:
                shifts = difference(case, await self.bundle(case), procedure, now).shifts if "procedure" in differs else ()
                planned = case.docs_planned is not None and not _differs(case.docs_planned, target)
                code = case.code or case.id
                found.append(Behind(code=code, case_id=case.id, stage=case.stage, differs=differs, planned=planned, moves=shifts))
                await asyncio.sleep(0)
        return Survey(as_of=now, docs=target, running=running, cases=tuple(sorted(found, key=lambda one: one.code)))

    async def move(
        self,
        actor: Actor,
        when: When,
        reason: str,
        *,
        codes: Collection[str] = (),
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[Gone, ...]:
        """Let cases go over to the rules in force: those named, or all within reach.

        Refused to whom `rebase` is not for, and without a reason; raises UnknownCase for a code that is none of them.
        """
        if not permit("rebase", actor.role):
            raise refuse(RefusalCode.NOT_ALLOWED, "rebase")
        if not reason.strip():
            raise refuse(RefusalCode.MISSING_REASON, "reason")
        survey = await self.survey(actor)
        by_code = {case.code: case for case in survey.cases}
        unknown = next((code for code in codes if code not in by_code), None)
        if unknown is not None:
            raise UnknownCase(unknown)
        chosen = [by_code[code] for code in codes] if codes else list(survey.cases)
        gate = asyncio.Semaphore(SIDE_BY_SIDE)
        gone: list[Gone] = []

        async def one(behind: Behind) -> None:
            async with gate:
                gone.append(await self._move(behind, actor, when, reason, survey.docs))
            if progress is not None:
                progress(len(gone), len(chosen))

        async with asyncio.TaskGroup() as group:
            for behind in chosen:
                group.create_task(one(behind))
        return tuple(sorted(gone, key=lambda each: each.code))

    async def _move(self, behind: Behind, actor: Actor, when: When, reason: str, target: Documents) -> Gone:
        code = behind.code
        try:
            case = await self._cases.load(behind.case_id)
            if when is When.NEVER and case.docs_planned is None:
                return Gone(code=code, outcome="stays")
            docs = case.docs if when is When.NEVER else target.model_copy(update={"calendar": case.docs.calendar})
            start = "next_stage" if when is When.NEXT_STAGE else "now"
            given = {"docs": docs.model_dump(), "reason": reason, "start": start}
            # The state it was asked in makes the id: going to and fro between rules is each time another action.
            await self._cases.act(case.id, "rebase", given, actor, action_id=f"rebase:{case.seq}:{start}:{docs.procedure[:24]}")
        except Refused as refused:
            return _not_taken(code, refused)
        except UnknownCase:
            return Gone(code=code, outcome="failed", why="unknown_case")
        except (Unavailable, OSError, TemporalError) as error:
            return Gone(code=code, outcome="failed", why=str(error))
        return Gone(code=code, outcome="done")

    async def _running(self, actor: Actor) -> AsyncIterator[Case]:
        ids = await self._states.ids(await self.eyes(actor), RUNNING, self._office.now(), MOST)
        for start in range(0, len(ids), AT_ONCE):
            for case in (await self._states.of(ids[start : start + AT_ONCE])).values():
                yield case


def _differs(docs: Documents, target: Documents) -> tuple[str, ...]:
    """Return the kinds of documents, the calendar left aside, in which two sets differ."""
    return tuple(kind for kind in ("procedure", "network", "risk") if getattr(docs, kind) != getattr(target, kind))


def _not_taken(code: str, refused: Refused) -> Gone:
    refusal = refused.refusal.code
    if refusal is RefusalCode.ALREADY_DONE:
        return Gone(code=code, outcome="done")
    if refusal is RefusalCode.WRONG_STAGE:
        return Gone(code=code, outcome="ended")
    return Gone(code=code, outcome="failed", why=str(refusal))
