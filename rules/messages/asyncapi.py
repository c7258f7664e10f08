"""The description of all events that leave the office, as AsyncAPI 3, made from the models.

`scripts/asyncapi.py` writes it to `docs/asyncapi.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from models.base import Model
from rules.messages.affairs_public import AffairTold, affair_happenings, affair_told_model
from rules.messages.cloud import STRUCTURED, VERSION, type_of, type_of_affair
from rules.messages.public import Told, happenings, told_model
from rules.messages.signing import AT, ID, SIGNATURE

INFO = {
    "title": "Jiefen 解纷: events of cases and affairs",
    "version": VERSION,
    "license": {"name": "The licence of the project"},
    "description": (
        "What happens to a case or an affair, as CloudEvents 1.0, sent to webhooks: at least once, in order within each\n"
        "(`partitionkey`, `sequence`). No event carries words, a person, or anything personal: `dataref` names\n"
        "the API, which shows more to whoever may see it.\n"
        "Signatures, retries and a sample of the check stand in `docs/messages.md`."
    ),
}

HEADERS = {
    "type": "object",
    "properties": {
        ID: {"type": "string", "description": "The id of the event"},
        AT: {"type": "string", "pattern": "^[0-9]+$", "description": "Seconds since 1970, of this attempt"},
        SIGNATURE: {"type": "string", "pattern": "^v1,", "description": "One signature for each secret in force, spaces between"},
    },
    "required": [ID, AT, SIGNATURE],
}


def description() -> dict[str, Any]:
    """The whole file, in plain values."""
    cases = {_name(kind): _message(type_of(kind), kind, what, told_model(kind)) for kind, what in sorted(happenings().items())}
    told = sorted(affair_happenings().items())
    affairs = {_name(name): _message(type_of_affair(name), name, what, affair_told_model(what)) for name, what in told}
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "defaultContentType": STRUCTURED,
        "channels": {"caseEvents": _channel("", cases), "affairEvents": _channel(", as far as its `affairs` asks for them", affairs)},
        "operations": {
            "sendCaseEvent": _operation("caseEvents", "Tell a receiver what has happened"),
            "sendAffairEvent": _operation("affairEvents", "Tell a receiver what has happened to an affair"),
        },
        "components": {"messages": {**cases, **affairs}, "schemas": _schemas()},
    }


def _channel(what: str, messages: Iterable[str]) -> dict[str, Any]:
    return {
        "address": None,
        "title": "Webhook",
        "description": f"The address of a receiver, as `places/<place>/messages/channels.yaml` names it{what}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"http": {"bindingVersion": "0.3.0"}},
    }


def _operation(channel: str, summary: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
    }


def _message(type_: str, title: str, what: type[Model], model: type[Told | AffairTold]) -> dict[str, Any]:
    return {
        "name": type_,
        "title": title,
        "summary": (what.__doc__ or "").strip(),
        "contentType": STRUCTURED,
        "headers": {"$ref": "#/components/schemas/Signature"},
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {
                    "type": "object",
                    "properties": {"type": {"const": type_}, "data": {"$ref": f"#/components/schemas/{model.__name__}"}},
                },
            ]
        },
    }


def _schemas() -> dict[str, Any]:
    of_cases = [told_model(kind) for kind in sorted(happenings())]
    of_affairs = [affair_told_model(model) for _, model in sorted(affair_happenings().items())]
    models = [(model, "serialization") for model in dict.fromkeys([*of_cases, *of_affairs])]
    _, found = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return {"CloudEvent": _envelope(), "Signature": HEADERS, **found["$defs"]}


def _envelope() -> dict[str, Any]:
    """The attributes as a receiver reads them, all of them text."""
    text = {"type": "string", "minLength": 1}
    named = {
        "specversion": {"const": "1.0"},
        "id": {**text, "description": "The same at every attempt and to every receiver: what came before with this id came twice"},
        "source": {**text, "format": "uri-reference", "description": "/jiefen/<place>"},
        "type": text,
        "subject": {**text, "description": "The code of the case or affair"},
        "time": {**text, "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataref": {**text, "format": "uri-reference", "description": "Where the API shows the event to whoever may see it"},
        "sequence": {**text, "pattern": "^[0-9]{10}$", "description": "Number of the event in its case or affair; compared as text"},
        "partitionkey": {**text, "description": "Id of the case or affair"},
        "data": {"type": "object"},
    }
    return {"type": "object", "properties": named, "required": list(named)}


def _name(kind: str) -> str:
    return re.sub(r"[_.](.)", lambda found: found[1].upper(), kind)
