"""What every affair carries (事务): its state, its events, its actions. Kinds add their own fields by subclassing.

States grow by addition only. Words and persons stand in the vault; here are references. Nothing here decides anything.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, SerializeAsAny

from models.action.base import Base
from models.base import Instant, Model
from models.case import Card
from models.clock import Clock
from models.party import Actor

RECENT_ACTIONS = 64
"""How many action ids an affair remembers itself; older ones are found in the record."""


class AffairDocuments(Model):
    """The documents an affair runs under, by content hash (design 11.2)."""

    network: str
    calendar: str
    book: str
    """The document of its own kind: whistle list, round plans, offerings … (`places/<id>/grid/<kind>.yaml`)."""


class Link(Model):
    """Another record that belongs to this one (关联): a case or an affair, told on both sides."""

    kind: str
    """`dispute`, or the kind of an affair."""
    id: str
    code: str
    why: str
    """One word for what binds them: `opened`, `about`, `found` …"""


class AffairWork(Model):
    """Something asked for outside the core and not yet answered; served also after a restart from the record."""

    id: str
    kind: str
    """What is asked, a name that the kind's servant knows (`service/affairs/serving.py`)."""
    actor: Actor
    action_id: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict)


class AffairReceipt(Model):
    """What an accepted action led to. Asking again with the same id gives the same receipt."""

    action_id: str
    seq: int
    stage: str | None
    events: tuple[str, ...] = ()


class Affair(Model):
    """One affair of any kind. `stage` is None only before its first event."""

    schema_version: int = 1
    kind: str
    id: str
    """Workflow id: a UUIDv5 of place, kind, source and intake id, never the code."""
    source: str
    intake_id: str
    code: str | None = None
    """The human code; given by the store with the first event."""
    seq: int = 0
    head: str = "0" * 64
    """Hash of the last event; the chain starts at zeros."""
    docs: AffairDocuments
    stage: str | None = None
    moments: dict[str, Instant] = Field(default_factory=dict)
    """When something that limits are counted from last happened, by the kind's name for it."""
    place: str | None = None
    """Division code of the grid, village or town it is about."""
    town: str | None = None
    """Town id; None for an affair of the district itself."""
    links: tuple[Link, ...] = ()
    ended_at: Instant | None = None
    clocks: dict[str, Clock] = Field(default_factory=dict)
    rounds: dict[str, int] = Field(default_factory=dict)
    """How often a clock of each id has been started."""
    cards: tuple[Card, ...] = ()
    work: dict[str, AffairWork] = Field(default_factory=dict)
    asked: int = 0
    """How much work has been asked for so far: the next one's number."""
    recent: tuple[AffairReceipt, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether it has come to one of its ends."""
        return self.ended_at is not None

    def receipt(self, action_id: str) -> AffairReceipt | None:
        """Return the receipt of a recent action."""
        return next((receipt for receipt in self.recent if receipt.action_id == action_id), None)

    def linked(self, record_id: str) -> Link | None:
        """Return the link to a record."""
        return next((link for link in self.links if link.id == record_id), None)


class Happened(Model):
    """The base of a happening: what an event says has happened. `type` is its name, told by each kind's own models."""

    type: str


class AffairEvent(Model):
    """One entry of an affair's record. Never changed, never deleted. A kind narrows `what` to its own happenings."""

    seq: int
    at: Instant
    """When the engine recorded it."""
    occurred_at: Instant | None = None
    """When it is claimed to have happened (补录), or when the alarm was due that led to it."""
    actor: Actor
    action_id: str | None = None
    what: SerializeAsAny[Happened]
    stage: str | None = None
    """The stage it led to, where it changed."""
    moments: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    """Clocks started or moved, in full."""
    stopped: tuple[str, ...] = ()
    """Ids of clocks that ended."""
    closed: tuple[str, ...] = ()
    """Ids of cards that closed because what they asked for was done."""
    docs: AffairDocuments | None = None
    """The documents it runs under from here on: with the first event, and where they change."""

    @property
    def type(self) -> str:
        """Name of the happening."""
        return self.what.type

    @property
    def when(self) -> Instant:
        """The time that counts for limits: claimed where claimed, else recorded."""
        return self.occurred_at or self.at


class AffairAction(Base):
    """What every action on an affair carries: its name beside what all actions carry."""

    do: str
