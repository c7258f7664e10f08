"""Whatever people do and however time passes, the promise of the design holds: nothing is lost, forgotten or rung twice.

Random posts ask for random things, clocks ring, outages last for weeks, answers come late or not as hoped. A longer run:
`JIEFEN_STATEFUL_EXAMPLES=20000 pytest tests/rules/test_procedure_stateful.py`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from pydantic import ValidationError

from models.action import INTERNAL, Action, Answer, Tick
from models.case import Case, Work, WorkKind
from models.event import Event
from models.library import Documents
from models.party import SYSTEM
from models.record import AssignmentProposal, AuditReport, DeliveryAnswer, Line
from models.refusal import Refusal
from rules import chain
from rules.actions.spec import SPECS
from rules.allowed import allowed
from rules.clock import next_alarm
from rules.fold import fold
from rules.lab.course import course
from rules.obligations import duties
from rules.procedure import decide
from tests.support import invariants, plausible
from tests.support.core import ACTIONS, CoreCase, actor
from tests.support.onward import onward

EXAMPLES = int(os.environ.get("JIEFEN_STATEFUL_EXAMPLES", "100"))
STARTS = (datetime(2026, 3, 2, 1, 30, tzinfo=UTC), datetime(2026, 9, 29, 2, tzinfo=UTC), datetime(2026, 2, 12, 8, 59, tzinfo=UTC))
SPANS = (
    *(timedelta(minutes=m) for m in (1, 9, 11, 61)),
    *(timedelta(hours=h) for h in (5, 24)),
    *(timedelta(days=d) for d in (2, 4, 9, 31, 95)),
)
ENDING = ("merge", "withdraw", "channel")
EVERYTHING = tuple(name for name in SPECS if name not in {"tick", "answer", "open", "recalendar", "rebase", *ENDING})
FORWARD = (
    "screen",
    "route",
    "sign",
    "contact",
    "assign",
    "consent",
    "agree",
    "sign_agreement",
    "seal",
    "perform",
    "visit",
    "audit",
    "sign_off",
)


@cache
def other_documents() -> tuple[Documents, str]:
    """Huaxi's documents with a stricter procedure, and a calendar with one more rest day."""
    case = CoreCase(STARTS[0])
    docs, library = case.case.docs, case.library
    procedure = library.procedure(docs.procedure)
    stricter = {
        **procedure.limits,
        "contact": procedure.limits["contact"].model_copy(update={"budget": procedure.limits["consent"].budget}),
    }
    calendar = library.calendar(docs.calendar)
    moved = calendar.model_copy(update={"version": "test", "off": (*calendar.off, datetime(2026, 3, 9, tzinfo=UTC).date())})
    name = library.add(procedure.model_copy(update={"version": 2, "limits": stricter}))
    return docs.model_copy(update={"procedure": name}), library.add(moved)


