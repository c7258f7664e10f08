"""The whistle list (吹哨清单) of one place: classes, items, levels and what joins the units, `places/<id>/grid/whistle.yaml`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.affair.limits import AffairLimit
from models.base import Label, Model
from models.words import Level

Share = Annotated[int, Field(ge=1, le=20)] | Literal["all"]
"""How many of the units called: a number, or all of them. More than were called means all."""


class Joining(Model):
    """How many units make a whistle move on (合力规则), k of n."""

    arrive: Share = 1
    """So many must have arrived before work counts as begun."""
    resolve: Share = "all"
    """So many must have resolved their part for the whistle to be resolved."""


class WhistleClass(Model):
    """A class of the list (吹哨类别)."""

    zh: Label
    en: Label


class WhistleItem(Model):
    """One thing for which units may be called (吹哨事项)."""

    of: str
    """A key of the book's `classes`."""
    zh: Label
    en: Label
    level: str
    """A key of the book's `levels`; the author may choose a more urgent one, never a less urgent one."""
    units: tuple[str, ...] = Field(min_length=1)
    """Kinds of units that are called unless the author says otherwise, or full ids of units of the district."""
    join: Joining | None = None
    """Another joining rule than that of the level."""
    source: str = ""


class WhistleLevel(Model):
    """How urgent a whistle is (吹哨等级): a call's limits, and the time at each level of the ladder."""

    zh: Label
    en: Label
    answer: AffairLimit
    """From the call. Its end after the grace (`expire_after`) calls somebody in the silent unit's place."""
    arrive: AffairLimit
    """From the answer."""
    resolve: AffairLimit
    """From the arrival, and not before work has begun."""
    rungs: dict[Level, AffairLimit] = Field(min_length=1)
    """What time there is at each level before the whistle climbs to the next, from where it starts upwards."""
    join: Joining = Joining()


class WhistleBook(Model):
    """Classes, items and levels of one place."""

    version: int = Field(ge=1)
    effective_from: date
    endorse: AffairLimit
    """To confirm or turn down a whistle that is no item of the list, from the whistle (确认吹哨)."""
    conclude: AffairLimit
    """For the author to say whether it is done; its end deems it confirmed (视为确认)."""
    levels: dict[str, WhistleLevel] = Field(min_length=1)
    """From the least to the most urgent."""
    classes: dict[str, WhistleClass] = Field(min_length=1)
    items: dict[str, WhistleItem] = Field(min_length=1)
    """By key, as forms and figures name them."""
    most_units: int = Field(default=12, ge=1, le=40)
    """How many units one whistle may call at first."""

    def urgency(self, level: str) -> int:
        """The place of a level among the others, the least urgent first."""
        return list(self.levels).index(level)
