"""The page's one stream (`/live`): live counters of the menu, and that a case or an affair has changed. It carries no content."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from rules.visibility import REACH
from service.arrivals.quarantine import Quarantine
from service.changes import ChangeFeed, Eyes
from service.entry.accounts import Accounts
from service.errors import UnknownAffair
from web.console.caller import AccountsDep, Caller, CallerDep
from web.pulse import Pulse
from web.sse import RETRY_MS, answered, event

router = APIRouter()

PATH = "/live"

RECOUNT = 15.0
"""Seconds after which counters are read, and the session looked at, though nothing has happened: a date may have passed."""

REST = 0.6
"""Seconds that counters rest after they were read: a burst of events is counted once, and still within a second."""

Position = Annotated[str | None, Header(alias="Last-Event-ID", pattern=r"^\d{1,15}$")]


@router.get(PATH)
async def live(
    request: Request,
    who: CallerDep,
    accounts: AccountsDep,
    last: Position = None,
    affair: Annotated[str, Query(max_length=80, pattern=r"^[A-Za-z0-9-]*$")] = "",
) -> StreamingResponse:
    """Return the stream. It ends with the session, when another post is taken, and when the process stops.

    Who comes back goes on behind the last change of a case that they heard of; of affairs they hear what is new. So a page of an affair
    names it, and is told first how far it has come.
    """
    feeds: tuple[ChangeFeed, ChangeFeed] = (request.app.state.feed, request.app.state.affair_feed)
    ends = {feed.name: await feed.end() for feed in feeds}
    if last is not None:
        ends[feeds[0].name] = int(last)
    return answered(_events(Listener(who, accounts, feeds, ends, affair), request.app.state.pulse))


class Listener:
    """One open page: who looks at it, how far they have been told, and what its counters show."""

    def __init__(
        self, who: Caller, accounts: Accounts, feeds: tuple[ChangeFeed, ChangeFeed], positions: dict[str, int], affair: str = ""
    ) -> None:
        """`feeds` are those of cases and of affairs; `positions` by their names."""
        self._who = who
        self._accounts = accounts
        self._feeds = feeds
        self._eyes: Eyes | None = None
        self._counted: dict[str, int] | None = None
        self._affair = affair
        self.positions = positions

    @property
    def position(self) -> int:
        """Where to go on behind, in the feed of cases."""
        return self.positions[self._feeds[0].name]

    async def listens(self) -> bool:
        """Whether the session still holds, in the same post."""
        found = await self._accounts.by_session(self._who.cookie, used=False)
        if found is None or found.actor != self._who.actor:
            return False
        self._eyes = await self._feeds[0].eyes(self._who.actor)
        return True

    async def told(self) -> list[str]:
        """Return what has happened since, as far as this person may see it."""
        if self._eyes is None:
            return []
        lines: list[str] = []
        for feed in self._feeds:
            found = await feed.live(self._who.actor, self._eyes, self.positions[feed.name])
            self.positions[feed.name] = found.next
            # A browser brings back one number: that of the feed of cases.
            of_cases = feed is self._feeds[0]
            lines += [event("change", change.model_dump_json(), change.id if of_cases else None) for change in found.changes]
        return lines

    async def counters(self) -> list[str]:
        """Return the counters, where they have changed, and at first how far the affair of the page has come."""
        counted, first = await counters(self._who), await self._as_it_is()
        if counted == self._counted:
            return first
        self._counted = counted
        return [*first, event("counters", json.dumps(counted))]

    async def _as_it_is(self) -> list[str]:
        """Return the version of the page's affair, once: what has happened since the page was written is before the stream."""
        code, self._affair = self._affair, ""
        if not code:
            return []
        try:
            version = (await self._who.affair_reader.row(self._who.actor, code)).seq
        except UnknownAffair:
            return []
        return [event("change", json.dumps({"code": code, "seq": version}))]


async def counters(who: Caller) -> dict[str, int]:
    """Return the numbers that stand beside the menu."""
    if who.actor.role not in REACH:
        return {}
    found = await who.inbox.counters(who.actor)
    arrived = await Quarantine(who.office).waiting(who.actor)
    return {"arrivals": arrived, "owed": found.owed, "overdue": found.overdue, "done": found.done, "handled": found.handled}


async def _events(listener: Listener, pulse: Pulse) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    now = asyncio.get_running_loop().time
    counted, owing = -RECOUNT, False
    while not pulse.stopped:
        due = now() - counted >= RECOUNT
        try:
            if due and not await listener.listens():
                return
            lines = await listener.told()
            owing = owing or bool(lines)  # only what one may see can change what one owes
            if due or (owing and now() - counted >= REST):
                lines += await listener.counters()
                counted, owing = now(), False
        except ConnectionError:  # the store is away: keep the line, the position stays
            lines = []
        for line in lines or ([f": {listener.position}\n\n"] if due else []):
            yield line
        await pulse.wait(listener.positions, REST if owing else RECOUNT)
