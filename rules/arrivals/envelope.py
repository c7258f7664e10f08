"""Reading CloudEvents 1.0 from a request: structured, binary and batch (HTTP protocol binding 1.0.2).

What is no event comes back as None, with what was sent: nothing that a known sender sends is lost.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError

from models.arrival import Event

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
VERSION = "1.0"

Read = tuple[Event | None, Any]
"""An event, or None; and what was sent."""


def read(headers: Mapping[str, str], body: bytes) -> list[Read]:
    """Return the events of a request; `headers` by their names in small letters."""
    media = _media(headers.get("content-type", ""))
    if media == BATCH:
        found, good = _json(body)
        return [(structured(item), item) for item in found] if good and isinstance(found, list) else [(None, _text(body))]
    if media == STRUCTURED:
        found, good = _json(body)
        return [(structured(found), found)] if good else [(None, _text(body))]
    return [_binary(headers, media, body)]


def structured(item: object) -> Event | None:
    """Return the event that a JSON object is, or None."""
    if not isinstance(item, dict) or item.get("specversion") != VERSION:
        return None
    data = item.get("data")
    if data is None and isinstance(item.get("data_base64"), str):
        try:
            raw = base64.b64decode(item["data_base64"], validate=True)
        except (binascii.Error, ValueError):
            return None
        data = _content(_media(str(item.get("datacontenttype") or "application/json")), raw)
    return _event({**{name: item.get(name) for name in ("id", "source", "type", "subject", "time")}, "data": data})


def kept(event: Event) -> str:
    """Return an event as a structured one, to be read again by `structured`."""
    return json.dumps({"specversion": VERSION, **event.model_dump(mode="json")})


def _binary(headers: Mapping[str, str], media: str, body: bytes) -> Read:
    told = {name: unquote(headers[f"ce-{name}"]) for name in ("id", "source", "type", "subject", "time") if f"ce-{name}" in headers}
    data = _content(media, body)
    event = _event({**told, "data": data}) if headers.get("ce-specversion") == VERSION else None
    return event, {"attributes": told, "data": data}


def _event(fields: dict[str, Any]) -> Event | None:
    """Return the event, where its attributes are what they should be."""
    try:
        event = Event.model_validate(fields)
    except ValidationError:
        return None
    told = (event.id, event.source, event.type, event.subject or "")
    return event if all(text.isprintable() for text in told) else None


def _content(media: str, body: bytes) -> Any:
    """Return what the data is: JSON where it says so, else text."""
    if not body:
        return None
    if media.endswith("json") or not media:
        found, good = _json(body)
        return found if good else _text(body)
    return _text(body)


def _json(body: bytes) -> tuple[Any, bool]:
    try:
        return json.loads(body, parse_constant=_no_number), True
    except (ValueError, RecursionError):
        return None, False


def _no_number(word: str) -> float:
    raise ValueError(word)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _media(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
