"""What is published without signing in (公示): the property team's price list, and its income by month and village. Nobody is named.

The pages are the same for everybody who reads them in a language, so a browser or a proxy may keep them for some minutes.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from models.network import PlaceLevel
from models.period import YEARS, Step
from rules.periods import holding
from service.affairs.orders import Orders
from web.console.caller import Guest, GuestDep
from web.console.choices import Group
from web.problems import WebProblem

router = APIRouter(prefix="/published")

KEPT = {"Cache-Control": "public, max-age=300"}
"""Fresh enough for a board in the village hall; a ledger is read by many after it was spoken of."""

Month = Annotated[str, Query(max_length=7, pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
Village = Annotated[str, Query(max_length=12, pattern=r"^(\d{6,12})?$")]


@router.get("/prices")
async def prices(looks: GuestDep) -> Response:
    """Return the free list and the paid one."""
    return _public(looks, "published/prices.html", {"found": Orders(looks.office).prices()})


@router.get("/ledger")
async def ledger(looks: GuestDep, month: Month = "", village: Village = "") -> Response:
    """Return the ledger of a month, of all villages or of one."""
    day = date.fromisoformat(f"{month}-01") if month else looks.office.bundle.cal.local_date(looks.office.now())
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise WebProblem("invalid", "month")
    period = holding(Step.MONTH, day)
    context: dict[str, Any] = {
        "found": await Orders(looks.office).told(period.first, period.last, village=village or None),
        "month": f"{period.first:%Y-%m}",
        "before": f"{period.first - timedelta(days=1):%Y-%m}",
        "village": village,
        "villages": villages(looks),
    }
    return _public(looks, "published/ledger.html", context)


def villages(looks: Guest) -> tuple[Group, ...]:
    """Return the villages by town."""
    network = looks.office.bundle.network
    found = [place for place in network.places.values() if place.level is PlaceLevel.VILLAGE]
    return tuple((name, tuple((one.code, one.name) for one in found if one.town == town)) for town, name in network.towns().items())


def _public(looks: Guest, template: str, context: dict[str, Any]) -> Response:
    """Return a page that may be kept: without a token, which would be one person's."""
    page = looks.page(template, {**context, "csrf": ""})
    page.headers.update(KEPT)
    return page
