"""What has happened to a watch, as its events say it (预警事件)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import AffairEvent, Happened
from models.affair.common import CommonHappening
from models.affair.watch.state import Carried, Objection, Signal, Subject
from models.words import Tier


class WatchBegun(Happened):
    """A watch began, or began anew."""

    type: Literal["watch_begun"] = "watch_begun"
    subject: Subject
    town: str | None


class Signalled(Happened):
    """A signal came."""

    type: Literal["signalled"] = "signalled"
    signal: Signal


class SignalsFolded(Happened):
    """Signals were dropped from the state: what still weighs something goes on as a sum, the rest is in the record alone."""

    type: Literal["signals_folded"] = "signals_folded"
    signals: tuple[str, ...]
    folded: int
    """How many signals, those of sums among them, are in the record alone from here on."""
    carried: tuple[Carried, ...]
    """The sums as they are now."""


class WatchGraded(Happened):
    """The grade has changed."""

    type: Literal["watch_graded"] = "watch_graded"
    before: Tier
    grade: Tier
    score: int
    """Thousandths of points."""
    hard: bool = False
    """Whether a hard trigger decided."""
    visit: bool = False
    """Whether somebody has to go there."""
    why: Literal["signal", "time", "person", "struck"]
    reason: str | None = None


class LabelKept(Happened):
    """The label goes on: new signals, or a score that still reaches it."""

    type: Literal["label_kept"] = "label_kept"
    score: int


class WatchVisited(Happened):
    """Somebody was there."""

    type: Literal["watch_visited"] = "watch_visited"
    outcome: Literal["calm", "absent", "tense"]
    text: str


class SignalStruck(Happened):
    """A signal was found to be mistaken."""

    type: Literal["signal_struck"] = "signal_struck"
    signal: str
    reason: str


class WatchObjected(Happened):
    """Somebody who is watched objects."""

    type: Literal["watch_objected"] = "watch_objected"
    objection: Objection


class ObjectionSettled(Happened):
    """An objection was decided."""

    type: Literal["objection_settled"] = "objection_settled"
    objection: str
    uphold: bool
    reason: str


class WatchQuieted(Happened):
    """Nothing came for long enough: the watch is over, until something comes."""

    type: Literal["watch_quieted"] = "watch_quieted"
    folded: int


OwnHappening = (
    WatchBegun
    | Signalled
    | SignalsFolded
    | WatchGraded
    | LabelKept
    | WatchVisited
    | SignalStruck
    | WatchObjected
    | ObjectionSettled
    | WatchQuieted
)


class WatchEvent(AffairEvent):
    """One entry of a watch's record."""

    what: Annotated[OwnHappening | CommonHappening, Field(discriminator="type")]
