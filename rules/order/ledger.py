"""The ledger (收支公示): confirmed orders added up by village and item. No customer, no worker stands in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from models.affair.order import Order
from models.affair.order_ledger import Ledger, LedgerRow
from rules.order.folding import yuan


def ledger(orders: Iterable[Order], first: date, last: date, as_of: datetime) -> Ledger:
    """Return the ledger of the orders confirmed from `first` to `last`, both included."""
    found: dict[tuple[str, str], LedgerRow] = {}
    for order in orders:
        if order.ended_on is None or order.list is None or order.stage != "closed" or not first <= order.ended_on <= last:
            continue
        key = (order.place or "", order.item or "")
        row = found.get(key) or LedgerRow(village=key[0], item=key[1], list=order.list, orders=0, quantity=0, income=0, market=0)
        income = order.quote.total if order.quote else 0.0
        market = order.quote.market.price * order.quote.quantity if order.quote else 0.0
        found[key] = row.model_copy(
            update={
                "orders": row.orders + 1,
                "quantity": row.quantity + order.quantity,
                "income": yuan(row.income + income),
                "market": yuan(row.market + market),
            }
        )
    rows = tuple(found[key] for key in sorted(found))
    income = yuan(sum(row.income for row in rows))
    saved = yuan(sum(row.market for row in rows) - income)
    return Ledger(first=first, last=last, as_of=as_of, rows=rows, orders=sum(row.orders for row in rows), income=income, saved=saved)
