"""`POST /events`: events of other systems (CloudEvents 1.0, structured, binary or batch). No person's token counts."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from models.base import Model
from rules.arrivals import envelope
from rules.messages.signing import SIGNATURE
from service.arrivals.receiving import LARGEST, NotProved, Receiving, Taken, TooMuch
from web.problems import WebProblem, documented
from web.state import OfficeDep

router = APIRouter(tags=["events"])

signed = APIKeyHeader(
    name=SIGNATURE,
    scheme_name="EventSignature",
    auto_error=False,
    description="`v1,BASE64` of HMAC-SHA256 over `id.timestamp.body`, with `webhook-id` and `webhook-timestamp` (Standard Webhooks).",
)
token = HTTPBearer(scheme_name="EventToken", auto_error=False, description="The token of a sender, where its mapping says so.")

EXAMPLE = {
    "specversion": "1.0",
    "id": "GD20261123000017",
    "source": "/12345/guiyang",
    "type": "cn.12345.order.created",
    "time": "2026-11-23T09:30:00+08:00",
    "datacontenttype": "application/json",
    "data": {
        "area": "燕楼镇谷蒙村",
        "title": "邻居抬高院坝",
        "content": "雨水流入堂屋，多次协商不成",
        "caller": {"name": "甲", "phone": "13800000001"},
        "about": {"name": "乙"},
    },
}

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "One event, a list of them, or with `ce-…` headers the data of one. What is no event is kept, too.",
        "content": {
            envelope.STRUCTURED: {"schema": {"type": "object"}, "example": EXAMPLE},
            envelope.BATCH: {"schema": {"type": "array", "items": {}, "maxItems": 100}, "example": [EXAMPLE]},
        },
    }
}


class Answer(Model):
    """One answer for each event, in their order."""

    events: tuple[Taken, ...]


@router.post(
    "/events",
    operation_id="receive_events",
    status_code=202,
    summary="Take in events of another system",
    responses=documented("unauthenticated", "too_large", "too_many", "internal", "unavailable"),
    openapi_extra=BODY,
    dependencies=[Security(signed), Security(token)],
)
async def receive_events(request: Request, office: OfficeDep) -> Answer:
    """Keep each event and settle it: `accepted` with the code of its case, `quarantined` with a reason, or `waiting`.

    All of it is acknowledged with 202. An event that comes again, by `source` and `id`, gets its first answer.
    """
    counted = request.app.state.metrics.arrivals
    body = await _body(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    receiving = Receiving(office)
    try:
        sender = receiving.sender(headers, body)
    except NotProved:
        counted.labels("unknown", "refused").inc()
        raise WebProblem("unauthenticated") from None
    try:
        taken = await receiving.receive(sender, headers, body)
    except TooMuch:
        raise WebProblem("too_large") from None
    for one in taken:
        counted.labels(sender.id, "known" if one.known else str(one.state)).inc()
    return Answer(events=taken)


async def _body(request: Request) -> bytes:
    """Return the body, as far as one request may bring it."""
    found = b""
    async for part in request.stream():
        found += part
        if len(found) > LARGEST:
            raise WebProblem("too_large")
    return found
