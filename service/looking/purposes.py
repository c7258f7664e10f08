"""Purposes (查阅事由): who opens a red or a reserved case says why, once for each case and day; the access log keeps it.

The log itself knows whether somebody has said it today, so there is nothing to keep beside it. Asked by `service/reading.py` before
anything of a case is shown; a party that looks at its own case is never asked.
"""

from __future__ import annotations

from datetime import UTC, datetime

from models.affair.base import Affair
from models.case import Case
from models.eyes import HANDLING
from models.party import Actor
from models.refusal import RefusalCode
from rules.library import Bundle
from rules.obligations import duties
from rules.purposes import asks, has_in_hand, stated
from rules.visibility import deidentify, masked_name
from service.errors import PurposeNeeded, refuse
from service.office import Office
from store.looks import Looks


class Purposes:
    """The purposes of one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._rules = office.place.eyes

    async def settle(self, actor: Actor, case: Case, bundle: Bundle, given: str = "") -> str:
        """Return the purpose that goes into the log with this look, empty where none was given or asked for.

        Raises PurposeNeeded where one is asked for and none has been stated today, Refused `invalid` for one that is none.
        """
        if given:
            return await self.read(case, given)
        if not asks(case, self._rules):
            return ""
        if has_in_hand(case, duties(case, bundle.procedure), actor, bundle.network) or await self._opened(actor, case):
            return HANDLING
        return await self._said(actor, case.id, case.code or "")

    async def of_affair(self, actor: Actor, affair: Affair, given: str, *, asked: bool, in_hand: bool) -> str:
        """Return the same for a look at an affair; whether one is asked for, its kind says. Raises as `settle`."""
        if given:
            return self.plain(given)
        if not asked:
            return ""
        return HANDLING if in_hand else await self._said(actor, affair.id, affair.code or "")

    def plain(self, given: str) -> str:
        """Return a purpose as it is kept, where nobody is known whose name could stand in it. Raises Refused `invalid`."""
        purpose = stated(given, self._rules)
        if purpose is None:
            raise refuse(RefusalCode.INVALID, "purpose")
        return purpose

    async def _said(self, actor: Actor, record_id: str, code: str) -> str:
        """Return what was stated today, or ask for it."""
        said = await Looks(self._office.store).purpose(actor.person, record_id, self._midnight())
        if not said:
            raise PurposeNeeded(code)
        return said

    async def read(self, case: Case, given: str) -> str:
        """Return a purpose as it is kept: a code of the list, or words without the parties of the case. Raises Refused `invalid`."""
        purpose = self.plain(given)
        return purpose if self._rules.purpose(purpose) else deidentify(purpose, await self._known(case))

    async def _known(self, case: Case) -> dict[str, str]:
        refs = {ref: party.kind for party in case.parties for ref in (party.person, party.representative) if ref}
        persons = await self._office.vault.open_persons(refs)
        return {person.name: masked_name(person.name, refs[ref]) for ref, person in persons.items()}

    async def _opened(self, actor: Actor, case: Case) -> bool:
        """Whether somebody has taken the case in: they wrote what there is to read."""
        return await self._office.records.opener(case.id) in actor.own_ids

    def _midnight(self) -> datetime:
        # By the clock on the wall, as the log counts, also where a rehearsal has moved the office's own.
        cal = self._office.bundle.cal
        return cal.midnight(cal.local_date(datetime.now(UTC)))
