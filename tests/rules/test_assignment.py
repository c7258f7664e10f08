"""Who should mediate: who is not fit and why, and who comes first among those who are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.case import Case
from models.staff import Absence, Staff
from models.words import Role
from rules.assignment import propose, unfit
from tests.support.onward import case_at, parties

DAY = date(2026, 3, 2)
LEAD = "yanlou-justice"


def case(**fields: Any) -> Case:
    """A case that a justice office leads, in a village."""
    made = case_at("registered", parties=parties("applicant", "respondent")).case
    return made.model_copy(update={"lead": LEAD, "category": "0201", **fields})


def mediator(name: str = "", unit: str = LEAD, **fields: Any) -> Staff:
    return Staff(id=f"mediator@{unit}{name}", role=Role.MEDIATOR, unit=unit, **fields)


def related(**relation: Any) -> Case:
    made = case()
    return made.model_copy(update={"parties": (made.parties[0].model_copy(update=relation), *made.parties[1:])})


AWAY = Absence.model_validate({"from": DAY, "until": DAY})


@pytest.mark.parametrize(
    ("asked", "person", "reason"),
    [
        (case(), mediator(), None),
        (case(), mediator(absences=(AWAY,)), "absent"),
        (case(former_mediators=(f"mediator@{LEAD}",)), mediator(), "former_handler"),
        (case(recused=(f"mediator@{LEAD}",)), mediator(), "recused"),
        (related(staff=f"mediator@{LEAD}"), mediator(), "is_party"),
        (related(kin=(f"mediator@{LEAD}",)), mediator(), "near_relative"),
        (related(household="h7"), mediator(household="h7"), "same_household"),
        (related(household="h7"), mediator(household="h8"), None),
        (case(), mediator(household="h7"), None),
        (case(languages=("miao",)), mediator(), "language"),
        (case(languages=("miao", "buyi")), mediator(languages=("zh", "miao")), "language"),
        (case(languages=("zh", "miao")), mediator(languages=("miao",)), None),
    ],
)
def test_who_may_not_mediate_and_why(asked: Case, person: Staff, reason: str | None) -> None:
    assert unfit(asked, person, DAY) == reason


def test_an_absence_counts_on_its_days_alone() -> None:
    person = mediator(absences=(AWAY,))
    assert [unfit(case(), person, day) for day in (date(2026, 3, 1), DAY, date(2026, 3, 3))] == [None, "absent", None]


@pytest.mark.parametrize(
    ("people", "loads", "chosen"),
    [
        ((mediator(unit="yanlou-hr"), mediator()), {f"mediator@{LEAD}": 9}, f"mediator@{LEAD}"),
        ((mediator(), mediator("#2", grids=("520111105202",))), {f"mediator@{LEAD}#2": 9}, f"mediator@{LEAD}#2"),
        ((mediator(), mediator("#2", skills=("02",))), {f"mediator@{LEAD}#2": 9}, f"mediator@{LEAD}#2"),
        ((mediator(), mediator("#2")), {f"mediator@{LEAD}": 2, f"mediator@{LEAD}#2": 1}, f"mediator@{LEAD}#2"),
        ((mediator("#2"), mediator()), {}, f"mediator@{LEAD}"),
        ((mediator("#2", skills=("0203",)), mediator()), {}, f"mediator@{LEAD}"),
    ],
    ids=["own unit", "grid", "skill", "load", "id", "other skill"],
)
def test_own_unit_then_grid_then_skill_then_load_then_id(people: tuple[Staff, ...], loads: dict[str, int], chosen: str) -> None:
    assert propose(case(), people, loads, DAY).mediator == chosen
    assert propose(case(), reversed(people), loads, DAY).mediator == chosen


def test_the_choice_is_explained() -> None:
    people = (
        mediator(skills=("0201",), grids=("520111105202",), household="h1"),
        mediator("#2"),
        mediator("#3", absences=(AWAY,)),
        mediator(unit="yanlou-hr", absences=(AWAY,)),
    )
    found = propose(case(recused=("mediator@yanlou-women",)), (*people, mediator(unit="yanlou-women")), {f"mediator@{LEAD}": 3}, DAY)
    assert (found.mediator, found.unit, found.household) == (f"mediator@{LEAD}", LEAD, "h1")
    assert found.why == ("own_unit", "load=3", "grid", "skill=0201")
    assert found.passed_over == (f"mediator@{LEAD}#2: ranked_lower", f"mediator@{LEAD}#3: absent", "mediator@yanlou-women: recused")


def test_where_nobody_is_fit_nobody_is_proposed_and_it_is_said_why() -> None:
    found = propose(case(languages=("miao",)), (mediator(),), {}, DAY)
    assert (found.mediator, found.passed_over) == (None, (f"mediator@{LEAD}: language",))
