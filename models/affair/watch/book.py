"""The book of watches (预警规程): types of signals with points and half-lives, grades with thresholds and labels, times."""

from __future__ import annotations

from datetime import date

from pydantic import Field, field_validator, model_validator

from models.affair.limits import AffairLimit
from models.base import Id, Label, Model
from models.clock import Budget, TimeUnit
from models.network import wrong
from models.words import Role, Tier

RISING = (Tier.YELLOW, Tier.ORANGE, Tier.RED)
"""The grades of a watch, from the lowest; blue is no label."""


def in_days(value: Budget) -> Budget:
    """The same budget; raises ValueError unless it is counted in calendar days, which need no calendar."""
    if value.unit is not TimeUnit.DAYS:
        raise ValueError("is counted in calendar days, such as 30d")
    return value


class SignalType(Model):
    """A type of signal (线索类型): what it weighs, and how soon that halves."""

    zh: Label
    en: Label
    points: int = Field(ge=1, le=100)
    half_life: int = Field(ge=1, le=3650)
    """Days after which it weighs half."""
    hard: bool = False
    """Makes the watch red at once, whatever the score (硬性触发)."""
    by_hand: bool = False
    """A person alone enters it: no other system and no other affair sends it, so that nobody imports a group's messages (domain 8.4)."""
    sign: Label | None = None
    """The risk sign that a dispute opened from it begins with (`risk.yaml`)."""
    source: str = ""


class VisitRule(Model):
    """A visit that a grade asks for (预警走访)."""

    within: AffairLimit
    by: Role
    unit: str | None = None
    """Kind of unit; None = the committee of the village."""


class GradeRule(Model):
    """From which score a grade is given, for how long its label lasts, and what it leads to."""

    at: int = Field(ge=1, le=1000)
    lasts: Budget
    opens_case: bool = False
    """Whether reaching it opens a dispute, or raises the one that was opened before."""
    visit: VisitRule | None = None

    @field_validator("lasts")
    @classmethod
    def _plain(cls, value: Budget) -> Budget:
        return in_days(value)

    @property
    def label(self) -> AffairLimit:
        """The limit of its label: it runs out in silence, and then the grade is reckoned anew."""
        return AffairLimit(budget=self.lasts, remind=None, cards=False, expire=True, source="domain 6.3, 10")


class WatchBook(Model):
    """Signal types, grades and times (预警规程) of one place: `places/<id>/grid/watch.yaml`."""

    version: int = Field(ge=1)
    effective_from: date
    signals: dict[Id, SignalType] = Field(min_length=1)
    grades: dict[Tier, GradeRule]
    quiet: Budget
    """How long without signal and label until a watch ends."""
    forget_below: int = Field(ge=1, le=50)
    """Points below which a signal is folded into the record and no longer counts."""
    keep: int = Field(ge=10, le=500)
    """Signals kept one by one; of more, the weakest go on as a sum of their type."""
    backdated: Budget
    """How long ago a signal may have happened when it is entered (补录)."""
    objection: AffairLimit
    """Within which an objection (申诉) is decided."""

    @field_validator("quiet", "backdated")
    @classmethod
    def _plain(cls, value: Budget) -> Budget:
        return in_days(value)

    @model_validator(mode="after")
    def _rising(self) -> WatchBook:
        found = [self.grades[tier].at for tier in RISING if tier in self.grades]
        if set(self.grades) != set(RISING) or sorted(set(found)) != found:
            raise wrong("grades", "must name yellow, orange and red, rising")
        return self

    @property
    def rest(self) -> AffairLimit:
        """The limit of a watch without label and signals: it ends in silence."""
        return AffairLimit(budget=self.quiet, remind=None, cards=False, expire=True, source="PIPL 19")
