"""The marks of a case (办理标记): what its events say of the units that worked on it, for the figures of a supervisor.

Called by the store with each publication and by `rebuild`. A mark names the unit it is about: the one that objected or was
carded, or the lead at that time. What was lifted or taken back leaves no mark, nor does an earlier satisfied reply beside a later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from models import happening as h
from models.base import Instant, Model
from models.case import Case
from models.event import Event
from models.words import LATE, CardKind, Mark


class Marked(Model):
    """One mark."""

    seq: int
    """Number of the event that says so."""
    chapter: int
    kind: Mark
    unit: str | None
    """None where the post that owed belongs to no one unit."""
    at: Instant
    ref: str
    """By what it is taken away again: the id of the card, else of the action."""


LEADS = ("routed", "rerouted", "designated", "replanned", "escalated", "taken_back", "reopened")
"""Events that may change the lead, or take something back."""

TELLING = frozenset({*LEADS, "objected", "task_returned", "carded", "card_lifted", "deemed_signed", "review_due", "visited", "rated"})
"""Events that are looked at; all others leave marks and lead as they are."""


def marked(before: Sequence[Marked], lead: str | None, events: Iterable[Event]) -> tuple[Marked, ...]:
    """Return the marks after these events, in their order. `before` and `lead` are how it was; only `TELLING` events matter."""
    marks = list(before)
    for event in events:
        kind, unit = _told(event.what, lead)
        if kind is Mark.SATISFIED:
            marks = [mark for mark in marks if mark.kind is not kind]
        if kind is not None:
            ref = event.what.card.id if isinstance(event.what, h.Carded) else event.action_id or ""
            marks.append(Marked(seq=event.seq, chapter=event.chapter, kind=kind, unit=unit, at=event.when, ref=ref))
        gone = _taken_away(event.what)
        marks = [mark for mark in marks if mark.ref != gone] if gone is not None else marks
        lead = led_after(lead, event.what)
    return tuple(marks)


def late(case: Case, marks: Iterable[Marked]) -> bool:
    """Whether the unit that leads the case has let a limit of its own pass in this chapter."""
    own = (mark for mark in marks if mark.unit is not None and mark.unit == case.lead)
    return any(mark.kind in LATE and mark.chapter == case.chapter for mark in own)


def led_after(lead: str | None, what: Any) -> str | None:
    """Return who leads after a happening, as folding it says."""
    if isinstance(what, (h.Routed, h.Rerouted, h.Designated)):
        return what.lead
    if isinstance(what, h.Escalated):
        return lead if lead is None else what.lead
    if isinstance(what, h.Replanned):
        return what.lead or lead
    if isinstance(what, h.TakenBack):
        restored: str | None = what.restores.get("lead", lead)
        return restored
    return None if isinstance(what, h.Reopened) else lead


def _told(what: Any, lead: str | None) -> tuple[Mark | None, str | None]:
    """Return the mark of a happening and the unit it is about."""
    if isinstance(what, h.Objected):
        return Mark.OBJECTED, what.unit
    if isinstance(what, h.TaskReturned):
        return Mark.RETURNED, what.unit
    if isinstance(what, h.DeemedSigned):
        return Mark.DEEMED_SIGNED, what.unit
    if isinstance(what, h.Carded):
        return (Mark.YELLOW if what.card.kind is CardKind.YELLOW else Mark.RED), what.card.unit
    if isinstance(what, h.ReviewDue) and what.clock == "mediate":
        return Mark.OVERRUN, lead
    if isinstance(what, (h.Visited, h.Rated)) and what.satisfied is not None:
        return (Mark.SATISFIED if what.satisfied else Mark.DISSATISFIED), lead
    return None, None


def _taken_away(what: Any) -> str | None:
    """Return what a happening takes away: a lifted card, or all that came of an action."""
    if isinstance(what, h.CardLifted):
        return what.card
    return what.action if isinstance(what, h.TakenBack) else None
