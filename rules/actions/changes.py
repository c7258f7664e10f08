"""What offices also do: note, amend, parties, papers, cards, take back, split, other documents (design 11.12)."""

from __future__ import annotations

from typing import Any

from models import action as a
from models import happening as h
from models.case import Case, WorkKind
from models.library import Documents
from models.refusal import RefusalCode
from models.words import BEFORE_AGREED, Side, Stage
from rules import clock as reckon
from rules.actions.common import ask, avoid_conflict, known_parties, known_party, reason_given, regrade_by_rule
from rules.actions.intake import facts_fault
from rules.actions.spec import action
from rules.draft import Context, Draft, require
from rules.staff_ids import post_of

AMENDABLE = ("happened_on", "people", "amount", "wage_workers", "risk_signs", "summary", "category")
"""What `amend` may correct."""

RISK_FACTS = frozenset({"happened_on", "people", "amount", "wage_workers", "risk_signs"})
"""What the grade hangs on."""


@action("note")
def _note(draft: Draft, act: a.Note) -> None:
    draft.add(h.Noted(text=act.text))


def _amendments(act: a.Amend) -> dict[str, Any]:
    return {name: getattr(act, name) for name in AMENDABLE if getattr(act, name) is not None}


def _amend_fault(case: Case, act: a.Amend, ctx: Context) -> str | None:
    if not _amendments(act):
        return "what is to be corrected"
    workers = case.wage_workers if act.wage_workers is None else act.wage_workers
    return facts_fault(case, act, ctx, people=act.people or case.people, wage_workers=workers)


@action("amend", fault=_amend_fault)
def _amend(draft: Draft, act: a.Amend) -> None:
    """Correct facts; the old ones stay in the event, and a higher risk shows at once."""
    require(act.category is None or draft.case.category is not None, RefusalCode.INVALID, "category")
    reason_given(act.reason)
    after = {name: _plain(value) for name, value in _amendments(act).items()}
    before = {name: _plain(getattr(draft.case, name)) for name in after}
    draft.add(h.Amended(before=before, after=after, reason=act.reason))
    if RISK_FACTS & after.keys():
        regrade_by_rule(draft)


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else list(value) if isinstance(value, tuple) else value


@action("add_party", BEFORE_AGREED, done=lambda case, act, ctx: case.party(act.party.id) is not None)
def _add_party(draft: Draft, act: a.AddParty) -> None:
    draft.add(h.PartyAdded(party=act.party))
    regrade_by_rule(draft)
    avoid_conflict(draft)


@action("represent")
def _represent(draft: Draft, act: a.Represent) -> None:
    known_party(draft, act.party)
    draft.add(h.Represented(party=act.party, representative=act.representative, authority=act.authority))


@action("attach", done=lambda case, act, ctx: act.sha256 in case.papers)
def _attach(draft: Draft, act: a.Attach) -> None:
    draft.add(h.Attached(title=act.title, sha256=act.sha256, size=act.size, media_type=act.media_type))


def _closed(case: Case, act: a.LiftCard, ctx: Context) -> bool:
    return any(card.id == act.card and card.closed_at is not None for card in case.cards)


@action("lift_card", done=_closed)
def _lift_card(draft: Draft, act: a.LiftCard) -> None:
    """Lift a card, never by the post that holds it; the record of it stays."""
    card = next((c for c in draft.case.cards if c.id == act.card), None)
    require(card is not None, RefusalCode.INVALID, "card")
    assert card is not None
    held = f"{card.role}@{card.unit}"
    holder = (card.unit == act.actor.unit and card.role is act.actor.role) or held in {post_of(one) for one in act.actor.ids}
    require(not holder, RefusalCode.SAME_PERSON)
    reason_given(act.reason)
    draft.add(h.CardLifted(card=card.id, reason=act.reason))


@action("recalendar", done=lambda case, act, ctx: act.calendar == case.docs.calendar)
def _recalendar(draft: Draft, act: a.Recalendar) -> None:
    draft.ctx.library.calendar(act.calendar)
    cal = draft.ctx.library.bundle(draft.case.docs.model_copy(update={"calendar": act.calendar})).cal
    clocks = tuple(reckon.recalendar(clock, act.calendar, cal) for _, clock in sorted(draft.case.clocks.items()))
    moved = tuple(clock.id for clock in clocks if clock.due != draft.case.clocks[clock.id].due)
    draft.add(h.Recalendared(calendar=act.calendar, moved=moved), clocks=clocks)


