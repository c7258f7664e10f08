"""The figures of the cockpit."""

from __future__ import annotations

from fastapi import APIRouter

from service import shown
from web.auth import ActorDep
from web.problems import documented
from web.state import ReaderDep

router = APIRouter(tags=["stats"])


@router.get("/stats", operation_id="get_stats", summary="The figures of one's own scope", responses=documented("not_allowed"))
async def get_stats(actor: ActorDep, reader: ReaderDep) -> shown.Stats:
    """Return how many cases are open, overdue, carded, by stage, tier, town and unit."""
    return await reader.stats(actor)
