"""Arrivals that did not fit (来件隔离区): list, open, put right and replay, discard; for who screens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from models.arrival import Arrival
from models.base import Model
from service.arrivals.quarantine import ArrivalPage, ArrivalShown, Quarantine
from web.auth import ActorDep
from web.problems import WebProblem, documented
from web.state import OfficeDep

router = APIRouter(prefix="/arrivals", tags=["arrivals"])

ArrivalId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="Id of an arrival.")]
Cursor = Annotated[str | None, Query(description="`next` of the page before.", max_length=100)]


class ArrivalChanges(Model):
    """Fields of the intake that a person has put right; they stand instead of what was sent."""

    place: str | None = None
    summary: str | None = None
    happened_on: str | None = None
    people: int | None = None
    amount: float | None = None
    wage_workers: int | None = None


@router.get("", operation_id="list_arrivals", summary="Arrivals to be looked at, newest first", responses=documented("not_allowed"))
async def list_arrivals(
    actor: ActorDep,
    office: OfficeDep,
    settled: Annotated[bool, Query(description="Those that have been settled instead.")] = False,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ArrivalPage:
    """Return a page, without any content."""
    try:
        return await Quarantine(office).page(actor, settled=settled, after=cursor, limit=limit)
    except ValueError as error:
        raise WebProblem("invalid", "cursor") from error


@router.get("/{arrival}", operation_id="get_arrival", summary="Open one", responses=documented("not_allowed", "unknown_arrival"))
async def get_arrival(arrival: ArrivalId, actor: ActorDep, office: OfficeDep) -> ArrivalShown:
    """Return what was sent and what the mapping makes of it. The look is logged."""
    return await Quarantine(office).show(actor, arrival)


@router.post(
    "/{arrival}/replay",
    operation_id="replay_arrival",
    summary="Try one again, with fields put right",
    responses=documented("not_allowed", "unknown_arrival", "already_done", "too_large"),
)
async def replay_arrival(arrival: ArrivalId, body: ArrivalChanges, actor: ActorDep, office: OfficeDep) -> Arrival:
    """Return it as it then stands: accepted with the code of its case, or still in quarantine with the reason."""
    return await Quarantine(office).replay(actor, arrival, body.model_dump(exclude_none=True))


@router.post(
    "/{arrival}/discard",
    operation_id="discard_arrival",
    summary="Throw one away",
    responses=documented("not_allowed", "unknown_arrival", "already_done"),
)
async def discard_arrival(arrival: ArrivalId, actor: ActorDep, office: OfficeDep) -> Arrival:
    """Erase what was sent; that it came stays."""
    return await Quarantine(office).discard(actor, arrival)
