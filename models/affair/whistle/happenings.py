"""What has happened to a whistle."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import AffairEvent, Happened, Link
from models.affair.common import CommonHappening
from models.affair.whistle.state import CallWhy
from models.base import Instant
from models.words import Level, Role


class WhistleBlown(Happened):
    """Somebody has blown a whistle."""

    type: Literal["whistle_blown"] = "whistle_blown"
    place: str
    town: str | None
    item: str | None
    level: str
    rung: Level
    author: str
    author_unit: str
    author_role: Role
    text: str
    tried: str
    units: tuple[str, ...]
    """Whom to call."""
    link: Link | None = None
    """The record it belongs to."""


class WhistleEndorsed(Happened):
    """What is no item of the list was confirmed, or was put under one."""

    type: Literal["whistle_endorsed"] = "whistle_endorsed"
    item: str | None
    level: str
    rung: Level
    person: str


class WhistleTurnedDown(Happened):
    """It was turned down, with a reason."""

    type: Literal["whistle_turned_down"] = "whistle_turned_down"
    reason: str
    person: str


class WhistleWithdrawn(Happened):
    """The author has taken it back."""

    type: Literal["whistle_withdrawn"] = "whistle_withdrawn"
    reason: str


class UnitCalled(Happened):
    """A unit was called."""

    type: Literal["unit_called"] = "unit_called"
    unit: str
    part: str | None
    why: CallWhy
    reason: str = ""


class UnitAnswered(Happened):
    """A unit has answered."""

    type: Literal["unit_answered"] = "unit_answered"
    unit: str
    coming_at: Instant | None = None
    text: str = ""


class UnitSilent(Happened):
    """A unit has let its time to answer and the grace pass; `substitute` is called in its place where there is one."""

    type: Literal["unit_silent"] = "unit_silent"
    unit: str
    substitute: str | None


class UnitArrived(Happened):
    """A unit has checked in."""

    type: Literal["unit_arrived"] = "unit_arrived"
    unit: str


class PartResolved(Happened):
    """A unit has resolved its part."""

    type: Literal["part_resolved"] = "part_resolved"
    unit: str
    text: str


class UnitReleased(Happened):
    """A unit was let go, with a reason."""

    type: Literal["unit_released"] = "unit_released"
    unit: str
    reason: str


class WhistleClimbed(Happened):
    """It was not resolved in the level's time, or came back once more: the next level is in charge."""

    type: Literal["whistle_climbed"] = "whistle_climbed"
    to: Level
    unit: str
    """The unit in charge there."""
    why: Literal["limit", "returned"]


class WhistleReturned(Happened):
    """The author says that it is not done: these units have their part again."""

    type: Literal["whistle_returned"] = "whistle_returned"
    units: tuple[str, ...]
    text: str


class WhistleConcluded(Happened):
    """It is done: the author has said so, or has said nothing."""

    type: Literal["whistle_concluded"] = "whistle_concluded"
    deemed: bool
    text: str = ""


class UnitRated(Happened):
    """The author has rated a unit."""

    type: Literal["unit_rated"] = "unit_rated"
    unit: str
    stars: int
    text: str


class WhistleRated(Happened):
    """A unit has rated the whistle."""

    type: Literal["whistle_rated"] = "whistle_rated"
    unit: str
    useful: bool
    text: str


class WhistleEvent(AffairEvent):
    """One entry of a whistle's record."""

    what: Annotated[
        WhistleBlown
        | WhistleEndorsed
        | WhistleTurnedDown
        | WhistleWithdrawn
        | UnitCalled
        | UnitAnswered
        | UnitSilent
        | UnitArrived
        | PartResolved
        | UnitReleased
        | WhistleClimbed
        | WhistleReturned
        | WhistleConcluded
        | UnitRated
        | WhistleRated
        | CommonHappening,
        Field(discriminator="type"),
    ]
