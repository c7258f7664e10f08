"""Payloads for Temporal: sealed in both ciphers, opened whatever the setting, under any key there ever was, and never in clear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from models.refusal import RefusalCode
from service.errors import Refused
from service.secrecy.ciphers import CIPHERS
from service.secrecy.sealing import UNSEALED, SealedPayloads, converter
from store.keyring.keys import KeyProblem
from store.keyring.payload_keys import PayloadKey
from tests.support.running import Desk, desk, settings
from workflows.dispute import DisputeWorkflow

WORDS = Payload(metadata={"encoding": b"json/plain"}, data='{"who": "甲"}'.encode())


class Keys:
    """A key store of a test's own."""

    def __init__(self) -> None:
        self.all: list[PayloadKey] = []
        self.add()

    def add(self) -> None:
        number = len(self.all)
        self.all.insert(0, PayloadKey(f"{number:016x}", datetime(2026, 3, 2, tzinfo=UTC), bytes([number + 1]) * 32))

    async def __call__(self) -> list[PayloadKey]:
        return list(self.all)


@pytest.mark.parametrize("cipher", sorted(CIPHERS))
async def test_a_payload_is_sealed_anew_each_time_and_opens(cipher: str) -> None:
    codec = await SealedPayloads.open(Keys(), cipher)
    one, two = await codec.encode([WORDS, WORDS])
    assert one.data != two.data
    assert WORDS.data not in one.SerializeToString()
    assert (one.metadata["encoding"], one.metadata["encryption-cipher"]) == (b"binary/encrypted", cipher.encode())
    assert await codec.decode([one, two]) == [WORDS, WORDS]


async def test_another_setting_and_an_older_key_still_open_and_plain_payloads_stay() -> None:
    keys = Keys()
    before = await SealedPayloads.open(keys, "sm4-gcm")
    (old,) = await before.encode([WORDS])
    keys.add()
    now = await SealedPayloads.open(keys, "aes-256-gcm")
    (new,) = await now.encode([WORDS])
    assert await now.decode([old, WORDS, new]) == [WORDS, WORDS, WORDS]
    # Another process has made the key meanwhile: it is fetched when a payload names it, and seals from the next look on.
    assert await before.decode([new]) == [WORDS]
    assert (await before.encode([WORDS]))[0].metadata["encryption-key-id"] == old.metadata["encryption-key-id"]
    await before.renew()
    assert (await before.encode([WORDS]))[0].metadata["encryption-key-id"] == new.metadata["encryption-key-id"]


@pytest.mark.parametrize("harm", ["data", "cipher", "key", "unknown"])
async def test_a_payload_that_does_not_open_is_a_key_problem(harm: str) -> None:
    keys = Keys()
    keys.add()
    codec = await SealedPayloads.open(keys, "aes-256-gcm")
    (sealed,) = await codec.encode([WORDS])
    if harm == "data":
        sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    else:
        name, value = {"cipher": ("cipher", b"sm4-gcm"), "key": ("key-id", b"0" * 16), "unknown": ("key-id", b"f" * 16)}[harm]
        sealed.metadata[f"encryption-{name}"] = value
    with pytest.raises(KeyProblem) as caught:
        await codec.decode([sealed])
    assert "甲" not in str(caught.value)


async def test_words_and_trace_of_a_failure_are_sealed_and_its_type_is_not() -> None:
    seals = converter(await SealedPayloads.open(Keys(), "aes-256-gcm"))
    failure = Failure()
    try:
        raise ApplicationError("乙家的事", {"detail": "丙"}, type="not_holder")
    except ApplicationError as error:
        await seals.encode_failure(error, failure)
    text = MessageToJson(failure, ensure_ascii=False)
    assert "乙" not in text
    assert "丙" not in text
    assert "test_sealing" not in text
    assert failure.application_failure_info.type == "not_holder"
    again = await seals.decode_failure(failure)
    assert isinstance(again, ApplicationError)
    assert (again.message, again.details) == ("乙家的事", ({"detail": "丙"},))


async def test_a_client_of_no_office_sends_nothing() -> None:
    with pytest.raises(KeyProblem):
        await UNSEALED.encode(["words"])
    assert await UNSEALED.decode([WORDS]) == [{"who": "甲"}]


@pytest.fixture(scope="module")
async def here(virtual: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    home: Path = tmp_path_factory.mktemp("sealing")
    async with desk(virtual.client, settings(home)) as made:
        yield made


async def test_all_that_a_running_case_leaves_in_temporal_is_sealed(here: Desk) -> None:
    case_id = await here.open(7)
    with pytest.raises(Refused) as caught:
        await here.act(case_id, "officer@yanlou-housing", "sign")
    assert caught.value.refusal.code in {RefusalCode.NOT_HOLDER, RefusalCode.WRONG_STAGE}
    history = await here.office.client.get_workflow_handle(case_id).fetch_history()
    text = history.to_json()
    assert text.count("encryption-key-id") > 30
    for word in ("yanlou-gumeng", "person:", "vault:", "applicant", "screener"):
        assert word not in text, word
    kinds = {EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events}
    assert {"WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "MARKER_RECORDED", "TIMER_STARTED"} <= kinds


async def test_what_the_server_answers_is_sealed_too(here: Desk, virtual: WorkflowEnvironment) -> None:
    case_id = await here.open(1)
    handle = virtual.client.get_workflow_handle(case_id)
    # The plain client sees the answer of a query as it lies on the wire.
    with pytest.raises(KeyError, match="binary/encrypted"):
        await handle.query(DisputeWorkflow.state)
    with pytest.raises(KeyProblem):
        await handle.execute_update("act", "in clear")
