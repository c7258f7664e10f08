"""Lists (案件列表): pages of cases and counts, as far as somebody may see them."""

from __future__ import annotations

from models.party import Actor
from service import shown
from service.asking import looked_up, may_ask
from service.searching import Searching
from store.desk.lists import Filter


class Listing(Searching):
    """Lists for one person after another, and all that `Searching` finds."""

    async def list(self, actor: Actor, wanted: Filter, *, after: str | None = None, limit: int = 50) -> shown.Page:
        """Return a page of the cases somebody may see. Raises ValueError for a cursor that is not ours, or an unknown indicator."""
        wanted = looked_up(wanted, self._office.place.kpis)
        may_ask(actor, wanted)
        now = self._office.now()
        page = await self._office.queries.page(await self.eyes(actor), wanted, now, after=after, limit=limit)
        return shown.Page(as_of=page.as_of, cases=tuple(self.listed(row, actor) for row in page.rows), next=page.next)

    async def count(self, actor: Actor, wanted: Filter) -> shown.Counted:
        """Return how many cases the list would hold."""
        wanted = looked_up(wanted, self._office.place.kpis)
        may_ask(actor, wanted)
        now = self._office.now()
        return shown.Counted(as_of=now, count=await self._office.queries.count(await self.eyes(actor), wanted, now))
