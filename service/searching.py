"""Searching (检索): cases by what somebody types, and possible duplicates, as far as somebody may see and know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from models.network import PlaceLevel
from models.party import Actor
from rules.visibility import LISTED, SEARCHERS, Group
from service import shown
from service.desk.places import Places
from service.sighted import Sighted
from store.desk.lists import Candidate, CaseRow, Eyes, Filter


class Searching(Sighted):
    """Searches for one person after another."""

    async def search(self, actor: Actor, text: str, *, limit: int = 50) -> shown.Page:
        """Return the cases that somebody may see with this code or a part of it, with a party of this name, phone or number where
        the case shows them, and at this place; those found by the stronger word first.
        """
        now, eyes = self._office.now(), await self.eyes(actor)
        wanted = text.strip() if text.isprintable() else ""
        found: dict[str, CaseRow] = {}
        for way in (self._by_code, self._by_person, self._by_place):
            if wanted and len(found) < limit:
                for row in await way(actor, eyes, wanted, limit):
                    found.setdefault(row.case_id, row)
        return shown.Page(as_of=now, cases=tuple(self.listed(row, actor) for row in list(found.values())[:limit]), next=None)

    async def _by_code(self, _: Actor, eyes: Eyes, text: str, limit: int) -> list[CaseRow]:
        """Return the case of this code, that of a merged one as well, else those whose code it is a part of."""
        case_id = await self._office.records.find(text) or await self._office.records.find(text.upper())
        row = None if case_id is None else await self._office.queries.case(eyes, case_id)
        return [row] if row is not None else await self._office.queries.coded(eyes, text, limit)

    async def _by_person(self, actor: Actor, eyes: Eyes, text: str, limit: int) -> list[CaseRow]:
        refs = await self._office.vault.find_persons(text) if actor.role in SEARCHERS else []
        if not refs:
            return []
        page = await self._office.queries.page(eyes, Filter(parties=tuple(refs)), self._office.now(), limit=limit)
        # Who is not shown a name must not learn it by asking for it.
        return [row for row in page.rows if await self._names(actor, row.case_id)]

    async def _by_place(self, actor: Actor, eyes: Eyes, text: str, limit: int) -> list[CaseRow]:
        """Return the cases of places that are called so; of a town those of all its villages."""
        if Group.PLACE not in LISTED.get(actor.role, ()):
            return []
        nodes = Places(self._office).named(text)
        codes = {code for node in nodes for code in (node.code, *(child.code for child in node.children if node.level is PlaceLevel.TOWN))}
        if not codes:
            return []
        page = await self._office.queries.page(eyes, Filter(places=tuple(sorted(codes))), self._office.now(), limit=limit)
        return list(page.rows)

    async def likenesses(self, actor: Actor, found: Iterable[Candidate]) -> tuple[shown.Likeness, ...]:
        """Return those of possible duplicates that somebody may see, with those reasons that they may know."""
        likenesses = []
        for one in found:
            why = await self._may_know(actor, one)
            if why:
                likenesses.append(shown.Likeness(case=self.listed(one.case, actor), why=why))
        return tuple(likenesses)

    async def _may_know(self, actor: Actor, found: Candidate) -> tuple[Literal["same_party", "same_time"], ...]:
        """Return the reasons somebody may know: who is not shown a name must not learn it by typing it."""
        if not await self.may_see(actor, found.case.case_id):
            return ()
        if "same_party" not in found.why or (actor.role in SEARCHERS and await self._names(actor, found.case.case_id)):
            return found.why
        return tuple(why for why in found.why if why != "same_party")

    async def _names(self, actor: Actor, case_id: str) -> bool:
        """Return whether a case shows somebody the names of its parties."""
        case = await self._office.records.load(case_id)
        return case is not None and (await self._sight(case, actor)).full(Group.NAMES)
