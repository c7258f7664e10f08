"""The pulse of one web process: a single look at the change feeds every quarter of a second wakes every open stream.

Streams ask for what their own eyes may see only when something has happened, so a hundred open pages cost one query a beat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from service.changes import ChangeFeed

BEAT = 0.25
"""Seconds between two looks at the feed."""


class Pulse:
    """Wakes listeners when a feed has moved; keeps nothing that a restart would lose."""

    def __init__(self) -> None:
        self._ends: dict[str, int] = {}
        self._beat = asyncio.Event()
        self.stopped = False

    def end(self, feed: str) -> int:
        """The position behind all that this process has read of a feed, by its name."""
        return self._ends.get(feed, 0)

    async def run(self, *feeds: ChangeFeed) -> None:
        """Look at the feeds until cancelled; a store that is away is asked again with the next beat."""
        while True:
            for feed in feeds:
                await self._look(feed)
            await asyncio.sleep(BEAT)

    def stop(self) -> None:
        """Let every stream end."""
        self.stopped = True
        self._wake()

    async def wait(self, positions: Mapping[str, int], longest: float) -> None:
        """Return when something stands behind a position in its feed, or after the longest time, in seconds, or when the process stops."""
        if self.stopped or any(self.end(feed) > position for feed, position in positions.items()):
            return
        try:
            await asyncio.wait_for(self._beat.wait(), longest)
        except TimeoutError:
            return

    async def _look(self, feed: ChangeFeed) -> None:
        try:
            end = await feed.advance()
        except ConnectionError:
            return
        if end > self.end(feed.name):
            self._ends[feed.name] = end
            self._wake()

    def _wake(self) -> None:
        self._beat.set()
        if not self.stopped:
            self._beat = asyncio.Event()
