"""How difficult a case is, and what its file lacks for that."""

from __future__ import annotations

from datetime import date

import pytest

from models.case import Case
from models.paper.kinds import Difficulty
from models.words import Level, Tier
from rules.papers.dossier import completeness, difficulty
from rules.papers.writing import born, count, day, money, number, short_name
from tests.papers.stories import agreed, mediating, opened, place, refused

KNOWN = place().papers.known


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, Difficulty.SIMPLE),
        ({"amount": 20_000}, Difficulty.ORDINARY),
        ({"level": Level.TOWN}, Difficulty.ORDINARY),
        ({"tier": Tier.YELLOW}, Difficulty.ORDINARY),
        ({"tier": Tier.ORANGE}, Difficulty.DIFFICULT),
        ({"level": Level.JOINT}, Difficulty.DIFFICULT),
        ({"people": 10}, Difficulty.DIFFICULT),
        ({"extensions": 1}, Difficulty.DIFFICULT),
    ],
)
def test_the_difficulty_follows_the_places_table(changes: dict[str, object], grade: Difficulty) -> None:
    assert difficulty(mediating().case.model_copy(update=changes), KNOWN.grading) is grade


def lacks(case: Case, held: set[str]) -> set[str]:
    return {missing.kind for missing in completeness(case, KNOWN, held).missing}


def test_a_simple_case_needs_its_intake_and_its_agreement_alone() -> None:
    case = agreed("written").case
    assert lacks(case, set()) == {"application", "agreement"}
    assert lacks(case, {"acceptance", "agreement"}) == set()
    assert lacks(agreed("oral").case, {"application"}) == {"oral_register"}


def test_an_ordinary_case_needs_the_whole_file() -> None:
    case = agreed("written").case.model_copy(update={"amount": 20_000})
    assert lacks(case, {"application", "agreement"}) == {"rights_notice", "identity", "mediation_record", "follow_up"}


def test_before_anything_happened_only_the_intake_is_missing() -> None:
    case = opened().case.model_copy(update={"category": None})
    assert lacks(case, set()) == {"application"}


def test_a_refusal_asks_for_the_notice_of_routes() -> None:
    assert "routes_notice" in lacks(refused().case, {"application"})


def test_days_sums_and_numbers_are_written_as_offices_do() -> None:
    assert (day(date(2026, 3, 4)), day(None)) == ("2026年3月4日", "")
    assert (money(3000), money(200.5), money(None)) == ("3,000元", "200.50元", "")
    assert [count(n) for n in (3, 10, 12, 20, 21)] == ["三", "十", "十二", "二十", "二十一"]
    assert [short_name(name) for name in ("燕楼镇", "贵筑街道", "孟关苗族布依族乡", "花溪区")] == [
        "燕楼",
        "贵筑",
        "孟关苗族布依族",
        "花溪区",
    ]
    assert number("燕楼镇", "人调协", 2026, 7) == "燕楼人调协字〔2026〕7号"


def test_sex_and_birthday_are_read_from_a_whole_number_alone() -> None:
    assert born("520111198001010016") == ("男", date(1980, 1, 1))
    assert born("52011119800101002X") == ("女", date(1980, 1, 1))
    assert [born(text) for text in ("520111**********16", "520111198013010016", None, "")] == [None] * 4
