"""Robots of chat groups: WeCom (企业微信) and DingTalk (钉钉), with their own signs of success and of too much at once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from urllib.parse import urlencode

from models.message import Attempt, Delivery, ErrorClass
from models.message_plan import Bot, BotKind, Channels
from service.messages.http import Answer, Http
from service.messages.letters import Letters
from service.messages.secrets import NoSecret, Secrets
from service.office import Office

OK = 0
WINDOW = 60.0
"""Seconds after which both makers count anew: 20 messages a minute."""

CODES: dict[BotKind, dict[int, ErrorClass]] = {
    BotKind.WECOM: {
        45009: ErrorClass.BUSY,  # more than 20 a minute
        45033: ErrorClass.BUSY,  # too many at the same time
        -1: ErrorClass.SERVER,  # the system is busy
        93000: ErrorClass.CREDENTIALS,  # no such robot, or removed from its group
        93008: ErrorClass.CREDENTIALS,  # not in the group
        40008: ErrorClass.REFUSED,  # no such kind of message
        40058: ErrorClass.REFUSED,  # a field is wrong or too long
        44004: ErrorClass.REFUSED,  # empty
    },
    BotKind.DINGTALK: {
        130101: ErrorClass.BUSY,  # more than 20 a minute
        410100: ErrorClass.BUSY,  # the same
        -1: ErrorClass.SERVER,
        300001: ErrorClass.CREDENTIALS,  # no such token
        310000: ErrorClass.CREDENTIALS,  # sign, time or keyword does not fit
        300005: ErrorClass.CREDENTIALS,  # no such token
        40035: ErrorClass.REFUSED,  # a field is wrong
        400013: ErrorClass.GONE,  # the group was dissolved
        400102: ErrorClass.GONE,  # the robot was stopped
        400106: ErrorClass.GONE,  # the robot is not there
    },
}
"""What the makers' numbers mean; others are taken as trouble of theirs."""


class BotRoad:
    """Speaks in chat groups."""

    def __init__(self, office: Office, channels: Channels, secrets: Secrets, letters: Letters, http: Http) -> None:
        self._office = office
        self._channels = channels
        self._secrets = secrets
        self._letters = letters
        self._http = http

    async def send(self, delivery: Delivery) -> Attempt:
        """Say the letter of a delivery in its unit's group."""
        bot = self._channels.bots.get(delivery.gate.partition(":")[2])
        if bot is None:
            return Attempt(error=ErrorClass.SETTINGS)
        letter = await self._letters.write(delivery)
        if isinstance(letter, ErrorClass):
            return Attempt(error=letter)
        now = self._office.now()
        try:
            url = self._url(bot, now)
        except NoSecret:
            return Attempt(error=ErrorClass.SETTINGS)
        body = json.dumps({"msgtype": "text", "text": {"content": letter.text}}, ensure_ascii=False).encode()
        headers = {"content-type": "application/json; charset=utf-8"}
        answer = await self._http.send("POST", url, headers=headers, body=body, patience=bot.pace.timeout_seconds, now=now)
        return read_answer(answer, bot.kind)

    def _url(self, bot: Bot, now: datetime) -> str:
        key = self._secrets.get(bot.key)
        if bot.kind is BotKind.WECOM:
            return f"{bot.address}?{urlencode({'key': key})}"
        signed = dingtalk_sign(self._secrets.get(bot.sign), now) if bot.sign is not None else {}
        return f"{bot.address}?{urlencode({'access_token': key, **signed})}"


def dingtalk_sign(secret: str, now: datetime) -> dict[str, str]:
    """The two parameters of a signed address (加签): milliseconds, and HMAC-SHA256 over them and the secret by the secret."""
    stamp = str(int(now.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def read_answer(answer: Answer, kind: BotKind) -> Attempt:
    """What a robot's answer means: its own number counts, the status is nearly always 200."""
    if answer.attempt.error is not None:
        return answer.attempt
    code = _code(answer)
    if code == OK:
        return answer.attempt.model_copy(update={"status": OK})
    error = ErrorClass.SERVER if code is None else CODES[kind].get(code, ErrorClass.SERVER)
    return Attempt(error=error, status=code, retry_after=WINDOW if error is ErrorClass.BUSY else None)


def _code(answer: Answer) -> int | None:
    found = answer.json()
    code = found.get("errcode") if isinstance(found, dict) else None
    return code if isinstance(code, int) else None
