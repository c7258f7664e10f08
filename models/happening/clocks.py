"""Happenings of what the clock does by itself, and the cards (提醒、亮牌、复核、届满)."""

from __future__ import annotations

from typing import Literal

from models.base import Model
from models.case import Card


class Reminded(Model):
    """A limit draws near, or has just passed without a card (提醒)."""

    type: Literal["reminded"] = "reminded"
    clock: str
    alarm: str
    unit: str | None


class Carded(Model):
    """A card was shown (亮牌)."""

    type: Literal["carded"] = "carded"
    card: Card


class CardLifted(Model):
    """A card was lifted with a reason (撤牌)."""

    type: Literal["card_lifted"] = "card_lifted"
    card: str
    reason: str


class ReviewDue(Model):
    """A limit that asks for a decision has run out (到期复核)."""

    type: Literal["review_due"] = "review_due"
    clock: str


class Lapsed(Model):
    """A window closed unused (逾期失效)."""

    type: Literal["lapsed"] = "lapsed"
    clock: str


class Recalendared(Model):
    """The clocks count by another calendar (日历更新)."""

    type: Literal["recalendared"] = "recalendared"
    calendar: str
    moved: tuple[str, ...]
    """Ids of the clocks whose due time moved."""
