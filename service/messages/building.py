"""Putting the pump of a worker together from what the place and the settings say."""

from __future__ import annotations

from typing import Any

from models.message import Medium
from models.message_plan import Channels
from service.messages.bots import BotRoad
from service.messages.http import Http
from service.messages.letters import Letters
from service.messages.mail import MailRoad
from service.messages.pump import Pump
from service.messages.roads import Road
from service.messages.secrets import Secrets
from service.messages.sms import SmsRoad
from service.messages.webhooks import WebhookRoad
from service.office import Office


class Post:
    """The pump with what it needs, to be closed at the end."""

    def __init__(self, office: Office, channels: Channels, trust: Any = True) -> None:
        """`trust` is an `ssl.SSLContext` for an authority of one's own, True = the system's."""
        secrets = Secrets(office.settings.secrets)
        self._http = Http(channels.allowed_hosts, trust)
        letters = Letters(office)
        roads: dict[Medium, Road] = {
            Medium.WEBHOOK: WebhookRoad(office, channels, secrets, self._http),
            Medium.MAIL: MailRoad(channels, secrets, letters, trust),
            Medium.SMS: SmsRoad(office, channels, secrets, letters, self._http),
            Medium.BOT: BotRoad(office, channels, secrets, letters, self._http),
        }
        self.pump = Pump(office, channels, roads)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close()
