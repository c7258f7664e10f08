"""What every action carries."""

from __future__ import annotations

from models.base import Id, Instant, Model
from models.party import Actor


class Base(Model):
    """What every action carries: its id (the key of idempotency), who asks, and when it is claimed to have happened."""

    id: Id
    actor: Actor
    occurred_at: Instant | None = None
    """Claimed time (补录), allowed for listed actions and bounded by the procedure."""
