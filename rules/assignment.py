"""Who should mediate (指派): a ranking that can be read. Fit first, then nearness, skill and load; every reason is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from models.case import Case
from models.record import AssignmentProposal
from models.staff import CHINESE, Staff

OWN_UNIT = "own_unit"
GRID = "grid"
SKILL = "skill"


def unfit(case: Case, person: Staff, day: date) -> str | None:
    """Return why somebody can't mediate this case, or None: absence, conflict of interest, language, a part in it before."""
    if person.away(day):
        return "absent"
    if person.id in case.former_mediators:
        return "former_handler"
    if person.id in case.recused:
        return "recused"
    for party in case.parties:
        if party.staff == person.id:
            return "is_party"
        if person.id in party.kin:
            return "near_relative"
        if person.household is not None and person.household == party.household:
            return "same_household"
    if any(language not in (*person.languages, CHINESE) for language in case.languages):
        return "language"
    return None


def skilled(case: Case, person: Staff) -> bool:
    """Whether somebody is particularly fit for the category of the case."""
    return any((case.category or "").startswith(skill) for skill in person.skills)


def propose(case: Case, people: Iterable[Staff], loads: Mapping[str, int], day: date) -> AssignmentProposal:
    """Return the best mediator among these people, and who was passed over and why.

    Mediators of the lead's own unit come first, others only when none of them is fit; then those of the grid, those
    skilled in the category, the least loaded, and the id decides what is left.
    """
    passed_over: list[str] = []
    fit: list[Staff] = []
    for person in people:
        reason = unfit(case, person, day)
        if reason is None:
            fit.append(person)
        elif person.unit == case.lead or reason != "absent":
            passed_over.append(f"{person.id}: {reason}")
    if not fit:
        return AssignmentProposal(mediator=None, passed_over=tuple(passed_over))
    best = min(fit, key=lambda person: _rank(case, person, loads))
    others = [f"{person.id}: ranked_lower" for person in fit if person is not best and person.unit == case.lead]
    return AssignmentProposal(
        mediator=best.id,
        unit=best.unit,
        household=best.household,
        why=_why(case, best, loads),
        passed_over=tuple(sorted((*passed_over, *others))),
    )


def _rank(case: Case, person: Staff, loads: Mapping[str, int]) -> tuple[bool, bool, bool, int, str]:
    return (
        person.unit != case.lead,
        case.place not in person.grids,
        not skilled(case, person),
        loads.get(person.id, 0),
        person.id,
    )


def _why(case: Case, person: Staff, loads: Mapping[str, int]) -> tuple[str, ...]:
    reasons = [f"load={loads.get(person.id, 0)}"]
    if person.unit == case.lead:
        reasons.insert(0, OWN_UNIT)
    if case.place in person.grids:
        reasons.append(GRID)
    if skilled(case, person):
        reasons.append(f"{SKILL}={case.category}")
    return tuple(reasons)
