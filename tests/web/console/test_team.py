"""The property team's pages: from the catalogue over the queue to a rating; what is published names nobody and may be kept."""

from __future__ import annotations

import re
from typing import Any

from tests.web.console.visitors import Desk, Visitor

GRID, TEAM = "grid@yanlou-gumeng", "steward@yanlou-steward"
NAME, PHONE = "欧阳独二", "13912345678"


async def asked(grid: Visitor, item: str, **fields: Any) -> str:
    """Ask for an item for somebody; return the order's code."""
    assert f'href="/orders/new/{item}"' in await grid.get("/orders/catalogue")
    await grid.get(f"/orders/new/{item}")
    person: dict[str, Any] = {"customer_person.name": NAME, "customer_person.phone": PHONE}
    answer = await grid.submit("/affairs/new/order", **{"text": "堂屋漏雨", **person, **fields})
    found = re.fullmatch(r"/affairs/([A-Z0-9-]+)\?done=affair-begun", answer.headers["location"])
    assert found is not None
    return found[1]


async def test_an_order_goes_from_the_catalogue_to_a_rating_over_two_queues(desk: Desk) -> None:
    grid, team = await desk.at(GRID), await desk.at(TEAM)
    code = await asked(grid, "roof", quantity="20")
    page = await team.get("/orders")
    assert code in page
    assert NAME not in page
    await team.claim(code)
    assert "我已认领" in await team.get("/orders")
    form = team.form(f"/affairs/{code}/do/quote")
    assert form.fields["price"] == ["45"]
    await team.send(form)
    assert "900" in await grid.get("/orders")
    await grid.submit(f"/affairs/{code}/do/accept")
    await team.get("/orders")
    await team.submit(f"/affairs/{code}/do/start")
    await team.get("/orders")
    await team.submit(f"/affairs/{code}/do/finish", text="换瓦并做防水")
    await grid.get("/orders")
    await grid.submit(f"/affairs/{code}/do/confirm", accepted="yes")
    await grid.get(f"/affairs/{code}")
    await grid.submit(f"/affairs/{code}/do/rate", stars="5")
    stranger = desk.stranger()
    page = await stranger.get("/published/ledger")
    for words in ("谷蒙", "屋面补漏", "900"):
        assert words in page, words
    for words in (NAME, PHONE, code, "steward"):
        assert words not in page, words


async def test_special_groups_come_first_and_the_list_says_only_that(desk: Desk) -> None:
    grid, team = await desk.at(GRID), await desk.at(TEAM)
    plain = await asked(grid, "litter")
    first = await asked(grid, "medicine", group="elderly_alone")
    page = await team.get("/orders")
    assert page.index(first) < page.index(plain)
    assert "优先" in page
    assert "独居老人" not in page


async def test_published_pages_may_be_kept_and_hold_no_token(desk: Desk) -> None:
    stranger = desk.stranger()
    await stranger.get("/citizen")
    assert "/published/prices" in stranger.page
    for path in ("/published/prices", "/published/ledger?month=2026-03&village=520111105202"):
        answer = await stranger.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert "set-cookie" not in answer.headers
        assert len(answer.content) < 60_000, path
    assert "市场参考 60 元，2026-01-05" in await stranger.get("/published/prices")
    await stranger.get("/published/ledger?month=2026-13", 422)
    await stranger.get("/published/ledger?month=0001-01", 422)


async def test_who_may_not_ask_sees_the_catalogue_without_a_way_to_ask(desk: Desk) -> None:
    police = await desk.at("police@yanlou-police")
    assert "/orders/new/" not in await police.get("/orders/catalogue")
    await police.get("/orders/new/roof", 404)
    await (await desk.at(GRID)).get("/orders/new/nothing", 404)
