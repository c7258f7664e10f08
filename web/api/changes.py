"""The change feed: what happened to any case one may see, as a stream or page by page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from models.party import Actor
from service import shown
from service.changes import ChangeFeed
from web.auth import ActorDep, IdentityDep, again
from web.sse import stream
from web.state import OfficeDep

router = APIRouter(tags=["changes"])

LAST = 2**53
"""Highest position that JSON carries exactly."""

EXAMPLE = 'id: 7\nevent: change\ndata: {"id":7,"code":"YANLOU-2026-00001","seq":3,"type":"screened","at":"2026-03-02T01:30:00Z"}\n\n'

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The changes behind `after`, or, with `Accept: text/event-stream`, a stream of them",
        "content": {
            "application/json": {},
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": EXAMPLE,
            },
        },
    }
}


@router.get("/changes", operation_id="list_changes", summary="What has happened since", response_model=shown.Changes, responses=STREAM)
async def list_changes(
    request: Request,
    actor: ActorDep,
    identity: IdentityDep,
    office: OfficeDep,
    after: Annotated[int | None, Query(ge=0, le=LAST, description="Position to go on behind; without it, from now on.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    last: Annotated[str | None, Header(alias="Last-Event-ID", pattern=r"^\d{1,15}$")] = None,
) -> Response | shown.Changes:
    """Return changes of the cases one may see, without their content. As a stream it goes on until one of both sides ends it."""
    feed: ChangeFeed = request.app.state.feed
    position = int(last) if last is not None else after
    if position is None:
        position = await feed.end()
    if "text/event-stream" not in request.headers.get("accept", ""):
        return await feed.after(actor, position, limit)

    async def who() -> Actor | None:
        found = await again(request, office, identity)
        return found.actor if found is not None else None

    return stream(feed, who, position, request.app.state.pulse)
