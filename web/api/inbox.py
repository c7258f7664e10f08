"""The inbox (我的待办): what somebody owes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service import shown
from service.desk.inbox import OwedFilter
from web.auth import ActorDep
from web.problems import WebProblem
from web.state import InboxDep

router = APIRouter(tags=["inbox"])


@router.get("/inbox", operation_id="get_inbox", summary="What I owe, the earliest first")
async def get_inbox(
    actor: ActorDep,
    inbox: InboxDep,
    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
    kind: Annotated[str | None, Query(pattern=r"^[a-z_]+$", max_length=40, description="`dispute`, or one kind of affair.")] = None,
) -> shown.InboxPage:
    """Return a page of what somebody owes, with the case or the affair of each; `next` is the cursor of the page that follows."""
    try:
        return await inbox.owed(actor, OwedFilter(kind=kind), after=cursor, limit=limit)
    except ValueError as error:
        raise WebProblem("invalid", "cursor") from error
