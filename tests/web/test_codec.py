"""`/codec`: Temporal's own command line and pages see what is sealed, for the system administrator alone, and it is logged."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from typing import Any

import pytest
from argon2 import PasswordHasher

from models.account import Session
from models.account_log import AccountAct
from service.entry.accounts import Accounts
from service.entry.passwords import Passwords
from service.office import Office
from service.temporal_server import temporal_binary
from store.entry.account_log import AccountLog
from tests.web.running import CLERK, Api, served
from web.auth import SESSION_COOKIE

ADMIN = "admin_system@huaxi-centre"
OTHERS = (CLERK, "director@huaxi-centre", "admin_security@huaxi-centre", "admin_audit@huaxi-centre")


async def token_of(office: Office, post: str, *, scopes: tuple[str, ...] = ()) -> str:
    accounts = Accounts(office, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    login = f"{post.partition('@')[0].replace('_', '-')}-{os.urandom(4).hex()}"
    made = await accounts.create(login, "张某", [post], local=False)
    return (await accounts.issue_token(made.account.id, "temporal", scopes=scopes)).text


async def temporal(office: Office, *words: str) -> tuple[int, str, str]:
    """Temporal's own command line."""
    address = office.client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(
        *(temporal_binary(), *words, "--address", address, "--color", "never"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TEMPORAL_CONFIG_FILE": os.devnull},
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def sealed_body(office: Office, value: object = "yanlou-gumeng") -> dict[str, Any]:
    (payload,) = await office.client.data_converter.encode([value])
    data = {name: base64.b64encode(item).decode() for name, item in payload.metadata.items()}
    return {"payloads": [{"metadata": data, "data": base64.b64encode(payload.data).decode()}]}


async def opened(office: Office) -> list[str]:
    return [line.detail for line in await AccountLog(office.store).page(act=AccountAct.PAYLOADS_OPENED)]


async def test_the_command_line_of_temporal_shows_a_case_through_the_codec(api: Api, office: Office) -> None:
    code = await api.open()
    case_id = await office.records.find(code)
    assert case_id is not None
    show = ("workflow", "show", "--workflow-id", case_id, "--output", "json")
    closed = await temporal(office, *show)
    assert closed[0] == 0
    assert {encoding for encoding, _ in payloads(json.loads(closed[1]))} >= {b"binary/encrypted"}
    assert not any(b"yanlou-centre" in data for _, data in payloads(json.loads(closed[1])))
    before = await opened(office)
    async with served(office) as address:
        codec = ("--codec-endpoint", f"{address}/codec")
        admin = ("--codec-auth", f"Bearer {await token_of(office, ADMIN)}")
        through = await temporal(office, *show, *codec, *admin)
        assert through[0] == 0, through[2]
        history = json.loads(through[1])
        found = payloads(history)
        assert b"binary/encrypted" not in {encoding for encoding, _ in found}
        assert any(b"yanlou-centre" in data for _, data in found)
        # The other way: what the command line sends is sealed on its way, so that a running case understands it.
        asked = await temporal(office, "workflow", "query", "-w", case_id, "--type", "view", *codec, *admin)
        assert asked[0] == 0, asked[2]
        assert code in asked[1]
        for wrong in ("", f"Bearer {await token_of(office, CLERK)}"):
            # It asks a codec that refuses again until its time is over.
            refused = await temporal(office, *show, *codec, "--command-timeout", "2s", *(("--codec-auth", wrong) if wrong else ()))
            assert refused[0] != 0
            assert refused[1] == ""
    assert len(await opened(office)) > len(before)


def payloads(value: Any) -> list[tuple[bytes, bytes]]:
    """Encoding and data of every payload in a history."""
    if isinstance(value, list):
        return [found for item in value for found in payloads(item)]
    if not isinstance(value, dict):
        return []
    if "encoding" in (value.get("metadata") or {}):
        return [(base64.b64decode(value["metadata"]["encoding"]), base64.b64decode(value.get("data", "")))]
    return [found for item in value.values() for found in payloads(item)]


async def test_what_was_sealed_opens_for_the_system_administrator_alone(api: Api, office: Office) -> None:
    body = await sealed_body(office)
    for post in (*OTHERS, "mediator@yanlou-gumeng"):
        answer = await api.client.post("/codec/decode", json=body, headers={"Authorization": f"Bearer demo:{post}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), post
    assert (await api.client.post("/codec/decode", json=body)).status_code == 401
    assert (await api.client.post("/codec/encode", json=body)).status_code == 401
    before = await opened(office)
    as_admin = {"Authorization": f"Bearer demo:{ADMIN}"}
    answer = await api.client.post("/codec/decode", json=body, headers=as_admin)
    assert answer.status_code == 200
    assert base64.b64decode(answer.json()["payloads"][0]["data"]) == b'"yanlou-gumeng"'
    assert answer.headers["cache-control"] == "no-store"
    assert len(await opened(office)) == len(before) + 1
    again = await api.client.post("/codec/encode", json=answer.json(), headers=as_admin)
    assert again.json()["payloads"][0]["data"] != answer.json()["payloads"][0]["data"]
    assert (await api.client.post("/codec/decode", json=again.json(), headers=as_admin)).json() == answer.json()


async def test_a_session_opens_it_too_and_a_password_to_be_changed_does_not(api: Api, office: Office) -> None:
    accounts = Accounts(office, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    body = await sealed_body(office)
    for post, local, status in ((ADMIN, False, 200), (ADMIN, True, 403), ("admin_audit@huaxi-centre", False, 403)):
        made = await accounts.create(f"s-{os.urandom(4).hex()}", "李某", [post], local=local)
        session = await accounts.sign_in_known(made.account, second_factor=True)
        assert isinstance(session, Session)
        headers = {"Cookie": f"{SESSION_COOKIE}={session.cookie}", "Origin": office.settings.ui_origin}
        answer = await api.client.post("/codec/decode", json=body, headers=headers)
        assert answer.status_code == status, (post, local, answer.text)


@pytest.mark.parametrize(("scopes", "status"), [((), 200), (("codec",), 200), (("read",), 403)])
async def test_a_token_with_scopes_needs_the_one_for_it(api: Api, office: Office, scopes: tuple[str, ...], status: int) -> None:
    token = await token_of(office, ADMIN, scopes=scopes)
    answer = await api.client.post("/codec/decode", json=await sealed_body(office), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"{", {}),
        (b'{"payloads": [{"data": 1}]}', {}),
        (b'{"words": []}', {}),
        (b"\xff", {}),
        (b'{"payloads": []}', {"X-Namespace": "another"}),
    ],
)
async def test_what_is_no_payload_is_refused(api: Api, content: bytes, headers: dict[str, str]) -> None:
    answer = await api.client.post("/codec/decode", content=content, headers={"Authorization": f"Bearer demo:{ADMIN}", **headers})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_one_origin_alone_may_ask_from_a_browser(api: Api, office: Office) -> None:
    ours = office.settings.ui_origin
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type,x-namespace"}
    answer = await api.client.options("/codec/decode", headers={"Origin": ours, **asks})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, ours)
    assert answer.headers["access-control-allow-credentials"] == "true"
    other = await api.client.options("/codec/decode", headers={"Origin": "http://127.0.0.1:1", **asks})
    assert "access-control-allow-origin" not in other.headers
    elsewhere = await api.client.options("/api/v1/cases", headers={"Origin": ours, **asks})
    assert "access-control-allow-origin" not in elsewhere.headers
    body, as_admin = await sealed_body(office), {"Authorization": f"Bearer demo:{ADMIN}"}
    told = await api.client.post("/codec/decode", json=body, headers={"Origin": ours, **as_admin})
    assert (told.status_code, told.headers["access-control-allow-origin"]) == (200, ours)
    refused = await api.client.post("/codec/decode", json=body, headers={"Origin": "http://evil.example", **as_admin})
    assert refused.status_code == 403
    nobody = await api.client.post("/codec/decode", json=body, headers={"Origin": ours})
    assert (nobody.status_code, nobody.headers["access-control-allow-origin"]) == (401, ours)


async def test_payloads_of_another_instance_are_unavailable_and_say_nothing(api: Api, office: Office) -> None:
    body = await sealed_body(office)
    body["payloads"][0]["metadata"]["encryption-key-id"] = base64.b64encode(b"f" * 16).decode()
    answer = await api.client.post("/codec/decode", json=body, headers={"Authorization": f"Bearer demo:{ADMIN}"})
    assert (answer.status_code, answer.json()["code"]) == (503, "keys")
