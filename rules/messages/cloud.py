"""Events of cases and affairs as CloudEvents 1.0, in both ways of writing them to HTTP.

Structured: all in the body. Binary: the attributes as headers, the data in the body.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from models.affair.base import AffairEvent
from models.event import Event
from models.message import CloudEvent
from rules.messages.affairs_public import name_of, told_of_affair
from rules.messages.public import told

STRUCTURED = "application/cloudevents+json"
VERSION = "v1"
"""Of the types: a change that a reader could stumble over makes a new one."""

UNQUOTED = "".join(chr(sign) for sign in range(0x21, 0x7F) if chr(sign) not in '"%')
"""What the HTTP binding leaves as it is in a header; space, quote, percent and all beyond ASCII are escaped."""


class Recorded(NamedTuple):
    """The record an event belongs to: a case or an affair."""

    id: str
    code: str
    place: str
    shown_at: str
    """Where the API shows such records."""


def type_of(happening: str) -> str:
    """The CloudEvents type of a happening of a case: `jiefen.case.registered.v1`."""
    return f"jiefen.case.{happening}.{VERSION}"


def type_of_affair(name: str) -> str:
    """The same of an affair's, by kind and happening: `jiefen.affair.hazard.hazard_reported.v1`."""
    return f"jiefen.affair.{name}.{VERSION}"


def event_id(case_id: str, seq: int) -> str:
    """The id of an event, the same at every attempt and to every receiver."""
    return f"{case_id}.{seq}"


def source_of(place: str) -> str:
    """Who tells: the instance of a place. It does not change when the instance moves to another address."""
    return f"/jiefen/{place}"


def cloud_event(event: Event, case_id: str, code: str, place: str, base_url: str) -> CloudEvent:
    """The event as others get it; `base_url` is where the API is reached, empty = `dataref` is relative to it."""
    record = Recorded(case_id, code, place, f"{base_url}/api/v1/cases")
    return _enveloped(event, record, type_of(event.type), told(event, case_id, code))


def cloud_event_of_affair(event: AffairEvent, kind: str, affair_id: str, code: str, place: str, base_url: str) -> CloudEvent:
    """The same of an event of an affair."""
    record = Recorded(affair_id, code, place, f"{base_url}/api/v1/affairs")
    return _enveloped(event, record, type_of_affair(name_of(kind, event.type)), told_of_affair(event, kind, affair_id, code))


def _enveloped(event: Event | AffairEvent, record: Recorded, type_: str, data: dict[str, Any]) -> CloudEvent:
    return CloudEvent(
        id=event_id(record.id, event.seq),
        source=source_of(record.place),
        type=type_,
        subject=record.code,
        time=event.at,
        dataref=f"{record.shown_at}/{quote(record.code, safe='')}/timeline?after={event.seq - 1}&limit=1",
        sequence=f"{event.seq:010d}",
        partitionkey=record.id,
        data=data,
    )


def structured(event: CloudEvent) -> tuple[dict[str, str], bytes]:
    """Headers and body with all attributes in the body."""
    body = {**attributes(event), "data": event.data}
    return {"content-type": f"{STRUCTURED}; charset=utf-8"}, _json(body)


def binary(event: CloudEvent) -> tuple[dict[str, str], bytes]:
    """Headers and body with the attributes as headers and the data alone in the body."""
    named = {name: value for name, value in attributes(event).items() if name != "datacontenttype"}
    headers = {f"ce-{name}": quote(value, safe=UNQUOTED) for name, value in named.items()}
    return {"content-type": event.datacontenttype, **headers}, _json(event.data)


def attributes(event: CloudEvent) -> dict[str, str]:
    """The attributes as text, as both ways write them."""
    plain = event.model_dump(exclude={"data", "time"})
    return {**{name: str(value) for name, value in plain.items()}, "time": _stamp(event.time)}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
