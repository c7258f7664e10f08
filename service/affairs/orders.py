"""What the property team publishes: its price list and its income by village (价目公示、收支公示). Neither names anybody."""

from __future__ import annotations

from datetime import date, timedelta

from models.affair.order import Order
from models.affair.order_book import OrderBook
from models.affair.order_ledger import Ledger
from models.network import Network
from models.refusal import RefusalCode
from rules.order.kind import ORDER
from rules.order.ledger import ledger
from service.errors import refuse
from service.office import Office


class Orders:
    """Published figures over one office."""

    def __init__(self, office: Office) -> None:
        self._office = office

    @property
    def network(self) -> Network:
        """The places that villages are named by."""
        return self._office.bundle.network

    def book(self) -> OrderBook:
        """The lists in force: items, prices, market references. Refuses `invalid` where the place has no property team."""
        docs = self._office.affair_docs(ORDER.name)
        if docs is None:
            raise refuse(RefusalCode.INVALID, "kind")
        return self._office.library.book(docs.book, OrderBook)

    async def ledger(self, first: date, last: date, *, town: str | None = None, village: str | None = None) -> Ledger:
        """The ledger of a period, of all, of one town or of one village. Refuses `invalid` for a period that ends before it begins."""
        if last < first:
            raise refuse(RefusalCode.INVALID, "last")
        cal = self._office.bundle.cal
        # A silent confirmation is recorded when its clock rang, which may be a little after the day it is of.
        until = cal.midnight(last + timedelta(days=2))
        states = self._office.affairs.ended(ORDER.name, cal.midnight(first), until, town=town, place=village)
        orders = [Order.model_validate_json(state) async for state in states]
        return ledger(orders, first, last, self._office.now())
