"""How people want to be told: of the offices, each for themselves; of the parties, only after they have agreed."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import ValidationError

from models.account import Identity
from models.citizen import CitizenSession
from models.message import Medium
from models.party import Actor
from models.refusal import RefusalCode
from rules.desks import TENDS_MESSAGES
from service.errors import refuse
from service.messages.channels import channels_of
from service.office import Office
from store.messages.contacts import ContactCard, ContactShelf
from store.messages.wishes import WishShelf

BY_SELF = "self"


class Wishes:
    """Contact cards of staff, and what parties have agreed to."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._contacts = ContactShelf(office.store)
        self._wishes = WishShelf(office.store)

    def roads(self) -> frozenset[Medium]:
        """By which roads people can be told here."""
        channels = channels_of(self._office)
        set_up = {Medium.MAIL: channels.mail, Medium.SMS: channels.sms}
        return frozenset(medium for medium, road in set_up.items() if road is not None)

    async def card(self, identity: Identity) -> ContactCard:
        """One's own card."""
        return await self._contacts.card(identity.account)

    async def keep(self, identity: Identity, given: dict[str, object]) -> None:
        """Keep one's own card. Refuses `invalid` with the name of the field."""
        try:
            card = ContactCard.model_validate(given)
        except ValidationError as error:
            raise refuse(RefusalCode.INVALID, str(error.errors(include_input=False)[0]["loc"][0])) from None
        await self._contacts.keep(identity.account, card, self._office.now())

    async def texts(self, session: CitizenSession) -> bool | None:
        """Whether a party gets text messages; None where it can't: no gateway, no person, no phone."""
        if Medium.SMS not in self.roads():
            return None
        person = await self._person(session)
        known = await self._office.vault.open_persons([person]) if person else {}
        if person is None or person not in known or not known[person].phone:
            return None
        return person in await self._wishes.wants([person])

    async def set_texts(self, session: CitizenSession, *, on: bool) -> None:
        """Agree to text messages, or end them. Refuses `invalid` where there is nobody to send them to."""
        person = await self._person(session)
        if person is None or await self.texts(session) is None:
            raise refuse(RefusalCode.INVALID, "phone")
        await self._wishes.wish(person, by_sms=on, by=BY_SELF, at=self._office.now())

    async def agreed(self, persons: Collection[str]) -> set[str] | None:
        """Which of these persons have agreed to text messages; None where there is no gateway."""
        return await self._wishes.wants(persons) if Medium.SMS in self.roads() else None

    async def noted(self, person: str, by: str, *, on: bool) -> None:
        """Note what a party has said at the counter."""
        await self._wishes.wish(person, by_sms=on, by=by, at=self._office.now())

    async def end(self, token: str) -> bool:
        """End the text messages of whoever has this link. False for a link that nobody has."""
        return await self._wishes.end(token, self._office.now()) is not None

    async def stop_phone(self, actor: Actor, phone: str, *, stop: bool = True) -> bool:
        """Put a phone on the list of those that get nothing, or take it off; False where it was not on it. Refuses `not_allowed`."""
        if actor.role not in TENDS_MESSAGES:
            raise refuse(RefusalCode.NOT_ALLOWED)
        if not any(sign.isdigit() for sign in phone):
            raise refuse(RefusalCode.INVALID, "phone")
        if not stop:
            return await self._wishes.unstop(phone)
        await self._wishes.stop(phone, actor.person, self._office.now())
        return True

    async def _person(self, session: CitizenSession) -> str | None:
        case = await self._office.records.load(session.case_id)
        party = case.party(session.party) if case is not None else None
        return party.person if party is not None else None