class Procedure(RuleBasedStateMachine):
    """One case and the world around it."""

    @initialize(start=st.sampled_from(STARTS), data=st.data())
    def take_in(self, start: datetime, data: st.DataObject) -> None:
        self.core = CoreCase(start, answers=False)
        self.blank = self.core.case
        self.shadow = self.blank
        self.lines: list[Line] = []
        self.asked: list[Action] = []
        self.bells = invariants.Bells()
        self.numbers = iter(range(1, 1_000_000))
        self.posts = plausible.posts(self.core.library.bundle(self.blank.docs).network)
        post = data.draw(st.sampled_from(("clerk@yanlou-centre", "clerk@huaxi-centre", "grid@yanlou-gumeng")))
        self.ask(post, "open", data.draw(plausible.opening(start)))
        self._go_on(data, data.draw(st.integers(0, 14)))

    @property
    def case(self) -> Case:
        return self.core.case

    def ask(self, post: str, do: str, fields: dict[str, Any]) -> tuple[Event, ...] | Refusal | None:
        who = SYSTEM if post == "system@system" else actor(post)
        try:
            action = ACTIONS.validate_python({"do": do, "id": f"x{next(self.numbers)}", "actor": who.model_dump(), **fields})
        except ValidationError:
            return None
        return self.send(action)

    def send(self, action: Action) -> tuple[Event, ...] | Refusal:
        before = self.case
        first = decide(before, action, self.core.context)
        assert decide(before, action, self.core.context) == first, "decide is not deterministic"
        if isinstance(first, Refusal):
            assert self.case is before
            return first
        self.follow(before, action, first)
        if action.do not in INTERNAL or action.do == "absorb":
            self.asked.append(action)
        return first

    def follow(self, before: Case, action: Action, events: tuple[Event, ...]) -> None:
        """Fold the events twice: as they are, and as they come back from the record."""
        after, lines = chain.append(before, events)
        for line in lines:
            self.shadow = fold(self.shadow, Event.model_validate_json(line.body)).model_copy(update={"head": line.hash})
        self.core.case = after
        self.core.events.extend(events)
        self.lines.extend(lines)
        assert self.shadow == after, "folding the record gives another case"
        assert Case.model_validate_json(after.model_dump_json(warnings="error")) == after, "the case does not survive its own text"
        invariants.step(before, action, events, after)
        self.bells.hear(events)
        invariants.state(after, self.core.library.bundle(after.docs), self.core.events)

    @rule(data=st.data())
    def a_duty_is_met(self, data: st.DataObject) -> None:
        """Somebody does what they owe; this is what carries a case forward."""
        owed = duties(self.case, self.core.library.procedure(self.case.docs.procedure))
        if not owed:
            self.ask("clerk@yanlou-centre", "reopen", {"reason": "ref"})
            return
        duty = owed[0] if data.draw(st.booleans()) else data.draw(st.sampled_from(owed))
        unit = duty.unit or data.draw(st.sampled_from(("yanlou-justice", "yanlou-centre", "yanlou-police")))
        fields = data.draw(plausible.fields_of(duty.act, self.case, self.core.now))
        self.ask(duty.person or f"{duty.role}@{unit}", duty.act, fields)

    @rule(data=st.data(), steps=st.integers(1, 6))
    def all_goes_well_for_a_while(self, data: st.DataObject, steps: int) -> None:
        """Everybody does the next thing right; without this chance alone would seldom come far."""
        self._go_on(data, steps)

    def _go_on(self, data: st.DataObject, steps: int) -> None:
        for _ in range(steps):
            step = onward(self.case)
            if step is None or self.case.merging is not None:
                return
            post, do, fields = step
            if do == "screen":
                fields["category"] = data.draw(st.sampled_from(plausible.CATEGORIES))
            if do == "agree":
                fields |= {
                    "promises": data.draw(plausible.terms(self.case, self.core.now)),
                    "matter": data.draw(st.sampled_from((None, "use"))),
                }
            self.ask(post, do, fields)
            for work in tuple(self.case.work.values()):
                self._answer(work, self.core._answer(work.kind, work.detail))

    @rule(data=st.data(), do=st.sampled_from(ENDING), really=st.integers(0, 4))
    def somebody_wants_out(self, data: st.DataObject, do: str, really: int) -> None:
        if really == 0:
            self._somebody_likely(data, do)

    @rule(data=st.data(), do=st.sampled_from(FORWARD))
    def the_case_is_worked_on(self, data: st.DataObject, do: str) -> None:
        self._somebody_likely(data, do)

    @rule(data=st.data(), do=st.sampled_from(EVERYTHING))
    def somebody_does_something(self, data: st.DataObject, do: str) -> None:
        self._somebody_likely(data, do)

    @rule(data=st.data(), times=st.integers(1, 4))
    def somebody_does_what_they_may(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            posts = dict.fromkeys(post for do in ("contact", "audit") for post in plausible.likely_posts(do, self.case))
            may = {
                do: post
                for post in posts
                for do in allowed(self.case, actor(post), self.core.context)
                if do in EVERYTHING or self.case.ended
            }
            if may:
                do = data.draw(st.sampled_from(sorted(may)))
                self._let(data, may[do], do)

    def _somebody_likely(self, data: st.DataObject, do: str) -> None:
        self._let(data, data.draw(st.sampled_from(plausible.likely_posts(do, self.case))), do)

    def _let(self, data: st.DataObject, post: str, do: str) -> None:
        fields = data.draw(plausible.fields_of(do, self.case, self.core.now))
        if do in plausible.BACKDATABLE and data.draw(st.integers(0, 3)) == 0:
            back = data.draw(st.sampled_from((timedelta(minutes=30), timedelta(days=1), timedelta(days=6), timedelta(days=9))))
            fields = {**fields, "occurred_at": self.core.now - back}
        self.ask(post, do, fields)

    @rule(data=st.data(), do=st.sampled_from(EVERYTHING))
    def anybody_asks_for_anything(self, data: st.DataObject, do: str) -> None:
        post = data.draw(st.sampled_from(self.posts))
        self.ask(post, do, data.draw(plausible.fields_of(do, self.case, self.core.now)))

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        """Every alarm rings at its time; work is answered in between, or is not."""
        until = self.core.now + span
        while (at := self._next_alarm(until)) is not None:
            self.core.now = max(self.core.now, at)
            self._tick()
        self.core.now = until

    @rule(span=st.sampled_from(SPANS))
    def an_outage_ends(self, span: timedelta) -> None:
        """Nothing rang for a while; then all of it does, in order."""
        self.core.now += span
        seen = len(self.core.events)
        while self._next_alarm(self.core.now) is not None:
            self._tick()
        rung = [event.occurred_at for event in self.core.events[seen:] if event.occurred_at is not None]
        assert rung == sorted(rung), "the clocks rang out of order"

    def _next_alarm(self, until: datetime) -> datetime | None:
        """When the next clock rings; the run of an ended case has ended, and with it what rings."""
        if self.case.ended:
            return None
        at = next_alarm(self.case.clocks.values())
        return at if at is not None and at <= until else None

    def _tick(self) -> None:
        assert not isinstance(self.send(Tick(id="tick", actor=SYSTEM)), Refusal)
        if not self.case.ended:
            invariants.quiet(self.case, self.core.now)

    @precondition(lambda self: self.case.work)
    @rule(data=st.data())
    def an_answer_arrives(self, data: st.DataObject) -> None:
        work = data.draw(st.sampled_from(sorted(self.case.work.values(), key=lambda item: item.id)))
        result = self.core._answer(work.kind, work.detail)
        if data.draw(st.integers(0, 4)) == 0:
            result = _bad_news(work.kind, result)
        self._answer(work, result)

    def _answer(self, work: Work, result: dict[str, Any]) -> None:
        sent = self.send(Answer(id=f"answer:{work.id}", actor=SYSTEM, work=work.id, result=result))
        assert not isinstance(sent, Refusal), f"the answer to {work.id} was refused: {sent}"
        assert work.id not in self.case.work

    @rule(rebase=st.booleans(), back=st.booleans(), start=st.sampled_from(("now", "next_stage")))
    def the_rules_change(self, rebase: bool, back: bool, start: str) -> None:
        docs, calendar = other_documents()
        if rebase:
            target = self.blank.docs if back else docs.model_copy(update={"calendar": self.case.docs.calendar})
            self.ask("director@huaxi-centre", "rebase", {"docs": target.model_dump(), "reason": "ref", "start": start})
        else:
            name = self.blank.docs.calendar if back else calendar
            self.ask("director@huaxi-centre", "recalendar", {"calendar": name})

    def teardown(self) -> None:
        if hasattr(self, "lines"):
            assert chain.broken_at(self.lines) is None
            assert chain.replayed(self.blank, self.lines) == self.case
            told = [one.action for one in course(self.blank, self.core.events)]
            assert [_as_told(action) for action in told] == [_as_told(action) for action in self.asked]


UNTOLD = {
    # What is looked up at the door or is the same in its effect, and so leaves no trace of its own in an event.
    "assign": {"household", "on_roll"},
    "hand_over": {"household", "on_roll"},
    "route": {"lead", "level", "assist"},
    "replan": {"lead"},
    "rebase": {"start"},
    "rule": {"uphold", "to", "task", "reason"},
    "escalate": {"reason"},
    "merge": {"older"},
    "meet": {"units"},
    "sign": {"task"},
    "object": {"task"},
    "finish": {"task"},
    "rework": {"task", "unit"},
    "confirm": {"consents"},
    "reply": {"complaint"},
    "absorb": {"tier", "risk_signs", "parties"},
    "split": {"reason"},
    "audit": {"back_to", "findings"},
    "screen": {"category", "reason", "redirect"},
}


def _as_told(action: Action) -> dict[str, Any]:
    """What a course has to give back of an action."""
    return action.model_dump(exclude=UNTOLD.get(action.do, set()))


def _bad_news(kind: WorkKind, result: dict[str, Any]) -> dict[str, Any]:
    if kind is WorkKind.ASSIGN:
        return AssignmentProposal(mediator=None).model_dump(mode="json")
    if kind is WorkKind.AUDIT:
        return AuditReport(passed=(), open=(), head="0" * 64, broken_at=3).model_dump(mode="json")
    if kind in {WorkKind.ABSORB, WorkKind.SPLIT}:
        return DeliveryAnswer(accepted=False, refusal="wrong_stage").model_dump(mode="json")
    return result


TestProcedure = Procedure.TestCase
TestProcedure.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
TestProcedure.pytestmark = [pytest.mark.timeout(0 if EXAMPLES > 1000 else 300)]  # type: ignore[attr-defined]
