"""Risk grading (风险分级): facts of a case and a place's table in, a tier with its reckoning out.

Called by `decide` when a case is opened or its facts change. It proposes upwards by itself; lowering a tier takes a
person (`regrade`). The calendar's Spring Festival dates and today's date come in as arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from models.risk import Grade, RiskFacts, RiskReason, RiskTable
from models.words import Tier

MAX_SCORE = 100
RISING = (Tier.YELLOW, Tier.ORANGE, Tier.RED)


def unknown_signs(signs: Iterable[str], table: RiskTable) -> tuple[str, ...]:
    """The signs that are not in the table, in the order given; an action that names one is `invalid`."""
    return tuple(sign for sign in signs if sign not in table.signs)


def grade(facts: RiskFacts, table: RiskTable, spring_festival: Mapping[int, date], today: date) -> Grade:
    """The tier, the score 0 to 100 and each reason.

    `spring_festival` gives the first day of the festival (正月初一) by year; a year that is not there counts as far
    away. Signs that are not in the table are skipped: ask `unknown_signs` first.
    """
    signs = [table.signs[code] for code in dict.fromkeys(facts.signs) if code in table.signs]
    reasons = [RiskReason(code=sign.code, points=sign.points) for sign in signs]
    reasons += [
        RiskReason(code=code, points=points)
        for code, points in (
            ("people", _people(facts, table)),
            ("amount", _amount(facts, table)),
            ("wages", _wages(facts, table, spring_festival, today)),
            ("vulnerable", table.vulnerable if facts.vulnerable else 0),
            ("age", _age(facts, table, today)),
        )
        if points
    ]
    score = min(MAX_SCORE, max(0, sum(reason.points for reason in reasons)))
    hard = any(sign.hard for sign in signs)
    return Grade(tier=Tier.RED if hard else _tier(score, table), score=score, hard=hard, reasons=tuple(reasons))


def _tier(score: int, table: RiskTable) -> Tier:
    reached = [tier for tier in RISING if score >= table.thresholds[tier]]
    return reached[-1] if reached else Tier.BLUE


def _people(facts: RiskFacts, table: RiskTable) -> int:
    reached = [band for band in table.people if facts.people >= band.at_least]
    return max(reached, key=lambda band: band.at_least).points if reached else 0


def _amount(facts: RiskFacts, table: RiskTable) -> int:
    rule = table.amount
    over = facts.amount is not None and facts.amount > rule.months * rule.monthly_minimum_wage
    return rule.points if over else 0


def _wages(facts: RiskFacts, table: RiskTable, spring_festival: Mapping[int, date], today: date) -> int:
    rule = table.wages
    if facts.wage_workers >= rule.workers:
        return rule.points
    # The thirty days before a festival in January begin in December: this year's festival or the next one's.
    festivals = [day for year in (today.year, today.year + 1) if (day := spring_festival.get(year)) is not None]
    near = any(0 <= (day - today).days <= rule.days_before_spring_festival for day in festivals)
    return rule.points if facts.wage_workers >= 1 and near else 0


def _age(facts: RiskFacts, table: RiskTable, today: date) -> int:
    old = facts.happened_on is not None and (today - facts.happened_on).days > table.age.older_than_days
    return table.age.points if old else 0
