"""What a desk owes in affairs of one kind (办事队列), each with its state: who is served first on top, then by date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.party import Actor
from models.record import Duty
from rules.affair.kinds import KINDS
from service.affairs.listing import listed
from service.desk.claims import Claims
from service.office import Office
from service.shown import AffairListed, ClaimShown
from service.sighted import Sighted
from store.desk.lists import OwedFilter

MOST = 100
"""Entries of a page. They come by date, so what is left off is due last."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One affair in which the desk owes something, its state, and who has taken it on."""

    duty: Duty
    affair: AffairListed
    state: Any
    claim: ClaimShown | None


@dataclass(frozen=True, slots=True)
class Owing:
    """A page of the queue; `more` says that there is more than it shows."""

    entries: tuple[Owed, ...]
    more: bool


class Queue(Sighted):
    """Queues of one desk after another."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._claims = Claims(office)

    async def of(self, actor: Actor, kind: str, *, limit: int = MOST) -> Owing:
        """Return what a desk owes in affairs of a kind, those of a group that is served first before all others."""
        wanted = OwedFilter(kind=kind)
        rows = await self._office.affair_queries.owed(self._holder(actor), await self.eyes(actor), wanted, limit=limit + 1)
        states = await self._office.affairs.load_many([row.affair.affair_id for row in rows])
        found = [
            Owed(
                duty=row.duty,
                affair=listed(row.affair, self._network),
                state=KINDS[kind].state.model_validate_json(states[row.affair.affair_id]),
                claim=self._claims.mark(row.claim, actor),
            )
            for row in rows[:limit]
        ]
        # A stable sort: within each half the order by date stays.
        return Owing(tuple(sorted(found, key=lambda one: getattr(one.state, "group", None) is None)), len(rows) > limit)
