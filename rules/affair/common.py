"""The rules of the actions that every kind of affair has: notes, links, cards, and what the engine itself does."""

from __future__ import annotations

from typing import Any

from models.affair import common as c
from models.affair.base import Link
from models.case import Card
from models.clock import Alarm, AlarmKind, Clock
from models.party import Actor
from models.refusal import RefusalCode
from models.words import CardKind, Role
from rules import clock as reckon
from rules.affair.clocks import earliest
from rules.affair.draft import AffairDraft
from rules.affair.kind import ANY, COMMON_SPECS, AffairBundle, AffairSpec, bundle
from rules.affair.units import by_centre, of_centre
from rules.authority import PERMITS
from rules.draft import require
from rules.staff_ids import post_of

MOST_AT_ONCE = 200
"""Alarms handled in one tick; more wait for the next, which follows at once."""

EVERYBODY = frozenset(Role) - {Role.CITIZEN, Role.SYSTEM, Role.ANALYST, Role.ADMIN_AUDIT, Role.ADMIN_SECURITY, Role.ADMIN_SYSTEM}
SUPERVISORS = frozenset({Role.DISPATCHER, Role.DIRECTOR, Role.LEADER})
ENGINE = frozenset({Role.SYSTEM})


def _on_it(affair: Any, actor: Actor, action: Any, bundle: AffairBundle) -> bool:
    """Whether the actor's post is one of those that the affair is open to: its unit, its town's centre, or itself."""
    unit = bundle.network.unit(actor.unit)
    return of_centre(affair, actor, bundle) or (unit is not None and affair.town is not None and unit.town == affair.town)


def _note(draft: AffairDraft, act: c.NoteAffair) -> None:
    draft.add(c.AffairNoted(text=act.text))


def _link(draft: AffairDraft, act: c.LinkAffair) -> None:
    require(act.found is not None, RefusalCode.INVALID, "to")
    if act.found is not None:
        draft.add(c.AffairLinked(link=act.found))


def _lift(draft: AffairDraft, act: c.LiftAffairCard) -> None:
    card = next((card for card in draft.affair.cards if card.id == act.card), None)
    require(card is not None, RefusalCode.INVALID, "card")
    if card is None:
        return
    require(card.closed_at is None, RefusalCode.ALREADY_DONE)
    require(card.unit != draft.actor.unit or card.role is not draft.actor.role, RefusalCode.SAME_PERSON)
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(c.AffairCardLifted(card=card.id, reason=act.reason))


def _hand_over(draft: AffairDraft, act: c.HandOverAffair) -> None:
    """Pass one's parts to somebody of the same post of the same unit who has no part in it yet."""
    held = draft.kind.in_hands(draft.affair)
    leaver = draft.actor.holder
    parts = tuple(sorted(part for part, person in held.items() if person == leaver))
    require(parts, RefusalCode.NOT_HOLDER)
    same_post = post_of(act.receiver) == f"{draft.actor.role}@{draft.actor.unit}"
    require(act.on_roll and same_post and act.receiver != leaver, RefusalCode.INVALID, "receiver")
    require(act.receiver not in held.values(), RefusalCode.SAME_PERSON)
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(c.AffairHandedOver(leaver=leaver, receiver=act.receiver, parts=parts, reason=act.reason))


def _tick(draft: AffairDraft, act: c.TickAffair) -> None:
    """Ring every alarm whose time has come, in order of (due, clock id); each may start or stop other clocks."""
    for _ in range(MOST_AT_ONCE):
        found = earliest(draft.affair, draft.ctx.now)
        if found is None or draft.affair.ended:
            return
        at, clock, alarm = found
        draft.occurred_at = at
        _ring(draft, clock, alarm)
        draft.settle()


def _ring(draft: AffairDraft, clock: Clock, alarm: Alarm) -> None:
    rung = reckon.ring(clock, alarm.id)
    who = draft.kind.owes(draft.affair, clock.id, draft.bundle)
    if alarm.kind in {AlarmKind.REMIND, AlarmKind.CHECK}:
        draft.add(c.AffairReminded(clock=clock.id, alarm=alarm.id, unit=who.unit, person=who.person), clocks=(rung,))
    elif alarm.kind in {AlarmKind.YELLOW, AlarmKind.RED}:
        color = CardKind.YELLOW if alarm.kind is AlarmKind.YELLOW else CardKind.RED
        card = Card(id=f"{clock.id}#{clock.round}:{color}", clock=clock.id, kind=color, unit=who.unit, role=who.role, at=draft.when)
        draft.add(c.AffairCarded(card=card), clocks=(rung,))
    else:
        _expire(draft, rung)


def _expire(draft: AffairDraft, rung: Clock) -> None:
    """Let a limit's own consequence happen; the rung alarm goes with the last event of it, so that it rings once."""
    before = len(draft.events)
    if draft.kind.expire is not None:
        draft.kind.expire(draft, rung)
    if len(draft.events) == before:
        draft.add(c.AffairReminded(clock=rung.id, alarm="expire"), clocks=(rung,))
    elif rung.id in draft.affair.clocks:
        draft.carry(rung)


def _answer(draft: AffairDraft, act: c.AnswerAffair) -> None:
    """An answer that the kind has no rule of its own for: a record that came of it is linked, and the work is done."""
    link = act.result.get("link")
    if link is not None:
        draft.add(c.AffairLinked(link=Link.model_validate(link)))
    draft.add(c.AffairAnswered(work=act.work, result=act.result))


def _restart(draft: AffairDraft, act: c.RestartAffair) -> None:
    draft.add(c.AffairRestarted(why=act.why))


def _recalendar(draft: AffairDraft, act: c.RecalendarAffair) -> None:
    cal = draft.ctx.library.compiled(act.calendar)
    affair = draft.affair
    clocks = tuple(reckon.recalendar(clock, act.calendar, cal) for _, clock in sorted(affair.clocks.items()))
    moved = tuple(clock.id for clock in clocks if clock.due != affair.clocks[clock.id].due)
    docs = affair.docs.model_copy(update={"calendar": act.calendar})
    draft.add(c.AffairRecalendared(calendar=act.calendar, moved=moved), clocks=clocks, docs=docs)
    draft.bundle = bundle(draft.affair, draft.ctx.library, draft.kind.book)


COMMON_SPECS.update(
    {
        "note": AffairSpec(body=_note, roles=EVERYBODY, stages=ANY, holds=_on_it),
        "link": AffairSpec(
            body=_link, roles=EVERYBODY, stages=ANY, holds=_on_it, done=lambda m, a, b: a.found is not None and m.linked(a.found.id)
        ),
        "lift_card": AffairSpec(body=_lift, roles=SUPERVISORS, stages=ANY, holds=by_centre),
        "hand_over": AffairSpec(body=_hand_over, roles=EVERYBODY, stages=ANY),
        "tick": AffairSpec(body=_tick, roles=ENGINE, stages=ANY),
        "answer": AffairSpec(body=_answer, roles=ENGINE, stages=ANY),
        "recalendar": AffairSpec(
            body=_recalendar,
            roles=PERMITS["recalendar"].roles,
            stages=ANY,
            done=lambda affair, act, _docs: affair.docs.calendar == act.calendar,
        ),
        "restart": AffairSpec(body=_restart, roles=ENGINE, stages=ANY),
    }
)
