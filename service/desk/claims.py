"""Claims (认领): of several who owe the same, one takes it on, and the others see who. Soft: it moves no clock and bars no action.

Whose a claim is follows the desk: who stands in for somebody claims at that desk, and it is theirs again when they are back.
"""

from __future__ import annotations

from models.party import Actor
from models.record import Duty
from models.refusal import RefusalCode
from rules.obligations import owes
from rules.telling import Names
from service import shown
from service.errors import refuse
from service.office import Office
from service.sighted import Sighted
from store.desk import claims
from store.desk.lists import Claim


class Claims(Sighted):
    """Claims for one person after another."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._claims = claims.Claims(office.store)

    async def claim(self, actor: Actor, key: str, duty: str, *, take_over: bool = False) -> shown.ClaimShown:
        """Take an obligation on, by its id in the case; claiming again what one has changes nothing.

        Raises UnknownCase; Refused: `invalid` where nothing of this id is owed now, `not_holder` where it is not theirs,
        `claimed` where somebody else has it and `take_over` is not asked for.
        """
        case_id, wanted = await self._owed(actor, key, duty)
        mine = Claim(person=actor.person, holder=actor.holder, at=self._office.now())
        found = await self._claims.take(case_id, wanted, mine, over=take_over)
        if found is None:
            raise refuse(RefusalCode.ALREADY_DONE)
        if found.holder != actor.holder:
            raise refuse(RefusalCode.CLAIMED)
        return self.claimed(found, actor)

    async def release(self, actor: Actor, key: str, duty: str) -> bool:
        """Give a claim up, one's own or of a colleague who owes the same; False where there is none. Raises as `claim`."""
        case_id, _ = await self._owed(actor, key, duty)
        return await self._claims.release(case_id, duty)

    async def in_the_way(self, actor: Actor, key: str, do: str) -> shown.ClaimShown | None:
        """Return the claim to be warned of before an action: all that it would fulfil for this desk is in others' hands."""
        row = await self.visible(actor, key)
        town, owed = await self._claims.duties(row.case_id)
        claimed = [claim for one, claim in owed if one.act == do and (one.unit == actor.unit or owes(one, town, actor, self._network))]
        others = [claim for claim in claimed if claim is not None and claim.holder != actor.holder]
        return self.claimed(others[0], actor) if others and len(others) == len(claimed) else None

    def claimed(self, claim: Claim, actor: Actor) -> shown.ClaimShown:
        """Return a claim as somebody is shown it."""
        names = Names(self._network)
        name = names.post(claim.person)
        if claim.holder != claim.person:
            name = f"{name}（代{names.post(claim.holder)}）"
        return shown.ClaimShown(person=claim.person, name=name, at=claim.at, mine=claim.holder == actor.holder)

    async def _owed(self, actor: Actor, key: str, duty: str) -> tuple[str, Duty]:
        """Return the case and what is owed in it by this id, for one of those who owe it. Raises as `claim`."""
        row = await self.visible(actor, key)
        town, owed = await self._claims.duties(row.case_id)
        wanted = next((one for one, _ in owed if one.id == duty), None)
        if wanted is None:
            raise refuse(RefusalCode.INVALID, "duty")
        if not owes(wanted, town, actor, self._network):
            raise refuse(RefusalCode.NOT_HOLDER)
        return row.case_id, wanted
