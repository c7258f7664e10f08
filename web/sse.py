"""Server-sent events: the change feed as a stream. A browser that was away comes back with `Last-Event-ID`.

The pulse of the process wakes each listener, who asks only for what its own eyes may see; nothing is kept between two
questions, so any process behind a balancer can take over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi.responses import StreamingResponse

from models.party import Actor
from service.changes import ChangeFeed
from web.pulse import Pulse

ALIVE = 15.0
"""Seconds after which a comment is sent where nothing has happened, so that no proxy closes the stream."""

RETRY_MS = 2000
"""How long a browser waits before it comes back."""

AGAIN = 5.0
"""Seconds after which it is asked again whether the listener may still listen."""

Who = Callable[[], Awaitable[Actor | None]]


def stream(feed: ChangeFeed, who: Who, position: int, pulse: Pulse) -> StreamingResponse:
    """Return the stream of changes behind a position. It ends when the process stops or the listener's session has."""
    return answered(_events(feed, who, position, pulse))


def answered(events: AsyncIterator[str]) -> StreamingResponse:
    """Return events as the answer to a request: no cache keeps them and no proxy holds them back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _events(feed: ChangeFeed, who: Who, position: int, pulse: Pulse) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    now = asyncio.get_running_loop().time
    spoken = asked = now()
    actor = await who()
    eyes = await feed.eyes(actor) if actor is not None else None
    while actor is not None and eyes is not None and not pulse.stopped:
        try:
            found = await feed.live(actor, eyes, position)
        except ConnectionError:  # the store is away: keep the line, the position stays
            found = None
        if found is not None:
            position = found.next
            for change in found.changes:
                yield event("change", change.model_dump_json(), change.id)
                spoken = now()
        if now() - spoken > ALIVE:
            yield f": {position}\n\n"
            spoken = now()
        if now() - asked > AGAIN:
            actor, asked = await who(), now()
            eyes = await feed.eyes(actor) if actor is not None else None
        await pulse.wait({feed.name: position}, AGAIN)


def event(kind: str, data: str, at: int | None = None) -> str:
    """Return one event as it goes over the line; `at` is where to go on behind it."""
    return (f"id: {at}\n" if at is not None else "") + f"event: {kind}\ndata: {data}\n\n"
