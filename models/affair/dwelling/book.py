"""The book of village lodging (村寓规程): uses of rooms, checklist, tiers, what is refused or flagged. `places/<id>/grid/dwelling.yaml`."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.affair.limits import AffairLimit
from models.base import Label, Model
from models.clock import Budget
from models.network import wrong


class DwellingTier(StrEnum):
    """How safe a dwelling is (出租房分级), the safest first."""

    GREEN = "green"  # 绿
    YELLOW = "yellow"  # 黄
    ORANGE = "orange"  # 橙
    RED = "red"  # 红


class Use(Model):
    """What a room is used as (房间用途)."""

    zh: Label
    en: Label
    lettable: bool = True
    """Whether it may be let for living in."""
    source: str = ""


class Named(Model):
    """An entry of a list, in both languages."""

    zh: Label
    en: Label


class Check(Model):
    """One line of the checklist (检查项)."""

    zh: Label
    en: Label
    hazard: str
    """The item of the hazard list that a failed check opens a hazard of."""
    severity: str
    """A key of `points`, and a severity of the hazard list."""
    source: str = ""


class TierRule(Named):
    """From how many points on a dwelling is of a tier, and how soon it is visited again."""

    points: int = Field(alias="from", ge=0)
    visit: AffairLimit


class Rule(Model):
    """What happens to a lease or a check-in that breaks a rule (出租规则)."""

    then: Literal["refuse", "flag"]
    source: str


class AreaRule(Rule):
    """Square metres that each person needs (人均面积)."""

    least: float = Field(gt=0, le=100)


class RoomRule(Rule):
    """How many persons a room may be let to (每间人数)."""

    most: int = Field(ge=1, le=50)


class Rules(Model):
    """What leases and check-ins are held against."""

    letting: Rule
    area: AreaRule
    room: RoomRule
    headcount: Rule
    """More people than the lease says."""


class Reds(Model):
    """So many red inspections in a row, and the centre has to decide (连续红色处置)."""

    times: int = Field(ge=2, le=20)
    limit: AffairLimit
    whistle: str | None = None
    """An item of the whistle list that is blown as well."""
    text: Annotated[str, Field(max_length=300)] = ""
    tried: Annotated[str, Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _said(self) -> Self:
        if self.whistle is not None and not (self.text and self.tried):
            raise wrong("whistle", "needs text and tried")
        return self


class Registering(Model):
    """How occupants are called in a household file (居住登记)."""

    head: str
    other: str


class DwellingBook(Model):
    """Lists, tiers, rules and limits of one place."""

    version: int = Field(ge=1)
    effective_from: date
    uses: dict[str, Use] = Field(min_length=1)
    checks: dict[str, Check] = Field(min_length=1)
    points: dict[str, int] = Field(min_length=1)
    """By severity of a hazard: points while it is open."""
    tiers: dict[DwellingTier, TierRule]
    rules: Rules
    reds: Reds
    code_for: Budget
    """How long a check-in code is good (入住码有效期), in days or hours."""
    confirm: AffairLimit
    look: AffairLimit
    """Somebody looks at what was flagged."""
    lease_end: AffairLimit
    """How a lease that runs out reminds; its date is its own."""
    register_as: Registering = Field(alias="register")
    closing: dict[str, Named] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        missing = [str(tier) for tier in DwellingTier if tier not in self.tiers]
        if missing:
            raise wrong(f"tiers.{missing[0]}", "is missing")
        steps = [self.tiers[tier].points for tier in DwellingTier]
        if steps[0] != 0 or any(below >= above for below, above in pairwise(steps)):
            raise wrong("tiers", "must begin at 0 and rise from green to red")
        for key, check in self.checks.items():
            if check.severity not in self.points:
                raise wrong(f"checks.{key}.severity", f'unknown severity "{check.severity}"')
        try:
            _ = self.code_for.span
        except ValueError as error:
            raise wrong("code_for", "counts by the clock: days, hours or minutes") from error
        return self
