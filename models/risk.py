"""Risk grading: the table of a place, the facts of a case, the grade that follows (domain 6).

Scores describe the case, never the person: ethnicity, religion, origin, schooling, income, criminal record in general,
health and lawful petitions are not in this vocabulary and must not come in.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, field_validator, model_validator

from models.base import Label, Model
from models.network import wrong
from models.words import Tier


class Sign(Model):
    """A risk sign (风险情形) somebody can tick. A hard one makes the case red whatever the score."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    zh: Label
    en: Label
    hard: bool = False
    points: int = 0

    @model_validator(mode="after")
    def _weighs(self) -> Self:
        if self.hard == bool(self.points):
            raise ValueError("a sign is either hard or has points")
        return self


class Band(Model):
    """Points from so many people on; the highest band reached counts, alone."""

    at_least: int = Field(ge=1)
    points: int


class AmountRule(Model):
    """Points for an amount above so many months of the local minimum wage, in yuan."""

    months: int = Field(ge=1)
    monthly_minimum_wage: int = Field(ge=1)
    points: int


class WageRule(Model):
    """Points for unpaid wages of many workers, or of any in the days before Spring Festival. Counted once."""

    workers: int = Field(ge=1)
    days_before_spring_festival: int = Field(ge=0)
    points: int


class AgeRule(Model):
    """Points for a dispute older than so many days."""

    older_than_days: int = Field(ge=1)
    points: int


class RiskTable(Model):
    """The scoring table of one place, an immutable document named by its content hash."""

    version: int = Field(ge=1)
    effective_from: date
    thresholds: dict[Tier, int]
    """The lowest score of `yellow`, `orange` and `red`; below yellow a case is blue."""
    signs: dict[str, Sign]
    people: tuple[Band, ...]
    amount: AmountRule
    wages: WageRule
    vulnerable: int
    """Points when a party needs protection (minor, elderly alone, disabled, ill)."""
    age: AgeRule

    @field_validator("signs", mode="before")
    @classmethod
    def _codes(cls, value: object) -> object:
        """Give each sign its own code, which the table already says."""
        if not isinstance(value, dict):
            return value
        return {code: {"code": code, **row} if isinstance(row, dict) else row for code, row in value.items()}

    @model_validator(mode="after")
    def _rising(self) -> Self:
        scores = [self.thresholds.get(tier) for tier in (Tier.YELLOW, Tier.ORANGE, Tier.RED)]
        if len(self.thresholds) != len(scores) or None in scores or scores != sorted(scores, key=lambda s: s or 0):
            raise wrong("thresholds", "must name yellow, orange and red, rising")
        return self


class RiskFacts(Model):
    """What grading looks at, and nothing else."""

    people: int = Field(default=0, ge=0)
    amount: float | None = None
    """In yuan."""
    wage_workers: int = Field(default=0, ge=0)
    signs: tuple[str, ...] = ()
    vulnerable: bool = False
    happened_on: date | None = None


class RiskReason(Model):
    """One line of a grade's reckoning: a sign's code or `people`, `amount`, `wages`, `vulnerable`, `age`."""

    code: str
    points: int
    """Zero for a hard sign, which needs no points."""


class Grade(Model):
    """A tier with the way to it."""

    tier: Tier
    score: int
    hard: bool
    """Whether a hard sign decided."""
    reasons: tuple[RiskReason, ...]
