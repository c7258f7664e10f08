"""The link at the end of a text message: asks once whether no more are wanted. Opening it changes nothing; programs open links, too."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from service.messages.wishing import Wishes
from web.console.caller import GuestDep, checked

router = APIRouter(prefix="/stop")

Token = Annotated[str, Path(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/{token}")
async def ask(looks: GuestDep, token: Token) -> Response:
    """Return the question."""
    return looks.knock_page("citizen/stop.html", {"token": token, "state": "asked"})


@router.post("/{token}")
async def stop(request: Request, looks: GuestDep, token: Token) -> Response:
    """End the text messages."""
    await checked(request, looks)
    ended = await Wishes(looks.office).end(token)
    return looks.knock_page("citizen/stop.html", {"token": token, "state": "ended" if ended else "unknown"}, status=200 if ended else 404)
