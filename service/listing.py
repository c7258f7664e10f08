"""Lists (案件列表): pages of cases, counts and search, as far as somebody may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from models.party import Actor
from rules.visibility import SEARCHERS, Group
from service import shown
from service.sighted import Sighted, may_ask
from store.lists import Candidate, Filter


class Listing(Sighted):
    """Lists for one person after another."""

    async def list(self, actor: Actor, wanted: Filter, *, after: str | None = None, limit: int = 50) -> shown.Page:
        """Return a page of the cases somebody may see. Raises ValueError for a cursor that is not ours."""
        may_ask(actor, wanted)
        now = self._office.now()
        page = await self._office.queries.page(await self.eyes(actor), wanted, now, after=after, limit=limit)
        return shown.Page(as_of=page.as_of, cases=tuple(self.listed(row, actor) for row in page.rows), next=page.next)

    async def count(self, actor: Actor, wanted: Filter) -> shown.Counted:
        """Return how many cases the list would hold."""
        may_ask(actor, wanted)
        now = self._office.now()
        return shown.Counted(as_of=now, count=await self._office.queries.count(await self.eyes(actor), wanted, now))

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
            for row in page.rows:
                # Who is not shown a name must not learn it by asking for it.
                if await self._names(actor, row.case_id):
                    found[row.case_id] = row
        rows = list(found.values())[:limit]
        return shown.Page(as_of=now, cases=tuple(self.listed(row, actor) for row in rows), next=None)

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
