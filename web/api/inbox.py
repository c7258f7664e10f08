"""The inbox (我的待办): what somebody owes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service import shown
from web.auth import ActorDep
from web.state import ReaderDep

router = APIRouter(tags=["inbox"])


@router.get("/inbox", operation_id="get_inbox", summary="What I owe, the earliest first")
async def get_inbox(actor: ActorDep, reader: ReaderDep, limit: Annotated[int, Query(ge=1, le=500)] = 200) -> shown.InboxPage:
    """Return what somebody owes, with the case of each."""
    return await reader.inbox(actor, limit=limit)
