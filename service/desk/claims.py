"""Claims (认领): of several who owe the same, one takes it on, and the others see who. Soft: it moves no clock and bars no action.

What is owed in a case and what is owed in an affair is claimed alike; the code says which of them it is. Whose a claim is follows the
desk: who stands in for somebody claims at that desk, and it is theirs again when they are back.
"""

from __future__ import annotations

from contextlib import suppress

from models.party import Actor
from models.record import Duty
from models.refusal import RefusalCode
from rules.affair.kinds import names_affair
from rules.obligations import owes
from rules.telling import Names
from service import shown
from service.affairs.reading import AffairReader
from service.errors import UnknownAffair, UnknownCase, refuse
from service.office import Office
from service.sighted import Sighted
from store.desk import claims
from store.desk.lists import Claim


class Claims(Sighted):
    """Claims for one person after another."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._of_cases = claims.Claims(office.store, claims.OF_CASES)
        self._of_affairs = claims.Claims(office.store, claims.OF_AFFAIRS)

    async def claim(self, actor: Actor, key: str, duty: str, *, take_over: bool = False) -> shown.ClaimShown:
        """Take an obligation on, by its id in the case or the affair; claiming again what one has changes nothing.

        Raises UnknownCase, UnknownAffair; Refused: `invalid` where nothing of this id is owed now, `not_holder` where it is not
        theirs, `already_done` where it was met meanwhile, `claimed` where somebody else has it and `take_over` is not asked for.
        """
        there, record_id, wanted = await self._owed(actor, key, duty)
        mine = Claim(person=actor.person, holder=actor.holder, at=self._office.now())
        found = await there.take(record_id, wanted, mine, over=take_over)
        if found is None:
            raise refuse(RefusalCode.ALREADY_DONE)
        if found.holder != actor.holder:
            raise refuse(RefusalCode.CLAIMED)
        return self.claimed(found, actor)

    async def release(self, actor: Actor, key: str, duty: str) -> bool:
        """Give a claim up, one's own or of a colleague who owes the same; False where there is none. Raises as `claim`."""
        there, record_id, _ = await self._owed(actor, key, duty)
        return await there.release(record_id, duty)

    async def in_the_way(self, actor: Actor, key: str) -> dict[str, shown.ClaimShown]:
        """Return by action the claim to be warned of before it: all that it would fulfil for this desk is in others' hands."""
        there, record_id = await self._found(actor, key)
        town, owed = await there.duties(record_id)
        theirs = [(one.act, claim) for one, claim in owed if one.unit == actor.unit or owes(one, town, actor, self._network)]
        free = {act for act, claim in theirs if claim is None or claim.holder == actor.holder}
        return {act: self.claimed(claim, actor) for act, claim in reversed(theirs) if claim is not None and act not in free}

    def claimed(self, claim: Claim, actor: Actor) -> shown.ClaimShown:
        """Return a claim as somebody is shown it."""
        names = Names(self._network)
        name = names.post(claim.person)
        if claim.holder != claim.person:
            name = f"{name}（代{names.post(claim.holder)}）"
        return shown.ClaimShown(person=claim.person, name=name, at=claim.at, mine=claim.holder == actor.holder)

    def mark(self, claim: Claim | None, actor: Actor) -> shown.ClaimShown | None:
        """Return the same of what may be claimed by nobody."""
        return None if claim is None else self.claimed(claim, actor)

    async def _owed(self, actor: Actor, key: str, duty: str) -> tuple[claims.Claims, str, Duty]:
        """Return the record as `_found`, and what is owed in it by this id, for one of those who owe it. Raises as `claim`."""
        there, record_id = await self._found(actor, key)
        town, owed = await there.duties(record_id)
        wanted = next((one for one, _ in owed if one.id == duty), None)
        if wanted is None:
            raise refuse(RefusalCode.INVALID, "duty")
        if not owes(wanted, town, actor, self._network):
            raise refuse(RefusalCode.NOT_HOLDER)
        return there, record_id, wanted

    async def _found(self, actor: Actor, key: str) -> tuple[claims.Claims, str]:
        """Return where claims on a record stand, and its id, by its code or id. Raises UnknownCase, UnknownAffair; also out of sight."""
        with suppress(UnknownCase):
            return self._of_cases, (await self.visible(actor, key)).case_id
        with suppress(UnknownAffair):
            return self._of_affairs, (await AffairReader(self._office).row(actor, key)).affair_id
        # By how the code is written, never by what is there: out of sight and nowhere are the same to whoever asks.
        raise UnknownAffair(key) if names_affair(key) else UnknownCase(key)