def _rebased(case: Case, act: a.Rebase, ctx: Context) -> bool:
    return act.docs == (case.docs_planned or case.docs if act.start == "next_stage" else case.docs) and not _drops(case, act)


def _drops(case: Case, act: a.Rebase) -> bool:
    return act.docs == case.docs and case.docs_planned is not None


@action("rebase", done=_rebased)
def _rebase(draft: Draft, act: a.Rebase) -> None:
    """Run under other documents, at once or from the next stage on; asked for its own, a case drops what was planned."""
    reason_given(act.reason)
    draft.ctx.library.bundle(act.docs)
    if act.start == "next_stage" or _drops(draft.case, act):
        draft.add(h.RebasePlanned(docs=act.docs, reason=act.reason))
    else:
        rebase(draft, act.docs, act.reason)


def rebase(draft: Draft, docs: Documents, reason: str) -> None:
    """Go over to other documents: running clocks get the new budgets over their whole life, what was done stays done."""
    cal = draft.ctx.library.bundle(docs).cal
    clocks = tuple(reckon.recalendar(clock, docs.calendar, cal) for _, clock in sorted(draft.case.clocks.items()))
    draft.add(h.Rebased(docs=docs, reason=reason), clocks=clocks)


def as_planned(draft: Draft) -> None:
    """Go over to the documents that were planned, where the case has come to another stage and has not ended."""
    case = draft.case
    if case.docs_planned is not None and not case.ended and any(event.stage is not None for event in draft.events):
        rebase(draft, case.docs_planned, "code:as_planned")


def _undo_in_time(case: Case, act: a.TakeBack, ctx: Context) -> bool:
    if case.undo is None or case.undo.action_id != act.action:
        return True
    return ctx.now <= case.undo.at + ctx.bundle(case).procedure.take_back.within.span


def _others_acted(case: Case, act: a.TakeBack, ctx: Context) -> bool:
    return case.undo is None or case.undo.action_id != act.action


@action("take_back", in_time=_undo_in_time, done=_others_acted, own=True)
def _take_back(draft: Draft, act: a.TakeBack) -> None:
    """Take back one's own last action; its events stay, this one says what they no longer mean."""
    undo = draft.case.undo
    assert undo is not None
    require(undo.person == act.actor.person, RefusalCode.NOT_HOLDER)
    stage = undo.before.get("stage", draft.case.stage)
    draft.add(h.TakenBack(action=undo.action_id, restores=undo.before), stage=Stage(stage) if stage else None)


@action("split", BEFORE_AGREED, done=lambda case, act, ctx: any(w.kind is WorkKind.SPLIT for w in case.work.values()))
def _split(draft: Draft, act: a.Split) -> None:
    known_parties(draft, act.parties)
    going = set(act.parties)
    staying = {p.side for p in draft.case.parties if p.id not in going and not p.left}
    opposed = any(p.side is not Side.APPLICANT for p in draft.case.parties)
    # Both sides have to stay, where there were two: a dispute with oneself would never end.
    require(Side.APPLICANT in staying and (len(staying) > 1 or not opposed), RefusalCode.INVALID, "parties")
    reason_given(act.reason)
    along = _opponents(draft.case, going)
    parties = [p.model_dump(mode="json") for p in draft.case.parties if p.id in going or p.id in along]
    ask(draft, WorkKind.SPLIT, h.SplitRequested, parties=parties, going=list(act.parties), summary=act.summary)


def _opponents(case: Case, going: set[str]) -> set[str]:
    """Return who is a party of the new case too: those against whom the parties that go have their dispute."""
    sides = {p.side for p in case.parties if p.id in going}
    staying = [p for p in case.parties if p.id not in going and not p.left]
    if Side.APPLICANT not in sides:
        return {p.id for p in staying if p.side is Side.APPLICANT}
    return {p.id for p in staying if p.side is not Side.APPLICANT} if sides == {Side.APPLICANT} else set()
