"""Every error is a problem document with a stable code; nothing that was typed is repeated; actions happen once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from models.account import Session
from models.refusal import Refusal, RefusalCode
from service.cases import Cases
from service.entry.accounts import Accounts
from service.errors import Refused, Unavailable
from service.office import Office
from service.settings import ROOT
from tests.web.running import CLERK, INTAKE, Api, asked
from web.app import create_app
from web.auth import SESSION_COOKIE
from web.problems import KINDS

SCREENER = "screener@yanlou-centre"
DISPATCHER = "dispatcher@yanlou-centre"
SECRET = "5201111990秘密"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    assert body["type"] == f"urn:jiefen:problem:{code}"
    assert (body["status"], body["zh"], body["en"]) == (status, KINDS[code].zh, KINDS[code].en)
    assert SECRET not in answer.text
    return body


@pytest.mark.parametrize("code", list(RefusalCode))
async def test_every_refusal_has_its_status(api: Api, monkeypatch: pytest.MonkeyPatch, code: RefusalCode) -> None:
    case = await api.open()

    async def refused(*_: object, **__: object) -> None:
        raise Refused(Refusal(code=code, detail="stage"))

    monkeypatch.setattr(Cases, "act", refused)
    body = problem(await api.post(f"/cases/{case}/actions/sign_off", {}), KINDS[code].status, str(code))
    assert body["detail"] == "stage"
    assert body["status"] in {403, 409, 422, 428}


async def test_refusals_of_the_engine_come_through(api: Api) -> None:
    code = await api.open()
    act = f"/cases/{code}/actions"
    problem(await api.post(f"{act}/screen", {"category": "0201", "accept": True}, DISPATCHER), 403, "not_allowed")
    problem(await api.post(f"{act}/route", {}, DISPATCHER), 409, "wrong_stage")
    problem(await api.post(f"{act}/screen", {"accept": False}, SCREENER), 422, "missing_reason")
    problem(await api.post(f"{act}/screen", {"accept": True}, SCREENER), 422, "invalid")
    problem(await api.post(f"{act}/amend", {"happened_on": "2026-01-01", "reason": ""}), 422, "missing_reason")
    problem(await api.post("/cases", INTAKE | {"place": "999999999999"}), 422, "unknown_place")


async def test_errors_of_form_name_the_field_and_never_its_content(api: Api) -> None:
    body = problem(await api.post("/cases", INTAKE | {"people": SECRET}), 422, "invalid")
    assert body["errors"] == [{"field": "body.people", "kind": "int_parsing"}]
    body = problem(await api.post("/cases", INTAKE | {SECRET: 1}), 422, "invalid")
    assert body["errors"] == [{"field": "body.?", "kind": "extra_forbidden"}]
    broken = await api.client.post(
        "/api/v1/cases", content=b'{"a', headers={"Authorization": f"Bearer demo:{CLERK}", "Content-Type": "application/json"}
    )
    problem(broken, 400, "malformed")
    problem(await api.get("/cases", params={"cursor": SECRET}), 422, "invalid")
    problem(await api.get("/cases", params={"limit": "0"}), 422, "invalid")
    problem(await api.get(f"/cases/{'x' * 81}"), 422, "invalid")


async def test_who_is_not_signed_in_is_told_so(api: Api) -> None:
    for token in ("", "nonsense", "demo:clerk@nowhere", "demo:citizen@a", "demo:system@system", "demo:clerk@yanlou-police"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await api.client.get("/api/v1/cases", headers=headers)
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_demo_tokens_count_in_the_embedded_default_on_this_machine_alone_and_only_when_switched_on(
    api: Api, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = {"Authorization": f"Bearer demo:{CLERK}"}
    for proxy in ({"X-Forwarded-For": "10.0.0.1"}, {"Forwarded": "for=10.0.0.1"}, {"X-Real-IP": "10.0.0.1"}, {"Via": "1.1 front"}):
        problem(await api.get("/me", headers=proxy), 401, "unauthenticated")
    transport = httpx.ASGITransport(api.client._transport.app, client=("192.168.1.7", 4711))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as away:
        problem(await away.get("/api/v1/me", headers=demo), 401, "unauthenticated")
    assert (await api.client.get("/api/v1/me", headers=demo)).status_code == 200
    own: tuple[dict[str, Any], ...] = ({"demo_accounts": False}, {"database_url": "postgresql+asyncpg://db.county.example/cases"})
    for settings in own:
        with monkeypatch.context() as production:
            production.setattr(office, "settings", office.settings.model_copy(update=settings))
            problem(await api.client.get("/api/v1/me", headers=demo), 401, "unauthenticated")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.county.example:7233")
    problem(await api.client.get("/api/v1/me", headers=demo), 401, "unauthenticated")


async def test_what_is_not_there_is_not_found(api: Api) -> None:
    problem(await api.get("/cases/YANLOU-1999-00001"), 404, "unknown_case")
    problem(await api.get("/nothing"), 404, "not_found")
    problem(await api.post("/cases/YANLOU-1999-00001/actions/sign", {}), 404, "unknown_case")
    code = await api.open()
    problem(await api.post(f"/cases/{code}/actions/tick", {}), 404, "not_found")
    answer = await api.client.delete("/api/v1/cases", headers={"Authorization": f"Bearer demo:{CLERK}"})
    problem(answer, 405, "method_not_allowed")


async def test_what_is_away_is_said_to_be_so_with_a_time_to_come_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    code = await api.open()

    async def away(*_: object, **__: object) -> None:
        raise Unavailable("Temporal is away")

    monkeypatch.setattr(Cases, "act", away)
    answer = await api.post(f"/cases/{code}/actions/note", {"text": "x"})
    problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_mistake_of_ours_tells_nothing(api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("service.desk.inbox.Inbox.owed", broken)
    answer = await api.get("/inbox")
    body = problem(answer, 500, "internal")
    assert body["detail"] == ""
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_body_has_its_limit(api: Api) -> None:
    problem(await api.post("/cases", INTAKE | {"summary": "长" * 800_000}), 413, "too_large")

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 100_000

    headers = {"Authorization": f"Bearer demo:{CLERK}", "Content-Type": "application/json"}
    problem(await api.client.post("/api/v1/cases", content=endless(), headers=headers), 413, "too_large")


async def test_an_intake_is_taken_once(api: Api) -> None:
    first = await api.post("/cases", INTAKE, headers={"Idempotency-Key": "slip-1"})
    again = await api.post("/cases", INTAKE, headers={"Idempotency-Key": "slip-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["receipt"] == first.json()["receipt"]
    assert again.json()["known"]
    # Another unit's key of the same name is another slip.
    other = await api.post("/cases", INTAKE | {"place": "520111101201"}, "clerk@qingyan-centre", headers={"Idempotency-Key": "slip-1"})
    assert other.status_code == 201
    named = INTAKE | {"source": "hotline", "intake_id": "H1"}
    code = (await api.post("/cases", named)).json()["receipt"]["code"]
    hidden = await api.post("/cases", named | {"place": "520111101201"}, "clerk@qingyan-centre")
    problem(hidden, 409, "already_done")
    assert code not in hidden.text


async def test_an_action_is_done_once(api: Api) -> None:
    code = await api.open()
    path = f"/cases/{code}/actions/note"
    both = await asyncio.gather(*(api.post(path, {"text": "一次"}, headers={"Idempotency-Key": "n1"}) for _ in range(4)))
    assert {answer.status_code for answer in both} == {200}
    assert len({answer.text for answer in both}) == 1
    by_body = await api.post(path, {"text": "一次", "id": "n1"})
    assert by_body.json() == both[0].json()
    events = (await api.get(f"/cases/{code}/timeline")).json()["events"]
    assert [event["type"] for event in events].count("noted") == 1


async def test_a_case_that_has_changed_meanwhile_is_stale(api: Api) -> None:
    code = await api.open()
    read = await api.get(f"/cases/{code}")
    etag = read.headers["etag"]
    assert etag == f'"{read.json()["seq"]}"'
    written = await api.post(f"/cases/{code}/actions/note", {"text": "一"}, headers={"If-Match": etag})
    assert written.status_code == 200
    problem(await api.post(f"/cases/{code}/actions/note", {"text": "二"}, headers={"If-Match": etag}), 412, "stale")
    assert (await api.post(f"/cases/{code}/actions/note", {"text": "二"}, headers={"If-Match": written.headers["etag"]})).status_code == 200
    assert (await api.post(f"/cases/{code}/actions/note", {"text": "三"}, headers={"If-Match": "*"})).status_code == 200
    # The same action asked for again is answered, however old the version it was asked with.
    path, headers = f"/cases/{code}/actions/note", {"If-Match": written.headers["etag"], "Idempotency-Key": "x1"}
    await api.post(path, {"text": "四"}, headers={"Idempotency-Key": "x1"})
    assert (await api.post(path, {"text": "四"}, headers=headers)).status_code == 200


async def test_pages_follow_each_other_without_hole_or_repeat(api: Api) -> None:
    codes = {await api.open(place="520111101201", post="clerk@qingyan-centre") for _ in range(7)}
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/cases", "clerk@qingyan-centre", params={"limit": 3, **cursor})).json()
        found += [case["code"] for case in page["cases"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert codes <= set(found)
    assert len(found) == len(set(found)) == (await api.get("/cases/count", "clerk@qingyan-centre")).json()["count"]


async def test_health_says_who_answers_and_metrics_name_no_case(office: Office) -> None:
    async with asked(office) as api:
        code = await api.open()
        await api.get(f"/cases/{code}")
        assert (await api.client.get("/healthz")).json() == {"ok": True}
        ready = await api.client.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"ok": True, "database": True, "temporal": True})
        text = (await api.client.get("/metrics")).text
        assert 'route="/api/v1/cases/{code}",status="200"' in text
        assert code not in text


def test_the_page_on_the_api_names_every_code_under_its_status() -> None:
    lines = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").splitlines()
    told = {line.split("|")[1].strip(): line for line in lines if line.startswith(("| 4", "| 5"))}
    for code, kind in KINDS.items():
        if code != "internal":
            assert f"`{code}`" in told[str(kind.status)], code


async def test_accounts_say_whose_token_or_session_it_is(office: Office) -> None:
    app = create_app(office.settings, office=office)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        accounts = Accounts(office)
        made = await accounts.create("somebody", "王某", [CLERK], password="long-enough-for-a-test")
        session = await accounts.login("somebody", "long-enough-for-a-test")
        assert isinstance(session, Session)
        token = await accounts.issue_token(made.account.id, "hotline")
        me = await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token.text}"})
        assert (me.json()["person"], me.json()["role"]) == ("王某", "clerk")
        problem(await client.get("/api/v1/me", headers={"Authorization": "Bearer bad"}), 401, "unauthenticated")
        assert (await client.get("/api/v1/me", headers={"Cookie": f"{SESSION_COOKIE}={session.cookie}"})).status_code == 200
        problem(await client.get("/api/v1/me", headers={"Cookie": f"{SESSION_COOKIE}=s2"}), 401, "unauthenticated")
