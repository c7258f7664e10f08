"""Appraisal (鉴定): ended cases and affairs whose time is over, for people to look at. Nothing is destroyed by itself, and nothing by this.

What is worth keeping is kept on; for what is not, `service/secrecy/erasing.py` takes two people.
"""

from __future__ import annotations

from datetime import date

from models.erasure import Ended, ErasureProblem
from models.party import Actor
from rules.affair.kinds import KINDS
from rules.erasure import ASKERS
from service.affairs.reading import AffairReader
from service.errors import ErasureRefused
from service.office import Office
from service.reading import Reader
from store.secrecy.retention import Retention

MOST_YEARS = 100


class Appraisals:
    """The appraisal list as one person after another may see it. Every method raises ErasureRefused, StoreAway."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._affairs = AffairReader(office)
        self._retention = Retention(office.store)

    @property
    def _today(self) -> date:
        return self._office.bundle.cal.local_date(self._office.now())

    async def due(self, actor: Actor) -> list[Ended]:
        """Return the ended cases somebody may see whose date has passed, the oldest first, then the affairs."""
        if actor.role not in ASKERS:
            raise ErasureRefused(ErasureProblem.NOT_ALLOWED)
        today, cal = self._today, self._office.bundle.cal
        cases = [one for one in await self._retention.due(today) if await self._reader.may_see(actor, one.case_id)]
        affairs = await self._retention.due_affairs(tuple(KINDS), self._office.place.keeping, today, cal.local_date)
        return [*cases, *[one for one in affairs if await self._affairs.may_see(actor, one.case_id)]]

    async def keep(self, actor: Actor, code: str, years: int | None) -> date | None:
        """Keep a case or an affair of the list on for some years from today, or for good; returns until when."""
        found = next((one for one in await self.due(actor) if one.code == code), None)
        if found is None or (years is not None and not 0 < years <= MOST_YEARS):
            raise ErasureRefused(ErasureProblem.NOT_DUE)
        today = self._today
        until = None if years is None else date(today.year + years, today.month, min(today.day, 28))
        await self._retention.keep(found.case_id, until, actor.person, self._office.now())
        return until
