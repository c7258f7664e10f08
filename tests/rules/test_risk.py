"""Risk grading over Huaxi's own table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.risk import RiskFacts, RiskTable
from models.words import Tier
from rules.risk import grade, unknown_signs
from store.files import parse, read_yaml

RISK = Path(__file__).parents[2] / "places" / "huaxi" / "risk.yaml"
FESTIVALS = {2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6)}
JUNE = date(2026, 6, 1)


@pytest.fixture(scope="module")
def table() -> RiskTable:
    return parse(RiskTable, read_yaml(RISK), RISK)


CASEBOOK = [
    ("01", RiskFacts(people=2, happened_on=date(2026, 2, 26)), date(2026, 3, 2), Tier.BLUE, 0),
    ("02", RiskFacts(people=23, amount=318000, wage_workers=23, happened_on=date(2026, 1, 20)), date(2026, 1, 22), Tier.ORANGE, 45),
    ("03", RiskFacts(people=2, happened_on=date(2026, 9, 27)), date(2026, 9, 29), Tier.BLUE, 0),
    ("04", RiskFacts(people=2, happened_on=date(2026, 5, 11)), date(2026, 5, 12), Tier.BLUE, 0),
    (
        "05",
        RiskFacts(people=2, signs=("threat_to_life", "stalking", "separation"), vulnerable=True, happened_on=date(2026, 6, 15)),
        date(2026, 6, 15),
        Tier.RED,
        25,
    ),
    ("06", RiskFacts(people=21, happened_on=date(2026, 4, 1)), date(2026, 4, 8), Tier.YELLOW, 20),
    ("07", RiskFacts(people=2, amount=20000, happened_on=date(2026, 6, 30)), date(2026, 7, 6), Tier.BLUE, 0),
    ("08", RiskFacts(people=3, amount=80000, happened_on=date(2026, 2, 10)), date(2026, 3, 2), Tier.BLUE, 10),
]


@pytest.mark.parametrize(("case", "facts", "today", "tier", "score"), CASEBOOK, ids=[row[0] for row in CASEBOOK])
def test_the_casebook_is_graded_as_it_expects(table: RiskTable, case: str, facts: RiskFacts, today: date, tier: Tier, score: int) -> None:
    found = grade(facts, table, FESTIVALS, today)
    assert (found.tier, found.score) == (tier, score)
    assert found.score == sum(reason.points for reason in found.reasons)


@pytest.mark.parametrize(
    "sign",
    [
        "threat_to_life",
        "threat_to_self",
        "weapon",
        "ongoing_violence",
        "stalking",
        "missing_child",
        "abuse",
        "gathering",
        "corpse_dispute",
    ],
)
def test_a_hard_sign_is_red_whatever_the_score(table: RiskTable, sign: str) -> None:
    found = grade(RiskFacts(signs=(sign, "lawyer_engaged")), table, FESTIVALS, JUNE)
    assert (found.tier, found.hard, found.score) == (Tier.RED, True, 0)
    assert found.reasons[0].code == sign


@pytest.mark.parametrize(("people", "points"), [(4, 0), (5, 10), (9, 10), (10, 20), (29, 20), (30, 30), (500, 30)])
def test_only_the_highest_band_of_people_counts(table: RiskTable, people: int, points: int) -> None:
    assert grade(RiskFacts(people=people), table, FESTIVALS, JUNE).score == points


@pytest.mark.parametrize(
    ("workers", "today", "points"),
    [
        (0, date(2026, 2, 1), 0),
        (1, date(2026, 1, 17), 0),
        (1, date(2026, 1, 18), 15),
        (1, date(2026, 2, 17), 15),
        (1, date(2026, 2, 18), 0),
        (10, JUNE, 15),
        (10, date(2026, 2, 1), 15),
        (1, date(2024, 12, 30), 15),
    ],
)
def test_wages_weigh_more_for_ten_workers_or_in_the_thirty_days_before_spring_festival(
    table: RiskTable, workers: int, today: date, points: int
) -> None:
    assert grade(RiskFacts(wage_workers=workers), table, FESTIVALS, today).score == points


def test_an_amount_counts_only_above_twelve_months_of_the_minimum_wage(table: RiskTable) -> None:
    line = 12 * table.amount.monthly_minimum_wage
    assert grade(RiskFacts(amount=line), table, FESTIVALS, JUNE).score == 0
    assert grade(RiskFacts(amount=line + 1), table, FESTIVALS, JUNE).score == 10


def test_a_dispute_counts_as_old_from_the_ninety_first_day(table: RiskTable) -> None:
    assert grade(RiskFacts(happened_on=date(2026, 3, 3)), table, FESTIVALS, JUNE).score == 0
    assert grade(RiskFacts(happened_on=date(2026, 3, 2)), table, FESTIVALS, JUNE).score == 10


def test_the_thresholds_belong_to_the_upper_tier(table: RiskTable) -> None:
    assert grade(RiskFacts(signs=("media", "second_contact")), table, FESTIVALS, JUNE).tier is Tier.YELLOW
    assert grade(RiskFacts(people=30, signs=("second_contact", "previous_violence")), table, FESTIVALS, JUNE).tier is Tier.RED


def test_the_score_stays_between_zero_and_a_hundred(table: RiskTable) -> None:
    every = tuple(code for code, sign in table.signs.items() if sign.points > 0)
    assert grade(RiskFacts(people=30, wage_workers=10, signs=every, vulnerable=True), table, FESTIVALS, JUNE).score == 100
    assert grade(RiskFacts(signs=("partly_performed",)), table, FESTIVALS, JUNE).score == 0


def test_a_sign_named_twice_counts_once_and_an_unknown_one_is_named(table: RiskTable) -> None:
    assert grade(RiskFacts(signs=("media", "media", "bad_mood")), table, FESTIVALS, JUNE).score == 5
    assert unknown_signs(("media", "bad_mood", "religion"), table) == ("bad_mood", "religion")
