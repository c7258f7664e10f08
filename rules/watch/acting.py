"""The actions on a watch: signals, visits, striking, lowering, objecting, settling; and what the end of its limits leads to."""

from __future__ import annotations

from datetime import datetime

from models.affair.base import AffairDocuments
from models.affair.watch import action as a
from models.affair.watch import happening as h
from models.affair.watch.book import WatchBook
from models.affair.watch.state import Objection, Signal, SignalChannel, Subject, Watch
from models.clock import Clock
from models.refusal import RefusalCode
from models.words import TIERS, Role, Tier
from rules.affair.draft import AffairDraft
from rules.affair.kind import bundle
from rules.affair.units import where
from rules.draft import require
from rules.watch import scoring
from rules.watch.subject import ordered
from rules.watch.warning import RAISE, warning

MOST_OBJECTIONS = 20
"""Undecided objections of one watch."""

OTHERS = frozenset({SignalChannel.EVENT, SignalChannel.AFFAIR})
"""Channels on which no person has typed a signal in."""

WATCHING, QUIETED = "watching", "quieted"


def signal(draft: AffairDraft, act: a.SignalWatch) -> None:
    """Take a signal in; the first one begins the watch, or begins it anew."""
    claimed, draft.occurred_at = draft.occurred_at, None
    docs = _newest(draft, act.docs)
    if draft.affair.stage != WATCHING:
        subject = ordered(act.subject or draft.affair.subject)
        place = where(draft.bundle.network, subject.place)
        draft.add(h.WatchBegun(subject=subject, town=place.town), stage=WATCHING, moments=("begun",), docs=docs)
    draft.occurred_at = claimed
    _signalled(draft, act.signal, act.channel, act.text, docs)


def visit(draft: AffairDraft, act: a.VisitWatch) -> None:
    """Note what a visit found. Only a visit that met somebody is one."""
    require(act.outcome != "tense" or act.signal is not None, RefusalCode.INVALID, "signal")
    require(act.signal is None or act.signal in draft.bundle.book.signals, RefusalCode.INVALID, "signal")
    draft.add(h.WatchVisited(outcome=act.outcome, text=act.text))
    if act.signal is not None:
        _signalled(draft, act.signal, SignalChannel.VISIT, "", None)


def strike(draft: AffairDraft, act: a.StrikeSignal) -> None:
    """Strike a mistaken signal."""
    _strikable(draft.affair, act.signal, "signal")
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(h.SignalStruck(signal=act.signal, reason=act.reason))
    _fall(draft)


def lower(draft: AffairDraft, act: a.LowerWatch) -> None:
    """Lower the grade by hand; the next signal reckons it anew."""
    watch: Watch = draft.affair
    require(act.grade is not watch.grade, RefusalCode.ALREADY_DONE)
    require(TIERS.index(act.grade) < TIERS.index(watch.grade), RefusalCode.INVALID, "grade")
    _not_by_who_entered(draft)
    require(act.reason, RefusalCode.MISSING_REASON)
    reached = scoring.score(watch, draft.bundle.book, draft.when)
    draft.add(
        h.WatchGraded(before=watch.grade, grade=act.grade, score=reached, why="person", reason=act.reason), moments=_labelled(act.grade)
    )


def object_to(draft: AffairDraft, act: a.ObjectToWatch) -> None:
    """Take an objection in."""
    watch: Watch = draft.affair
    require(len(watch.objections) < MOST_OBJECTIONS, RefusalCode.INVALID, "objections")
    made = Objection(id=f"o{watch.objected + 1}", at=draft.ctx.now, by=draft.actor.person, text=act.text, person=act.person)
    draft.add(h.WatchObjected(objection=made))


def settle(draft: AffairDraft, act: a.SettleObjection) -> None:
    """Decide an objection; one that is upheld strikes signals and lowers the grade to what is left."""
    watch: Watch = draft.affair
    _not_by_who_entered(draft)
    require(act.reason, RefusalCode.MISSING_REASON)
    require(bool(act.strike) == act.uphold, RefusalCode.INVALID, "strike")
    for name in dict.fromkeys(act.strike):
        _strikable(watch, name, "strike")
    draft.add(h.ObjectionSettled(objection=act.objection, uphold=act.uphold, reason=act.reason))
    for name in dict.fromkeys(act.strike):
        draft.add(h.SignalStruck(signal=name, reason=act.reason))
    _fall(draft)


def expire(draft: AffairDraft, clock: Clock) -> None:
    """Reckon the grade anew when a label has run out; end the watch when it has been quiet for its time."""
    watch: Watch = draft.affair
    if clock.id == "quiet":
        draft.add(h.WatchQuieted(folded=watch.counted), stage=QUIETED)
        return
    found = scoring.standing(watch, draft.bundle.book, draft.when)
    _tidy(draft)
    if TIERS.index(found.grade) < TIERS.index(watch.grade):
        what = h.WatchGraded(before=watch.grade, grade=found.grade, score=found.score, hard=found.hard, why="time")
        draft.add(what, moments=_labelled(found.grade))
    else:
        draft.add(h.LabelKept(score=found.score), moments=("labelled",))


