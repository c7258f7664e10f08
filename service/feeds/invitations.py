"""Invitations to meetings, as a file to download or to send: `service/feeds/writing.py` writes them."""

from __future__ import annotations

from models.party import Actor
from models.refusal import RefusalCode
from rules.visibility import Group
from service.errors import refuse
from service.feeds.writing import Method, invitation, invited
from service.office import Office
from service.reading import Reader
from store.feeds.meetings import Meetings


class Invitations:
    """Invitations for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def of(self, actor: Actor, key: str, meeting_id: str, purpose: str = "") -> bytes:
        """Return the invitation to a meeting, or, for one called off, its cancellation. The look is logged.

        Raises UnknownCase; refused `not_allowed` for who is not shown how the case goes on, `purpose_needed`, `invalid` (meeting).
        """
        case, bundle, seen = await Reader(self._office).look(actor, key, "invitation", purpose)
        if not seen.sees(Group.WAY):
            raise refuse(RefusalCode.NOT_ALLOWED)
        meeting = next((one for one in case.meetings if one.id == meeting_id), None)
        ref = await Meetings(self._office.store).place(case.id, meeting_id) if meeting is not None else None
        if meeting is None or ref is None:
            raise refuse(RefusalCode.INVALID, "meeting")
        # Where it is are words of the case: for who is called, and who reads how it is handled.
        told = seen.full(Group.HANDLING) or actor.unit in invited(case, meeting)
        place = (await self._office.vault.open_texts([ref])).get(ref, "") if told else ""
        method: Method = "CANCEL" if meeting.off or case.ended else "REQUEST"
        return invitation(case, meeting, method, network=bundle.network, place=place, at=self._office.now())
