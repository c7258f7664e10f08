"""What the happenings of an order change in its state."""

from __future__ import annotations

from typing import Any

from models.affair import order as o
from rules.affair.folding import copied, nothing
from rules.affair.kind import Folding

FEN = 100
"""So many make a yuan."""


def yuan(value: float) -> float:
    """A sum told to the fen, half a fen upwards, as receipts are written."""
    return int(value * FEN + 0.5 + 1e-9) / FEN


def _quoted(order: o.Order, what: o.OrderQuoted, event: o.OrderEvent) -> dict[str, Any]:
    return {"quote": what.quote}


def _started(order: o.Order, what: o.OrderStarted, event: o.OrderEvent) -> dict[str, Any]:
    return {"worker": what.worker}


def _finished(order: o.Order, what: o.OrderFinished, event: o.OrderEvent) -> dict[str, Any]:
    return {"result": what.text}


def _confirmed(order: o.Order, what: o.OrderConfirmed, event: o.OrderEvent) -> dict[str, Any]:
    return {"ended_on": what.day}


def _rated(order: o.Order, what: o.OrderRated, event: o.OrderEvent) -> dict[str, Any]:
    return {"rating": what.rating}


def _disputed(order: o.Order, what: o.OrderDisputed, event: o.OrderEvent) -> dict[str, Any]:
    return {"disputed": True}


FOLDINGS: dict[str, Folding] = {
    "order_requested": copied,
    "order_quoted": _quoted,
    "quote_accepted": nothing,
    "order_withdrawn": nothing,
    "order_declined": nothing,
    "order_started": _started,
    "order_finished": _finished,
    "order_returned": nothing,
    "order_confirmed": _confirmed,
    "order_rated": _rated,
    "order_disputed": _disputed,
}
