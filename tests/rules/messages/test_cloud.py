from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_binary, from_structured
from cloudevents.core.formats.json import JSONFormat

from models.base import Model, Sealed
from models.event import Event
from models.message import CloudEvent
from rules.messages import public
from rules.messages.cloud import binary, cloud_event, structured
from tests.support import javascript
from tests.support.core import CoreCase
from tests.support.filled import many

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
BASE = "https://jiefen.example.gov.cn"


@cache
def cases() -> tuple[CoreCase, ...]:
    """Some cases as they go, one of them red."""
    return tuple(many(12, START, seed=5))


@cache
def events() -> tuple[CloudEvent, ...]:
    return tuple(cloud_event(event, core.case.id, "YANLOU-2026-00001", "huaxi", BASE) for core in cases() for event in core.events)


def test_the_cases_hold_many_kinds_of_events() -> None:
    assert len({event.type for event in events()}) > 12


def test_the_python_sdk_reads_structured_and_binary() -> None:
    for event in events():
        whole = from_structured(HTTPMessage(*structured(event)), JSONFormat())
        parts = from_binary(HTTPMessage(*binary(event)), JSONFormat())
        for read in (whole, parts):
            assert read.get_id() == event.id
            assert read.get_type() == event.type
            assert read.get_source() == "/jiefen/huaxi"
            assert read.get_subject() == "YANLOU-2026-00001"
            assert read.get_time() == event.time
            assert read.get_data() == event.data
            assert read.get_extension("partitionkey") == event.partitionkey
            assert read.get_extension("dataref") == event.dataref
            assert int(read.get_extension("sequence")) == event.data["seq"]


def test_the_javascript_sdk_reads_structured_and_binary() -> None:
    told = events()
    messages = [{"headers": headers, "body": body.decode()} for event in told for headers, body in (structured(event), binary(event))]
    read = javascript.run("cloudevents.mjs", given=messages)
    assert len(read) == 2 * len(told)
    for place, event in enumerate(told):
        for one in read[2 * place : 2 * place + 2]:
            assert (one["id"], one["type"], one["source"], one["subject"]) == (event.id, event.type, event.source, event.subject)
            assert (one["sequence"], one["partitionkey"], one["dataref"]) == (event.sequence, event.partitionkey, event.dataref)
            assert one["data"] == event.data


def test_a_subject_beyond_ascii_survives_as_a_header() -> None:
    event = events()[0].model_copy(update={"subject": '燕楼 "1" 100%'})
    headers, body = binary(event)
    assert headers["ce-subject"].isascii()
    assert from_binary(HTTPMessage(headers, body), JSONFormat()).get_subject() == event.subject
    (read,) = javascript.run("cloudevents.mjs", given=[{"headers": structured(event)[0], "body": structured(event)[1].decode()}])
    assert read["subject"] == event.subject


def test_an_event_looks_the_same_however_often_it_is_told() -> None:
    core = cases()[0]
    twice = [cloud_event(event, core.case.id, "YANLOU-2026-00001", "huaxi", BASE) for _ in range(2) for event in core.events]
    assert [structured(event) for event in twice[: len(twice) // 2]] == [structured(event) for event in twice[len(twice) // 2 :]]
    assert len({event.id for event in events()}) == len(events())
    own = [event.sequence for event in events() if event.partitionkey == core.case.id]
    assert own == sorted(own)


def test_no_word_of_a_case_is_told() -> None:
    """Neither a text, nor a party, a person or a risk."""
    for event in (event for core in cases() for event in core.events):
        data = json.dumps(public.told(event, "id", "CODE"), ensure_ascii=False)
        for word in _words(event):
            assert word not in data, (event.type, word)


def _words(event: Event) -> set[str]:
    """What must not be told: what stands in sealed fields, who acted, who is a party, and how risky it is held to be."""
    body = event.what.model_dump(mode="json")
    hidden = {"summary", "reason", "note", "text", "terms", "result", "proof", "why", "person", "risk", "score", "tier", "category"}
    return {event.actor.person, *_strings(body, hidden)}


def _strings(value: Any, hidden: set[str], *, inside: bool = False) -> set[str]:
    if isinstance(value, dict):
        return {text for key, one in value.items() for text in _strings(one, hidden, inside=inside or key in hidden)}
    if isinstance(value, list | tuple):
        return {text for one in value for text in _strings(one, hidden, inside=inside)}
    return {value} if inside and isinstance(value, str) and len(value) > 1 else set()


@pytest.mark.parametrize("kind", sorted(public.happenings()))
def test_no_happening_tells_a_field_that_is_sealed(kind: str) -> None:
    model = public.told_model(kind)
    for name, field in model.model_fields.items():
        assert not any(isinstance(one, Sealed) for one in field.metadata), name
    assert not {"parties", "party", "summary", "text", "reason", "risk", "tier", "score", "mediator"} & set(model.model_fields)
    assert issubclass(model, Model)
