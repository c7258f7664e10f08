"""What happenings of what parties say change in a case."""

from __future__ import annotations

from models import happening as h
from models.case import Case, Complaint, Rating
from models.event import Event
from rules.foldings.common import Changes, folds


@folds("rated")
def _rated(case: Case, what: h.Rated, event: Event) -> Changes:
    return {"ratings": (*case.ratings, Rating(party=what.party, satisfied=what.satisfied, at=event.when, text=what.text))}


@folds("complained")
def _complained(case: Case, what: h.Complained, event: Event) -> Changes:
    return {"complaints": (*case.complaints, Complaint(id=what.complaint, party=what.party, at=event.when, text=what.text))}


@folds("replied")
def _replied(case: Case, what: h.Replied, event: Event) -> Changes:
    done = {"replied_at": event.when, "reply": what.text}
    return {"complaints": tuple(c.model_copy(update=done) if c.id == what.complaint else c for c in case.complaints)}
