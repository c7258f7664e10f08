"""What a person is shown of affairs (事务): in lists, in full, as a story. Made by `service/affairs/reading.py` for every face."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from models.affair.record import AffairExplanation
from models.base import Instant, Model
from models.record import Duty, PublicClock
from models.words import Role
from service.shown import AffairListed, CardShown, Change, Changes


class AffairsPage(Model):
    """A page of affairs, the newest begun first. `next` is the cursor of the page that follows, None on the last."""

    as_of: Instant
    affairs: tuple[AffairListed, ...]
    next: str | None


class AffairsCounted(Model):
    """How many affairs a list would hold, by kind and stage."""

    as_of: Instant
    kinds: dict[str, dict[str, int]]


class AffairChange(Change):
    """One event of any affair, as the change feed tells it."""

    kind: str


class AffairChanges(Changes):
    """A stretch of the change feed of affairs. Its positions mean nothing in that of cases."""

    changes: tuple[AffairChange, ...]


class LinkShown(Model):
    """Another record that belongs to an affair or a case, where one's eyes reach it."""

    kind: str
    """`dispute`, or the kind of an affair."""
    code: str
    why: str = ""
    """What binds them, as the record that keeps the link says it; empty where the other one keeps it."""
    back: bool = False
    """Whether the other record keeps the link."""


class AffairShown(Model):
    """An affair as one person may see it."""

    code: str
    kind: str
    as_of: Instant
    seq: int
    """Its version: its number of events. The API's ETag."""
    hidden: tuple[str, ...]
    """Groups of fields that are not shown; of `masked` ones a part is left."""
    masked: tuple[str, ...]
    allowed: tuple[str, ...]
    """The actions this person may ask for now; the fields may still make one refused."""
    stage: str | None
    ended: bool
    place: str | None = None
    place_name: str | None = None
    town: str | None = None
    town_name: str | None = None
    opened_at: Instant | None = None
    ended_at: Instant | None = None
    holder: Duty | None = None
    duties: tuple[Duty, ...] = ()
    clocks: tuple[PublicClock, ...] = ()
    cards: tuple[CardShown, ...] = ()
    links: tuple[LinkShown, ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)
    """What its kind keeps of it, by field; words and persons as far as they may be read, None where they may not."""


class AffairTold(Model):
    """One event of an affair."""

    seq: int
    type: str
    at: Instant
    occurred_at: Instant | None
    stage: str | None
    person: str | None
    role: Role
    unit: str
    unit_name: str | None
    zh: str
    en: str
    facts: dict[str, Any] = Field(default_factory=dict)
    """What it says has happened, by field, read as in `AffairShown`."""


class AffairTimeline(Model):
    """The story of an affair, the oldest event first. `after` of the next page is the last `seq`."""

    as_of: Instant
    code: str
    seq: int
    events: tuple[AffairTold, ...]


class AffairFile(Model):
    """An affair with what else its page tells: why each date, and the story where it was asked for."""

    affair: AffairShown
    explanation: AffairExplanation
    timeline: AffairTimeline | None
