"""Other rules for running cases (规程更新): which cases run under others than those in force, what would move, and who goes over when.

Nobody goes over by itself: a person decides for all cases within reach, or for some: at once, from the next stage on, or never.
Each case notes it on its timeline. It can be broken off anywhere and done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from enum import StrEnum
from functools import partial

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
from service.errors import UnknownCase, refuse
from service.many import Came, came_of, side_by_side
from service.office import Office
from service.oversight.figuring import sit_down
from service.sighted import Sighted
from store.desk.lists import Filter
from store.desk.states import States

RUNNING = Filter(ended=False)
MOST = 100_000
"""More running cases than any county has."""


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
                found.append(Behind(code=_code(case), case_id=case.id, stage=case.stage, differs=differs, planned=planned, moves=shifts))
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
        sit_down(Desk.TRY, actor)
        await self._office.refresh()
        target = self._office.docs
        behind = {_code(case): case.id async for case in self._running(actor) if _differs(case.docs, target)}
        unknown = next((code for code in codes if code not in behind), None)
        if unknown is not None:
            raise UnknownCase(unknown)
        chosen = [(code, behind[code]) for code in codes or behind]
        gone: list[Gone] = []
        async for one in side_by_side(chosen, partial(self._move, actor=actor, when=when, reason=reason, target=target)):
            gone.append(one)
            if progress is not None:
                progress(len(gone), len(chosen))
        return tuple(sorted(gone, key=lambda each: each.code))

    async def _move(self, behind: tuple[str, str], *, actor: Actor, when: When, reason: str, target: Documents) -> Gone:
        code, case_id = behind
        case = await self._office.records.load(case_id)
        if case is None:
            return Gone(code=code, outcome=Came.FAILED, why="unknown_case")
        if when is When.NEVER and case.docs_planned is None:
            return Gone(code=code, outcome="stays")
        docs = case.docs if when is When.NEVER else target.model_copy(update={"calendar": case.docs.calendar})
        start = "next_stage" if when is When.NEXT_STAGE else "now"
        given = {"docs": docs.model_dump(), "reason": reason, "start": start}
        # The state it was asked in makes the id: going to and fro between rules is each time another action.
        action_id = f"rebase:{case.seq}:{start}:{docs.procedure[:24]}"
        came, why = await came_of(self._cases.act(case.id, "rebase", given, actor, action_id=action_id))
        return Gone(code=code, outcome=came, why=why)

    async def _running(self, actor: Actor) -> AsyncIterator[Case]:
        ids = await self._states.ids(await self.eyes(actor), RUNNING, self._office.now(), MOST)
        async for case in self._states.each(ids):
            yield case


def _differs(docs: Documents, target: Documents) -> tuple[str, ...]:
    """Return the kinds of documents, the calendar left aside, in which two sets differ."""
    return tuple(kind for kind in ("procedure", "network", "risk") if getattr(docs, kind) != getattr(target, kind))


def _code(case: Case) -> str:
    return case.code or case.id
