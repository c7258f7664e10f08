"""What must hold of every case after every step, whatever happened. Each check raises AssertionError with its sentence."""

from __future__ import annotations

from datetime import datetime

from models import happening as h
from models.action import Action
from models.case import Case
from models.event import Event
from models.party import Actor
from models.record import Duty
from models.words import BEFORE_AGREED, ENDS, LEVELS, PromiseState, Role, Stage
from rules.actions.common import OPEN_TASKS
from rules.authority import PERMITS, holds, permit
from rules.clock import due_alarms
from rules.library import Bundle
from rules.limits import SUSPENSION, open_complaints, promises
from rules.marks import led_after
from rules.obligations import duties

SILENT = {"note", "attach", "represent", "call_off", "rate"}
"""Actions that never move a clock."""

NEEDED = {
    Stage.ARCHIVED: {"screened", "agreement_effective", "visited", "audited"},
    Stage.CHANNELLED: {"notice_given"},
    Stage.MERGED: {"merging"},
    Stage.DECLINED: {"registered"},
    Stage.WITHDRAWN: {"registered"},
}
"""Events without which an end may not come."""


def running(case: Case, bundle: Bundle) -> None:
    """A running case is owed by somebody, exactly one holds the ball and may act, and a clock runs."""
    owed = duties(case, bundle.procedure)
    assert owed, f"{case.stage}: nobody owes anything"
    assert [duty.holds_ball for duty in owed].count(True) == 1
    assert owed[0].holds_ball
    for duty in owed:
        assert may(case, duty, bundle), f"{case.stage}: {duty.role}@{duty.unit} owes {duty.act} ({duty.id}) and may not do it"
    assert case.clocks, f"{case.stage}: no clock runs"
    if case.standing is None:
        assert not any(clock.paused for clock in case.clocks.values()), "a clock stands still though the case does not"
    else:
        assert SUSPENSION in case.clocks, "the case stands still and nothing asks until when"
        assert all(clock.paused is (name != SUSPENSION) for name, clock in case.clocks.items())
    if case.stage in BEFORE_AGREED:
        assert "ladder" in case.clocks
        assert ("rule" in case.clocks) == any(objection.open for objection in case.objections), "an objection nobody has to rule on"


def may(case: Case, duty: Duty, bundle: Bundle) -> bool:
    """Whether whoever owes this is a post that there is, and may do it as far as role and relation go."""
    if duty.role is Role.SYSTEM:
        return True
    units = [duty.unit] if duty.unit is not None else [u for u in bundle.network.units if u.startswith((f"{case.town}-", "huaxi-"))]
    for unit in units:
        found = bundle.network.unit(unit)
        person = duty.person or f"{duty.role}@{unit}"
        there = found is not None and duty.role in found.roles
        actor = Actor(person=person, role=duty.role, unit=unit)
        if there and permit(duty.act, duty.role) and holds(case, actor, PERMITS[duty.act].relation, bundle.network):
            return True
    return False


def ended(case: Case, bundle: Bundle, events: list[Event]) -> None:
    """An ended case owes nothing but replies to complaints, and did not skip what has to come before its end."""
    assert case.ended_at is not None
    replies = {f"complaint:{complaint.id}" for complaint in open_complaints(case)}
    assert set(case.clocks) == replies
    assert {duty.id for duty in duties(case, bundle.procedure)} == replies
    assert not any(duty.holds_ball for duty in duties(case, bundle.procedure))
    assert case.stage is not Stage.ARCHIVED or not replies, "closed with a complaint that nobody replied to"
    assert not case.work
    assert case.standing is None
    assert all(card.closed_at is not None or card.clock in replies for card in case.cards)
    assert not [task for task in case.tasks.values() if task.state in OPEN_TASKS]
    assert all(meeting.off or meeting.at <= case.ended_at for meeting in case.meetings)
    assert case.stage is not None
    seen = {event.type for event in events if event.chapter == case.chapter or case.stage is not Stage.ARCHIVED}
    missing = NEEDED[case.stage] - seen - ({"screened"} if case.chapter > 1 else set())
    assert not missing, f"{case.stage} without {missing}"


