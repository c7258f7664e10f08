"""What the property team publishes 公示: its price list and its income by village. Nobody is named in either."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from models.base import Model
from models.period import Period, Step
from rules.periods import holding
from service.affairs.orders import LedgerTold, Orders, PriceList
from service.office import Office
from web.api.cases import Unit
from web.auth import ActorDep
from web.problems import WebProblem
from web.state import OfficeDep

router = APIRouter(tags=["orders"])


class LedgerQuery(Model):
    """Which days, both included, by the place's date; without them this month. Of all, of a town, or of a village."""

    first: date | None = None
    last: date | None = None
    town: Unit = None
    village: Annotated[str | None, Query(pattern=r"^\d{6,12}$")] = None

    def period(self, office: Office) -> Period:
        """Return the period. Raises WebProblem."""
        if self.first is None and self.last is None:
            return holding(Step.MONTH, office.bundle.cal.local_date(office.now()))
        if self.first is None or self.last is None:
            raise WebProblem("invalid", "first" if self.first is None else "last")
        try:
            return Period(first=self.first, last=self.last)
        except ValueError as error:
            raise WebProblem("invalid", "last") from error


@router.get("/orders/prices", operation_id="get_order_prices", summary="The price list of the property team")
async def get_order_prices(actor: ActorDep, office: OfficeDep) -> PriceList:
    """Return the free list and the paid one by class, each price with its market reference, its day and its source."""
    return Orders(office).prices()


@router.get("/orders/ledger", operation_id="get_order_ledger", summary="The income ledger of the property team")
async def get_order_ledger(actor: ActorDep, office: OfficeDep, query: Annotated[LedgerQuery, Query()]) -> LedgerTold:
    """Return what was done for nothing and what was earned in a period, by village and item, as the record stands now."""
    period = query.period(office)
    return await Orders(office).told(period.first, period.last, town=query.town, village=query.village)
