"""Check-in codes of leases (入住码): made for whoever keeps the list, and typed in by tenants, who have no account.

Nobody keeps the code: the record holds its keyed digest. Guesses are as slow as those of query codes, and no answer says more than
that it is not right.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from models.affair.dwelling.codes import CheckedIn, CheckInCode
from models.affair.dwelling.state import Dwelling, Lease
from models.citizen import EntryProblem, EntryRefused
from models.party import Actor
from models.refusal import RefusalCode
from rules import query_code
from service.affairs.desk import Affairs
from service.cases import NAMESPACE, checked_id
from service.entry.locks import Locks
from service.entry.people import citizen
from service.errors import refuse
from service.office import Office

KIND, KEY = "dwelling", "check_in"


class CheckIns:
    """Codes and check-ins over one office."""

    def __init__(self, office: Office, affairs: Affairs | None = None) -> None:
        self._office = office
        self._affairs = affairs or Affairs(office)
        self._locks = Locks(office.store)

    async def code(self, actor: Actor, key: str, lease: str) -> CheckInCode:
        """Give a lease a new code; the one before is good no longer. Raises UnknownAffair, Refused, Unavailable."""
        kind, affair_id = await self._affairs.find(key)
        if kind.name != KIND:
            raise refuse(RefusalCode.INVALID, "kind")
        made = query_code.make([secrets.randbelow(len(query_code.ALPHABET)) for _ in range(query_code.BY_CHANCE)])
        await self._affairs.act(affair_id, "give_code", {"lease": lease}, actor, ours={"digest": await self._digest(made)})
        dwelling: Dwelling = await self._affairs.load(affair_id)
        until = dwelling.leases[lease].code_until or self._office.now()
        return CheckInCode(lease=lease, code=query_code.written(made), until=until)

    async def check_in(
        self, typed: str, person: Mapping[str, Any], address: str = "", *, since: date | None = None, action_id: str | None = None
    ) -> CheckedIn | EntryRefused:
        """Let somebody say that they have moved in, by the code of their lease. Raises Refused, Unavailable.

        `address` is the browser's. The same action id is the same check-in.
        """
        read = query_code.read(typed)
        if read is None:
            return EntryRefused(code=EntryProblem.MISTYPED)
        now, name = self._office.now(), f"{KEY}:{read}"
        wait = await self._locks.admit(name, address, now)
        if wait:
            return EntryRefused(code=EntryProblem.LOCKED, wait=wait)
        digest = await self._digest(read)
        found = await self._lease(digest)
        if found is None:
            await self._locks.failed(address, now)
            return EntryRefused(code=EntryProblem.WRONG)
        await self._locks.passed(name, now)
        dwelling, lease = found
        action_id = uuid.uuid4().hex if action_id is None else checked_id(action_id)
        occupant = f"c{uuid.uuid5(NAMESPACE, f'{dwelling.id}|{action_id}').hex[:10]}"
        fields: dict[str, Any] = {"lease": lease.id, "occupant": occupant, "person": dict(person)}
        if since is not None:
            fields["since"] = since.isoformat()
        await self._affairs.act(dwelling.id, "check_in", fields, citizen(), action_id=action_id, ours={"digest": digest})
        place = self._office.bundle.network.place(dwelling.place or "")
        return CheckedIn(number=dwelling.number or "", place_name=place.name if place else "", lease=lease.id, confirmed=False)

    async def _lease(self, digest: str) -> tuple[Dwelling, Lease] | None:
        """The dwelling and the lease of a code, or None where it is nobody's."""
        for affair_id in await self._office.affairs.keyed(KIND, KEY, digest, running=True):
            dwelling: Dwelling = await self._affairs.load(affair_id)
            lease = next((one for one in dwelling.leases.values() if one.code == digest), None)
            if lease is not None:
                return dwelling, lease
        return None

    async def _digest(self, code: str) -> str:
        return (await self._office.vault.keyed([f"{KEY}:{code}"]))[0]
