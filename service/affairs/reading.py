"""Reading affairs (事务): what a person may see of them, in lists, in full, as a story. Every face asks here.

Whose eyes reach what is one predicate (`store/affairs/queries.seen`) over the same scopes as for cases; how much of it they read
says `rules/affair/sight.py`. Each look at a single affair is logged before it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.affair.base import Link
from models.affair.record import AffairExplanation
from models.party import Actor
from models.refusal import RefusalCode
from rules.affair.kind import AffairBundle, Kind
from rules.affair.kinds import KINDS
from rules.affair.sight import affair_sight, in_hand
from rules.affair.telling import Telling
from rules.affair.view import explain
from rules.visibility import Group, Sight
from service.affairs import shown
from service.affairs.desk import Affairs
from service.affairs.listing import listed
from service.affairs.showing import AffairShowing
from service.errors import UnknownAffair, refuse
from service.looking.purposes import Purposes
from service.office import Office
from service.sighted import Sighted
from store.affairs.lists import AffairFilter, AffairRow
from store.looks import Look, Looks

__all__ = ["AffairFilter", "AffairReader", "AffairRow"]

DISPUTE = "dispute"
"""How a link names a case."""

MOST_LINKS = 200
"""Links that are shown of one record; lists show the rest."""


@dataclass(frozen=True, slots=True)
class Looked:
    """An affair that somebody looks at, and what they may see of it."""

    row: AffairRow
    kind: Kind
    affair: Any
    bundle: AffairBundle
    seen: Sight


class AffairReader:
    """Reads affairs for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._affairs = Affairs(office)
        self._sighted = Sighted(office)
        self._queries = office.affair_queries

    async def row(self, actor: Actor, key: str) -> AffairRow:
        """Return the row of an affair by its code or id. Raises UnknownAffair, also for one out of sight."""
        _, affair_id = await self._affairs.find(key)
        row = await self._queries.row(await self._sighted.eyes(actor), affair_id)
        if row is None:
            raise UnknownAffair(key)
        return row

    async def may_see(self, actor: Actor, affair_id: str) -> bool:
        """Return whether somebody's eyes may rest on an affair."""
        return await self._queries.row(await self._sighted.eyes(actor), affair_id) is not None

    async def done(self, affair_id: str, action_id: str) -> bool:
        """Return whether an action is in the record already."""
        return await self._office.affairs.receipt(affair_id, action_id) is not None

    async def known(self, kind: str, source: str, intake_id: str) -> str | None:
        """Return the id of the affair that an intake has led to, or None."""
        return await self._office.affairs.by_intake(kind, source, intake_id)

    async def list(self, actor: Actor, wanted: AffairFilter, *, after: str | None = None, limit: int = 50) -> shown.AffairsPage:
        """Return a page of the affairs somebody may see, the newest begun first. Raises ValueError for a cursor that is not ours."""
        page = await self._queries.page(await self._sighted.eyes(actor), wanted, self._office.now(), after=after, limit=limit)
        return shown.AffairsPage(
            as_of=page.as_of, affairs=tuple(listed(row, self._office.bundle.network) for row in page.rows), next=page.next
        )

    async def counts(self, actor: Actor, wanted: AffairFilter) -> shown.AffairsCounted:
        """Return how many there are, by kind and stage."""
        now = self._office.now()
        return shown.AffairsCounted(as_of=now, kinds=await self._queries.counts(await self._sighted.eyes(actor), wanted, now))

    def telling(self, kind: str) -> Telling:
        """Return what tells the facts of a kind in words."""
        bundle = self._office.bundle
        return Telling(KINDS[kind], self._office.place.books.get(KINDS[kind].shares or kind), bundle.network, bundle.cal.stamp)

    async def look(self, actor: Actor, key: str, what: str, purpose: str = "", *, of: Kind | None = None) -> Looked:
        """Return an affair by its code with what somebody may see of it, and log the look with its purpose.

        Raises UnknownAffair, also for one out of sight; Refused `purpose_needed`, and `invalid` for an affair of another kind than `of`;
        StoreAway when the look can't be logged.
        """
        row = await self.row(actor, key)
        affair = await self._affairs.load(row.affair_id)
        kind, bundle = KINDS[row.kind], await self._affairs.bundle(affair)
        opener = await self._office.affairs.opener(affair.id)
        why = await self._purpose(actor, kind, affair, bundle, opener, purpose)
        await Looks(self._office.store).write(Look.of(actor, what, affair.id, datetime.now(UTC), why))
        if of is not None and of.name != kind.name:
            raise refuse(RefusalCode.INVALID, "code")
        return Looked(row, kind, affair, bundle, affair_sight(kind, affair, actor, bundle, opener))

    async def detail(self, actor: Actor, key: str, purpose: str = "") -> shown.AffairShown:
        """Return an affair as somebody may see it. Raises as `look`."""
        return await self._whole(actor, await self.look(actor, key, "affair", purpose))

    async def explain(self, actor: Actor, key: str, purpose: str = "") -> AffairExplanation:
        """Return who holds the ball, and of each clock why its date. Raises as `look`."""
        return await self._explained(actor, await self.look(actor, key, "affair_explain", purpose))

    async def timeline(self, actor: Actor, key: str, purpose: str = "", *, after: int = 0, limit: int = 500) -> shown.AffairTimeline:
        """Return the story of an affair, with its words where they may be read. Raises as `look`."""
        return await self._story(actor, await self.look(actor, key, "affair_story", purpose), after, limit)

    async def file(self, actor: Actor, key: str, purpose: str = "", *, story: bool = False) -> shown.AffairFile:
        """Return an affair with the arithmetic of its clocks and, on demand, its story: one look, logged once. Raises as `look`."""
        return await self.told(actor, await self.look(actor, key, "affair", purpose), story=story)

    async def told(self, actor: Actor, looked: Looked, *, story: bool = False) -> shown.AffairFile:
        """Return what `file` does of an affair that is looked at already; for use cases that show more of their kind."""
        return shown.AffairFile(
            affair=await self._whole(actor, looked),
            explanation=await self._explained(actor, looked),
            timeline=await self._story(actor, looked) if story else None,
        )

    async def state(self, actor: Actor, key: str, purpose: str) -> None:
        """State why one looks at an affair, for the rest of the day. Raises UnknownAffair; Refused `invalid`."""
        row = await self.row(actor, key)
        said_so = Purposes(self._office).plain(purpose)
        await Looks(self._office.store).write(Look.of(actor, "purpose", row.affair_id, datetime.now(UTC), said_so))

    async def linked_to(self, actor: Actor, record_id: str, name: str) -> tuple[shown.LinkShown, ...]:
        """Return the affairs that keep a link to a record and that somebody may see; `name` is `case` or `affair`."""
        wanted = AffairFilter(key=(name, record_id))
        page = await self._queries.page(await self._sighted.eyes(actor), wanted, self._office.now(), limit=MOST_LINKS)
        return tuple(shown.LinkShown(kind=row.kind, code=row.code, back=True) for row in page.rows)

    async def links(self, actor: Actor, affair: Any) -> tuple[shown.LinkShown, ...]:
        """Return the links of an affair that lead to records this person may see; the look has been logged already."""
        return tuple((await self._links(actor, affair)).values())

    async def reached(self, actor: Actor, affair: Any) -> frozenset[str]:
        """Return the ids of all records an affair is linked with and that somebody may see; the look has been logged already."""
        return frozenset(await self._reached(actor, affair.links))

    async def _purpose(self, actor: Actor, kind: Kind, affair: Any, bundle: AffairBundle, opener: str | None, given: str) -> str:
        asked = kind.asks_purpose(affair)
        near = asked and (in_hand(kind, affair, actor, bundle) or opener in actor.own_ids)
        return await Purposes(self._office).of_affair(actor, affair, given, asked=asked, in_hand=near)

    async def _whole(self, actor: Actor, looked: Looked) -> shown.AffairShown:
        links = (await self._links(actor, looked.affair)).values()
        there = {link.code for link in links}
        back = [link for link in await self.linked_to(actor, looked.affair.id, "affair") if link.code not in there]
        return await self.showing(actor, looked).whole((*links, *back), looked.row.opened_at)

    async def _explained(self, actor: Actor, looked: Looked) -> AffairExplanation:
        found = explain(looked.kind, looked.affair, looked.bundle, self._office.now())
        links = await self._links(actor, looked.affair)
        hidden: dict[str, Any] = {"links": tuple(link for link in looked.affair.links if link.id in links)}
        hidden |= {} if looked.seen.full(Group.STAFF) else {"duties": (), "holder": None}
        told = found.told if looked.seen.sees(Group.RISK) else ()
        return found.model_copy(update={"view": found.view.model_copy(update=hidden), "told": told})

    async def _story(self, actor: Actor, looked: Looked, after: int = 0, limit: int = 500) -> shown.AffairTimeline:
        lines = [line for line in await self._office.affairs.lines(looked.affair.id) if line.seq > after][:limit]
        events = [looked.kind.event.model_validate_json(line.body) for line in lines]
        return await self.showing(actor, looked).story(events, await self._links(actor, looked.affair))

    def showing(self, actor: Actor, looked: Looked) -> AffairShowing:
        """Return what shows an affair that somebody has looked at."""
        return AffairShowing(self._office, actor, looked.kind, looked.affair, looked.bundle, looked.seen)

    async def _links(self, actor: Actor, affair: Any) -> dict[str, shown.LinkShown]:
        """Return the links of an affair to records that somebody may see, by the record's id."""
        links = affair.links[-MOST_LINKS:]
        visible = await self._reached(actor, links)
        return {link.id: shown.LinkShown(kind=link.kind, code=visible[link.id], why=link.why) for link in links if link.id in visible}

    async def _reached(self, actor: Actor, links: Sequence[Link]) -> dict[str, str]:
        """Return the codes of the records these links lead to, of those that somebody may see, by their ids."""
        eyes = await self._sighted.eyes(actor)
        visible = await self._office.queries.codes(eyes, [link.id for link in links if link.kind == DISPUTE])
        return visible | await self._queries.codes(eyes, [link.id for link in links if link.kind != DISPUTE])
