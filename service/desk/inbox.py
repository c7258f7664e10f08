"""The desk of one post: what it owes (我的待办), what of it is late (超期), what it has done (已办) and had in hand (我经手的).

A desk is a post's, not a person's: who stands in sits at the absent one's desk, and what either did there counts as its own.
"""

from __future__ import annotations

from models.party import Actor
from service import shown
from service.asking import may_ask
from service.desk.claims import Claims
from service.office import Office
from service.sighted import Sighted
from store.desk.inbox import BOUND, Inboxes
from store.desk.lists import Filter, InboxRow, OwedFilter

__all__ = ["Filter", "Inbox", "OwedFilter"]


class Inbox(Sighted):
    """The desks of one person after another."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._inboxes = Inboxes(office.store)
        self._claims = Claims(office)

    async def owed(
        self, actor: Actor, wanted: OwedFilter | None = None, *, overdue: bool = False, after: str | None = None, limit: int = 50
    ) -> shown.InboxPage:
        """Return a page of what a desk owes, the earliest first; with `overdue` what of it is late.

        Refused for a filter on what the role's lists don't show; raises ValueError for a cursor that is not ours.
        """
        wanted = wanted or OwedFilter()
        may_ask(actor, wanted)
        now, eyes, holder = self._office.now(), await self.eyes(actor), self._holder(actor)
        page = await self._inboxes.page(holder, eyes, now, wanted, overdue=overdue, after=after, limit=limit)
        counts = await self._inboxes.counts(holder, eyes, _did(actor), now)
        items = tuple(self._item(row, actor) for row in page.rows)
        return shown.InboxPage(as_of=now, count=counts.owed, overdue=counts.overdue, items=items, next=page.next)

    async def handled(
        self, actor: Actor, wanted: Filter | None = None, *, done: bool = False, after: str | None = None, limit: int = 50
    ) -> shown.Page:
        """Return a page of the cases a desk had in hand, the newest first; with `done` those in which it owes nothing now.

        Raises as `owed`.
        """
        wanted = wanted or Filter()
        may_ask(actor, wanted)
        more = {"handled_by": _did(actor), "owes_nothing": self._holder(actor) if done else None}
        now, eyes = self._office.now(), await self.eyes(actor)
        page = await self._office.queries.page(eyes, wanted.model_copy(update=more), now, after=after, limit=limit)
        return shown.Page(as_of=now, cases=tuple(self.listed(row, actor) for row in page.rows), next=page.next)

    async def counters(self, actor: Actor) -> shown.Counters:
        """Return how long the four lists are: what pages show beside their names, asked for again and again."""
        now = self._office.now()
        found = await self._inboxes.counts(self._holder(actor), await self.eyes(actor), _did(actor), now)
        return shown.Counters(as_of=now, **found.model_dump(), bound=BOUND)

    def _item(self, row: InboxRow, actor: Actor) -> shown.InboxItem:
        claim = self._claims.claimed(row.claim, actor) if row.claim is not None else None
        return shown.InboxItem(duty=row.duty, case=self.listed(row.case, actor), overdue=row.overdue, claim=claim)


def _did(actor: Actor) -> tuple[str, ...]:
    """Return whose doing counts as this desk's."""
    return tuple(dict.fromkeys((actor.holder, actor.person)))
