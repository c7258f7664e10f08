"""What happenings of corrections and additions change in a case."""

from __future__ import annotations

from models import happening as h
from models.case import Case
from models.event import Event
from rules.foldings.common import Changes, folds, with_party


@folds("rebased")
def _rebased(case: Case, what: h.Rebased, event: Event) -> Changes:
    return {"docs": what.docs, "docs_planned": None}


@folds("rebase_planned")
def _rebase_planned(case: Case, what: h.RebasePlanned, event: Event) -> Changes:
    return {"docs_planned": None if what.docs == case.docs else what.docs}


@folds("amended")
def _amended(case: Case, what: h.Amended, event: Event) -> Changes:
    validated = Case.model_validate({**case.model_dump(), **what.after})
    return {name: getattr(validated, name) for name in what.after}


@folds("party_added")
def _party_added(case: Case, what: h.PartyAdded, event: Event) -> Changes:
    return {"parties": (*case.parties, what.party)}


@folds("represented")
def _represented(case: Case, what: h.Represented, event: Event) -> Changes:
    return {"parties": with_party(case, what.party, representative=what.representative)}


@folds("attached")
def _attached(case: Case, what: h.Attached, event: Event) -> Changes:
    return {"papers": (*case.papers, what.sha256)}


@folds("taken_back")
def _taken_back(case: Case, what: h.TakenBack, event: Event) -> Changes:
    restored = Case.model_validate({**case.model_dump(), **what.restores})
    return {name: getattr(restored, name) for name in what.restores}
