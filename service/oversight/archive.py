"""Searching the archive (档案检索): ended cases as far as the role may see, and whether the seal of one still holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

from models.base import Instant, Model
from models.party import Actor
from models.period import YEARS, Step
from models.refusal import RefusalCode
from models.words import ENDS, Stage
from rules.desks import Desk
from rules.periods import bounds, holding
from rules.visibility import FILED
from service.asking import may_ask
from service.errors import refuse
from service.oversight.figuring import sit_down
from service.shown import Listed
from service.sighted import Sighted
from service.verifying import VerifyReport, verify
from store.desk.lists import Filter
from store.looks import Look, Looks

SEAL = "seal"
"""How the check of a seal stands in the access log."""


class Wanted(Model):
    """Which files are looked for; None asks nothing."""

    code: str | None = None
    """A case code, in letters of either size."""
    year: int | None = None
    """The year in which the case ended, by the place's date."""
    category: str | None = None
    """Two digits take in all of four digits below them."""
    town: str | None = None
    place: str | None = None
    outcome: Stage | None = None
    """One of the five ends."""
    retain_from: date | None = None
    retain_to: date | None = None
    """To be kept until a day in this stretch, both included."""
    permanent: bool | None = None


class FilePage(Model):
    """A page of files, the case registered last first. `next` is the cursor of the page that follows, None on the last."""

    as_of: Instant
    count: int
    files: tuple[Listed, ...]
    next: str | None


class Archive(Sighted):
    """The archive for one person after another."""

    async def search(self, actor: Actor, wanted: Wanted, *, after: str | None = None, limit: int = 50) -> FilePage:
        """Return a page of the files that are wanted, within reach.

        Refused to whom the desk is not for, and by what lists of ended cases don't show them; `invalid` for an outcome that is no
        end and a year that can't be. Raises ValueError for a cursor that is not ours.
        """
        sit_down(Desk.ARCHIVE, actor)
        asked = self._filter(wanted)
        may_ask(actor, asked, FILED)
        now, eyes, queries = self._office.now(), await self.eyes(actor), self._office.queries
        page = await queries.page(eyes, asked, now, after=after, limit=limit)
        files = tuple(self.listed(row, actor, FILED) for row in page.rows)
        return FilePage(as_of=now, count=await queries.count(eyes, asked, now), files=files, next=page.next)

    async def check(self, actor: Actor, code: str) -> VerifyReport:
        """Recompute the record of a case within reach and say whether it is whole, its seal included; the look is logged.

        Refused to whom the desk is not for. Raises UnknownCase, Unavailable, and StoreAway when the look can't be logged.
        """
        sit_down(Desk.ARCHIVE, actor)
        row = await self.visible(actor, code)
        await Looks(self._office.store).write(Look.of(actor, SEAL, row.case_id, datetime.now(UTC)))
        return await verify(self._office, row.case_id)

    def _filter(self, wanted: Wanted) -> Filter:
        if wanted.outcome is not None and wanted.outcome not in ENDS:
            raise refuse(RefusalCode.INVALID, "outcome")
        if wanted.year is not None and not YEARS[0] <= wanted.year <= YEARS[1]:
            raise refuse(RefusalCode.INVALID, "year")
        year = holding(Step.YEAR, date(wanted.year, 1, 1)) if wanted.year is not None else None
        since, until = bounds(year, self._office.bundle.cal) if year is not None else (None, None)
        same = wanted.model_dump(include={"category", "town", "place", "retain_from", "retain_to", "permanent"})
        code = wanted.code.strip().upper() if wanted.code is not None else None
        return Filter(**same, code=code, stage=wanted.outcome, ended=True, ended_from=since, ended_to=until)
