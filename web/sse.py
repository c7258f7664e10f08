"""Server-sent events: the change feed as a stream. A browser that was away comes back with `Last-Event-ID`.

Each listener asks every 250 ms and only for what its own eyes may see; nothing is kept between two questions, so any
process behind a balancer can take over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi.responses import StreamingResponse

from models.party import Actor
from service import shown
from service.changes import ChangeFeed

POLL = 0.25
"""Seconds between two looks at the feed."""

ALIVE = 15.0
"""Seconds after which a comment is sent where nothing has happened, so that no proxy closes the stream."""

RETRY_MS = 2000
"""How long a browser waits before it comes back."""

AGAIN = 5.0
"""Seconds after which it is asked again whether the listener may still listen."""

Who = Callable[[], Awaitable[Actor | None]]


def stream(feed: ChangeFeed, who: Who, position: int, stopping: asyncio.Event) -> StreamingResponse:
    """Return the stream of changes behind a position. It ends when the process stops or the listener's session has."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(feed, who, position, stopping), media_type="text/event-stream", headers=headers)


async def _events(feed: ChangeFeed, who: Who, position: int, stopping: asyncio.Event) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    now = asyncio.get_running_loop().time
    spoken = asked = now()
    actor = await who()
    while actor is not None and not stopping.is_set():
        try:
            found = await feed.after(actor, position)
        except ConnectionError:  # the store is away: keep the line, the position stays
            found = None
        if found is not None:
            position = found.next
            for change in found.changes:
                yield _event(change)
                spoken = now()
        if now() - spoken > ALIVE:
            yield f": {position}\n\n"
            spoken = now()
        if now() - asked > AGAIN:
            actor, asked = await who(), now()
        await _pause(stopping)


async def _pause(stopping: asyncio.Event) -> None:
    """Wait until the next look, or until the process stops."""
    try:
        await asyncio.wait_for(stopping.wait(), POLL)
    except TimeoutError:
        return


def _event(change: shown.Change) -> str:
    return f"id: {change.id}\nevent: change\ndata: {change.model_dump_json()}\n\n"
