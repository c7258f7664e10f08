"""Asking a course again: every action at its time, every alarm in between, and pending work answered without a world.

Who mediated, and what another case answered, is taken from the record as long as it fits; who leads a rung is asked of the network
at hand, and the closing checklist of the state at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models import action as a
from models import happening as h
from models.action import Action
from models.case import Case, Work, WorkKind
from models.event import Event
from models.library import Documents
from models.network import Network
from models.party import SYSTEM
from models.record import AssignmentProposal, AuditReport, DeliveryAnswer, EscalationProposal
from models.refusal import Refusal, RefusalCode
from models.words import Level, Role
from rules import chain, routing
from rules.actions.common import used_up
from rules.clock import next_alarm
from rules.closure import checklist
from rules.lab.course import Asked
from rules.library import Library
from rules.procedure import Context, decide
from rules.staff_ids import unit_of

Docs = Callable[[Documents], Documents]
"""Which documents are to hold where the record says these."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An action that the rules at hand refuse."""

    asked: Asked
    code: RefusalCode
    detail: str


@dataclass(frozen=True, slots=True)
class Course:
    """A closed case as it is to be asked again."""

    blank: Case
    """The case before its first event."""
    asked: tuple[Asked, ...]
    events: tuple[Event, ...]
    """The record."""

    @property
    def until(self) -> datetime:
        """When the record ends."""
        return self.events[-1].at


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it."""

    case: Case
    events: tuple[Event, ...]
    not_taken: tuple[NotTaken, ...]


def play(course: Course, library: Library, docs: Docs) -> Played:
    """Ask a course again under other documents; stops when the record does."""
    player = _Player(course, library, docs)
    for asked in course.asked:
        player.pass_to(asked.at)
        player.ask(asked)
    player.pass_to(course.until)
    return Played(player.case, tuple(player.events), tuple(player.not_taken))


@dataclass
class _Player:
    course: Course
    library: Library
    docs: Docs
    case: Case = field(init=False)
    now: datetime = field(init=False)
    events: list[Event] = field(default_factory=list)
    not_taken: list[NotTaken] = field(default_factory=list)
    answers: _Answers = field(init=False)

    def __post_init__(self) -> None:
        blank = self.course.blank
        self.case = blank.model_copy(update={"docs": self.docs(blank.docs)})
        self.now = self.course.events[0].at
        self.answers = _Answers(self.course.events)

    def ask(self, asked: Asked) -> None:
        """Ask for one action; one that is refused is noted, and the course goes on."""
        action = asked.action
        if isinstance(action, a.Route):
            action = self._by_the_table(action)
        if isinstance(action, a.Rebase):
            action = action.model_copy(update={"docs": self.docs(action.docs)})
            if action.docs == self.case.docs:
                return
        refusal = self._do(action)
        if refusal is not None:
            self.not_taken.append(NotTaken(asked, refusal.code, refusal.detail))
        self._serve()

    def _by_the_table(self, action: a.Route) -> a.Route:
        """Leave to the table at hand what the recorded one would have proposed by itself: a dispatcher went along with it."""
        proposed = routing.propose_for(self.case, self.library.bundle(self.course.blank.docs))
        told = {"lead": proposed.lead, "level": proposed.level, "assist": proposed.assist}
        return action.model_copy(update={name: None for name, value in told.items() if getattr(action, name) == value})

    def pass_to(self, when: datetime) -> None:
        """Let every alarm up to a time ring, each at its own."""
        while not self.case.ended:
            at = next_alarm(self.case.clocks.values())
            if at is None or at > when:
                break
            self.now = max(self.now, at)
            before = self.case.seq
            self._do(a.Tick(id="tick", actor=SYSTEM))
            self._serve()
            if self.case.seq == before:
                break
        self.now = max(self.now, when)

    def _do(self, action: Action) -> Refusal | None:
        decided = decide(self.case, action, Context(now=self.now, library=self.library))
        if isinstance(decided, Refusal):
            return decided
        self.case, _ = chain.append(self.case, decided)
        self.events.extend(decided)
        return None

    def _serve(self) -> None:
        while self.case.work:
            work = next(iter(self.case.work.values()))
            answer = self.answers.to(work, self.case, self.library)
            if self._do(a.Answer(id=f"answer:{work.id}", actor=SYSTEM, work=work.id, result=answer.model_dump(mode="json"))) is not None:
                break


class _Answers:
    """What was answered in the record, each told once, and else what the documents say."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._mediators = [e.what for e in events if isinstance(e.what, h.Assigned | h.AssignmentFailed) and e.what.work is not None]
        self._climbs = {(e.chapter, e.what.level): e.what for e in events if isinstance(e.what, h.Escalated)}
        self._networks = _networks(events)
        self._delivered = [e.what for e in events if isinstance(e.what, h.Merged | h.MergeFailed | h.SplitOff | h.SplitFailed)]

    def to(self, work: Work, case: Case, library: Library) -> Any:
        """Answer a piece of work."""
        if work.kind is WorkKind.ASSIGN:
            return self._mediator(case, library.network(case.docs.network))
        if work.kind is WorkKind.ESCALATE:
            return self._climb(Level(str(work.detail["level"])), case, library)
        if work.kind is WorkKind.AUDIT:
            held, still_open = checklist(case, library.procedure(case.docs.procedure))
            return AuditReport(passed=held, open=still_open, head=case.head)
        return self._delivery(work)

    def _mediator(self, case: Case, network: Network) -> AssignmentProposal:
        while self._mediators:
            told = self._mediators.pop(0)
            if isinstance(told, h.AssignmentFailed):
                return AssignmentProposal(mediator=None, passed_over=told.passed_over)
            person = told.mediator.person
            if network.unit(unit_of(person)) is not None and not used_up(case, person):
                return AssignmentProposal(mediator=person, unit=told.mediator.unit, why=told.why, passed_over=told.passed_over)
        return self._next_best(case, network)

    def _next_best(self, case: Case, network: Network) -> AssignmentProposal:
        """Propose the post of the lead, of the town, of the district, whichever is there first and not used up."""
        near = (case.lead, *(unit.id for unit in network.units.values() if unit.town in {case.town, None} and not unit.vacant))
        for unit_id in dict.fromkeys(unit for unit in near if unit is not None):
            unit = network.unit(unit_id)
            person = f"{Role.MEDIATOR}@{unit_id}"
            if unit is not None and Role.MEDIATOR in unit.roles and not used_up(case, person):
                return AssignmentProposal(mediator=person, unit=unit_id, why=("lab",))
        return AssignmentProposal(mediator=None)

    def _climb(self, level: Level, case: Case, library: Library) -> EscalationProposal:
        network = library.network(case.docs.network)
        lead = routing.one(network, level, case.town, case.place)
        units = routing.at_joint(network, category=case.category, town=case.town) if level is Level.JOINT else ()
        told = self._climbs.get((case.chapter, level))
        looked_up = told is not None and any(reason.startswith("one=") for reason in told.why)
        if told is not None and looked_up and case.docs.network in self._networks:
            joined = tuple(reason.partition("=")[2] for reason in told.why if reason.partition("=")[0] in {"joins", "fallback"})
            return EscalationProposal(lead=told.lead, units=tuple(u for u in joined if u != told.lead), why=told.why, vacant=told.vacant)
        return EscalationProposal(lead=lead, units=units, why=(f"one={lead}",))

    def _delivery(self, work: Work) -> DeliveryAnswer:
        told = self._delivered.pop(0) if self._delivered else None
        if isinstance(told, h.MergeFailed | h.SplitFailed):
            return DeliveryAnswer(accepted=False, refusal=told.refusal)
        if isinstance(told, h.SplitOff):
            return DeliveryAnswer(accepted=True, case_id=told.new_case, code=told.new_code)
        return DeliveryAnswer(accepted=True, case_id=str(work.detail.get("into_case", work.id)), code=str(work.detail.get("into_code", "")))


def _networks(events: Sequence[Event]) -> frozenset[str]:
    """Return the networks under which the record was made: what was looked up there holds there alone."""
    docs = (event.what.docs for event in events if isinstance(event.what, h.Registered | h.Rebased))
    return frozenset(one.network for one in docs)
