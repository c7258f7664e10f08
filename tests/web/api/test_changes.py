"""The change feed: as a stream within a second, page by page, and to nobody whose case it isn't."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from service.office import Office
from tests.support import waiting
from tests.web.running import CLERK, Api, served

OTHER = "clerk@qingyan-centre"


@pytest.fixture
async def address(office: Office) -> AsyncIterator[str]:
    async with served(office) as found:
        yield found


async def listen(
    address: str, post: str, heard: list[dict[str, Any]], headers: dict[str, str] | None = None, path: str = "/changes"
) -> None:
    sent = {"Accept": "text/event-stream", "Authorization": f"Bearer demo:{post}", **(headers or {})}
    async with httpx.AsyncClient(timeout=None) as client, client.stream("GET", f"{address}/api/v1{path}", headers=sent) as answer:  # noqa: S113
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard.append({})
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                heard.append(json.loads(line.removeprefix("data: ")))  # noqa: PERF401 - one by one


async def until(held: Callable[[], Any]) -> None:
    async def look() -> Any:
        return held()

    await waiting.until(look, bool, patience=3)


async def test_changes_are_heard_within_a_second_and_only_by_those_who_may(api: Api, address: str) -> None:
    mine: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    tasks = [asyncio.create_task(listen(address, post, heard)) for post, heard in ((CLERK, mine), (OTHER, theirs))]
    try:
        await until(lambda: mine and theirs)
        await asyncio.sleep(0.4)
        code = await api.open()
        done = time.monotonic()
        await until(lambda: any(change.get("code") == code for change in mine))
        assert time.monotonic() - done < 1
        first = next(change for change in mine if change.get("code") == code)
        assert set(first) == {"id", "code", "seq", "type", "at"}
        await asyncio.sleep(0.5)
        assert [change for change in theirs if change] == []
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_comes_back_hears_what_was_missed_once(api: Api, address: str) -> None:
    start = (await api.get("/changes")).json()["next"]
    code = await api.open()
    await api.act(code, "screener@yanlou-centre", "screen", category="0201", accept=True)
    heard: list[dict[str, Any]] = []
    task = asyncio.create_task(listen(address, CLERK, heard, {"Last-Event-ID": str(start)}))
    try:
        await until(lambda: [c["seq"] for c in heard if c.get("code") == code][-1:] == [2])
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    ids = [change["id"] for change in heard if change]
    assert ids == sorted(set(ids))
    page = (await api.get("/changes", params={"after": start})).json()
    assert [c["type"] for c in page["changes"] if c["code"] == code][:2] == ["registered", "screened"]
    assert (await api.get("/changes", OTHER, params={"after": start})).json()["changes"] == []
    assert (await api.get("/changes", params={"after": page["next"]})).json()["changes"] == []


async def test_affairs_have_a_feed_of_their_own_for_whoever_sees_them(api: Api, address: str) -> None:
    path, grid = "/affairs/changes", "grid@yanlou-gumeng"
    start = (await api.get(path, grid)).json()["next"]
    await api.open()
    fields = {"place": "520111105202", "item": "gas", "text": "软管独一开裂"}
    code = (await api.post("/affairs", {"kind": "hazard", "fields": fields}, grid)).json()["receipt"]["code"]
    assert (await api.post(f"/affairs/{code}/actions/fix", {"text": "已更换"}, "officer@yanlou-housing")).status_code == 200
    page = (await api.get(path, grid, params={"after": start})).json()
    told = [(c["kind"], c["code"], c["seq"], c["type"]) for c in page["changes"]]
    assert told == [("hazard", code, 1, "hazard_reported"), ("hazard", code, 2, "hazard_fixed")], "and nothing of the case"
    assert {name for c in page["changes"] for name in c} == {"id", "kind", "code", "seq", "type", "at"}
    assert (await api.get(path, grid, params={"after": page["next"]})).json()["changes"] == []
    first = (await api.get(path, grid, params={"after": start, "limit": 1})).json()
    assert [first["changes"], (await api.get(path, grid, params={"after": first["next"]})).json()["changes"]] == [
        page["changes"][:1],
        page["changes"][1:],
    ]
    assert (await api.get(path, OTHER, params={"after": start})).json()["changes"] == []
    heard: list[dict[str, Any]] = []
    task = asyncio.create_task(listen(address, grid, heard, {"Last-Event-ID": str(start)}, path))
    try:
        await until(lambda: [change for change in heard if change] == page["changes"])
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_streams_end_when_the_process_stops(office: Office) -> None:
    async with served(office) as address:
        heard: list[dict[str, Any]] = []
        task = asyncio.create_task(listen(address, CLERK, heard))
        await until(lambda: heard)
        start = time.monotonic()
    assert time.monotonic() - start < 1.5
    await asyncio.wait_for(task, 30)  # ended by the process, not cut off: that would raise


async def test_a_session_that_is_over_hears_nothing_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.sse.AGAIN", 0.0)

    async def gone(*_: object) -> None:
        return None

    async with served(office) as address:
        monkeypatch.setattr("web.api.changes.again", gone)
        await asyncio.wait_for(listen(address, CLERK, []), 30)
