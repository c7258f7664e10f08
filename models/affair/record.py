"""What goes between a running affair and the record, and what comes back. An affair travels as the JSON of its own kind."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from models.affair.base import AffairWork, Link
from models.base import Instant, Model
from models.clock_story import ClockStory
from models.record import Duty, Line, PublicClock
from models.words import Algorithm

Plain = dict[str, Any]
"""A state or an action of one kind as JSON-able data; `rules/affair/kinds.py` knows its model."""


class AffairStart(Model):
    """Input of an affair's workflow: always a whole state."""

    affair: Plain
    time_shift: float = 0.0
    """Seconds added to Temporal's clock in one place, for rehearsals; zero in life."""
    restart: Literal["diverged", "replay", "missing"] | None = None
    algorithm: Algorithm | None = None


class AffairRequest(Model):
    """The argument of an affair's one Update."""

    action: Plain
    algorithm: Algorithm | None = None


class AffairPublication(Model):
    """The newest state with all events not yet stored. Safe to send twice."""

    affair: Plain
    prev_head: str
    lines: tuple[Line, ...]


class AffairKey(Model):
    """Which affair."""

    kind: str
    id: str


class LoadedAffair(Model):
    """An affair read back from the record."""

    affair: Plain | None


class AffairTask(Model):
    """A piece of pending work of one affair, for its servant."""

    affair: Plain
    work: AffairWork
    now: Instant


class AffairTaskDone(Model):
    """What became of it."""

    result: Plain = Field(default_factory=dict)


class AffairReceiptOut(Model):
    """Answer to an accepted action on an affair."""

    action_id: str
    kind: str
    affair_id: str
    code: str | None
    seq: int
    stage: str | None
    events: tuple[str, ...]


class AffairView(Model):
    """What all kinds show alike of one affair; what is the kind's own stands in its state."""

    kind: str
    affair_id: str
    code: str | None
    as_of: Instant
    seq: int
    stage: str | None
    place: str | None
    town: str | None
    holder: Duty | None
    duties: tuple[Duty, ...]
    clocks: tuple[PublicClock, ...]
    cards: tuple[str, ...]
    """Kinds of cards still open, each once, yellow before red."""
    links: tuple[Link, ...]
    ended: bool


class Told(Model):
    """One sentence of an explanation, in both languages."""

    model_config = ConfigDict(title="AffairSentence")
    zh: str
    en: str


class AffairExplanation(Model):
    """The view, what its kind has to explain, and the story of every clock: its arithmetic in both languages."""

    view: AffairView
    told: tuple[Told, ...] = ()
    clocks: tuple[ClockStory, ...]
