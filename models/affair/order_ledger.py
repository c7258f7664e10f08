"""The income ledger of the property team (服务收支公示): by village and month, what was done for nothing and what was earned."""

from __future__ import annotations

from datetime import date
from typing import Literal

from models.base import Instant, Model


class LedgerRow(Model):
    """One item of one village in the period."""

    village: str
    """Division code."""
    item: str
    list: Literal["free", "paid"]
    orders: int
    quantity: float
    income: float
    """Yuan by the quotes that were taken; 0 for free ones."""
    market: float
    """What the same would have cost by the market references of the quotes."""


class Ledger(Model):
    """The ledger of a period: orders confirmed from `first` to `last`, as the record stood at `as_of`."""

    first: date
    last: date
    as_of: Instant
    rows: tuple[LedgerRow, ...]
    orders: int
    income: float
    saved: float
    """Market less income: what customers did not have to pay."""
