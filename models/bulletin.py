"""The monthly bulletin (月报): when one is due, and what came of it."""

from __future__ import annotations

from datetime import date

from models.base import Instant, Model


class BulletinDue(Model):
    """The time the schedule should have asked at: the month before it is told."""

    due: Instant


class BulletinsMade(Model):
    """What became of a month: how many bulletins were made now, and how many were there before."""

    first: date
    made: int
    there: int


class BulletinLine(Model):
    """A stored bulletin, without its files."""

    id: str
    first: date
    """The first day of its month."""
    town: str | None
    """None = of the whole district."""
    as_of: Instant
    sha256: str
    """Of its document."""
