"""Which documents a case runs under, by content hash (design 11.2)."""

from __future__ import annotations

from models.base import Model


class Documents(Model):
    """The four documents of a case. Only `recalendar` and `rebase` change them."""

    network: str
    procedure: str
    risk: str
    calendar: str
