"""Other systems, as they send events: signed or with a token, in any of the three forms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx

from rules.arrivals import signing
from rules.messages.signing import signed_headers
from service.arrivals.secrets import make_secret, secrets_of
from service.office import Office

HOTLINE: dict[str, Any] = {
    "area": "燕楼镇谷蒙村",
    "title": "邻居抬高院坝",
    "content": "雨水流入堂屋",
    "caller": {"name": "张三丰", "phone": "13800000001"},
    "about": {"name": "欧阳明明"},
}


def event(event_id: str, data: Any = None, **changes: Any) -> dict[str, Any]:
    """An event of the hotline."""
    told = {"specversion": "1.0", "id": event_id, "source": "/12345/guiyang", "type": "cn.12345.order.created"}
    return {**told, "time": "2026-11-23T09:30:00+08:00", "data": HOTLINE if data is None else data, **changes}


class Sending:
    """Sends to an application in the name of one sender."""

    def __init__(self, client: httpx.AsyncClient, office: Office, sender: str = "hotline") -> None:
        self.client = client
        self._office = office
        self._sender = office.place.senders[sender]
        self.secret = next(iter(secrets_of(office.settings, sender)), "") or make_secret(office.settings, self._sender)

    async def send(self, what: object, **headers: str) -> httpx.Response:
        """Send one event, or a list of them."""
        media = "application/cloudevents-batch+json" if isinstance(what, list) else "application/cloudevents+json"
        return await self.raw(json.dumps(what).encode(), **{"content-type": media, **headers})

    async def raw(self, body: bytes, **headers: str) -> httpx.Response:
        """Send a body."""
        return await self.client.post("/events", content=body, headers={**self.proof(body), **headers})

    def proof(self, body: bytes, at: datetime | None = None) -> dict[str, str]:
        """The headers that prove who sends."""
        if self._sender.proof == "token":
            return {"authorization": f"Bearer {self.secret}"}
        stamp = str(int((at or datetime.now(UTC)).timestamp()))
        return signed_headers([signing.key(self.secret)], "m1", int(stamp), body)

    async def taken(self, what: object) -> dict[str, Any]:
        """Send one event, and return what became of it."""
        answer = await self.send(what)
        assert answer.status_code == 202, answer.text
        (found,) = answer.json()["events"]
        return dict(found)
