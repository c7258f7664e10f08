"""Questions to local activities are handed over as they are, answers are written; a question that is gone is asked through the server."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType

from models.library import Documents
from models.record import EscalationQuery, Published, PublishOutcome
from models.words import Level
from service.handing import HAND, HANDED, HANDING, Handed, Payloads
from service.secrecy.sealing import SealedPayloads, converter
from tests.support.running import Desk

PLAIN = Payloads()


def query() -> EscalationQuery:
    return EscalationQuery(
        docs=Documents(network="n", procedure="p", risk="r", calendar="c"), town="yanlou", category=None, level=Level.JOINT
    )


def test_a_question_is_the_very_value_and_nothing_of_it_is_written() -> None:
    asked = query()
    (payload,) = HANDING.to_payloads([asked])
    assert b"yanlou" not in payload.SerializeToString()
    assert PLAIN.from_payloads([payload], [EscalationQuery]) == [asked]
    assert PLAIN.from_payloads([payload], [EscalationQuery])[0] is asked


def test_outside_of_a_workflow_and_for_plain_words_everything_is_written() -> None:
    answer = Published(outcome=PublishOutcome.STORED, head="h", seq=1)
    (payload,) = PLAIN.to_payloads([answer])
    assert payload.metadata["encoding"] == b"json/plain"
    assert HANDING.from_payloads([payload], [Published]) == [answer]
    (word,) = HANDING.to_payloads(["a case"])
    assert word.metadata["encoding"] == b"json/plain"


def test_a_question_that_is_gone_of_another_type_or_of_another_process_is_an_error() -> None:
    (payload,) = HANDING.to_payloads([asked := query()])
    with pytest.raises(RuntimeError):
        PLAIN.from_payloads([payload], [Published])
    with pytest.raises(RuntimeError):
        PLAIN.from_payloads([Payload(metadata={"encoding": HANDED}, data=b"01234567:1")], [EscalationQuery])
    del asked
    gc.collect()
    with pytest.raises(RuntimeError):
        PLAIN.from_payloads([payload], [EscalationQuery])


async def test_a_name_is_not_sealed_and_every_other_payload_is(working: Desk) -> None:
    codec = await SealedPayloads.open(working.office.store.keys.payload_keys, "aes-256-gcm")
    asked = query()
    named, written = HANDING.to_payloads([asked])[0], PLAIN.to_payloads([asked])[0]
    encoded = await converter(codec).payload_codec.encode([named, written])  # type: ignore[union-attr]
    assert encoded[0] == named
    assert b"yanlou" not in encoded[1].SerializeToString()


async def test_a_question_that_is_gone_is_asked_through_the_server_and_stored_once(working: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Handed.from_payload
    lost: list[bytes] = []

    def lose(self: Handed, payload: Payload, type_hint: type | None = None) -> Any:
        if not lost:
            lost.append(payload.data)
            HAND._values.clear()
        return taken(self, payload, type_hint)

    monkeypatch.setattr(Handed, "from_payload", lose)
    case_id = await working.open(1)
    assert lost
    assert await working.types(case_id) == ["registered", "screened"]
    history = await working.office.client.get_workflow_handle(case_id).fetch_history()
    kinds = [event.event_type for event in history.events]
    assert kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED) == 1
    assert "handed" not in history.to_json()
