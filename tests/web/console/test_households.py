"""Pages of household files: opened with its members, visited, looked at as it stood; who looked stands in the access log."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from service.office import Office
from tests.web.console.visitors import Desk, Visitor

GRID, HEAD = "grid@yanlou-gumeng", "慕容独三"


async def opened(grid: Visitor, number: str, **fields: Any) -> str:
    """Open a household's file; return its code."""
    await grid.get("/households/new")
    given: dict[str, Any] = {
        "number": number,
        "address": "谷蒙村一组5号",
        "m0.name": HEAD,
        "m0.phone": "13912345678",
        "contact": "visit",
        "needs": "elderly_alone",
    }
    answer = await grid.submit("/households/new", **{**given, **fields})
    found = re.fullmatch(r"/affairs/([A-Z0-9-]+)\?done=affair-begun", answer.headers["location"])
    assert found is not None
    return found[1]


async def test_a_household_is_opened_visited_and_looked_at_as_it_stood(desk: Desk, office: Office) -> None:
    grid = await desk.at(GRID)
    code = await opened(grid, "G-801", **{"m1.name": "慕容小四", "m1.relation": "child"})
    await grid.claim(code)
    assert f"/households/visits/{code}" in await grid.get("/households")
    assert "我已认领" in grid.page
    page = await grid.get(f"/households/visits/{code}")
    for words in (HEAD, "谷蒙村一组5号", "上门", "独居老人照料"):
        assert words in page, words
    following = office.bundle.cal.local_date(office.now()) + timedelta(days=9)
    await grid.submit(f"/affairs/{code}/do/visit", outcome="need_found", text="需要修门", next_visit=following.isoformat())
    page = await grid.get(f"/affairs/{code}/versions")
    assert "第 1 版" in page
    assert "走访记录" in page
    page = await grid.get(f"/affairs/{code}/versions/1")
    assert "这是当时的内容" in page
    assert "需要修门" not in page
    page = await grid.get(f"/affairs/{code}/versions/2")
    for words in ("需要修门", following.isoformat(), "变更前"):
        assert words in page, words
    await grid.get(f"/affairs/{code}/versions/99", 404)
    log = await (await desk.at("admin_audit@huaxi-centre")).get(f"/access-log?code={code}")
    assert "事务旧版本" in log
    assert HEAD not in log


async def test_a_form_that_is_refused_comes_back_as_it_was_filled_in(desk: Desk) -> None:
    grid = await desk.at(GRID)
    await grid.get("/households/new")
    await grid.submit(
        "/households/new", 422, number="G-802", address="二组6号", **{"m0.name": HEAD, "m1.name": "慕容小五", "m1.relation": ""}
    )
    for words in (HEAD, "慕容小五", "二组6号"):
        assert words in grid.page, words


async def test_versions_are_of_what_one_may_see(desk: Desk) -> None:
    code = await opened(await desk.at(GRID), "G-803")
    stranger = await desk.at("officer@yanlou-justice")
    for path in (f"/affairs/{code}/versions", f"/affairs/{code}/versions/1", f"/households/visits/{code}"):
        await stranger.get(path, 404)
