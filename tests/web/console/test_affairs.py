"""Pages of affairs: begun, found in the inbox, done and inspected by forms alone; a refusal keeps what was typed; links both ways."""

from __future__ import annotations

import re

from fastapi.routing import APIRoute

from rules.affair.kinds import KINDS
from service.office import Office
from tests.web.console.visitors import Desk, Visitor
from tests.web.running import Api
from web.console.affair_forms import form
from web.console.affair_pages import OWN, address, duty_at
from web.console.pages import ROUTERS

GRID, HOUSING = "grid@yanlou-gumeng", "officer@yanlou-housing"
WORDS = "租户厨房燃气软管老化"


async def report(grid: Visitor) -> str:
    """Begin a hazard on its page; return its code."""
    await grid.get("/affairs/new/hazard")
    answer = await grid.submit("/affairs/new/hazard", item="gas", text=WORDS)
    found = re.fullmatch(r"/affairs/([A-Z0-9-]+)\?done=affair-begun", answer.headers["location"])
    assert found is not None
    return found[1]


async def test_a_hazard_is_reported_fixed_and_inspected_on_pages(desk: Desk) -> None:
    grid, housing = await desk.at(GRID), await desk.at(HOUSING)
    code = await report(grid)
    assert await housing.find("/inbox?kind=hazard", code)
    assert "整改反馈" in housing.page
    page = await housing.get(f"/affairs/{code}")
    for words in (WORDS, "燃气设施不安全", "重大隐患", "谷蒙", "为什么是这个时间", "现在由谁办"):
        assert words in page, words
    await housing.submit(f"/affairs/{code}/do/fix", text="已更换金属软管")
    assert "待复查" in await grid.get(f"/affairs/{code}?done=affair-done")
    await grid.submit(f"/affairs/{code}/do/inspect", passed="yes")
    page = await grid.get(f"/affairs/{code}")
    assert "已销号" in page
    assert "已更换金属软管" in page
    assert not await housing.find("/inbox?kind=hazard", code)
    assert await grid.find("/affairs?kind=hazard&state=ended", code)
    for visitor in (grid, housing):
        assert await visitor.find("/inbox?list=done", code), "in one list with cases"
        assert await visitor.find("/inbox?list=handled&kind=hazard", code)


async def test_a_refusal_brings_the_form_back_as_it_was_filled_in(desk: Desk) -> None:
    grid, housing = await desk.at(GRID), await desk.at(HOUSING)
    await grid.get("/affairs/new/hazard")
    await grid.submit("/affairs/new/hazard", 422, item="", text=WORDS)
    assert WORDS in grid.page
    assert "隐患条目" in grid.page
    code = await report(grid)
    await housing.get(f"/affairs/{code}")
    await housing.submit(f"/affairs/{code}/do/pass", 422, unit="yanlou-enforce", reason="")
    assert '<option value="yanlou-enforce" selected>' in housing.page
    assert "须说明理由" in housing.page or "理由" in housing.page


async def test_the_same_form_sent_twice_does_it_once_and_an_old_page_is_told_so(desk: Desk) -> None:
    grid, housing = await desk.at(GRID), await desk.at(HOUSING)
    await grid.get("/affairs/new/hazard")
    form_ = grid.form("/affairs/new/hazard")
    first, second = [await grid.send(form_, item="gas", text=WORDS) for _ in "12"]
    assert first.headers["location"] == second.headers["location"]
    code = first.headers["location"].partition("?")[0].removeprefix("/affairs/")
    await housing.get(f"/affairs/{code}")
    fix, note = housing.form(f"/affairs/{code}/do/fix"), housing.form(f"/affairs/{code}/do/note")
    await housing.send(fix, text="已更换")
    await housing.send(fix, text="已更换")
    await housing.send(note, text="旧页面上的备注")
    stale = {**fix.fields, "id": ["other"]}
    fix.fields = stale
    await housing.send(fix, 409, text="再次")
    assert "这项事务已有新进展" in housing.page


async def test_what_is_not_ones_own_is_not_there(desk: Desk) -> None:
    code = await report(await desk.at(GRID))
    stranger = await desk.at("officer@yanlou-justice")
    await stranger.get(f"/affairs/{code}", 404)
    assert not await stranger.find("/affairs?state=all", code)
    await (await desk.at("analyst@huaxi-centre")).get(f"/affairs/{code}", 404)
    await stranger.get("/affairs/new/nothing", 404)


async def test_a_case_and_an_affair_lead_to_each_other(desk: Desk, api: Api) -> None:
    case = await api.open()
    dispatcher = await desk.at("dispatcher@yanlou-centre")
    code = await report(await desk.at(GRID))
    await dispatcher.get(f"/affairs/{code}")
    await dispatcher.submit(f"/affairs/{code}/do/link", to=case)
    assert f'href="/cases/{case}"' in await dispatcher.get(f"/affairs/{code}")
    assert f'href="/affairs/{code}"' in await dispatcher.get(f"/cases/{case}")
    # Who does not see the case is not told of it by the affair.
    assert case not in await (await desk.at(HOUSING)).get(f"/affairs/{code}")


def test_every_field_of_a_form_has_words() -> None:
    assert form("hazard", "report") is not None
    for name, kind in KINDS.items():
        for do in kind.models:
            made = form(name, do)
            assert made is None or all(asked.zh and asked.en for asked in made.inputs), (name, do)


async def test_pages_are_light(desk: Desk, office: Office) -> None:
    grid = await desk.at(GRID)
    code = await report(grid)
    for path in ("/affairs", "/affairs/new/hazard", f"/affairs/{code}"):
        assert len((await grid.get(path)).encode()) < 60_000, path


async def test_a_kind_with_pages_of_its_own_is_led_to_there(desk: Desk) -> None:
    assert (address("hazard", "HZ-1"), address("whistle", "WH-1"), address("dispute", "C-1")) == (
        "/affairs/HZ-1",
        "/whistles/WH-1",
        "/cases/C-1",
    )
    page = await (await desk.at(GRID)).get("/affairs")
    for path in ("/whistles/new", "/dwellings/new", "/households/new", "/orders/catalogue", "/affairs/new/hazard"):
        assert f'href="{path}"' in page, path


def test_every_page_of_one_affair_is_known_where_links_are_made() -> None:
    pages = {route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())}
    own = {f"{own.one}{{code}}" for own in OWN.values() if own.one is not None}
    assert own <= pages
    assert {page for page in pages if re.fullmatch(r"/[a-z]+/\{code\}", page)} - own == {"/affairs/{code}"}


def test_what_is_owed_is_done_where_there_is_a_form_for_it() -> None:
    assert duty_at("whistle", "WH-1", "respond") == "/whistles/WH-1#do-respond"
    assert duty_at("dwelling", "DW-1", "confirm") == "/dwellings/DW-1#do-confirm"
    assert duty_at("dwelling", "DW-1", "decide_clearing") == "/affairs/DW-1#do-decide_clearing"
    assert duty_at("household", "HF-1", "visit") == "/households/visits/HF-1"
    assert duty_at("household", "HF-1", "renew") == "/affairs/HF-1#do-renew"
    assert duty_at("sheet", "RS-1", "settle") == "/affairs/RS-1#do-settle"
    assert duty_at("hazard", "HZ-1", "fix") == "/affairs/HZ-1#do-fix"
    for name, kind in KINDS.items():
        acts = {*(own.owed or ()), *own.forms} if (own := OWN.get(name)) is not None else set()
        assert acts <= kind.specs.keys() | kind.labels.duties.keys(), name
