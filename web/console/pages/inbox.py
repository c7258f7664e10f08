"""My work (我的待办): what this post owes, the earliest first."""

from __future__ import annotations

from fastapi import APIRouter, Response

from web.console.caller import CallerDep

router = APIRouter()


@router.get("/inbox")
async def inbox(who: CallerDep) -> Response:
    """Return the page."""
    return who.page("inbox.html", {"box": await who.inbox.owed(who.actor, limit=200)})
