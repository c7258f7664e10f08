"""Making and handing out bulletins (月报): the stored ones of each month, and one of any month on request.

The stored ones hold no small numbers, so everybody at the desk of indicators may have them; a town's post those of its town alone. One on
request is made with the eyes of whoever asks, and kept nowhere.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from models.bulletin import BulletinDue, BulletinLine, BulletinsMade
from models.paper.record import DOCX, PDF, XLSX
from models.party import Actor
from models.period import Period, Step
from models.refusal import RefusalCode
from rules.calendar import WorkingCalendar
from rules.desks import Desk
from rules.kpi.comparing import step_of
from rules.periods import DAY, holding
from service.bulletin.content import Bulletin, author, compose
from service.errors import refuse
from service.kpi.keeping import tell
from service.office import Office
from service.oversight.figuring import sit_down
from store.kpi.bulletins import BulletinShelf

Form = Literal["docx", "xlsx", "pdf"]

MEDIA: dict[Form, str] = {"docx": DOCX, "xlsx": XLSX, "pdf": PDF}


class Editor:
    """Bulletins of one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._shelf = BulletinShelf(office.store)

    async def monthly(self, due: BulletinDue) -> BulletinsMade:
        """Make the bulletins of the month before a time that are not there yet, the district's first. Raises StoreAway."""
        office = self._office
        day = office.bundle.cal.local_date(due.due)
        period = holding(Step.MONTH, day.replace(day=1) - DAY)
        async for _ in tell(office):
            pass
        made = there = 0
        for town in (None, *towns(office)):
            if await self._shelf.has(period.first, town):
                there += 1
                continue
            found = await compose(office, author(office, town), period, town)
            docx = await asyncio.to_thread(_document, found, office.bundle.cal)
            xlsx = await asyncio.to_thread(_workbook, found, office.bundle.cal)
            kept = await self._shelf.put(period.first, town, found.table.as_of, docx, xlsx)
            made, there = made + kept, there + (not kept)
        return BulletinsMade(first=period.first, made=made, there=there)

    async def listed(self, actor: Actor) -> tuple[BulletinLine, ...]:
        """Return the stored bulletins somebody may have. Refused to whom the desk of indicators is not for."""
        own = self._own(actor)
        return tuple(await self._shelf.listed(None if own is None else (own,)))

    async def stored(self, actor: Actor, bulletin_id: str, form: Form) -> tuple[BulletinLine, bytes]:
        """Return a stored bulletin. Refused `invalid` for one that is not there, or of another town. Raises PaperRefused for a PDF."""
        own = self._own(actor)
        found = await self._shelf.files(bulletin_id)
        if found is None or (own is not None and found[0].town != own):
            raise refuse(RefusalCode.INVALID, "bulletin")
        line, docx, xlsx = found
        if form == "xlsx":
            return line, xlsx
        return line, docx if form == "docx" else await self._office.converter.pdf(docx)

    async def made(self, actor: Actor, period: Period, town: str | None, form: Form) -> bytes:
        """Make one now. Refused for what is no month, or a town that is not one's own. Raises PaperRefused for a PDF."""
        own = self._own(actor)
        if step_of(period) is not Step.MONTH or (town is not None and town not in towns(self._office)):
            raise refuse(RefusalCode.INVALID, "month" if step_of(period) is not Step.MONTH else "town")
        if own is not None and town not in {None, own}:
            raise refuse(RefusalCode.NOT_ALLOWED, "town")
        found = await compose(self._office, actor, period, own if own is not None else town)
        if form == "xlsx":
            return await asyncio.to_thread(_workbook, found, self._office.bundle.cal)
        docx = await asyncio.to_thread(_document, found, self._office.bundle.cal)
        return docx if form == "docx" else await self._office.converter.pdf(docx)

    def _own(self, actor: Actor) -> str | None:
        """Return the one town somebody may look at; None for all."""
        sit_down(Desk.KPI, actor)
        unit = self._office.bundle.network.unit(actor.unit)
        if unit is None:
            raise refuse(RefusalCode.NOT_ALLOWED, str(Desk.KPI))
        return unit.town


def towns(office: Office) -> tuple[str, ...]:
    """Return the towns of the district, in the order of their codes."""
    return tuple(office.bundle.network.towns())


def _document(found: Bulletin, cal: WorkingCalendar) -> bytes:
    from service.bulletin.document import document_of  # noqa: PLC0415 - dear to load, and most processes make no bulletin

    return document_of(found, cal)


def _workbook(found: Bulletin, cal: WorkingCalendar) -> bytes:
    from service.bulletin.workbook import workbook_of  # noqa: PLC0415 - as above

    return workbook_of(found, cal)
