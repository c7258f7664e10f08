"""Reading: what a person may see of cases, in lists, in full, as a story, as figures. Every face asks here and nowhere else.

`rules/visibility.py` decides; here it is carried out: scopes become the predicate of each query, words and persons are
taken from the vault only where they may be read, and each look at a single case is logged.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from models.case import Case
from models.event import Event
from models.network import Network
from models.party import Actor
from models.record import Explanation
from models.refusal import RefusalCode
from rules.library import Bundle, UnknownDocument
from rules.telling import OF_RISK
from rules.view import explain
from rules.visibility import (
    LISTED,
    NUMBERS,
    REACH,
    SEARCHERS,
    Group,
    Sight,
    reach,
    sight,
)
from service import shown
from service.errors import UnknownCase, refuse
from service.office import Office
from service.showing import Showing, town_name, unit_name
from store.figures import Figures
from store.lists import Candidate, CaseRow, Eyes, Filter, Holder
from store.looks import Look, Looks

__all__ = ["Filter", "Reader"]


class Reader:
    """Reads for one person after another; keeps nothing between two questions."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def eyes(self, actor: Actor) -> Eyes:
        """Return which cases somebody's eyes may rest on."""
        return _eyes(reach(actor, self._network, await self._grids(actor), REACH))

    async def list(self, actor: Actor, wanted: Filter, *, after: str | None = None, limit: int = 50) -> shown.Page:
        """Return a page of the cases somebody may see. Raises ValueError for a cursor that is not ours."""
        _may_ask(actor, wanted)
        now = self._office.now()
        page = await self._office.queries.page(await self.eyes(actor), wanted, now, after=after, limit=limit)
        return shown.Page(as_of=page.as_of, cases=tuple(self.listed(row, actor) for row in page.rows), next=page.next)

    async def search(self, actor: Actor, text: str, *, limit: int = 50) -> shown.Page:
        """Return the cases with this code, or with a party of this name, phone or number, as far as somebody may see both."""
        now, eyes, found = self._office.now(), await self.eyes(actor), {}
        case_id = await self._office.records.find(text)
        row = None if case_id is None else await self._office.queries.case(eyes, case_id)
        if row is not None:
            found[row.case_id] = row
        refs = await self._office.vault.find_persons(text) if actor.role in SEARCHERS else []
        if refs:
            page = await self._office.queries.page(eyes, Filter(parties=tuple(refs)), now, limit=limit)
            grids = await self._grids(actor)
            for row in page.rows:
                case = await self._office.records.load(row.case_id)
                # Who is not shown a name must not learn it by asking for it.
                if case is not None and sight(case, actor, (await self.bundle(case)).network, grids).full(Group.NAMES):
                    found[row.case_id] = row
        rows = list(found.values())[:limit]
        return shown.Page(as_of=now, cases=tuple(self.listed(row, actor) for row in rows), next=None)

    async def count(self, actor: Actor, wanted: Filter) -> shown.Counted:
        """Return how many cases the list would hold."""
        _may_ask(actor, wanted)
        now = self._office.now()
        return shown.Counted(as_of=now, count=await self._office.queries.count(await self.eyes(actor), wanted, now))

    async def inbox(self, actor: Actor, *, limit: int = 200) -> shown.InboxPage:
        """Return what somebody owes, the earliest first."""
        now = self._office.now()
        holder = self._holder(actor)
        box = await self._office.queries.inbox(holder, now, limit)
        count, overdue = await self._office.queries.inbox_count(holder, now)
        items = (shown.InboxItem(duty=row.duty, case=self.listed(row.case, actor), overdue=row.overdue) for row in box.rows)
        return shown.InboxPage(as_of=now, count=count, overdue=overdue, items=tuple(items))

    async def look(self, actor: Actor, key: str, what: str, purpose: str = "") -> tuple[Case, Bundle, Sight]:
        """Return a case by its code with what somebody may see of it, and log the look.

        Raises UnknownCase, also for a case out of sight, and StoreAway when the look can't be logged.
        """
        case_id = await self._office.records.find(key)
        if case_id is None or await self._office.queries.case(await self.eyes(actor), case_id) is None:
            raise UnknownCase(key)
        case = await self._office.records.load(case_id)
        if case is None:
            raise UnknownCase(key)
        bundle = await self.bundle(case)
        look = Look(
            person=actor.person, role=actor.role, unit=actor.unit, at=datetime.now(UTC), case_id=case_id, look=what, purpose=purpose
        )
        await Looks(self._office.store).write(look)
        return case, bundle, sight(case, actor, bundle.network, await self._grids(actor))

    async def version(self, actor: Actor, key: str) -> tuple[str, int]:
        """Return the id and the version of a case somebody may see. Raises UnknownCase."""
        case_id = await self._office.records.find(key)
        row = None if case_id is None else await self._office.queries.case(await self.eyes(actor), case_id)
        if row is None:
            raise UnknownCase(key)
        return row.case_id, row.seq

    async def done(self, case_id: str, action_id: str) -> bool:
        """Return whether an action is in the record already."""
        return await self._office.records.receipt(case_id, action_id) is not None

    async def may_see(self, actor: Actor, case_id: str) -> bool:
        """Return whether somebody's eyes may rest on a case."""
        return await self._office.queries.case(await self.eyes(actor), case_id) is not None

    async def likenesses(self, actor: Actor, found: Iterable[Candidate]) -> tuple[shown.Likeness, ...]:
        """Return those of possible duplicates that somebody may see."""
        return tuple(
            [shown.Likeness(case=self.listed(c.case, actor), why=c.why) for c in found if await self.may_see(actor, c.case.case_id)]
        )

    async def bundle(self, case: Case) -> Bundle:
        """Return the documents a case runs under; one that another process brought in is fetched."""
        try:
            return self._office.library.bundle(case.docs)
        except UnknownDocument:
            await self._office.shelf.fill(self._office.library)
            return self._office.library.bundle(case.docs)

    async def detail(self, actor: Actor, key: str, purpose: str = "") -> shown.CaseShown:
        """Return a case as somebody may see it, and log that they looked. Raises UnknownCase."""
        case, bundle, seen = await self.look(actor, key, "detail", purpose)
        return await Showing(self._office, actor, case, bundle, seen).whole()

    async def file(self, actor: Actor, key: str, purpose: str = "", *, story: bool = False) -> shown.File:
        """Return a case with the arithmetic of its clocks and, on demand, its story: one look, logged once. Raises UnknownCase."""
        case, bundle, seen = await self.look(actor, key, "file", purpose)
        whole = await Showing(self._office, actor, case, bundle, seen).whole()
        way = seen.sees(Group.WAY)
        return shown.File(
            case=whole,
            explanation=self._explanation(case, bundle, seen) if way else None,
            timeline=await self._story(actor, case, bundle, seen) if way and story else None,
        )

    async def explain(self, actor: Actor, key: str) -> Explanation:
        """Return who holds the ball and why each date. Raises UnknownCase, and Refused where the way is hidden."""
        case, bundle, seen = await self.look(actor, key, "explain")
        if not seen.sees(Group.WAY):
            raise refuse(RefusalCode.NOT_ALLOWED)
        return self._explanation(case, bundle, seen)

    async def timeline(self, actor: Actor, key: str, *, after: int = 0, limit: int = 500) -> shown.Timeline:
        """Return the story of a case, with its words where they may be read. Raises UnknownCase; Refused where its way is hidden."""
        case, bundle, seen = await self.look(actor, key, "timeline")
        if not seen.sees(Group.WAY):
            raise refuse(RefusalCode.NOT_ALLOWED)
        return await self._story(actor, case, bundle, seen, after, limit)

    def _explanation(self, case: Case, bundle: Bundle, seen: Sight) -> Explanation:
        found = explain(case, bundle, self._office.now())
        hidden: dict[str, Any] = {} if seen.sees(Group.RISK) else {"tier": ""}
        hidden |= {} if seen.sees(Group.KIND) else {"category": None}
        hidden |= {} if seen.full(Group.STAFF) else {"mediator": None, "duties": (), "holder": None}
        return found.model_copy(update={"view": found.view.model_copy(update=hidden)})

    async def _story(self, actor: Actor, case: Case, bundle: Bundle, seen: Sight, after: int = 0, limit: int = 500) -> shown.Timeline:
        lines = await self._office.records.lines(case.id)
        events = [Event.model_validate_json(line.body) for line in lines if line.seq > after]
        shows = [event for event in events if seen.full(Group.RISK) or event.type not in OF_RISK][:limit]
        return await Showing(self._office, actor, case, bundle, seen).story(shows)

    async def stats(self, actor: Actor) -> shown.Stats:
        """Return the figures of the cases that somebody's numbers reach. Refused where they reach none."""
        scopes = reach(actor, self._network, await self._grids(actor), NUMBERS)
        if scopes == ():
            raise refuse(RefusalCode.NOT_ALLOWED)
        now = self._office.now()
        found = await Figures(self._office.store).numbers(_eyes(scopes), now)
        units = (
            shown.UnitLoad(unit=load.unit, name=unit_name(self._network, load.unit), open=load.open, overdue=load.overdue, cards=load.cards)
            for load in found.units
        )
        dwell = tuple(shown.Dwell.model_validate(stay.model_dump()) for stay in found.stays)
        return shown.Stats(as_of=now, **found.model_dump(exclude={"units", "stays"}), units=tuple(units), dwell=dwell)

    def listed(self, row: CaseRow, actor: Actor) -> shown.Listed:
        """Return a row of a list as the role may see it."""
        network, categories = self._network, self._office.place.categories
        groups = LISTED.get(actor.role, frozenset())
        found: dict[str, Any] = {name: value for group, names in COLUMNS.items() if group in groups for name, value in _part(row, names)}
        if Group.WAY in groups:
            unit = network.unit(row.lead or "")
            found |= {"town_name": town_name(network, row.town), "lead_name": unit.name if unit else None}
            found["overdue"] = row.next_due is not None and row.next_due < self._office.now()
        category = categories.get(row.category) if row.category else None
        if Group.KIND in groups and category is not None:
            found |= {"category_zh": category.zh, "category_en": category.en}
        place = network.place(row.place or "")
        if Group.PLACE in groups and place is not None:
            found["place_name"] = place.name
        return shown.Listed(code=row.code, seq=row.seq, **found)

    @property
    def _network(self) -> Network:
        return self._office.bundle.network

    def _holder(self, actor: Actor) -> Holder:
        unit = self._network.unit(actor.unit)
        return Holder(role=actor.role, unit=actor.unit, town=unit.town if unit else "", person=actor.holder)

    async def _grids(self, actor: Actor) -> tuple[str, ...]:
        person = await self._office.roll.staff(actor.holder)
        return person.grids if person else ()


