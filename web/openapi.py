"""The API's description as it is served: what the framework writes, made exact.

A parameter that may be left out is not one that may be `null`; a case that was opened leads on to everything that can be
done with it (links); errors are only `application/problem+json`.
"""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.constants import REF_TEMPLATE
from fastapi.openapi.utils import get_openapi

from web.problems import MEDIA, Problem, documented

TAGS = [
    {"name": "cases", "description": "Cases: take one in, list them, look at one (案件)"},
    {"name": "actions", "description": "What can be done with a case; one operation for each action (办理)"},
    {"name": "affairs", "description": "Affairs of every kind: whistles, rounds, households, dwellings, hazards, watches, orders (事务)"},
    {"name": "papers", "description": "Papers of a case and its file (文书、材料、卷宗)"},
    {"name": "inbox", "description": "What somebody owes, and who has taken it on (待办、认领)"},
    {"name": "arrivals", "description": "Events of other systems that did not fit (来件)"},
    {"name": "events", "description": "Events of other systems (事件接入)"},
    {"name": "calendars", "description": "Calendar feeds and invitations (日历)"},
    {"name": "changes", "description": "What has happened since (动态)"},
    {"name": "exports", "description": "Lists and cases as files (导出)"},
    {"name": "stats", "description": "Figures (统计)"},
    {"name": "reference", "description": "Who one is, network, procedure, calendar, categories (资料)"},
]

LEAD_ON = ("get_case", "get_timeline", "explain_case")
"""Reads that a new case leads on to, besides every action."""


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the description; made once."""
    if app.openapi_schema is None:
        about = {"title": app.title, "version": app.version, "summary": app.summary, "description": ABOUT}
        found = get_openapi(**about, routes=app.routes, tags=TAGS)  # type: ignore[arg-type]
        operations = [item for path in found["paths"].values() for item in path.values()]
        for operation in operations:
            _exact(operation)
        _links(found["paths"], operations)
        said = Problem.model_json_schema(mode="serialization", ref_template=REF_TEMPLATE)
        found["components"]["schemas"] |= {**said.pop("$defs"), "Problem": said}
        _times(found["components"])
        app.openapi_schema = found
    return app.openapi_schema


ABOUT = """\
Every error is a problem document (RFC 9457) with a stable `code`; the sentence stands in it in Chinese and English.

**Once only.** An action carries an id: `Idempotency-Key`, or `id` in the body. Asking again with it gives the same receipt.
**Versions.** The ETag of a case is its number of events; send it as `If-Match`, and a case that has changed is 412.
**Times.** A time without a zone is the place's own (Asia/Shanghai). Answers carry `as_of`: the time as of which they are true.
**Scope.** What is out of one's scope is 404, in lists, counts, streams and details alike; hidden fields are null and named in `hidden`.
"""


def _exact(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        kept = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
        if len(kept) == 1 and len(schema["anyOf"]) == 2:
            del schema["anyOf"]
            schema |= kept[0]
    responses: dict[str, Any] = operation["responses"]
    if "422" in responses and MEDIA not in responses["422"]["content"]:
        responses["422"] = documented("invalid")[422]


def _times(part: Any) -> None:
    """Describe a time of day as it is written here, without a zone, for which JSON Schema has no name."""
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        if isinstance(value, dict) and value.get("format") == "time":
            del value["format"]
            value["pattern"] = r"^\d{2}:\d{2}:\d{2}$"
        _times(value)


def methods(app: FastAPI, path: str) -> tuple[str, ...]:
    """Return what may be asked at an address of the API."""
    for template, item in describe(app)["paths"].items():
        if re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", template), path):
            return tuple(sorted(method.upper() for method in item))
    return ()


def _links(paths: dict[str, Any], operations: list[dict[str, Any]]) -> None:
    """Let the answer to an intake lead on to the case."""
    names = [o["operationId"] for o in operations if o["operationId"] in LEAD_ON or "actions" in o["tags"]]
    code = {"code": "$response.body#/receipt/code"}
    for status in ("200", "201"):
        paths["/api/v1/cases"]["post"]["responses"][status]["links"] = {name: {"operationId": name, "parameters": code} for name in names}