def state(case: Case, bundle: Bundle, events: list[Event]) -> None:
    """What holds in every state."""
    assert (case.stage in ENDS) == case.ended
    ids = [party.id for party in case.parties]
    assert len(set(ids)) == len(ids)
    assert len({card.id for card in case.cards}) == len(case.cards), "a card was shown twice"
    for card in case.cards:
        assert card.closed_at is not None or card.clock in case.clocks, f"{card.id} is open and what it asks for is not owed"
    for complaint in open_complaints(case):
        owed = [duty for duty in duties(case, bundle.procedure) if duty.id == f"complaint:{complaint.id}"]
        assert len(owed) == 1, "a complaint that nobody has to reply to"
        assert may(case, owed[0], bundle), f"{owed[0].role}@{owed[0].unit} owes a reply and may not give it"
    if case.ended:
        ended(case, bundle, events)
        return
    running(case, bundle)
    for task in case.tasks.values():
        if task.state in OPEN_TASKS:
            assert {f"sign:{task.id}", f"task:{task.id}"} & set(case.clocks), f"task {task.id} has no clock"
    if case.agreement is not None and case.agreement.effective_at is not None:
        for promise in promises(case, PromiseState.OPEN):
            assert f"promise:{promise.id}" in case.clocks
        if promises(case, PromiseState.DEFAULTED) and case.stage is Stage.PERFORMING:
            assert "default" in case.clocks
    if case.stage is Stage.MEDIATING and not case.refused and case.standing is None:
        assert "mediate" in case.clocks


def step(before: Case, action: Action, events: tuple[Event, ...], after: Case) -> None:
    """What holds of every accepted action."""
    assert events, "accepted, and nothing happened"
    assert [event.seq for event in events] == list(range(before.seq + 1, after.seq + 1))
    if action.do in SILENT:
        assert after.clocks == before.clocks or action.do == "call_off", f"{action.do} moved a clock"
        assert after.stage is before.stage
        assert after.moments == before.moments
    if action.do in {"complain", "reply"} and not before.ended:
        others = ({name: clock for name, clock in case.clocks.items() if not name.startswith("complaint:")} for case in (before, after))
        assert next(others) == next(others), f"{action.do} moved a clock that it is not about"
        assert after.stage is before.stage
    if after.chapter == before.chapter and before.level is not None and action.do != "take_back":
        assert after.level is not None
        assert LEVELS.index(after.level) >= LEVELS.index(before.level), "a case climbed down"
    lead = before.lead
    for event in events:
        assert event.occurred_at is None or event.occurred_at <= event.at
        lead = led_after(lead, event.what)
    assert lead == after.lead, "who leads is read otherwise from the events than by folding them"


class Bells:
    """What has rung: each alarm of each round of each clock once, each rung of the ladder once in a chapter."""

    def __init__(self) -> None:
        self.rung: set[tuple[str, int, str]] = set()
        self.levels: set[tuple[int, str]] = set()

    def hear(self, events: tuple[Event, ...]) -> None:
        """Take note; raises AssertionError at a second time."""
        for event in events:
            what = event.what
            if isinstance(what, h.Reminded):
                clock = next(c for c in event.clocks if c.id == what.clock)
                self._once(clock.id, clock.round, what.alarm)
            elif isinstance(what, h.Carded):
                name, _, kind = what.card.id.rpartition(":")
                clock_id, _, number = name.rpartition("#")
                self._once(clock_id, int(number), kind)
            elif isinstance(what, h.Escalated):
                rung = (event.chapter, str(what.level))
                assert rung not in self.levels, f"rung {rung} was climbed twice"
                self.levels.add(rung)
            elif isinstance(what, h.LeaderCharged):
                assert (event.chapter, "leader") not in self.levels
                self.levels.add((event.chapter, "leader"))

    def _once(self, clock: str, number: int, alarm: str) -> None:
        assert (clock, number, alarm) not in self.rung, f"{clock}#{number}:{alarm} rang twice"
        self.rung.add((clock, number, alarm))


def quiet(case: Case, now: datetime) -> None:
    """After the clocks have rung, none is left that should have."""
    late = [f"{clock.id}:{alarm.id}" for clock in case.clocks.values() for alarm in due_alarms(clock, now)]
    assert not late, f"{late} did not ring"