COLUMNS: dict[Group, tuple[str, ...]] = {
    Group.WAY: ("town", "stage", "level", "lead", "opened_at", "updated_at", "ended_at", "next_due", "suspended"),
    Group.KIND: ("category",),
    Group.RISK: ("tier",),
    Group.PLACE: ("place", "happened_on"),
    Group.STAFF: ("mediator",),
}
"""Which columns of a list belong to which group."""

ASKS: dict[str, Group] = {
    **dict.fromkeys(("town", "stage", "lead", "overdue", "ended", "suspended", "level", "card"), Group.WAY),
    "place": Group.PLACE,
    "handled_by": Group.WAY,
    "tier": Group.RISK,
    "category": Group.KIND,
    "mediator": Group.STAFF,
}
"""Which group a filter asks about: who may not see a column may not ask by it, either."""


def _part(row: CaseRow, names: Iterable[str]) -> list[tuple[str, Any]]:
    return [(name, getattr(row, name)) for name in names]


def _may_ask(actor: Actor, wanted: Filter) -> None:
    """Refuse a filter on what the role's lists don't show."""
    groups = LISTED.get(actor.role, frozenset())
    for name in wanted.model_dump(exclude_none=True):
        if ASKS[name] not in groups:
            raise refuse(RefusalCode.NOT_ALLOWED, name)


def _eyes(scopes: tuple[tuple[str, str], ...] | None) -> Eyes:
    return Eyes(everything=True) if scopes is None else Eyes(scopes=scopes)