def _newest(draft: AffairDraft, given: AffairDocuments | None) -> AffairDocuments | None:
    """The documents as they are from here on, where the book in force is another one: its points are those of new signals."""
    known: AffairDocuments = draft.affair.docs
    if given is None or (draft.affair.stage == WATCHING and given.book == known.book):
        return None
    # While it runs its clocks count by its calendar, which only `recalendar` changes.
    docs = known.model_copy(update={"book": given.book}) if draft.affair.stage == WATCHING else given
    draft.bundle = bundle(draft.affair.model_copy(update={"docs": docs}), draft.ctx.library, draft.kind.book)
    return docs


def _signalled(draft: AffairDraft, name: str, channel: SignalChannel, text: str, docs: AffairDocuments | None) -> None:
    watch, book = draft.affair, draft.bundle.book
    require(name in book.signals, RefusalCode.INVALID, "signal")
    require(draft.ctx.now - draft.when <= book.backdated.span, RefusalCode.TOO_LATE, "occurred_at")
    rule, when = book.signals[name], draft.when
    by_hand = rule.by_hand or channel is SignalChannel.WECHAT
    require(not by_hand or (draft.actor.role is not Role.SYSTEM and channel not in OTHERS), RefusalCode.NOT_ALLOWED, "signal")
    made = Signal(
        id=f"s{watch.counted + 1}",
        type=name,
        points=rule.points,
        half_life=rule.half_life,
        hard=rule.hard,
        at=when,
        channel=channel,
        by=draft.actor.person,
        text=text or None,
    )
    newer = when >= watch.moments.get("signalled", when)
    draft.add(h.Signalled(signal=made), moments=("signalled",) if newer else (), docs=docs)
    draft.occurred_at = None
    _tidy(draft)
    _rise(draft, made)


def _tidy(draft: AffairDraft) -> None:
    found = scoring.folding(draft.affair, draft.bundle.book, draft.when)
    if found is not None:
        draft.add(h.SignalsFolded(signals=found.signals, folded=found.folded, carried=found.carried))


def _rise(draft: AffairDraft, new: Signal) -> None:
    """Grade upwards, and have a dispute opened or raised where the grade, or a hard trigger, asks for it."""
    book: WatchBook = draft.bundle.book
    before: Tier = draft.affair.grade
    found = scoring.standing(draft.affair, book, draft.when)
    rises = TIERS.index(found.grade) > TIERS.index(before)
    if rises:
        rule = book.grades[found.grade]
        what = h.WatchGraded(
            before=before, grade=found.grade, score=found.score, hard=found.hard, visit=rule.visit is not None, why="signal"
        )
        draft.add(what, moments=("labelled", *(("visit_asked",) if rule.visit is not None else ())))
    if (rises and book.grades[found.grade].opens_case) or new.hard:
        draft.ask(RAISE, warning(draft.affair, book, draft.bundle.cal, draft.ctx.now))


def _fall(draft: AffairDraft) -> None:
    """Grade downwards, now that signals have been struck."""
    before: Tier = draft.affair.grade
    found = scoring.standing(draft.affair, draft.bundle.book, draft.when)
    if TIERS.index(found.grade) < TIERS.index(before):
        what = h.WatchGraded(before=before, grade=found.grade, score=found.score, hard=found.hard, why="struck")
        draft.add(what, moments=_labelled(found.grade))


def _labelled(grade: Tier) -> tuple[str, ...]:
    return ("calmed",) if grade is Tier.BLUE else ("labelled",)


def _strikable(watch: Watch, name: str, field: str) -> None:
    found = next((one for one in watch.signals if one.id == name), None)
    known = name[:1] == "s" and name[1:].isdecimal() and 1 <= int(name[1:]) <= watch.counted
    require(known, RefusalCode.INVALID, field)
    require(found is not None, RefusalCode.TOO_LATE, name)
    require(found is not None and not found.struck, RefusalCode.ALREADY_DONE, name)


def _not_by_who_entered(draft: AffairDraft) -> None:
    entered = {one.by for one in draft.affair.signals if not one.struck}
    require(draft.actor.ids.isdisjoint(entered), RefusalCode.SAME_PERSON)


def quiet_since(watch: Watch) -> datetime:
    """Since when nothing has come and no label stood."""
    return max(at for name, at in watch.moments.items() if name in {"begun", "signalled", "calmed"})


__all__ = ["QUIETED", "WATCHING", "Subject", "expire", "lower", "object_to", "quiet_since", "settle", "signal", "strike", "visit"]
