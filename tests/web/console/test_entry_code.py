"""A party signs in with a code by text message, where the setting asks for it: sent by a real gateway, good once, guessed slowly."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from service.entry.locks import FREE
from service.office import Office
from tests.support.receiver import Receiver
from tests.web.console.test_citizen import opened
from tests.web.console.visitors import Desk, Visitor
from tests.web.running import Api

CHANNELS = """
version: 1
allowed_hosts: ["{host}"]
sms: {{url: "{url}/send", body: '{{{{"to": "{{phone}}", "text": "{{text}}"}}}}'}}
"""


@pytest.fixture
async def gateway(office: Office, tmp_path: Path) -> AsyncIterator[Receiver]:
    """A gateway that takes texts, and the setting that asks for a code."""
    made, before, path = Receiver(), office.settings, tmp_path / "channels.yaml"
    await made.start()
    path.write_text(CHANNELS.format(host=made.host, url=made.url), encoding="utf-8")
    office.settings = before.model_copy(update={"channels_file": path, "citizen_code": True})
    yield made
    office.settings = before
    await made.stop()


async def first_step(desk: Desk, query: str, digits: str = "0001", status: int = 200) -> Visitor:
    visitor = desk.stranger()
    await visitor.get("/citizen")
    await visitor.submit("/citizen", status, code=query, digits=digits)
    return visitor


def sent(gateway: Receiver) -> list[str]:
    return [found[0] for one in gateway.got for found in [re.search(r"\d{6}", one.json["text"])] if found]


async def test_the_code_goes_to_the_phone_and_lets_in_once(api: Api, desk: Desk, gateway: Receiver) -> None:
    code, query = await opened(api, desk)
    visitor = await first_step(desk, query)
    assert "验证码已发到登记的电话" in visitor.page
    (digits,) = sent(gateway)
    assert gateway.got[0].json["to"] == "13800000001"
    assert code not in gateway.got[0].json["text"]
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    await visitor.submit("/citizen", 401, sent=wrong)
    assert "验证码不对或已过期" in visitor.page
    await visitor.submit("/citizen", 303, sent=digits)
    assert code in await visitor.get("/citizen")
    other = await first_step(desk, query)
    await other.submit("/citizen", 401, sent=digits)


async def test_who_does_not_know_the_phone_sends_no_text(api: Api, desk: Desk, gateway: Receiver) -> None:
    _, query = await opened(api, desk)
    await first_step(desk, query, digits="9999", status=401)
    assert gateway.got == []


async def test_codes_are_guessed_slowly_and_texts_are_not_sent_in_a_row(api: Api, desk: Desk, gateway: Receiver) -> None:
    _, query = await opened(api, desk)
    visitor = await first_step(desk, query)
    await first_step(desk, query)
    assert len(sent(gateway)) == 1
    wrong = f"{(int(sent(gateway)[0]) + 1) % 10**6:06}"
    for _ in range(FREE):
        await visitor.submit("/citizen", 401, sent=wrong)
    await visitor.submit("/citizen", 429, sent=wrong)


async def test_a_code_gets_old_and_a_gateway_that_is_down_is_said(office: Office, api: Api, desk: Desk, gateway: Receiver) -> None:
    _, query = await opened(api, desk)
    visitor = await first_step(desk, query)
    (digits,) = sent(gateway)
    office.shift += timedelta(minutes=6)
    try:
        await visitor.submit("/citizen", 401, sent=digits)
    finally:
        office.shift -= timedelta(minutes=6)
    _, other = await opened(api, desk)
    gateway.answer = lambda _: web.Response(status=500)
    refused = await first_step(desk, other, status=503)
    assert "短信暂时发不出去" in refused.page
