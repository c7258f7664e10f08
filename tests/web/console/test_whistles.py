"""Whistles in the console: blown by a grid member, answered by departments, rated, and told in figures, without a script."""

from __future__ import annotations

import re

from tests.web.console.visitors import Desk, Visitor

GRID, HOUSING = "grid@yanlou-gumeng", "officer@yanlou-housing"


async def blown(grid: Visitor, item: str = "supply_cut") -> str:
    """Blow a whistle on the form; return its code."""
    await grid.get(f"/whistles/new?item={item}")
    answer = await grid.submit("/whistles/new", text="停水三天", tried="已联系水厂")
    found = re.fullmatch(r"/whistles/(YANLOU-WH-[0-9-]+)\?done=blow", answer.headers["location"])
    assert found is not None
    return found[1]


async def does(visitor: Visitor, code: str, do: str, status: int = 303, **fields: str) -> None:
    """Open the page of a whistle and do an action on it."""
    await visitor.get(f"/whistles/{code}")
    await visitor.submit(f"/whistles/{code}/do/{do}", status, **fields)


async def test_a_whistle_goes_its_way_from_the_phone_to_the_stars(desk: Desk) -> None:
    grid, housing = await desk.at(GRID), await desk.at(HOUSING)
    page = await grid.get("/whistles/new")
    assert page.count("/whistles/new?item=") == 36
    await grid.get("/whistles/new?item=supply_cut")
    form = grid.form("/whistles/new")
    assert (form.fields["place"], form.fields["units"]) == (["520111105202"], ["yanlou-housing"])
    await grid.submit("/whistles/new", 422, text="停水三天", tried="")
    assert "请填写理由：先行处置情况" in grid.page
    assert "停水三天" in grid.page
    code = await blown(grid)
    await does(housing, code, "respond", coming_at="2099-01-01T09:00", text="马上来")
    assert "请填写" not in housing.page
    await does(housing, code, "arrive")
    await does(housing, code, "resolve_part", text="已恢复供水")
    await does(grid, code, "conclude", 422, done="no")
    await does(grid, code, "conclude", done="yes")
    await does(grid, code, "rate_unit", stars="5", text="来得快")
    await does(housing, code, "rate_whistle", useful="yes")
    assert f'href="/whistles/{code}"' in await grid.get(f"/affairs/{code}")
    page = await grid.get(f"/whistles/{code}?done=rate_unit")
    for words in ("已办理：评价部门", "已销哨", "已恢复供水", "评分 5", "停水停电停气久未恢复"):
        assert words in page
    assert f"/whistles/{code}/do/rate_unit" not in page


async def test_what_the_whistle_came_upon_becomes_a_case(desk: Desk) -> None:
    grid = await desk.at(GRID)
    code = await blown(grid)
    await does(await desk.at(HOUSING), code, "arrive")
    await does(grid, code, "open_case", 422, summary="停水赔偿争执", happened_on="2026-01-05", people="2")
    given = {
        "summary": "停水赔偿争执",
        "happened_on": "2026-01-05",
        "people": "2",
        "a.name": "甲",
        "a.phone": "13800000001",
        "b.name": "乙",
    }
    await grid.get(f"/whistles/{code}")
    form = grid.form(f"/whistles/{code}/do/open_case")
    form.fields.update({name: [value] for name, value in given.items()})
    await grid.send(form)
    page = await grid.get(f"/whistles/{code}")
    assert re.search(r'href="/cases/YANLOU-[0-9]+-[0-9]+"', page)
    assert f"/whistles/{code}/do/open_case" not in page


async def test_a_form_sent_twice_is_one_whistle(desk: Desk) -> None:
    grid = await desk.at(GRID)
    await grid.get("/whistles/new?item=supply_cut")
    form = grid.form("/whistles/new")
    first, second = [await grid.send(form, text="停水", tried="已联系") for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]


async def test_what_is_no_item_is_confirmed_by_the_grid_director(desk: Desk) -> None:
    grid, director = await desk.at(GRID), await desk.at("officer@yanlou-gumeng")
    await grid.get("/whistles/new?unlisted=yes")
    await grid.submit("/whistles/new", 422, text="广告牌松动", tried="已拉警戒带")
    answer = await grid.submit("/whistles/new", text="广告牌松动", tried="已拉警戒带", units="yanlou-enforce", level="priority")
    code = answer.headers["location"].partition("?")[0].rpartition("/")[2]
    await does(director, code, "endorse")
    page = await director.get(f"/whistles/{code}")
    assert "已吹哨" in page
    assert "综合执法队" in page


async def test_who_was_not_called_does_not_see_it_and_who_may_not_blow_has_no_form(desk: Desk) -> None:
    code = await blown(await desk.at(GRID))
    court = await desk.at("officer@yanlou-court")
    await court.get(f"/whistles/{code}", 404)
    await court.get("/whistles/new", 403)
    await (await desk.at(GRID)).get("/whistles/new?item=nothing", 422)


async def test_figures_stand_with_what_they_are_of(desk: Desk) -> None:
    code = await blown(await desk.at("grid@yanlou-jiupan"), "dogs")
    await does(await desk.at("police@yanlou-police"), code, "arrive")
    page = await (await desk.at("director@yanlou-centre")).get("/whistles?by=item")
    row = re.search(r'<th scope="row" class="text">犬只伤人扰民</th>.*?</tr>', page, re.DOTALL)
    assert row is not None
    assert "1/2 次" in row[0]
    assert "待 1" in row[0]
    await (await desk.at("director@yanlou-centre")).get("/whistles?period=nothing", 422)
    await (await desk.at("admin_system@huaxi-centre")).get("/whistles", 403)
