"""The book of the property team (红色物管队服务目录): a free list and a paid list, prices below a dated market reference, limits."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from models.affair.limits import AffairLimit
from models.base import Label, Model
from models.clock import Budget
from models.network import wrong

Price = float
"""Yuan for one unit of an item."""


class MarketReference(Model):
    """What others take for the same (市场参考价): a price, the day it was asked, and where."""

    price: Price = Field(gt=0)
    day: date
    source: Label


class OfferingClass(Model):
    """A class of items (服务类别)."""

    zh: Label
    en: Label


class Offering(Model):
    """One item (服务项目). `ours` says that its name is the product's own: the source counts items and names none."""

    zh: Label
    en: Label
    cls: str = Field(alias="class")
    ours: bool = True
    unit: Label | None = None
    """What a paid one is counted in: 次, 平方米, 米 …"""
    price: Price | None = Field(default=None, gt=0)
    market: MarketReference | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.price is None) != (self.market is None) or (self.price is None) != (self.unit is None):
            raise ValueError("a paid item has a price, a unit and a market reference; a free one has none of them")
        if self.price is not None and self.market is not None and self.price >= self.market.price:
            raise ValueError("the price must be below the market reference")
        return self


class OfferingList(Model):
    """The free list, or the paid one."""

    classes: dict[str, OfferingClass] = Field(min_length=1)
    items: dict[str, Offering] = Field(min_length=1)


class Group(Model):
    """A group that is served first (优先服务对象)."""

    zh: Label
    en: Label


class OrderBook(Model):
    """Lists, groups and limits of one place: `places/<id>/grid/order.yaml`."""

    version: int = Field(ge=1)
    effective_from: date
    team: Label
    """Kind of unit that does the work."""
    free: OfferingList
    paid: OfferingList
    groups: dict[str, Group]
    declines: dict[str, Group]
    """Grounds on which the team may decline: none of them is a debt, or another order."""
    quote: AffairLimit
    accept: AffairLimit
    start: AffairLimit
    start_first: AffairLimit
    """The same for who is served first."""
    finish: AffairLimit
    confirm: AffairLimit
    reference_lasts: Budget
    """A market reference that is older is asked anew before anybody quotes by it."""
    dispute_summary: Label

    @model_validator(mode="after")
    def _lists(self) -> Self:
        for name in ("free", "paid"):
            found: OfferingList = getattr(self, name)
            for key, item in found.items.items():
                if item.cls not in found.classes:
                    raise wrong(f"{name}.items.{key}.class", f'there is no class "{item.cls}"')
                if (item.price is None) != (name == "free"):
                    raise wrong(f"{name}.items.{key}.price", "the free list has no prices, the paid list has one for each item")
        if both := sorted(self.free.items.keys() & self.paid.items.keys()):
            raise wrong(f"paid.items.{both[0]}", "stands in the free list, too")
        return self

    @property
    def items(self) -> dict[str, Offering]:
        """The items of both lists, the free ones first."""
        return {**self.free.items, **self.paid.items}

    def offering(self, item: str) -> tuple[Literal["free", "paid"], Offering] | None:
        """Which list an item stands in, and what it is; None where there is no such item."""
        if item in self.free.items:
            return "free", self.free.items[item]
        return ("paid", self.paid.items[item]) if item in self.paid.items else None
