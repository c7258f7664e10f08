"""The story of a clock (时限说明): how its due time comes about, as facts and as sentences. Made by `rules/clock_explain.py`."""

from __future__ import annotations

from datetime import date

from models.base import Instant, Model
from models.calendar import RestReason
from models.clock import Alarm, Budget, Due, Extension, Suspension
from models.words import Authority


class RestDay(Model):
    """A rest day that a due time rolled over."""

    day: date
    reason: RestReason


class Standstill(Suspension):
    """A suspension together with what it moved."""

    moved: int
    """By how much the due time moved for it, in the measure of the story; up to now while it is open."""


class ClockStory(Model):
    """Everything that leads to a due time. Holds no personal data: `by` is a post, `ground` a word of the list."""

    clock: str
    limit: str
    round: int
    budget: Budget
    measure: str
    """What `allowed`, `consumed`, `remaining` and `moved` count: `days`, `work_days`, `minutes` or `office_minutes`."""
    anchor: Instant
    anchor_day: date
    """The local date it starts on; in a count of days this day is not counted."""
    due_on: date | None = None
    """The agreed date of a promise."""
    suspensions: tuple[Standstill, ...] = ()
    extensions: tuple[Extension, ...] = ()
    allowed: int
    """Budget and extensions; for a promise the days from its anchor to its date, and extensions."""
    consumed: int
    remaining: int
    due: Due | None = None
    """None while it stands still."""
    due_day: date | None = None
    """The local date the due time belongs to: 24:00 is still the day it ends."""
    rolled: tuple[RestDay, ...] = ()
    backward: bool = False
    paused: bool
    overdue: bool
    calendar: str
    """Content hash of the calendar."""
    calendar_version: str
    published_until: date
    authority: Authority
    source: str = ""
    next_alarm: Alarm | None = None
    zh: tuple[str, ...] = ()
    """The arithmetic in Chinese, a sentence a line."""
    en: tuple[str, ...] = ()
    """The same lines in English."""
