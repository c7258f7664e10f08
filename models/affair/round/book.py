"""The plans of rounds (巡查方案) of one place: `places/<id>/grid/round.yaml`. What is walked, by whom, how often, with which questions."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from models.affair.limits import AffairLimit
from models.base import Label, Model
from models.ordered import Ordered
from models.words import Role

MOST_ON_A_SHEET = 200
"""Most targets of one sheet: what somebody walks in some days, and what a state holds lightly."""


class Skip(Model):
    """Why a target may be left out (不予走访理由)."""

    zh: Label
    en: Label
    excused: bool = True
    """A good reason (正当理由): the target counts as dealt with; else it counts as left out."""
    words: bool = False
    """It takes a sentence besides."""


class Choice(Model):
    """An answer to a question (选项)."""

    zh: Label
    en: Label
    finding: str | None = None
    """What it finds: a key of the book's `findings`."""


class Question(Model):
    """A question on the sheet (检查项)."""

    zh: Label
    en: Label
    choices: Ordered[Choice] = Field(default_factory=dict)
    """Answers by key; none = a whole number, zero or more."""
    required: bool = True


class Opening(Model):
    """What a finding opens (转办): a whistle, a hazard, a dispute."""

    kind: str
    """`dispute`, or a kind of affair."""
    fields: dict[str, Any] = Field(default_factory=dict)
    """Fields of its opening action besides the place and the words, which the finding has."""
    place: Label = "place"
    """How its field for the place is called."""
    text: Label = "text"
    """How its field for the words is called."""


class Finding(Model):
    """Something that may be found at a target (发现问题)."""

    zh: Label
    en: Label
    opens: Opening
    person: bool = False
    """Somebody has to be named: the applicant of the dispute to come."""


class Walks(Model):
    """Who walks (巡查主体)."""

    role: Role
    unit: str = "village"
    """Kind of unit; `village` is the committee of the target's own village."""


class Targets(Model):
    """Where targets come from (对象来源)."""

    source: Label = "list"
    """A name that `service/affairs/rounds/sources.py` knows; `list` = given by file or with the round."""
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    """What the source has to know besides the place."""


class Cadence(Model):
    """When rounds of a plan begin by themselves (周期), by the place's own clock."""

    at: str = Field(default="09:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    weekdays: tuple[int, ...] = ()
    """1 = Monday … 7 = Sunday; empty = any."""
    days: tuple[int, ...] = ()
    """Days of the month; empty = any."""
    months: tuple[int, ...] = ()
    """Months; empty = any."""
    towns: tuple[str, ...] = Field(min_length=1)
    """Ids of the towns that each get a round of their own."""


class Plan(Model):
    """One kind of round (巡查方案)."""

    zh: Label
    en: Label
    walks: Walks
    targets: Targets = Targets()
    cadence: Cadence | None = None
    due: AffairLimit
    """From the start of the round; with `expire`, after which whatever is left is overdue."""
    cap: int = Field(default=100, ge=1, le=MOST_ON_A_SHEET)
    """Most targets of one sheet."""
    caps: dict[str, int] = Field(default_factory=dict)
    """Another cap for a grid, by its division code."""
    window: int = Field(default=2, ge=1, le=100)
    """Most sheets of one grid that are open at once."""
    questions: Ordered[Question] = Field(default_factory=dict)
    """In the order in which they are asked."""
    findings: tuple[str, ...] = ()
    """Keys of the book's `findings` that whoever walks may report by hand."""
    skips: tuple[str, ...] = Field(min_length=1)
    """Keys of the book's `skips`."""

    def cap_of(self, place: str) -> int:
        """Most targets of one sheet of a grid."""
        return self.caps.get(place, self.cap)


class RoundBook(Model):
    """Plans, reasons and findings of one place."""

    version: int = Field(ge=1)
    effective_from: date
    plans: dict[str, Plan] = Field(min_length=1)
    skips: dict[str, Skip] = Field(min_length=1)
    findings: dict[str, Finding] = Field(default_factory=dict)
