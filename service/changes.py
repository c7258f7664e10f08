"""The change feed of one process: what happened to any case, or any affair, somebody may see, in order, each event once.

Open pages are many and what happens is little: `advance` reads each event once for all of them, with those to whom its record is
open, and `live` answers each page from there. Who comes back after a while is answered from the store.
"""

from __future__ import annotations

from collections import deque
from itertools import takewhile
from typing import NamedTuple

from models.party import Actor
from models.words import Role
from rules import telling
from rules.affair import sight
from rules.affair.kinds import KINDS
from service import shown
from service.affairs.shown import AffairChange, AffairChanges
from service.office import Office
from service.reading import Reader
from store.desk.lists import Eyes
from store.feed import AFFAIRS, CASES, Feed, FeedRow, Side

__all__ = ["AFFAIRS", "ChangeFeed", "Eyes"]

KEPT = 2000
"""How many events stay at hand for pages that are a little behind."""

CHANGED = "changed"
"""What a happening is called to a role that may not know which one it was: that there is a new version is told all the same."""


class Heard(NamedTuple):
    """An event at hand, and to whom its record was open when it was read."""

    row: FeedRow
    scopes: frozenset[tuple[str, str]]


class ChangeFeed:
    """Reads the feed of cases, or that of affairs, for one person after another. One of each for a process; a restart loses nothing."""

    def __init__(self, office: Office, side: Side = CASES) -> None:
        self._office = office
        self._side = side
        self._feed = Feed(office.store, side)
        self._heard: deque[Heard] = deque(maxlen=KEPT)
        self._before: int | None = None
        """Position in front of the first event at hand; None until the feed has been read."""
        self._read = 0

    @property
    def name(self) -> str:
        """`cases` or `affairs`: positions of one mean nothing in the other."""
        return self._side.name

    async def end(self) -> int:
        """Return the position behind all that has happened."""
        return await self._feed.end()

    async def eyes(self, actor: Actor) -> Eyes:
        """Return what somebody's eyes may rest on, to be kept by a page for a while."""
        return await Reader(self._office).eyes(actor)

    async def advance(self) -> int:
        """Read what has happened since the last call; return the position behind it. Raises StoreAway."""
        if self._before is None:
            self._before = self._read = await self._feed.end()
            return self._read
        rows = await self._feed.after(self._read)
        scopes = await self._feed.scopes({row.case_id for row in rows}) if rows else {}
        for row in rows:
            if len(self._heard) == KEPT:
                self._before = self._heard[0].row.id
            self._heard.append(Heard(row, scopes[row.case_id]))
            self._read = row.id
        return self._read

    async def live(self, actor: Actor, eyes: Eyes, position: int) -> shown.Changes:
        """Return what has happened behind a position, as far as these eyes may see it: from what is at hand, where that is enough."""
        if self._before is None or position < self._before:
            return await self.after(actor, position)
        # From the newest backwards: a page is rarely more than an event behind.
        behind = [*takewhile(lambda heard: heard.row.id > position, reversed(self._heard))][::-1]
        seen = [heard.row for heard in behind if self._side.sees(eyes, heard.scopes)]
        return self._shown(actor.role, seen, behind[-1].row.id if behind else position)

    async def after(self, actor: Actor, position: int, limit: int = 500) -> shown.Changes:
        """Return what has happened behind a position, as far as somebody may see it now, from the store."""
        rows = await self._feed.after(position, limit)
        seen = await self._feed.seen(await self.eyes(actor), rows)
        return self._shown(actor.role, seen, rows[-1].id if rows else position)

    def _shown(self, role: Role, rows: list[FeedRow], position: int) -> shown.Changes:
        page: type[shown.Changes]
        change: type[shown.Change]
        page, change = (AffairChanges, AffairChange) if self._side is AFFAIRS else (shown.Changes, shown.Change)
        told = tuple(
            change.model_validate(row.model_dump(include=set(change.model_fields)) | {"type": _name(role, row, self._side)}) for row in rows
        )
        return page(as_of=self._office.now(), changes=told, next=position)


def _name(role: Role, row: FeedRow, side: Side) -> str:
    """What a happening is called to somebody in a role."""
    named = sight.named_to(KINDS[row.kind], role, row.type) if side is AFFAIRS else telling.named_to(role, row.type)
    return row.type if named else CHANGED
