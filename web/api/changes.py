"""The change feeds: what happened to any case, or any affair, one may see, as a stream or page by page."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from models.party import Actor
from service import shown
from service.affairs.shown import AffairChanges
from service.changes import ChangeFeed
from web.auth import ActorDep, IdentityDep, again
from web.sse import event, stream
from web.state import OfficeDep

router = APIRouter(tags=["changes"])

LAST = 2**53
"""Highest position that JSON carries exactly."""

EXAMPLE = {"id": 7, "code": "YANLOU-2026-00001", "seq": 3, "type": "screened", "at": "2026-03-02T01:30:00Z"}
OF_AFFAIR = {"id": 9, "code": "YANLOU-HZ-2026-00001", "seq": 2, "type": "hazard_fixed", "at": "2026-03-02T01:30:00Z", "kind": "hazard"}


def _answers(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    stream_of = {"schema": {"type": "string"}, "example": event("change", json.dumps(example), example["id"])}
    described = "The changes behind `after`, or, with `Accept: text/event-stream`, a stream of them"
    return {200: {"description": described, "content": {"application/json": {}, "text/event-stream": stream_of}}}


class Asked:
    """What a reader of a feed asks for, and who they are."""

    def __init__(
        self,
        request: Request,
        actor: ActorDep,
        identity: IdentityDep,
        office: OfficeDep,
        after: Annotated[int | None, Query(ge=0, le=LAST, description="Position to go on behind; without it, from now on.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 500,
        last: Annotated[str | None, Header(alias="Last-Event-ID", pattern=r"^\d{1,15}$")] = None,
    ) -> None:
        self._request = request
        self._actor = actor
        self._identity = identity
        self._office = office
        self._position = int(last) if last is not None else after
        self._limit = limit

    async def answer(self, feed: ChangeFeed) -> Response | shown.Changes:
        """Return a page of a feed, or the stream of it."""
        position = self._position if self._position is not None else await feed.end()
        if "text/event-stream" not in self._request.headers.get("accept", ""):
            return await feed.after(self._actor, position, self._limit)
        return stream(feed, self._who, position, self._request.app.state.pulse)

    async def _who(self) -> Actor | None:
        found = await again(self._request, self._office, self._identity)
        return found.actor if found is not None else None


AskedDep = Annotated[Asked, Depends()]


@router.get(
    "/changes", operation_id="list_changes", summary="What has happened since", response_model=shown.Changes, responses=_answers(EXAMPLE)
)
async def list_changes(request: Request, asked: AskedDep) -> Response | shown.Changes:
    """Return changes of the cases one may see, without their content. As a stream it goes on until one of both sides ends it."""
    return await asked.answer(request.app.state.feed)


@router.get(
    "/affairs/changes",
    operation_id="list_affair_changes",
    summary="What has happened to affairs since",
    response_model=AffairChanges,
    responses=_answers(OF_AFFAIR),
)
async def list_affair_changes(request: Request, asked: AskedDep) -> Response | shown.Changes:
    """Return changes of the affairs one may see, of every kind, without their content. Positions are this feed's own."""
    return await asked.answer(request.app.state.affair_feed)
