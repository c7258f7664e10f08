"""Webhooks (事件推送): an event as a CloudEvent, signed in the way of Standard Webhooks."""

from __future__ import annotations

from models.event import Event
from models.message import Attempt, CloudEvent, Delivery, ErrorClass
from models.message_plan import Channels, Webhook
from rules.affair.kinds import KINDS
from rules.messages.cloud import binary, cloud_event, cloud_event_of_affair, structured
from rules.messages.signing import secret_bytes, signed_headers
from service.messages.http import Http
from service.messages.secrets import NoSecret, Secrets
from service.office import Office


class WebhookRoad:
    """Sends events to webhooks."""

    def __init__(self, office: Office, channels: Channels, secrets: Secrets, http: Http) -> None:
        self._office = office
        self._channels = channels
        self._secrets = secrets
        self._http = http

    async def send(self, delivery: Delivery) -> Attempt:
        """Send the event of a delivery; its id is the event's, at each attempt."""
        hook = self._channels.webhooks.get(delivery.gate.partition(":")[2])
        if hook is None:
            return Attempt(error=ErrorClass.SETTINGS)
        try:
            keys = [secret_bytes(self._secrets.get(name)) for name in hook.secrets]
        except (NoSecret, ValueError):
            return Attempt(error=ErrorClass.SETTINGS)
        told = await self._event(delivery)
        if told is None:
            return Attempt(error=ErrorClass.NO_ADDRESS)
        return await self._post(hook, keys, told)

    async def _post(self, hook: Webhook, keys: list[bytes], told: CloudEvent) -> Attempt:
        headers, body = structured(told) if hook.mode == "structured" else binary(told)
        now = self._office.now()
        signed = signed_headers(keys, told.id, int(now.timestamp()), body)
        sent = {**headers, **signed}
        return (await self._http.send("POST", hook.url, headers=sent, body=body, patience=hook.pace.timeout_seconds, now=now)).attempt

    async def _event(self, delivery: Delivery) -> CloudEvent | None:
        """The event as it stands in the record, of a case or of an affair; None where it is not there."""
        record, settings = delivery.case_id or "", self._office.settings
        of_case = await self._office.records.line(record, delivery.seq)
        if of_case is not None:
            line, code = of_case
            return cloud_event(Event.model_validate_json(line.body), record, code, settings.place, settings.public_url)
        of_affair = await self._office.affairs.line(record, delivery.seq)
        if of_affair is None:
            return None
        line, kind, code = of_affair
        event = KINDS[kind].event.model_validate_json(line.body)
        return cloud_event_of_affair(event, kind, record, code, settings.place, settings.public_url)
