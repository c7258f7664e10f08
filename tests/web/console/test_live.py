"""The page's stream: counters as they change, and which case or affair has moved on."""

from __future__ import annotations

import json

import httpx
import pytest

from service.affairs.desk import Affairs
from service.office import Office
from tests.web.console.visitors import Desk
from tests.web.running import Api, served
from web.auth import SESSION_COOKIE


@pytest.mark.timeout(30)
async def test_an_open_page_is_told_what_changes_and_what_is_owed(office: Office, api: Api, desk: Desk) -> None:
    session = await desk.session("screener@yanlou-centre")
    async with served(office) as address, httpx.AsyncClient(base_url=address, cookies={SESSION_COOKIE: session.cookie}) as client:
        told: list[tuple[str, dict[str, object]]] = []
        async with client.stream("GET", "/live", timeout=20) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            code, kind = "", ""
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    kind = line[7:]
                if line.startswith("data: "):
                    told.append((kind, json.loads(line[6:])))
                    if len(told) == 1:
                        code = await api.open()
                    if kind == "counters" and len(told) > 1:
                        break
        first, last = told[0], told[-1]
        assert first[0] == last[0] == "counters"
        assert int(str(last[1]["owed"])) == int(str(first[1]["owed"])) + 1
        assert ("change", code) in {(kind, data.get("code")) for kind, data in told}


@pytest.mark.timeout(30)
async def test_an_open_page_is_told_what_is_owed_in_affairs_and_that_its_affair_has_changed(office: Office, desk: Desk) -> None:
    grid, session = Affairs(office), await desk.session("officer@yanlou-housing")
    reporter = await grid.actor("grid@yanlou-gumeng")
    begun = await grid.open("hazard", {"place": "520111105202", "item": "gas", "text": "软管开裂"}, reporter)
    async with served(office) as address, httpx.AsyncClient(base_url=address, cookies={SESSION_COOKIE: session.cookie}) as client:
        told: list[tuple[str, dict[str, object]]] = []
        ids: list[str] = []
        async with client.stream("GET", f"/live?affair={begun.code}", timeout=20) as answer:
            kind, counted = "", 0
            async for line in answer.aiter_lines():
                if line.startswith("id: "):
                    ids.append(line)
                if line.startswith("event: "):
                    kind = line[7:]
                if line.startswith("data: "):
                    told.append((kind, json.loads(line[6:])))
                    counted += kind == "counters"
                    if kind == "counters" and counted == 1:
                        await grid.act(begun.affair_id, "fix", {"text": "已更换"}, await grid.actor("officer@yanlou-housing"))
                    if counted == 2:
                        break
    assert told[0] == ("change", {"code": begun.code, "seq": begun.seq}), "what it was when the stream began"
    before, after = [data for kind, data in told if kind == "counters"]
    assert int(str(after["owed"])) == int(str(before["owed"])) - 1
    moved = [data["seq"] for kind, data in told[1:] if kind == "change" and data["code"] == begun.code]
    assert moved == [begun.seq + 1]
    assert ids == [], "a browser brings back where it was among cases, and nothing else"


async def test_the_stream_is_for_who_has_signed_in(desk: Desk) -> None:
    assert (await desk.stranger().client.get("/live")).status_code == 204
