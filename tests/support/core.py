"""Play a case through the pure core: `decide` and `fold` with a hand-moved clock, no Temporal, no store.

For unit and property tests. Work that the shell would hand to activities is answered here from the network alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from models.action import Action, Answer, Tick
from models.case import Case, WorkKind
from models.event import Event
from models.library import Documents
from models.party import SYSTEM, Actor
from models.record import AssignmentProposal, AuditReport, CaseView, DeliveryAnswer, EscalationProposal
from models.refusal import Refusal
from models.words import Level, Role
from rules import chain, routing
from rules.clock import next_alarm
from rules.closure import checklist
from rules.library import Library
from rules.procedure import Context, decide
from rules.view import view
from store.places import load_place

ROOT = Path(__file__).resolve().parents[2]
ACTIONS: TypeAdapter[Action] = TypeAdapter(Action)


@cache
def huaxi() -> tuple[Library, Documents]:
    """Load Huaxi once; the library and the hashes its cases run under."""
    place = load_place(ROOT / "places" / "huaxi")
    library = Library()
    return library, place.documents(library)


def actor(post: str) -> Actor:
    """Return the demo holder of `role@unit`."""
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit)


class CoreCase:
    """One case in the pure core. `act` returns the events or the refusal; `move_to` rings every clock on the way."""

    def __init__(self, start: datetime, *, answers: bool = True) -> None:
        self.library, docs = huaxi()
        self.now = start
        self.case = Case(id="00000000-0000-5000-8000-000000000001", source="test", intake_id="1", docs=docs)
        self.events: list[Event] = []
        self.answers = answers
        self._numbers: Iterator[int] = iter(range(1, 1_000_000))

    @property
    def context(self) -> Context:
        return Context(now=self.now, library=self.library)

    def act(self, post: str, do: str, occurred_at: datetime | None = None, **fields: Any) -> tuple[Event, ...] | Refusal:
        """Let the holder of a post ask for an action; pending work it leads to is answered at once."""
        data = {"do": do, "id": f"a{next(self._numbers)}", "actor": actor(post).model_dump(), **fields}
        if occurred_at is not None:
            data["occurred_at"] = occurred_at
        return self.send(ACTIONS.validate_python(data))

    def send(self, action: Action) -> tuple[Event, ...] | Refusal:
        """Decide and fold one action."""
        decided = decide(self.case, action, self.context)
        if isinstance(decided, Refusal):
            return decided
        self.case, _ = chain.append(self.case, decided)
        self.events.extend(decided)
        if self.answers:
            self._serve()
        return decided

    def move_to(self, when: datetime) -> None:
        """Let time pass; every alarm on the way rings at its time."""
        while not self.case.ended:
            at = next_alarm(self.case.clocks.values())
            if at is None or at > when:
                break
            self.now = max(self.now, at)
            before = self.case.seq
            self.send(Tick(id="tick", actor=SYSTEM))
            if self.case.seq == before:
                raise AssertionError(f"the clock rings at {at} and nothing happens")
        self.now = max(self.now, when)

    def pass_time(self, **span: float) -> None:
        """Let so much time pass."""
        self.move_to(self.now + timedelta(**span))

    def view(self) -> CaseView:
        return view(self.case, self.library.bundle(self.case.docs), self.now)

    def _serve(self) -> None:
        while self.case.work:
            work = next(iter(self.case.work.values()))
            result = self._answer(work.kind, work.detail)
            self.send(Answer(id=f"answer:{work.id}", actor=SYSTEM, work=work.id, result=result))

    def _answer(self, kind: WorkKind, detail: dict[str, Any]) -> dict[str, Any]:
        network = self.library.bundle(self.case.docs).network
        if kind is WorkKind.ASSIGN:
            gone = {*self.case.recused, *self.case.former_mediators}
            near = [self.case.lead or "", f"{self.case.town}-justice", "huaxi-justice"]
            fit = [u for u in near if (found := network.unit(u)) and Role.MEDIATOR in found.roles and f"mediator@{u}" not in gone]
            chosen = fit[0] if fit else None
            answer = AssignmentProposal(mediator=f"mediator@{chosen}" if chosen else None, unit=chosen)
            return answer.model_dump(mode="json")
        if kind is WorkKind.ESCALATE:
            level = Level(detail["level"])
            lead = routing.one(network, level, self.case.town, self.case.place)
            units = routing.at_joint(network, category=self.case.category, town=self.case.town) if level is Level.JOINT else ()
            return EscalationProposal(lead=lead, units=units).model_dump(mode="json")
        if kind is WorkKind.AUDIT:
            held, still_open = checklist(self.case, self.library.procedure(self.case.docs.procedure))
            return AuditReport(passed=held, open=still_open, head=self.case.head).model_dump(mode="json")
        return DeliveryAnswer(accepted=True, case_id="other", code="OTHER-1").model_dump(mode="json")
