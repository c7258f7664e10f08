"""Finding an export again (导出追溯), for the audit administrator: by the id that stands in the file, or the newest first.

The access log is asked, whose chain proves that nothing was taken out of it. Looking is itself logged, before it is answered.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from models.base import Instant, Model
from models.export import ExportLine
from models.party import Actor
from models.refusal import RefusalCode
from rules.desks import Desk
from rules.exporting import ID, read
from service.errors import refuse
from service.exporting.exports import LOOK
from service.office import Office
from service.oversight.figuring import sit_down
from service.showing import unit_name
from store.looks import LoggedLook, Look, LookFilter, Looks

LOOKED_FOR = "exports"
"""How a look for exports stands in the access log."""


class ExportPage(Model):
    """A page of exports, the newest first. `next` is the cursor of the page that follows, None on the last."""

    as_of: Instant
    exports: tuple[ExportLine, ...]
    next: int | None


class ExportLog:
    """The exports of one office. Refuses `not_allowed` to everybody but the audit administrator."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._looks = Looks(office.store)

    async def page(self, actor: Actor, export_id: str = "", *, before: int | None = None, limit: int = 50) -> ExportPage:
        """Return the export of this id, or a page of all. Of units of one's town, where one is a town's administrator.

        Raises Refused `invalid` for what is no id.
        """
        sit_down(Desk.ACCESS_LOG, actor)
        wanted = export_id.strip()
        since, until = self._day(wanted) if wanted else (None, None)
        await self._log(actor, wanted)
        asked = LookFilter(look=LOOK, since=since, until=until, units=self._units(actor), begins=wanted or None)
        found = await self._looks.page(asked, before=before, limit=limit + 1)
        following = found[limit - 1].id if len(found) > limit else None
        return ExportPage(as_of=self._office.now(), exports=tuple(filter(None, map(self._line, found[:limit]))), next=following)

    def _day(self, export_id: str) -> tuple[datetime, datetime]:
        """Return the day that an id names: the log is read along its times."""
        found = ID.fullmatch(export_id)
        try:
            day = date.fromisoformat(found[1]) if found is not None else None
        except ValueError:
            day = None
        if day is None:
            raise refuse(RefusalCode.INVALID, "id")
        return self._office.bundle.cal.midnight(day), self._office.bundle.cal.midnight_end(day)

    def _units(self, actor: Actor) -> tuple[str, ...] | None:
        network = self._office.bundle.network
        own = network.unit(actor.unit)
        if own is None:
            raise refuse(RefusalCode.NOT_ALLOWED, str(Desk.ACCESS_LOG))
        return None if own.town is None else tuple(unit.id for unit in network.units.values() if unit.town == own.town)

    def _line(self, row: LoggedLook) -> ExportLine | None:
        note = read(row.purpose)
        if note is None:
            return None
        who = row.model_dump(include={"at", "person", "role", "unit"})
        return ExportLine(**note.model_dump(), **who, look=row.id, unit_name=unit_name(self._office.bundle.network, row.unit))

    async def _log(self, actor: Actor, wanted: str) -> None:
        await self._looks.write(Look.of(actor, LOOKED_FOR, "", datetime.now(UTC), wanted[:40]))
