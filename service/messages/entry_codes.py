"""A code by text message for signing in on the query page, where the setting asks for it and there is a gateway."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

from models.message import Medium
from models.message_plan import ENTRY
from rules.messages.words import filled, wording
from service.messages.channels import channels_of
from service.messages.http import Http
from service.messages.letters import Letters
from service.messages.secrets import Secrets
from service.messages.sms import SmsRoad
from service.office import Office
from store.messages.entry_codes import EntryCodeShelf

LASTS = timedelta(minutes=5)
BETWEEN = timedelta(minutes=1)
"""Between two texts to the same phone for the same query code."""

DIGITS = 6


class EntryCodes:
    """Sends codes and checks them."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._shelf = EntryCodeShelf(office.store)

    def wanted(self) -> bool:
        """Whether a code is asked for here. A setting without a gateway would lock everybody out, and does nothing."""
        return self._office.settings.citizen_code and channels_of(self._office).sms is not None

    async def send(self, name: str, phone: str) -> bool:
        """Send a code, unless one went a moment ago; False where the gateway did not take it. Raises StoreAway."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        if not await self._shelf.keep(name, code, self._office.now(), LASTS, BETWEEN):
            return True
        text = filled(wording(self._office.place.messages, None, ENTRY).by(Medium.SMS), {"digits": code})
        channels = channels_of(self._office)
        http = Http(channels.allowed_hosts)
        try:
            road = SmsRoad(self._office, channels, Secrets(self._office.settings.secrets), Letters(self._office), http)
            attempt = await road.text(phone, text, str(uuid.uuid4()))
        finally:
            await http.close()
        if attempt.error is not None:
            await self._shelf.drop(name)
        return attempt.error is None

    async def check(self, name: str, given: str) -> bool:
        """Whether this is the code that was sent; it is good once. Raises StoreAway."""
        return await self._shelf.use(name, given.strip(), self._office.now())
