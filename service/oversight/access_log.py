"""The access log (访问日志) for the audit administrator: who looked at which case, when and why, and whether the chain holds.

Nothing of a case is shown but its code. Looking into the log is itself logged, before the answer is given.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from models.base import Instant, Model
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules.desks import Desk
from rules.visibility import deidentify
from service.errors import refuse
from service.office import Office
from service.oversight.figuring import sit_down
from service.showing import unit_name
from store.looks import CodedLook, Look, LookFilter, Looks

LOOKED_AT = "access_log"
CHECKED = "access_log_check"
"""How looks into the log stand in it; they are at no case."""

MOST = 200
"""Most lines of a page."""


class LookShown(Model):
    """One line of the log."""

    id: int
    at: Instant
    person: str
    role: Role
    unit: str
    unit_name: str | None
    code: str | None
    """The case looked at; None for a look into the log itself."""
    look: str
    """What was looked at: `detail`, `timeline`, `explain`, `access_log` …"""
    purpose: str
    """What was given as the reason, without what looks like a phone or an id number."""


class LookPage(Model):
    """A page of the log, the newest look first. `next` is the cursor of the page that follows, None on the last."""

    as_of: Instant
    looks: tuple[LookShown, ...]
    next: int | None


class ChainCheck(Model):
    """The chain recomputed from its first line: how many lines were read, the hash of the last that fits, the first that does not.

    A copy of `head` and `lines` kept elsewhere shows whether lines have been cut off at the end.
    """

    as_of: Instant
    lines: int
    head: str
    broken_at: int | None


class AccessLog:
    """The log for one administrator after another. Each method refuses `not_allowed` to everybody else."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._looks = Looks(office.store)

    async def page(
        self,
        actor: Actor,
        *,
        code: str | None = None,
        post: str | None = None,
        day: date | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> LookPage:
        """Return looks at one case, by one post, on one day by the place's date; what is not given is not asked for.

        Looks at a merged case are under its own code. Raises StoreAway when this look can't be logged.
        """
        sit_down(Desk.ACCESS_LOG, actor)
        limit = max(1, min(limit, MOST))
        asked = {"code": code, "post": post, "day": day, "before": before}
        await self._log(actor, LOOKED_AT, " ".join(f"{name}={value}" for name, value in asked.items() if value is not None))
        cal = self._office.bundle.cal
        since, until = (cal.midnight(day), cal.midnight_end(day)) if day is not None else (None, None)
        wanted = LookFilter(person=post, code=code, since=since, until=until, town=self._town(actor))
        rows = await self._looks.page(wanted, before=before, limit=limit + 1)
        last = rows[limit - 1].id if len(rows) > limit else None
        return LookPage(as_of=self._office.now(), looks=tuple(self._shown(row) for row in rows[:limit]), next=last)

    async def check(self, actor: Actor) -> ChainCheck:
        """Return whether every line fits the one before. Takes some seconds for a million lines."""
        sit_down(Desk.ACCESS_LOG, actor)
        await self._log(actor, CHECKED, "")
        found = await self._looks.check()
        return ChainCheck(as_of=self._office.now(), lines=found.lines, head=found.head, broken_at=found.broken_at)

    async def _log(self, actor: Actor, look: str, purpose: str) -> None:
        await self._looks.write(Look.of(actor, look, "", datetime.now(UTC), purpose[:200]))

    def _town(self, actor: Actor) -> str | None:
        """Return the town whose looks an administrator may see; None for one of the district, who sees all."""
        unit = self._office.bundle.network.unit(actor.unit)
        if unit is None:
            raise refuse(RefusalCode.NOT_ALLOWED, str(Desk.ACCESS_LOG))
        return unit.town

    def _shown(self, row: CodedLook) -> LookShown:
        return LookShown(
            **row.model_dump(include={"id", "at", "person", "role", "unit", "code", "look"}),
            unit_name=unit_name(self._office.bundle.network, row.unit),
            purpose=deidentify(row.purpose, {}),
        )
