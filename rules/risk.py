"""Risk grading (风险分级): facts of a case and a place's table in, a tier with its reckoning out.

Called by `decide` when a case is opened or its facts change. It proposes upwards by itself; lowering a tier takes a
person (`regrade`). The calendar's Spring Festival dates and today's date come in as arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from models.risk import Grade, RiskFacts, RiskReason, RiskTable
from models.words import Tier

MAX_SCORE = 100
RISING = (Tier.YELLOW, Tier.ORANGE, Tier.RED)


class Protected(Protocol):
    """A party, as far as grading looks at it."""

    @property
    def vulnerable(self) -> bool:
        """Whether it needs protection."""

    @property
    def minor(self) -> bool:
        """Whether it is a child."""


class Gradable(Protocol):
    """What has the facts of a dispute: a case, an intake, or what is typed of one so far."""

    @property
    def people(self) -> int:
        """How many people are involved."""

    @property
    def amount(self) -> float | None:
        """Yuan in dispute."""

    @property
    def wage_workers(self) -> int:
        """How many of them wait for wages."""

    @property
    def risk_signs(self) -> tuple[str, ...]:
        """The signs that were ticked."""

    @property
    def parties(self) -> Sequence[Protected]:
        """Who is in it."""

    @property
    def happened_on(self) -> date | None:
        """The day it happened."""


def facts(of: Gradable) -> RiskFacts:
    """What grading looks at, of a case or of an intake: the same for both."""
    return RiskFacts(
        people=of.people,
        amount=of.amount,
        wage_workers=of.wage_workers,
        signs=of.risk_signs,
        vulnerable=any(party.vulnerable or party.minor for party in of.parties),
        happened_on=of.happened_on,
    )


def unknown_signs(signs: Iterable[str], table: RiskTable) -> tuple[str, ...]:
    """The signs that are not in the table, in the order given; an action that names one is `invalid`."""
    return tuple(sign for sign in signs if sign not in table.signs)


def grade(known: RiskFacts, table: RiskTable, spring_festival: Mapping[int, date], today: date) -> Grade:
    """The tier, the score 0 to 100 and each reason.

    `spring_festival` gives the first day of the festival (正月初一) by year; a year that is not there counts as far
    away. Signs that are not in the table are skipped: ask `unknown_signs` first.
    """
    signs = [table.signs[code] for code in dict.fromkeys(known.signs) if code in table.signs]
    reasons = [RiskReason(code=sign.code, points=sign.points) for sign in signs]
    reasons += [
        RiskReason(code=code, points=points)
        for code, points in (
            ("people", _people(known, table)),
            ("amount", _amount(known, table)),
            ("wages", _wages(known, table, spring_festival, today)),
            ("vulnerable", table.vulnerable if known.vulnerable else 0),
            ("age", _age(known, table, today)),
        )
        if points
    ]
    score = min(MAX_SCORE, max(0, sum(reason.points for reason in reasons)))
    hard = any(sign.hard for sign in signs)
    return Grade(tier=Tier.RED if hard else _tier(score, table), score=score, hard=hard, reasons=tuple(reasons))


def _tier(score: int, table: RiskTable) -> Tier:
    reached = [tier for tier in RISING if score >= table.thresholds[tier]]
    return reached[-1] if reached else Tier.BLUE


def _people(known: RiskFacts, table: RiskTable) -> int:
    reached = [band for band in table.people if known.people >= band.at_least]
    return max(reached, key=lambda band: band.at_least).points if reached else 0


def _amount(known: RiskFacts, table: RiskTable) -> int:
    rule = table.amount
    over = known.amount is not None and known.amount > rule.months * rule.monthly_minimum_wage
    return rule.points if over else 0


def _wages(known: RiskFacts, table: RiskTable, spring_festival: Mapping[int, date], today: date) -> int:
    rule = table.wages
    if known.wage_workers >= rule.workers:
        return rule.points
    # The thirty days before a festival in January begin in December: this year's festival or the next one's.
    festivals = [day for year in (today.year, today.year + 1) if (day := spring_festival.get(year)) is not None]
    near = any(0 <= (day - today).days <= rule.days_before_spring_festival for day in festivals)
    return rule.points if known.wage_workers >= 1 and near else 0


def _age(known: RiskFacts, table: RiskTable, today: date) -> int:
    old = known.happened_on is not None and (today - known.happened_on).days > table.age.older_than_days
    return table.age.points if old else 0
