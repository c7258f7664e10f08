"""An event (事件): what has happened, with number, time and actor. Never changed, never deleted.

The happening itself stands in `models/happening.py`; this is the envelope: who, when, and what it did to stage,
moments, clocks and cards.
"""

from __future__ import annotations

from models.base import Instant, Model
from models.clock import Clock
from models.happening import What
from models.party import Actor
from models.words import Stage


class Event(Model):
    """One entry of a case's record."""

    seq: int
    chapter: int
    at: Instant
    """When the engine recorded it."""
    occurred_at: Instant | None = None
    """When it is claimed to have happened (补录), or when the alarm was due that led to it."""
    actor: Actor
    action_id: str | None = None
    what: What
    stage: Stage | None = None
    """The stage it led to, where it changed."""
    moments: tuple[str, ...] = ()
    """Moments struck: what limits are counted from."""
    clocks: tuple[Clock, ...] = ()
    """Clocks started or moved, in full."""
    stopped: tuple[str, ...] = ()
    """Ids of clocks that ended."""
    undoable: bool = False
    """Whether its actor may take it back for some minutes."""
    closed: tuple[str, ...] = ()
    """Ids of cards that closed because what they asked for was done."""

    @property
    def type(self) -> str:
        """Name of the happening."""
        return self.what.type

    @property
    def when(self) -> Instant:
        """The time that counts for limits: claimed where claimed, else recorded."""
        return self.occurred_at or self.at
