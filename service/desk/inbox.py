"""The desk of one post (我的待办): what it owes in cases and affairs, what of it is late (超期), what it has done (已办) and had in hand.

A desk is a post's, not a person's: who stands in sits at the absent one's desk, and what either did there counts as its own.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from models.party import Actor
from models.record import Duty
from rules.affair.kinds import KINDS
from rules.affair.labels import act
from service import shown
from service.affairs.listing import listed
from service.asking import may_ask
from service.desk.claims import Claims
from service.office import Office
from service.sighted import Sighted
from store.affairs.in_hands import DISPUTE
from store.affairs.lists import AffairFilter, OwedAffair
from store.desk.inbox import Inboxes
from store.desk.lists import Eyes, Filter, Holder, InboxRow, OwedFilter
from store.desk.order import BOUND, cursor, list_cursor

__all__ = ["Filter", "Inbox", "OwedFilter"]

FIRST = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for the date of what has none; it decides nothing."""


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
        asked = _Asked(actor, self._holder(actor), await self.eyes(actor), self._office.now(), wanted, after, limit + 1)
        found = [await self._in_cases(asked, overdue=overdue), await self._in_affairs(asked, overdue=overdue)]
        # Each comes in its order, and which record is first does not hang on what it is: one cursor is a place in both.
        merged = list(heapq.merge(*found, key=lambda placed: placed.place))[: limit + 1]
        counts = await self._inboxes.counts(asked.holder, asked.eyes, _did(actor), asked.now)
        last = merged[limit - 1].cursor if len(merged) > limit else None
        items = tuple(placed.item for placed in merged[:limit])
        return shown.InboxPage(as_of=asked.now, count=counts.owed, overdue=counts.overdue, items=items, next=last)

    async def _in_cases(self, asked: _Asked, *, overdue: bool) -> list[_Placed]:
        if not asked.wanted.of_cases:
            return []
        page = await self._inboxes.page(
            asked.holder, asked.eyes, asked.now, asked.wanted, overdue=overdue, after=asked.after, limit=asked.limit
        )
        return [_Placed.of(row.duty, row.case.case_id, self._item(row, asked.actor)) for row in page.rows]

    async def _in_affairs(self, asked: _Asked, *, overdue: bool) -> list[_Placed]:
        if not asked.wanted.of_affairs:
            return []
        before = min((at for at in (asked.wanted.due_before, asked.now if overdue else None) if at is not None), default=None)
        wanted = asked.wanted.model_copy(update={"due_before": before})
        rows = await self._office.affair_queries.owed(asked.holder, asked.eyes, wanted, after=asked.after, limit=asked.limit)
        return [_Placed.of(row.duty, row.affair.affair_id, self._affair_item(row, asked)) for row in rows]

    async def handled(
        self,
        actor: Actor,
        wanted: Filter | None = None,
        *,
        kind: str | None = None,
        done: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> shown.HandledPage:
        """Return a page of what a desk had in hand, the newest first; with `done` that in which it owes nothing now.

        `kind` asks for cases alone (`dispute`), or for one kind of affair; what `wanted` asks, only cases have. Raises as `owed`.
        """
        wanted = wanted or Filter()
        may_ask(actor, wanted)
        more = {"handled_by": _did(actor), "owes_nothing": self._holder(actor) if done else None}
        now, eyes = self._office.now(), await self.eyes(actor)
        found: list[list[tuple[tuple[datetime, str], shown.HandledItem]]] = []
        if kind in {None, DISPUTE}:
            cases = await self._office.queries.page(eyes, wanted.model_copy(update=more), now, after=after, limit=limit + 1)
            found.append([((row.opened_at, row.case_id), shown.HandledItem(case=self.listed(row, actor))) for row in cases.rows])
        if kind != DISPUTE and wanted == Filter():
            asked = AffairFilter.model_validate({**more, "kinds": None if kind is None else (kind,)})
            affairs = await self._office.affair_queries.page(eyes, asked, now, after=after, limit=limit + 1)
            found.append([((row.opened_at, row.affair_id), shown.HandledItem(affair=listed(row, self._network))) for row in affairs.rows])
        merged = list(heapq.merge(*found, key=lambda placed: placed[0], reverse=True))
        following = list_cursor(*merged[limit - 1][0]) if len(merged) > limit else None
        return shown.HandledPage(as_of=now, items=tuple(item for _, item in merged[:limit]), next=following)

    async def counters(self, actor: Actor) -> shown.Counters:
        """Return how long the four lists are: what pages show beside their names, asked for again and again."""
        now = self._office.now()
        found = await self._inboxes.counts(self._holder(actor), await self.eyes(actor), _did(actor), now)
        return shown.Counters(as_of=now, **found.model_dump(), bound=BOUND)

    def _item(self, row: InboxRow, actor: Actor) -> shown.InboxItem:
        claim = self._claims.mark(row.claim, actor)
        return shown.InboxItem(duty=row.duty, case=self.listed(row.case, actor), overdue=row.overdue, claim=claim)

    def _affair_item(self, row: OwedAffair, asked: _Asked) -> shown.InboxItem:
        zh, en = act(KINDS[row.affair.kind].labels, row.duty.act)
        return shown.InboxItem(
            duty=row.duty,
            affair=listed(row.affair, self._network),
            act_zh=zh,
            act_en=en,
            overdue=row.duty.due is not None and row.duty.due < asked.now,
            claim=self._claims.mark(row.claim, asked.actor),
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question to an inbox."""

    actor: Actor
    holder: Holder
    eyes: Eyes
    now: datetime
    wanted: OwedFilter
    after: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class _Placed:
    """An item with its place in the order of the inbox: what has no limit last, then by date, then by record."""

    place: tuple[bool, datetime, str]
    cursor: str
    item: shown.InboxItem

    @classmethod
    def of(cls, duty: Duty, record_id: str, item: shown.InboxItem) -> Self:
        """Return an item at the place of its duty."""
        return cls((duty.due is None, duty.due or FIRST, record_id), cursor(duty.due, record_id, duty.id), item)


def _did(actor: Actor) -> tuple[str, ...]:
    """Return whose doing counts as this desk's."""
    return tuple(dict.fromkeys((actor.holder, actor.person)))
