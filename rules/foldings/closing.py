"""What happenings of closing change in a case."""

from __future__ import annotations

from models import happening as h
from models.case import Case, Visit
from models.event import Event
from rules.foldings.common import Changes, folds, served


@folds("visited")
def _visited(case: Case, what: h.Visited, event: Event) -> Changes:
    visit = Visit(
        slot=what.slot,
        outcome=what.outcome,
        satisfied=what.satisfied,
        by_contact=what.by_contact,
        at=event.when,
        person=event.actor.person,
        mediator_of_record=what.mediator_of_record,
    )
    again = case.visit_again and what.slot != "visit.again"
    return {"visits": (*case.visits, visit), "visit_again": again}


@folds("audited")
def _audited(case: Case, what: h.Audited, event: Event) -> Changes:
    return {"audited": True, **served(case, what.work)}


@folds("audit_failed")
def _audit_failed(case: Case, what: h.AuditFailed, event: Event) -> Changes:
    changes: Changes = {"visit_again": True, "sign_offs": (), "audited": False, **served(case, what.work)}
    if what.back_to == "mediating":
        changes.update({"agreement": None, "visits": (), "visit_again": False})
    return changes


@folds("signed_off")
def _signed_off(case: Case, what: h.SignedOff, event: Event) -> Changes:
    return {"sign_offs": (*case.sign_offs, what.role)}


OF_A_CHAPTER = (
    *("level", "lead", "lead_deemed", "objections", "designated", "contacted", "leader_charged", "handlers"),
    *("mediator", "recused", "recusals_by_parties", "consents", "refused", "sessions", "sessions_failed", "extensions"),
    *("joint_met", "meetings", "tasks", "standing", "agreement", "visits", "visit_again", "sign_offs", "audited"),
    *("merging", "ended_at", "retain_until", "work", "told", "ratings"),
)
"""What begins anew with a chapter."""


@folds("reopened")
def _reopened(case: Case, what: h.Reopened, event: Event) -> Changes:
    """Begin a new chapter: the way starts anew, the parties, the papers and the history of mediators stay."""
    fresh = Case.model_fields
    changes: Changes = {name: fresh[name].get_default(call_default_factory=True) for name in OF_A_CHAPTER}
    former = case.former_mediators
    if what.former_mediator is not None and what.former_mediator not in former:
        former = (*former, what.former_mediator)
    return {
        **changes,
        "chapter": event.chapter,
        "former_mediators": former,
        "parties": tuple(p.model_copy(update={"left": False}) for p in case.parties),
        "moments": {},
    }
