"""The query codes of parties (查询码): made when first asked for, shown to whoever hands out the receipt slip, found when typed in."""

from __future__ import annotations

import secrets

from models.case import Case
from rules import query_code
from service.office import Office
from store.entry.citizens import QueryCodeShelf


class QueryCodes:
    """Makes, shows and finds query codes. Who may be shown them has been asked before."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._shelf = QueryCodeShelf(office.store)

    async def of(self, case: Case) -> dict[str, str]:
        """Return the code of each party that is known by name, made where there was none. None for a person who was erased."""
        persons = {party.id: party.person for party in case.parties if party.person is not None}
        found = await self._shelf.of(case.id, persons)
        missing = persons.keys() - found.keys()
        if missing:
            await self._shelf.add(case.id, persons, {party: _made() for party in sorted(missing)}, self._office.now())
            # Read again: whoever asked at the same time may have been first, and that code is on the slip.
            found = await self._shelf.of(case.id, persons)
        return found

    async def renew(self, case: Case, party: str) -> None:
        """Put another code in the place of one that has come into the wrong hands; what it has opened is closed."""
        await self._shelf.drop(case.id, party)
        await self.of(case)

    async def holder(self, code: str) -> tuple[str, str] | None:
        """Return whose code this is: case id and party."""
        return await self._shelf.holder(code)


def _made() -> str:
    return query_code.make([secrets.randbelow(len(query_code.ALPHABET)) for _ in range(query_code.BY_CHANCE)])
