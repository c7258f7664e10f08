"""A building on the pages: entered, let, a tenant checks in by code without an account, an inspection finds what is unsafe."""

from __future__ import annotations

import re
import uuid
from typing import Any

from service.affairs.desk import Affairs
from service.affairs.keeping import ring
from service.office import Office
from tests.support.affair import GUMENG
from tests.web.console.visitors import Desk, Visitor

GRID = "grid@yanlou-gumeng"
CODE = re.compile(r'<strong class="num">([0-9A-Z-]{14})</strong>')


async def let(grid: Visitor) -> str:
    """Enter a building with a lease, as a grid member does; returns its page."""
    await grid.get("/dwellings/new")
    number = uuid.uuid4().hex[:8]
    house: dict[str, Any] = {"place": GUMENG, "number": number, "address": "谷蒙村三组", "name": "房东甲", "phone": "13800000011"}
    answer = await grid.submit("/dwellings/new", **house, id0="r1", area0="20", use0="room", id1="k", area1="9", use1="kitchen")
    page = answer.headers["location"]
    await grid.get(page)
    lease: dict[str, Any] = {
        "lease": "l1",
        "since": "2026-01-01",
        "until": "2028-01-01",
        "headcount": "2",
        "name": "租客乙",
        "phone": "13800000012",
    }
    await grid.submit(f"{page}/let", 422, **lease, rooms="k")
    assert "住房租赁条例" in grid.page
    await grid.submit(f"{page}/let", **lease, rooms="r1")
    await grid.get(page)
    assert "租客乙" in grid.page
    # The page that all kinds share leads to it.
    shared = await grid.get(page.replace("/dwellings/", "/affairs/"))
    assert f'href="{page}"' in shared
    await grid.get(page)
    return page


async def test_a_tenant_checks_in_by_code_and_the_grid_sees_who_it_is(desk: Desk) -> None:
    grid = await desk.at(GRID)
    page = await let(grid)
    await grid.submit(f"{page}/codes", 200)
    code = CODE.findall(grid.page)[0]
    tenant = desk.stranger()
    await tenant.get("/check-in")
    person: dict[str, Any] = {"name": "租客丙", "phone": "13800000013"}
    await tenant.submit("/check-in", 422, code="AAAA", **person)
    assert "入住码不对" in tenant.page
    await tenant.submit("/check-in", 422, code=code, name="租客丙", phone="")
    answer = await tenant.submit("/check-in", code=code.lower(), **person)
    assert answer.headers["location"] == "/check-in?done=checked-in"
    assert "网格员会上门核实" in await tenant.get("/check-in?done=checked-in")
    assert "租客乙" not in tenant.page
    await grid.get(page)
    assert "租客丙" in grid.page
    assert "待核实" in grid.page
    assert code not in grid.page
    confirm = next(form for form in grid.forms(f"{page}/confirm") if form.fields["occupant"] != ["t1"])
    await grid.send(confirm, lives_there="yes")
    assert grid.page.count("待核实") > (await grid.get(page)).count("待核实")
    other = await desk.at("officer@yanlou-court")
    assert (await other.client.get(page)).status_code == 404


async def test_an_inspection_that_fails_suspends_letting_and_stands_in_the_register(desk: Desk, office: Office) -> None:
    grid = await desk.at(GRID)
    page = await let(grid)
    await grid.submit(f"{page}/inspect", failed="gas", text_gas="气瓶放在卧室", headcount="2")
    await ring(office, Affairs(office))
    await grid.get(page)
    assert "暂停出租" in grid.page
    assert "上次隐患未销号" in grid.page
    assert f"{page}/let" not in grid.page
    director = await desk.at("director@yanlou-centre")
    await director.get("/hazards?by=item")
    assert "燃气设施不安全" in director.page
