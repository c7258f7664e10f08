"""Whose eyes look, and how a row of a list looks to them: what every use case that reads for a person starts from.

`rules/visibility.py` decides; here its scopes become the predicate of a query, and its groups the columns of a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from models.case import Case
from models.network import Network
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules.library import Bundle, UnknownDocument
from rules.reserved import closed_to, posts
from rules.visibility import LISTED, NUMBERS, REACH, Group, Reach, Sight, reach, sight
from service import shown
from service.errors import UnknownCase, refuse
from service.office import Office
from service.showing import town_name
from store.desk.lists import CaseRow, Eyes, Holder


class Sighted:
    """Reads for one person after another; keeps nothing between two questions."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def eyes(self, actor: Actor) -> Eyes:
        """Return which cases somebody's eyes may rest on."""
        return self._as_eyes(actor, reach(actor, self._network, await self.grids(actor), REACH))

    async def numbers(self, actor: Actor) -> Eyes:
        """Return which cases somebody's figures are made of. Refused where there are none."""
        scopes = reach(actor, self._network, await self.grids(actor), NUMBERS)
        if scopes == ():
            raise refuse(RefusalCode.NOT_ALLOWED)
        return self._as_eyes(actor, scopes)

    async def visible(self, actor: Actor, key: str) -> CaseRow:
        """Return the row of a case by its code or id. Raises UnknownCase, also for a case out of sight."""
        case_id = await self._office.records.find(key) if key.isprintable() else None
        row = None if case_id is None else await self._office.queries.case(await self.eyes(actor), case_id)
        if row is None:
            raise UnknownCase(key)
        return row

    async def may_see(self, actor: Actor, case_id: str) -> bool:
        """Return whether somebody's eyes may rest on a case."""
        return await self._office.queries.case(await self.eyes(actor), case_id) is not None

    async def may_know(self, actor: Actor, case_id: str) -> bool:
        """Return whether somebody may know of a case: they see it, or have opened it themselves."""
        return await self.may_see(actor, case_id) or await self._office.records.opener(case_id) in actor.own_ids

    async def bundle(self, case: Case) -> Bundle:
        """Return the documents a case runs under; one that another process brought in is fetched."""
        try:
            return self._office.library.bundle(case.docs)
        except UnknownDocument:
            await self._office.shelf.fill(self._office.library)
            return self._office.library.bundle(case.docs)

    def listed(self, row: CaseRow, actor: Actor, table: Mapping[Role, frozenset[Group]] = LISTED) -> shown.Listed:
        """Return a row of a list as the role may see it; `table` says what of it."""
        network, categories = self._network, self._office.place.categories
        groups = table.get(actor.role, frozenset())
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

    def _as_eyes(self, actor: Actor, scopes: tuple[tuple[str, str], ...] | None) -> Eyes:
        """Return scopes as a query takes them; None is everything, but for what is reserved."""
        closed = tuple(str(kind) for kind in closed_to(actor.role))
        besides = tuple(("post", post) for post in posts(actor, None)) if closed else ()
        return Eyes(
            scopes=besides if scopes is None else scopes, everything=scopes is None, closed=closed, took_in=tuple(sorted(actor.own_ids))
        )

    def _holder(self, actor: Actor) -> Holder:
        """Return whose desk it is: the absent person's, where somebody stands in."""
        unit = self._network.unit(actor.unit)
        return Holder(role=actor.role, unit=actor.unit, town=unit.town if unit else "", person=actor.holder)

    async def grids(self, actor: Actor) -> tuple[str, ...]:
        """Return one's own grids, asked for only where eyes reach by them."""
        if Reach.PLACE not in REACH.get(actor.role, ()):
            return ()
        person = await self._office.roll.staff(actor.holder)
        return person.grids if person else ()

    async def _sight(self, case: Case, actor: Actor) -> Sight:
        """Return what somebody is shown of a case, without a look in the access log: to decide, not to show."""
        return sight(case, actor, (await self.bundle(case)).network, await self.grids(actor))


COLUMNS: dict[Group, tuple[str, ...]] = {
    Group.WAY: ("town", "stage", "level", "lead", "opened_at", "updated_at", "ended_at", "next_due", "suspended", "retain_until"),
    Group.KIND: ("category",),
    Group.RISK: ("tier",),
    Group.PLACE: ("place", "happened_on"),
    Group.STAFF: ("mediator",),
}
"""Which columns of a list belong to which group."""


def _part(row: CaseRow, names: Iterable[str]) -> list[tuple[str, Any]]:
    return [(name, getattr(row, name)) for name in names]
