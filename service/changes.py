"""The change feed of one process: what happened to any case somebody may see, in order, each event once."""

from __future__ import annotations

from models.party import Actor
from service import shown
from service.office import Office
from service.reading import Reader
from store.feed import Feed


class ChangeFeed:
    """Reads the feed for one person after another. One for each process; a restart loses nothing."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._feed = Feed(office.store)

    async def end(self) -> int:
        """Return the position behind all that has happened."""
        return await self._feed.end()

    async def after(self, actor: Actor, position: int, limit: int = 500) -> shown.Changes:
        """Return what has happened behind a position, as far as somebody may see it."""
        rows = await self._feed.after(position, limit)
        seen = await self._feed.seen(await Reader(self._office).eyes(actor), rows)
        changes = tuple(shown.Change(id=row.id, code=row.code, seq=row.seq, type=row.type, at=row.at) for row in seen)
        return shown.Changes(as_of=self._office.now(), changes=changes, next=rows[-1].id if rows else position)
