"""Calendars for other programmes: feeds by a secret address, and the invitation to a meeting as a file.

The secret is the whole last part of the address, `.ics` included: so the figures, which know the parts of an address by their
names, never show it.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Path, Response

from models.base import Id
from service.feeds.feeds import Feeds
from service.feeds.invitations import Invitations
from web.api.cases import Code, Why
from web.auth import ActorDep
from web.handing import saved
from web.problems import WebProblem, documented
from web.state import OfficeDep

router = APIRouter(tags=["calendars"])

MEDIA = "text/calendar; charset=utf-8"
CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"description": "iCalendar", "content": {"text/calendar": {"schema": {"type": "string"}}}}
}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "As it was fetched before (`If-None-Match`)"}}

Secret = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,100}\.ics$", description="The secret of the feed, with `.ics` behind it.")]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=1000)]


@router.get(
    "/feeds/{secret}",
    operation_id="get_feed",
    summary="A calendar feed",
    response_class=Response,
    responses={**CALENDAR, **UNCHANGED, **documented("not_found", "invalid", "too_many", "internal", "unavailable")},
)
async def get_feed(secret: Secret, office: OfficeDep, known: IfNoneMatch = None) -> Response:
    """Return limits, visits and meetings of a post or a unit. Whoever has the address needs no other proof."""
    found = await Feeds(office).fetch(secret.removesuffix(".ics"))
    if found is None:
        raise WebProblem("not_found")
    headers = {"ETag": f'"{found.etag}"', "Cache-Control": "private, no-cache"}
    if known is not None and any(one.strip().removeprefix("W/") in {"*", headers["ETag"]} for one in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=MEDIA, headers={**headers, "Content-Disposition": 'inline; filename="jiefen.ics"'})


@router.get(
    "/api/v1/cases/{code}/meetings/{meeting}/invitation",
    operation_id="get_invitation",
    summary="The invitation to a meeting, or that it is called off (iTIP)",
    response_class=Response,
    responses={
        **CALENDAR,
        **documented(
            "unauthenticated",
            "password_change",
            "not_allowed",
            "unknown_case",
            "purpose_needed",
            "invalid",
            "too_many",
            "internal",
            "unavailable",
        ),
    },
)
async def get_invitation(code: Code, meeting: Annotated[Id, Path()], actor: ActorDep, office: OfficeDep, why: Why = "") -> Response:
    """Return the file; it names the case by its code, the units and the place, and nobody else."""
    return invitation_file(await Invitations(office).of(actor, code, meeting, unquote(why)), f"{code}-{meeting}")


def invitation_file(content: bytes, name: str) -> Response:
    """Return an invitation as a file."""
    method = "CANCEL" if b"\r\nMETHOD:CANCEL" in content else "REQUEST"
    kept = "".join(char if char.isalnum() and char.isascii() else "-" for char in name)
    return saved(f"{kept}.ics", content, f"{MEDIA}; method={method}")
