"""What happens by the clock itself: reminders, cards, deemed signature, climbs, lapses (时限到点). Design §4 and §11.11."""

from __future__ import annotations

from datetime import datetime

from models import action as a
from models import happening as h
from models.case import Card
from models.clock import Alarm, AlarmKind, Clock
from models.words import CardKind, Stage
from rules import clock as reckon
from rules.actions.closing import archive, fail_audit
from rules.actions.common import climb
from rules.actions.spec import action
from rules.closure import checklist
from rules.draft import Draft
from rules.obligations import owed

MOST_AT_ONCE = 200
"""Alarms handled in one tick; more wait for the next, which follows at once."""


@action("tick", own=False)
def _tick(draft: Draft, act: a.Tick) -> None:
    """Ring every alarm whose time has come, in order of (due, clock id); each may start or stop other clocks."""
    for _ in range(MOST_AT_ONCE):
        found = _earliest(draft)
        if found is None or draft.case.ended:
            return
        at, clock, alarm = found
        draft.occurred_at = at
        _ring(draft, clock, alarm)
        draft.settle()


def _earliest(draft: Draft) -> tuple[datetime, Clock, Alarm] | None:
    due = [
        (alarm.at, clock.id, clock, alarm)
        for clock in draft.case.clocks.values()
        for alarm in reckon.due_alarms(clock, draft.ctx.now)
        if alarm.at is not None
    ]
    if not due:
        return None
    at, _, clock, alarm = min(due, key=lambda item: (item[0], item[1], item[3].id))
    return at, clock, alarm


def _ring(draft: Draft, clock: Clock, alarm: Alarm) -> None:
    rung = reckon.ring(clock, alarm.id)
    who = owed(draft.case, clock.id)
    if alarm.kind in {AlarmKind.REMIND, AlarmKind.CHECK}:
        draft.add(h.Reminded(clock=clock.id, alarm=alarm.id, unit=who.unit), clocks=(rung,))
    elif alarm.kind in {AlarmKind.YELLOW, AlarmKind.RED}:
        kind = CardKind.YELLOW if alarm.kind is AlarmKind.YELLOW else CardKind.RED
        card = Card(id=f"{clock.id}#{clock.round}:{kind}", clock=clock.id, kind=kind, unit=who.unit, role=who.role, at=draft.when)
        draft.add(h.Carded(card=card), clocks=(rung,))
    else:
        _expire(draft, rung)


def _expire(draft: Draft, clock: Clock) -> None:
    """Let a limit's one consequence happen; the rung alarm goes with the first event of it."""
    name, _, number = clock.id.partition(":")
    before = len(draft.events)
    if name == "sign" and number:
        draft.add(h.DeemedSigned(unit=draft.case.tasks[number].unit, task=number), clocks=(clock,))
    elif name == "sign":
        what = h.DeemedSigned(unit=draft.case.lead or "")
        draft.add(what, stage=Stage.SIGNED, moments=("signed",), clocks=(clock,))
    elif name == "promise":
        draft.add(h.Defaulted(promise=number), moments=("defaulted",), clocks=(clock,))
    elif name == "confirm":
        draft.add(h.Lapsed(clock=clock.id), clocks=(clock,))
    elif name == "archive":
        _archive(draft, clock)
    elif name == "ladder":
        climb(draft, "clock")
        _carry(draft, before, clock)
    else:
        draft.add(h.ReviewDue(clock=clock.id), clocks=(clock,))


def _archive(draft: Draft, clock: Clock) -> None:
    """Archive by the clock; what is no longer as it was audited goes back instead (a tier that rose in between)."""
    procedure = draft.bundle.procedure
    _, still_open = checklist(draft.case, procedure)
    if still_open:
        fail_audit(draft, tuple(f"code:{item}" for item in still_open), procedure.audit_back_to[0])
        draft.carry(clock)
    else:
        archive(draft)


def _carry(draft: Draft, before: int, clock: Clock) -> None:
    """Write the rung alarm of the ladder down, also where a climb was under way already and nothing else happened."""
    if len(draft.events) == before:
        draft.add(h.ReviewDue(clock=clock.id), clocks=(clock,))
    else:
        draft.carry(clock)
