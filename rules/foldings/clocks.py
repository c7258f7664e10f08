"""What happenings of clocks and cards change in a case."""

from __future__ import annotations

from models import happening as h
from models.case import Case
from models.event import Event
from rules.foldings.common import Changes, agreement, folds


@folds("lapsed")
def _lapsed(case: Case, what: h.Lapsed, event: Event) -> Changes:
    return agreement(case, confirmation="lapsed") if what.clock == "confirm" else {}


@folds("carded")
def _carded(case: Case, what: h.Carded, event: Event) -> Changes:
    return {"cards": (*case.cards, what.card)}


@folds("card_lifted")
def _card_lifted(case: Case, what: h.CardLifted, event: Event) -> Changes:
    return {"cards": tuple(c.model_copy(update={"closed_at": event.at, "lifted": True}) if c.id == what.card else c for c in case.cards)}


@folds("recalendared")
def _recalendared(case: Case, what: h.Recalendared, event: Event) -> Changes:
    return {"docs": case.docs.model_copy(update={"calendar": what.calendar})}
