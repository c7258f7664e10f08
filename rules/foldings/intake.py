"""What happenings of taking a dispute in change in a case."""

from __future__ import annotations

from models import happening as h
from models.case import Case, Merging
from models.event import Event
from rules.foldings.common import Changes, ended, folds, served


@folds("registered")
def _registered(case: Case, what: h.Registered, event: Event) -> Changes:
    return {name: getattr(what, name) for name in h.Registered.model_fields if name != "type"}


@folds("graded")
def _graded(case: Case, what: h.Graded, event: Event) -> Changes:
    return {"tier": what.tier, "score": what.score, "risk": what.risk}


@folds("police_told")
def _police_told(case: Case, what: h.PoliceTold, event: Event) -> Changes:
    return {"told": what.units}


@folds("screened")
def _screened(case: Case, what: h.Screened, event: Event) -> Changes:
    return {"category": what.category}


@folds("declined")
def _declined(case: Case, what: h.Declined, event: Event) -> Changes:
    return {**ended(case, what, event), "category": what.category or case.category}


@folds("merging")
def _merging(case: Case, what: h.MergeBegun, event: Event) -> Changes:
    return {
        "merging": Merging(into_case=what.into_case, into_code=what.into_code),
        "work": {**case.work, what.work.id: what.work},
    }


@folds("merge_failed")
def _merge_failed(case: Case, what: h.MergeFailed, event: Event) -> Changes:
    return {"merging": None, **served(case, what.work)}


@folds("absorbed")
def _absorbed(case: Case, what: h.Absorbed, event: Event) -> Changes:
    return {
        "absorbed": (*case.absorbed, what.from_case),
        "parties": (*case.parties, *what.parties),
        "papers": (*case.papers, *what.papers),
    }


@folds("split_off")
def _split_off(case: Case, what: h.SplitOff, event: Event) -> Changes:
    return {"parties": tuple(p for p in case.parties if p.id not in what.parties), **served(case, what.work)}


@folds("split_failed")
def _split_failed(case: Case, what: h.SplitFailed, event: Event) -> Changes:
    return served(case, what.work)
