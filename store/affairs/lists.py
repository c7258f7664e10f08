"""What lists of affairs ask for, and what they answer. Used by `store/affairs/queries.py` and by services."""

from __future__ import annotations

from models.base import Instant, Model
from models.record import Duty
from store.desk.lists import Claim, Holder


class AffairRow(Model):
    """An affair as lists show it."""

    affair_id: str
    kind: str
    code: str
    place: str | None
    town: str | None
    stage: str | None
    seq: int
    opened_at: Instant
    updated_at: Instant
    ended_at: Instant | None
    next_due: Instant | None
    yellow_cards: int
    red_cards: int


class AffairFilter(Model):
    """Which affairs; only what is named is asked for."""

    kinds: tuple[str, ...] | None = None
    town: str | None = None
    place: str | None = None
    stages: tuple[str, ...] | None = None
    ended: bool | None = None
    overdue: bool | None = None
    key: tuple[str, str] | None = None
    """Name and value of a key it is found by."""
    handled_by: tuple[str, ...] | None = None
    """In which one of these people has done something."""
    owes_nothing: Holder | None = None
    """In which this desk owes nothing now."""


class AffairPage(Model):
    """A page of a list, the newest opened first; `next` asks for the page behind it."""

    as_of: Instant
    rows: tuple[AffairRow, ...]
    next: str | None = None


class OwedAffair(Model):
    """A duty in an affair, with the affair, and who has claimed it."""

    duty: Duty
    affair: AffairRow
    claim: Claim | None = None
