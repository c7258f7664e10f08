"""Happenings of what parties say of how they are served: rated, complained, replied (评价、投诉、答复)."""

from __future__ import annotations

from typing import Literal

from models.base import Model


class Rated(Model):
    """A party rated the handling (评价)."""

    type: Literal["rated"] = "rated"
    party: str
    satisfied: bool
    text: str | None


class Complained(Model):
    """A party complained about the handling (投诉)."""

    type: Literal["complained"] = "complained"
    complaint: str
    party: str
    text: str


class Replied(Model):
    """The centre replied to a complaint (答复投诉)."""

    type: Literal["replied"] = "replied"
    complaint: str
    text: str
