"""The description of all events that leave the office, as AsyncAPI 3, made from the models.

`scripts/asyncapi.py` writes it to `docs/asyncapi.yaml`.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic.json_schema import models_json_schema

from rules.messages.cloud import STRUCTURED, VERSION, type_of
from rules.messages.public import happenings, told_model
from rules.messages.signing import AT, ID, SIGNATURE

INFO = {
    "title": "Jiefen 解纷: events of cases",
    "version": VERSION,
    "license": {"name": "The licence of the project"},
    "description": (
        "What happens to a case, as CloudEvents 1.0, sent to webhooks: at least once, in order within a case\n"
        "(`partitionkey`, `sequence`). No event carries words of a case, a person, or anything personal: `dataref` names\n"
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
    kinds = sorted(happenings())
    schemas, messages = _schemas(kinds), {_name(kind): _message(kind) for kind in kinds}
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "defaultContentType": STRUCTURED,
        "channels": {
            "caseEvents": {
                "address": None,
                "title": "Webhook",
                "description": "The address of a receiver, as `places/<place>/messages/channels.yaml` names it.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"http": {"bindingVersion": "0.3.0"}},
            }
        },
        "operations": {
            "sendCaseEvent": {
                "action": "send",
                "channel": {"$ref": "#/channels/caseEvents"},
                "summary": "Tell a receiver what has happened",
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            }
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _message(kind: str) -> dict[str, Any]:
    model = told_model(kind)
    return {
        "name": type_of(kind),
        "title": kind,
        "summary": (model.__doc__ or "").strip(),
        "contentType": STRUCTURED,
        "headers": {"$ref": "#/components/schemas/Signature"},
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {
                    "type": "object",
                    "properties": {"type": {"const": type_of(kind)}, "data": {"$ref": f"#/components/schemas/{model.__name__}"}},
                },
            ]
        },
    }


def _schemas(kinds: list[str]) -> dict[str, Any]:
    models = [(told_model(kind), "serialization") for kind in kinds]
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
        "subject": {**text, "description": "The case code"},
        "time": {**text, "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataref": {**text, "format": "uri-reference", "description": "Where the API shows the event to whoever may see it"},
        "sequence": {**text, "pattern": "^[0-9]{10}$", "description": "Number of the event in its case; compared as text"},
        "partitionkey": {**text, "description": "Id of the case"},
        "data": {"type": "object"},
    }
    return {"type": "object", "properties": named, "required": list(named)}


def _name(kind: str) -> str:
    return re.sub(r"_(.)", lambda found: found[1].upper(), kind)
