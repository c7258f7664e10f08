"""Reading: what a person may see of cases, in lists, in full, as a story, as figures. Every face asks here.

`rules/visibility.py` decides; here it is carried out: scopes become the predicate of each query, words and persons are
taken from the vault only where they may be read, and each look at a single case is logged.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.case import Case
from models.event import Event
from models.party import Actor
from models.record import Explanation
from models.refusal import RefusalCode
from rules.library import Bundle
from rules.telling import told_to
from rules.view import explain
from rules.visibility import Group, Sight, sight
from service import shown
from service.errors import UnknownCase, refuse
from service.listing import Listing
from service.looking.purposes import Purposes
from service.looking.then import by_then, moment, stood
from service.showing import Showing, unit_name
from store.desk.figures import Figures
from store.desk.lists import Filter
from store.looks import Look, Looks

__all__ = ["Filter", "Reader"]


class Reader(Listing):
    """Reads single cases, and all that `Listing` reads."""

    async def look(self, actor: Actor, key: str, what: str, purpose: str = "") -> tuple[Case, Bundle, Sight]:
        """Return a case by its code with what somebody may see of it, and log the look with its purpose.

        Raises UnknownCase, also for a case out of sight; Refused `purpose_needed`; StoreAway when the look can't be logged.
        """
        case = await self._visible_case(actor, key)
        why = await Purposes(self._office).settle(actor, case, await self.bundle(case), purpose)
        return await self.logged(actor, case, what, why)

    async def state(self, actor: Actor, key: str, purpose: str) -> None:
        """State why one looks at a case, for the rest of the day. Raises UnknownCase; Refused `invalid`."""
        case = await self._visible_case(actor, key)
        await self.logged(actor, case, "purpose", await Purposes(self._office).read(case, purpose))

    async def _visible_case(self, actor: Actor, key: str) -> Case:
        row = await self.visible(actor, key)
        case = await self._office.records.load(row.case_id)
        if case is None:
            raise UnknownCase(key)
        return case

    async def logged(self, actor: Actor, case: Case, what: str, purpose: str = "") -> tuple[Case, Bundle, Sight]:
        """Log a look at a case that somebody has been found to reach, and return it as `look` does.

        A party that has proved who it is reaches its own case; anybody else asks `look`. Raises StoreAway when it can't be logged.
        """
        bundle = await self.bundle(case)
        await Looks(self._office.store).write(Look.of(actor, what, case.id, datetime.now(UTC), purpose))
        return case, bundle, sight(case, actor, bundle.network, await self.grids(actor))

    async def version(self, actor: Actor, key: str) -> tuple[str, int]:
        """Return the id and the version of a case somebody may see. Raises UnknownCase."""
        row = await self.visible(actor, key)
        return row.case_id, row.seq

    async def done(self, case_id: str, action_id: str) -> bool:
        """Return whether an action is in the record already."""
        return await self._office.records.receipt(case_id, action_id) is not None

    async def detail(self, actor: Actor, key: str, purpose: str = "") -> shown.CaseShown:
        """Return a case as somebody may see it, and log that they looked. Raises UnknownCase."""
        case, bundle, seen = await self.look(actor, key, "detail", purpose)
        return await Showing(self._office, actor, case, bundle, seen).whole()

    async def file(self, actor: Actor, key: str, purpose: str = "", *, story: bool = False) -> shown.File:
        """Return a case with the arithmetic of its clocks and, on demand, its story: one look, logged once.

        Raises UnknownCase.
        """
        case, bundle, seen = await self.look(actor, key, "file", purpose)
        showing = Showing(self._office, actor, case, bundle, seen)
        whole = await showing.whole()
        way = seen.sees(Group.WAY)
        return shown.File(
            case=whole,
            explanation=self._explanation(case, bundle, seen) if way else None,
            timeline=await self._story(actor, case, bundle, seen) if way and story else None,
        )

    async def then(self, actor: Actor, key: str, as_of: str, purpose: str = "", *, story: bool = False) -> shown.File:
        """Return a case as it stood at a time (`service/looking/then.py`), by what somebody may see of it today; one look, logged.

        Raises UnknownCase; Refused `invalid` for no time, or one before the case; Refused `purpose_needed`.
        """
        at = min(moment(as_of, self._office.bundle.cal), self._office.now())
        today, _, seen = await self.look(actor, key, "then", purpose)
        lines = by_then(await self._office.records.lines(today.id), at)
        case = stood(today, lines)
        bundle, way = await self.bundle(case), seen.sees(Group.WAY)
        showing = Showing(self._office, actor, case, bundle, seen, then=at)
        events = [event for event in (Event.model_validate_json(line.body) for line in lines) if told_to(event, seen)]
        return shown.File(
            case=await showing.whole(),
            explanation=self._explanation(case, bundle, seen, at) if way else None,
            timeline=await showing.story(events) if way and story else None,
            papers=await showing.papers(events),
        )

    async def explained_then(self, actor: Actor, key: str, as_of: str, purpose: str = "") -> Explanation:
        """Return who held the ball at a time, and each clock as it stood. Raises as `then`; Refused where the way is hidden."""
        found = (await self.then(actor, key, as_of, purpose)).explanation
        if found is None:
            raise refuse(RefusalCode.NOT_ALLOWED)
        return found

    async def explain(self, actor: Actor, key: str, purpose: str = "") -> Explanation:
        """Return who holds the ball and why each date. Raises UnknownCase, and Refused where the way is hidden."""
        case, bundle, seen = await self.look(actor, key, "explain", purpose)
        if not seen.sees(Group.WAY):
            raise refuse(RefusalCode.NOT_ALLOWED)
        return self._explanation(case, bundle, seen)

    async def timeline(self, actor: Actor, key: str, purpose: str = "", *, after: int = 0, limit: int = 500) -> shown.Timeline:
        """Return the story of a case, with its words where they may be read. Raises UnknownCase; Refused where its way is hidden."""
        case, bundle, seen = await self.look(actor, key, "timeline", purpose)
        if not seen.sees(Group.WAY):
            raise refuse(RefusalCode.NOT_ALLOWED)
        return await self._story(actor, case, bundle, seen, after, limit)

    def _explanation(self, case: Case, bundle: Bundle, seen: Sight, at: datetime | None = None) -> Explanation:
        found = explain(case, bundle, at or self._office.now())
        hidden: dict[str, Any] = {} if seen.sees(Group.RISK) else {"tier": ""}
        hidden |= {} if seen.sees(Group.KIND) else {"category": None}
        hidden |= {} if seen.full(Group.STAFF) else {"mediator": None, "duties": (), "holder": None}
        return found.model_copy(update={"view": found.view.model_copy(update=hidden)})

    async def _events(self, case: Case, after: int = 0) -> list[Event]:
        return [Event.model_validate_json(line.body) for line in await self._office.records.lines(case.id) if line.seq > after]

    async def _story(self, actor: Actor, case: Case, bundle: Bundle, seen: Sight, after: int = 0, limit: int = 500) -> shown.Timeline:
        events = await self._events(case, after)
        shows = [event for event in events if told_to(event, seen)][:limit]
        return await Showing(self._office, actor, case, bundle, seen).story(shows)

    async def stats(self, actor: Actor) -> shown.Stats:
        """Return the figures of the cases that somebody's numbers reach. Refused where they reach none."""
        now = self._office.now()
        found = await Figures(self._office.store).numbers(await self.numbers(actor), now)
        units = (
            shown.UnitLoad(unit=load.unit, name=unit_name(self._network, load.unit), open=load.open, overdue=load.overdue, cards=load.cards)
            for load in found.units
        )
        dwell = tuple(shown.Dwell.model_validate(stay.model_dump()) for stay in found.stays)
        return shown.Stats(as_of=now, **found.model_dump(exclude={"units", "stays"}), units=tuple(units), dwell=dwell)
