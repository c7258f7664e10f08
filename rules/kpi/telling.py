"""Telling the facts of a case (指标事实) from its events: one walk along them, with the state that they fold to.

Called by `service/kpi/keeping.py`, never on the way of an action. What was taken back leaves no fact. Nothing here knows an
indicator: which facts are counted is data.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from models import happening as h
from models.case import Agreement, Case
from models.event import Event
from models.kpi import CaseFact, Confirmation, Intake, ItemFact, Mediation, Outcome, Thing, Told, Whose
from models.words import PromiseState, Stage
from rules.fold import fold
from rules.kpi.ball import Held, held, joined
from rules.library import Bundle, Library, digest
from rules.obligations import owed

MINUTE = timedelta(minutes=1)

NOT_STEPS = frozenset({"ladder", "object", "suspension", "confirm"})
"""Clocks that nobody has to keep: the ladder, windows, a review, a right of the parties. Promises are facts of their own."""

_VISITED = frozenset({"visited"})
FULFILS: dict[str, frozenset[str]] = {
    "screen": frozenset({"screened", "declined", "merging"}),
    "route": frozenset({"routed"}),
    "sign": frozenset({"signed"}),
    "sign_task": frozenset({"signed"}),
    "rule": frozenset({"rerouted", "designated", "task_ruled"}),
    "contact": frozenset({"contacted"}),
    "consent": frozenset({"consented", "refused"}),
    "mediate": frozenset({"agreed", "refused", "channelled", "withdrawn"}),
    "task": frozenset({"task_finished"}),
    "channel": frozenset({"channelled"}),
    "joint_meeting": frozenset({"meeting_set"}),
    "sign_agreement": frozenset({"agreement_effective", "agreement_signed"}),
    "default": frozenset({"performed", "channelled"}),
    "visit.first": _VISITED,
    "visit.second": _VISITED,
    "visit.third": _VISITED,
    "visit.again": _VISITED,
    "audit": frozenset({"audited", "audit_failed"}),
    "archive": frozenset({"archived"}),
    "complaint": frozenset({"replied"}),
}
"""What does each step; a clock that anything else stops was called off."""

SERVICES = {"notice_given": "notice", "confirmation_applied": "confirmation"}
LEAVES = frozenset({"rerouted", "designated", "replanned", "escalated"})
"""Events by which a case may pass to another lead."""

OVER: dict[Stage, Mediation] = {
    Stage.CHANNELLED: Mediation.FAILED,
    Stage.WITHDRAWN: Mediation.WITHDRAWN,
    Stage.MERGED: Mediation.MERGED,
    Stage.ARCHIVED: Mediation.FAILED,
}
"""How a mediation without an agreement is over."""


def told(blank: Case, events: Iterable[Event], library: Library) -> Told | None:
    """Return the facts of a case; None before it is registered. Raises UnknownDocument."""
    walk = _Walk(blank, library)
    for event in events:
        walk.go(event)
    return walk.facts()


def stretches(blank: Case, events: Iterable[Event], library: Library, now: datetime) -> tuple[Held, ...]:
    """Return in whose hands a case has been, from its registration until its end or `now`. Raises UnknownDocument."""
    walk = _Walk(blank, library)
    for event in events:
        walk.go(event)
    walk.wait(now)
    return joined(walk.held)


class _Walk:
    """The walk along one case's events."""

    def __init__(self, blank: Case, library: Library) -> None:
        self.case = blank
        self.library = library
        self.items: dict[str, ItemFact] = {}
        self.notes: dict[str, Any] = {"hops": 0, "objected": 0, "upheld": 0}
        self.seconds: dict[Stage, float] = {}
        self.held: list[Held] = []
        self.last: datetime | None = None
        self.opened_at: datetime | None = None
        self._kept: tuple[str | None, dict[str, ItemFact], dict[str, Any]] = (None, {}, {})
        self._burst: tuple[tuple[str | None, datetime] | None, set[str]] = (None, set())
        """Types of the events that came at once: what an action did is told, then which clocks it stopped."""

    def go(self, event: Event) -> None:
        """Take one event in."""
        self.wait(event.at)
        before, self.case = self.case, fold(self.case, event)
        if self.opened_at is None:
            self.opened_at = event.at
        if isinstance(event.what, h.TakenBack):
            if self._kept[0] == event.what.action:
                _, self.items, self.notes = self._kept
        elif event.action_id != self._kept[0]:
            self._kept = (event.action_id, dict(self.items), dict(self.notes))
        here = (event.action_id, event.at)
        self._burst = (here, {*(self._burst[1] if self._burst[0] == here else ()), event.type})
        self._clocks(before, event)
        self._promises(event)
        self._spoken(event)
        self._way(before, event)

    def wait(self, now: datetime) -> None:
        """Let time pass until now, as the case stands."""
        since, case = self.last, self.case
        self.last = now if since is None or now > since else since
        if since is None or case.stage is None or case.ended or now <= since:
            return
        self.seconds[case.stage] = self.seconds.get(case.stage, 0.0) + (now - since).total_seconds()
        stretch = held(case, self._bundle(), since, now)
        self.held.extend([stretch] if stretch is not None else [])

    def _bundle(self) -> Bundle:
        return self.library.bundle(self.case.docs)

    # -- steps ----------------------------------------------------------------------------------------------------

    def _clocks(self, before: Case, event: Event) -> None:
        for clock in event.clocks:
            key = _step(clock.id)
            due = clock.due.at if clock.due else None
            if clock.id.startswith("promise:"):
                name = f"promise:{self.case.chapter}:{clock.id.partition(':')[2]}"
                self._change(name, due=due) if due is not None else None
            elif key not in NOT_STEPS:
                name = f"step:{clock.id}#{clock.round}"
                if name not in self.items:
                    self._stop(before, clock.id, clock.round - 1, event)
                unit = owed(self.case, clock.id).unit
                self.items[name] = ItemFact(name=name, thing=Thing.STEP, key=key, unit=unit, at=clock.anchor, due=due, outcome=Outcome.OPEN)
            if clock.id == "confirm":
                self.notes["confirmable"] = True
        for clock_id in event.stopped:
            self._stop(before, clock_id, self.case.rounds.get(clock_id, 1), event)

    def _stop(self, before: Case, clock_id: str, number: int, event: Event) -> None:
        """Close a step that is open; one that starts anew was called off before."""
        name = f"step:{clock_id}#{number}"
        item = self.items.get(name)
        if item is None or item.outcome is not Outcome.OPEN:
            return
        met = not self._burst[1].isdisjoint(FULFILS.get(item.key, frozenset()))
        overrun = item.due is not None and item.due <= event.when
        outcome = Outcome.MET if met else Outcome.OVERRUN if overrun else Outcome.DROPPED
        self._change(name, done=event.when, outcome=outcome, unit=owed(before, clock_id).unit)

    def _change(self, name: str, **changes: Any) -> None:
        if name in self.items:
            self.items[name] = self.items[name].model_copy(update=changes)

    # -- promises, visits, ratings, services ----------------------------------------------------------------------

    def _promises(self, event: Event) -> None:
        what, chapter = event.what, self.case.chapter
        if isinstance(what, h.AgreementEffective) and self.case.agreement is not None:
            cal = self._bundle().cal
            for promise in self.case.agreement.promises:
                name = f"promise:{chapter}:{promise.id}"
                known = self.items.get(name)
                due = known.due if known is not None else cal.midnight_end(promise.due)
                self._add(name, Thing.PROMISE, "", what.effective_at, due=self._rolled(event, promise.id) or due, outcome=Outcome.OPEN)
        elif isinstance(what, h.Performed):
            name = f"promise:{chapter}:{what.promise}"
            late = name in self.items and self.items[name].outcome is Outcome.DEFAULTED
            self._change(name, done=event.when, outcome=Outcome.MADE_GOOD if late else Outcome.PERFORMED)
        elif isinstance(what, h.Defaulted):
            self._change(f"promise:{chapter}:{what.promise}", outcome=Outcome.DEFAULTED)
        elif isinstance(what, h.Reopened) or self.case.ended:
            for name, item in self.items.items():
                if item.thing is Thing.PROMISE and item.outcome is Outcome.OPEN:
                    self._change(name, outcome=Outcome.DROPPED, done=event.when)

    def _rolled(self, event: Event, promise: str) -> datetime | None:
        """Return the due time of a promise as its clock has it."""
        return next((clock.due.at for clock in event.clocks if clock.id == f"promise:{promise}" and clock.due), None)

    def _spoken(self, event: Event) -> None:
        what, name = event.what, f"event:{event.seq}"
        if isinstance(what, h.Visited):
            self._add(name, Thing.VISIT, REPLIES[what.satisfied], event.when, outcome=Outcome(what.outcome), own=what.mediator_of_record)
        elif isinstance(what, h.Rated):
            self._add(name, Thing.RATING, REPLIES[what.satisfied], event.when, outcome=Outcome.MET)
        elif event.type in SERVICES:
            self._add(name, Thing.SERVICE, SERVICES[event.type], event.when, outcome=Outcome.MET)

    def _add(self, name: str, thing: Thing, key: str, at: datetime, **more: Any) -> None:
        self.items[name] = ItemFact(name=name, thing=thing, key=key, unit=self.case.lead, at=at, **more)

    # -- the way --------------------------------------------------------------------------------------------------

    def _way(self, before: Case, event: Event) -> None:
        note, notes = NOTES.get(event.type), self.notes
        if note is not None:
            notes.setdefault(note, event.when)
        if isinstance(event.what, h.Objected) and event.what.task is None:
            notes["objected"] += 1
        notes["upheld"] += event.type == "rerouted"
        notes["hops"] += event.type in LEAVES and before.lead is not None and self.case.lead != before.lead
        if isinstance(event.what, h.Reopened):
            for name in ("mediated", "mediation", "mediation_ended_at", "resolved_at", "confirmable"):
                notes.pop(name, None)
        self._mediation(event)
        if not _settled(self.case.agreement):
            notes.pop("resolved_at", None)
        elif "resolved_at" not in notes:
            what = event.what
            notes["resolved_at"] = what.effective_at if isinstance(what, h.AgreementEffective) else event.when

    def _mediation(self, event: Event) -> None:
        notes, stage = self.notes, self.case.stage
        if event.stage is Stage.MEDIATING:
            notes["mediated"] = True
            notes["mediation"] = Mediation.OPEN
            notes.pop("mediation_ended_at", None)
        if notes.get("mediation") is not Mediation.OPEN:
            return
        if isinstance(event.what, h.AgreementEffective):
            notes |= {"mediation": Mediation.AGREED, "mediation_ended_at": event.what.effective_at}
        elif stage in OVER:
            notes |= {"mediation": OVER[stage], "mediation_ended_at": event.when}

    # -- the end --------------------------------------------------------------------------------------------------

    def facts(self) -> Told | None:
        """Return what the walk has found."""
        case, opened_at = self.case, self.opened_at
        if opened_at is None or case.stage is None or case.channel is None:
            return None
        contacted: datetime | None = self.notes.get("contacted")
        fact = CaseFact(
            opened_at=opened_at,
            accepted_at=self.notes.get("accepted_at"),
            routed_at=self.notes.get("routed_at"),
            mediation_ended_at=self.notes.get("mediation_ended_at"),
            agreed_at=case.agreement.effective_at if case.agreement else None,
            resolved_at=self.notes.get("resolved_at"),
            ended_at=case.ended_at,
            festival_at=self._festival(opened_at),
            channel=case.channel,
            stage=case.stage,
            tier=case.tier,
            town=case.town,
            lead=case.lead,
            category=case.category,
            intake=self._intake(case.stage),
            mediation=self.notes.get("mediation", Mediation.NONE),
            confirmation=self._confirmation(),
            chapter=case.chapter,
            hops=self.notes["hops"],
            objected=self.notes["objected"],
            upheld=self.notes["upheld"],
            wage_workers=case.wage_workers,
            contact_minutes=None if contacted is None else max(0, (contacted - opened_at) // MINUTE),
            took_minutes=None if case.ended_at is None else (case.ended_at - opened_at) // MINUTE,
            matter=_matter(case),
            stayed={stage: int(seconds // 60) for stage, seconds in self.seconds.items() if seconds >= 60},
            held=_hands(self.held),
        )
        return Told(case=fact, items=tuple(self._current(item) for _, item in sorted(self.items.items())))

    def _current(self, item: ItemFact) -> ItemFact:
        """Return an open step with the unit that owes it now."""
        if item.thing is not Thing.STEP or item.outcome is not Outcome.OPEN:
            return item
        return item.model_copy(update={"unit": owed(self.case, item.name.removeprefix("step:").rpartition("#")[0]).unit})

    def _festival(self, opened_at: datetime) -> datetime | None:
        cal = self._bundle().cal
        day = cal.local_date(opened_at)
        away = cal.days_to_spring_festival(day)
        return None if away is None else cal.midnight(day + timedelta(days=away))

    def _intake(self, stage: Stage) -> Intake:
        if stage is Stage.DECLINED:
            return Intake.DECLINED
        if stage is Stage.MERGED:
            return Intake.MERGED
        if "accepted_at" in self.notes:
            return Intake.ACCEPTED
        return Intake.LEFT if self.case.ended else Intake.OPEN

    def _confirmation(self) -> Confirmation:
        agreement = self.case.agreement
        if agreement is None or agreement.effective_at is None:
            return Confirmation.NONE
        if agreement.confirmation is not None:
            return Confirmation(agreement.confirmation)
        return Confirmation.OPEN if self.notes.get("confirmable") else Confirmation.BARRED


NOTES = {"screened": "accepted_at", "routed": "routed_at", "contacted": "contacted"}
"""First times that are noted, by event."""

REPLIES: dict[bool | None, str] = {None: "silent", True: "satisfied", False: "dissatisfied"}


def _step(clock_id: str) -> str:
    name, _, number = clock_id.partition(":")
    return "sign_task" if name == "sign" and number else name


def _settled(agreement: Agreement | None) -> bool:
    if agreement is None or agreement.effective_at is None:
        return False
    return all(promise.state is not PromiseState.DEFAULTED for promise in agreement.promises)


def _matter(case: Case) -> str | None:
    persons = sorted({party.person for party in case.parties if party.person is not None})
    return digest("|".join([case.category[:2], *persons])) if case.category and persons else None


def _hands(stretches: Iterable[Held]) -> dict[Whose, int]:
    seconds: dict[Whose, int] = {}
    for one in stretches:
        seconds[one.whose] = seconds.get(one.whose, 0) + one.seconds
        if one.off:
            seconds[Whose.OFF] = seconds.get(Whose.OFF, 0) + one.off
    return {whose: total // 60 for whose, total in seconds.items() if total >= 60}
