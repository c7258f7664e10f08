"""What happenings of the agreement and its keeping change in a case."""

from __future__ import annotations

from typing import Any

from models import happening as h
from models.case import Case, Promise
from models.event import Event
from models.words import PromiseState
from rules.foldings.common import Changes, agreement, ended, folds, handler, no_climb, with_party


@folds("withdrawn")
def _withdrawn(case: Case, what: h.Withdrawn, event: Event) -> Changes:
    if what.ends:
        return ended(case, what, event)
    return {"parties": with_party(case, what.party, left=True), "consents": {**case.consents, what.party: False}}


@folds("agreed")
def _agreed(case: Case, what: h.Agreed, event: Event) -> Changes:
    """An agreement stops the ladder and settles who is in charge: no climb is looked up, no objection waits any more."""
    objections = tuple(o.model_copy(update={"open": False}) if o.open else o for o in case.objections)
    return {"agreement": what.agreement, "handlers": handler(case, event), "objections": objections, **no_climb(case)}


@folds("agreement_signed")
def _agreement_signed(case: Case, what: h.AgreementSigned, event: Event) -> Changes:
    signed = case.agreement.signed if case.agreement else ()
    return agreement(case, signed=(*signed, what.party))


@folds("agreement_effective")
def _effective(case: Case, what: h.AgreementEffective, event: Event) -> Changes:
    changes = agreement(case, effective_at=what.effective_at)
    if what.by is not None:
        changes["handlers"] = handler(case, event)
    return changes


@folds("confirmation_applied", "confirmation_granted", "confirmation_rejected", "confirmation_waived")
def _confirmation(case: Case, what: Any, event: Event) -> Changes:
    return agreement(case, confirmation=what.type.removeprefix("confirmation_"))


def _promise(case: Case, promise_id: str, **changes: Any) -> Changes:
    promises: tuple[Promise, ...] = case.agreement.promises if case.agreement else ()
    return agreement(case, promises=tuple(p.model_copy(update=changes) if p.id == promise_id else p for p in promises))


@folds("performed")
def _performed(case: Case, what: h.Performed, event: Event) -> Changes:
    return _promise(case, what.promise, state=PromiseState.PERFORMED, proof=what.proof)


@folds("defaulted")
def _defaulted(case: Case, what: h.Defaulted, event: Event) -> Changes:
    return _promise(case, what.promise, state=PromiseState.DEFAULTED)
