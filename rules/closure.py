"""The closing checklist (结案清单) of domain 2.5, read from the record: what keeps a case from being closed on paper only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from models.case import Case
from models.procedure import Procedure
from models.words import PromiseState, Stage, Tier
from rules.limits import open_complaints, owed_visits, promises
from rules.obligations import missing_sign_offs


def _performed(case: Case, procedure: Procedure) -> bool:
    return not promises(case, PromiseState.OPEN, PromiseState.DEFAULTED)


def _effective(case: Case, procedure: Procedure) -> bool:
    return case.agreement is not None and case.agreement.effective_at is not None


def _calm(case: Case, procedure: Procedure) -> bool:
    reached = [visit for visit in case.visits if visit.outcome != "unreachable"]
    return bool(reached) and reached[-1].outcome == "calm"


def _other_eyes(case: Case, procedure: Procedure) -> bool:
    return any(visit.outcome != "unreachable" and not visit.mediator_of_record for visit in case.visits)


CHECKLIST: dict[str, Callable[[Case, Procedure], bool]] = {
    "category_set": lambda case, procedure: case.category is not None,
    "agreement_effective": _effective,
    "promises_performed": _performed,
    "visits_made": lambda case, procedure: not owed_visits(case, procedure),
    "risk_calm": _calm,
    "party_side_confirmed": _other_eyes,
    "no_merge_pending": lambda case, procedure: case.merging is None,
    "no_open_work": lambda case, procedure: all(item.kind == "audit" for item in case.work.values()),
    "complaints_replied": lambda case, procedure: not open_complaints(case),
    "signed_off": lambda case, procedure: not missing_sign_offs(case, procedure),
}
"""The items, by code; each holds or does not, from the state the record folds to."""


def checklist(case: Case, procedure: Procedure) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the items that hold and the items still open."""
    held = tuple(code for code, holds in CHECKLIST.items() if holds(case, procedure))
    return held, tuple(code for code in CHECKLIST if code not in held)


class Keeping(NamedTuple):
    """How long a file is kept (保管期限): `30y` or `permanent`, and until which day; None = for good."""

    retention: str
    retain_until: date | None


def keeping(case: Case, end: Stage, procedure: Procedure, today: date) -> Keeping:
    """Return how long the file of a case that comes to this end today is kept, by rule."""
    years = procedure.keep_years(retention_grounds(case, end))
    return Keeping("permanent", None) if years is None else Keeping(f"{years}y", _years_on(today, years))


def _years_on(day: date, years: int) -> date:
    """Return the same day so many years on; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def retention_grounds(case: Case, end: Stage) -> tuple[str, ...]:
    """Return the grounds that decide how long the file is kept (domain 5.3)."""
    grounds: list[str] = []
    if case.tier is Tier.RED:
        grounds.append("red")
    if (case.category or "").startswith(("0902", "0903", "0904")):
        grounds.append("title")
    if case.people >= 10:
        grounds.append("collective")
    if any(party.minor for party in case.parties):
        grounds.append("minors")
    if "death_or_injury" in case.risk_signs:
        grounds.append("death_or_injury")
    grounds.append(case.agreement.form if case.agreement is not None else str(end))
    return tuple(grounds)
