"""Check-in codes (入住码) as they are handed out, and what came of one that was typed in."""

from __future__ import annotations

from models.base import Instant, Model


class CheckInCode(Model):
    """A code for the tenants of one lease, shown once."""

    lease: str
    code: str
    """In groups, as it is written and read out."""
    until: Instant


class CheckedIn(Model):
    """What a tenant is told: which building and lease, and that the grid will come by."""

    number: str
    place_name: str
    lease: str
    confirmed: bool
