"""What the property team publishes: its price list and its income by village (价目公示、收支公示). Neither names anybody."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Literal

from models.affair.order import Order
from models.affair.order_book import MarketReference, OfferingList, OrderBook
from models.affair.order_ledger import Ledger, LedgerRow
from models.base import Instant, Model
from models.network import Network
from models.refusal import RefusalCode
from rules.order.kind import ORDER
from rules.order.ledger import ledger
from service.errors import refuse
from service.office import Office


class PricedItem(Model):
    """One item as it is put up (服务项目)."""

    item: str
    zh: str
    en: str
    unit: str | None
    price: float | None
    """Yuan for one unit; None where nothing is taken."""
    market: MarketReference | None
    stale: bool
    """Whether the market reference is too old to quote by, so that it is asked anew first."""


class PricedClass(Model):
    """One class of items, with the items in it."""

    list: Literal["free", "paid"]
    name: str
    zh: str
    en: str
    items: tuple[PricedItem, ...]


class GroupTold(Model):
    """A group that is served first (优先服务对象)."""

    group: str
    zh: str
    en: str


class PriceList(Model):
    """Both lists as they are in force (价目公示)."""

    as_of: Instant
    effective_from: date
    classes: tuple[PricedClass, ...]
    groups: tuple[GroupTold, ...]


class LedgerLine(LedgerRow):
    """A row of the ledger with the names of its village and its item."""

    village_name: str
    zh: str
    en: str


class LedgerTold(Ledger):
    """The ledger of a period, with names of places and items and of nobody."""

    rows: tuple[LedgerLine, ...]

    @property
    def by_village(self) -> tuple[tuple[str, tuple[LedgerLine, ...]], ...]:
        """The rows of each village under its name."""
        found: defaultdict[str, list[LedgerLine]] = defaultdict(list)
        for row in self.rows:
            found[row.village_name].append(row)
        return tuple((name, tuple(rows)) for name, rows in found.items())


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

    def prices(self) -> PriceList:
        """Both lists, class by class, each price with its market reference. Refuses `invalid` as `book`."""
        book = self.book()
        oldest = self._office.bundle.cal.local_date(self._office.now()) - book.reference_lasts.span
        return PriceList(
            as_of=self._office.now(),
            effective_from=book.effective_from,
            classes=(*_classes("free", book.free, oldest), *_classes("paid", book.paid, oldest)),
            groups=tuple(GroupTold(group=name, zh=group.zh, en=group.en) for name, group in book.groups.items()),
        )

    async def told(self, first: date, last: date, *, town: str | None = None, village: str | None = None) -> LedgerTold:
        """The same as `ledger`, with the names of villages and items."""
        found, items = await self.ledger(first, last, town=town, village=village), self.book().items

        def line(row: LedgerRow) -> LedgerLine:
            place, item = self.network.place(row.village), items.get(row.item)
            zh, en = (item.zh, item.en) if item else (row.item, row.item)
            return LedgerLine(**row.model_dump(), village_name=place.name if place else row.village, zh=zh, en=en)

        return LedgerTold.model_validate({**found.model_dump(), "rows": tuple(line(row) for row in found.rows)})


def _classes(name: Literal["free", "paid"], found: OfferingList, oldest: date) -> list[PricedClass]:
    rows: defaultdict[str, list[PricedItem]] = defaultdict(list)
    for key, item in found.items.items():
        stale = item.market is not None and item.market.day < oldest
        told = item.model_dump(include={"zh", "en", "unit", "price", "market"})
        rows[item.cls].append(PricedItem(item=key, **told, stale=stale))
    return [PricedClass(list=name, name=key, zh=cls.zh, en=cls.en, items=tuple(rows[key])) for key, cls in found.classes.items()]
