"""Whistles 吹哨报到: their figures. All else of a whistle goes the way of all affairs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from models.affair.whistle.figures import GroupedBy, WhistleFigures
from models.base import Model
from models.period import Period, Step
from rules.periods import holding
from service.affairs.whistles import Whistles
from service.office import Office
from web.auth import ActorDep
from web.problems import WebProblem, documented
from web.state import OfficeDep
from web.times import WrittenInstant

router = APIRouter(tags=["affairs"])


class WhistleQuery(Model):
    """Whistles of which days, told for what, as of when."""

    by: GroupedBy = GroupedBy.PLACE
    first: date | None = None
    last: date | None = None
    as_of: Annotated[WrittenInstant | None, Query(description="As the record stood then; now, where it is left out.")] = None

    def period(self, office: Office) -> Period:
        """Return the period, this month where none is named. Raises WebProblem."""
        if self.first is None and self.last is None:
            return holding(Step.MONTH, office.bundle.cal.local_date(office.now()))
        if self.first is None or self.last is None:
            raise WebProblem("invalid")
        try:
            return Period(first=self.first, last=self.last)
        except ValueError as error:
            raise WebProblem("invalid") from error


@router.get(
    "/whistles/figures",
    operation_id="get_whistle_figures",
    summary="How long units take to answer, to arrive, to resolve",
    responses=documented("not_allowed"),
)
async def get_whistle_figures(actor: ActorDep, office: OfficeDep, query: Annotated[WhistleQuery, Query()]) -> WhistleFigures:
    """Return medians and bands in minutes with what they are of, for each grid, town or item; no target, no person, no rank."""
    return await Whistles(office).whistle_figures(actor, query.by, query.period(office), query.as_of)
