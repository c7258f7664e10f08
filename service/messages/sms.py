"""Text messages by a gateway that is data: a request with gaps, and how its answer is read."""

from __future__ import annotations

from models.message import Attempt, Delivery, ErrorClass
from models.message_plan import Channels, SmsAnswer, SmsGateway, gaps
from rules.arrivals.values import walked
from rules.messages.words import filled_json, filled_url
from service.messages.http import Answer, Http
from service.messages.letters import Letters
from service.messages.secrets import NoSecret, Secrets
from service.office import Office

SECRET = "secret_"  # noqa: S105 - what such a gap begins with


class SmsRoad:
    """Sends text messages."""

    def __init__(self, office: Office, channels: Channels, secrets: Secrets, letters: Letters, http: Http) -> None:
        self._office = office
        self._channels = channels
        self._secrets = secrets
        self._letters = letters
        self._http = http

    async def send(self, delivery: Delivery) -> Attempt:
        """Send the letter of a delivery."""
        letter = await self._letters.write(delivery)
        if isinstance(letter, ErrorClass):
            return Attempt(error=letter)
        return await self.text(letter.address, letter.text, delivery.id)

    async def text(self, phone: str, text: str, message_id: str) -> Attempt:
        """Hand a text to the gateway."""
        gateway = self._channels.sms
        if gateway is None:
            return Attempt(error=ErrorClass.SETTINGS)
        try:
            filling = {"phone": phone, "text": text, "id": message_id, **self._secret_gaps(gateway)}
        except NoSecret:
            return Attempt(error=ErrorClass.SETTINGS)
        url = filled_url(gateway.url, filling)
        headers = {name: value.format_map(filling) for name, value in gateway.headers.items()}
        kind = "application/json" if gateway.form == "json" else "application/x-www-form-urlencoded"
        body = (filled_json if gateway.form == "json" else filled_url)(gateway.body, filling).encode() if gateway.body else None
        if body is not None:
            headers = {"content-type": f"{kind}; charset=utf-8", **headers}
        patience = gateway.pace.timeout_seconds
        answer = await self._http.send(gateway.method, url, headers=headers, body=body, patience=patience, now=self._office.now())
        return read_answer(answer, gateway.answer)

    def _secret_gaps(self, gateway: SmsGateway) -> dict[str, str]:
        named = {gap for text in (gateway.url, gateway.body, *gateway.headers.values()) for gap in gaps(text, "") if gap.startswith(SECRET)}
        return {gap: self._secrets.get(gap.removeprefix(SECRET).replace("_", "-")) for gap in named}


def read_answer(answer: Answer, how: SmsAnswer) -> Attempt:
    """What a gateway's answer means; many say 200 and mean no."""
    if answer.attempt.error is not None:
        return answer.attempt
    found = answer.json()
    external = str(walked(found, how.message_id.split(".")) or "")[:120] if how.message_id else ""
    said = str(walked(found, how.field.split("."))) if how.field else ""
    if not how.field or said in how.good:
        return answer.attempt.model_copy(update={"external_id": external})
    error = ErrorClass.BUSY if said in how.busy else ErrorClass.REFUSED if said in how.refused else ErrorClass.SERVER
    return answer.attempt.model_copy(update={"error": error})
