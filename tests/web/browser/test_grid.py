"""Days of the grid on phones: a hazard found on a visit, an order through its desks, a landlord and a tenant, a household, a whole list."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from service.affairs.desk import Affairs
from service.affairs.keeping import ring
from service.office import Office
from tests.service.households.test_importing import ROW, listed
from tests.support.waiting import until
from tests.web.browser.test_rounds import answer, opened
from tests.web.browser.walking import PHONE, Site, Walker
from tests.web.console.test_rounds import dealt

GRID, VILLAGE, TEAM, CLERK = "grid@yanlou-gumeng", "officer@yanlou-gumeng", "steward@yanlou-steward", "clerk@yanlou-centre"
PRICE = "45"


async def test_a_hazard_found_on_a_visit_is_followed_until_it_is_closed(site: Site, office: Office) -> None:
    shop = f"h{uuid.uuid4().hex[:6]}"
    _, sheet = await dealt(office, shop)
    async with site.person(GRID, size=PHONE) as grid, site.person(VILLAGE, size=PHONE) as village:
        await grid.owed("sheet", sheet, "登记走访")
        await grid.sees(f"商铺{shop}")
        await answer(grid, exits="blocked")
        await grid.press("登记走访")
        await opened(grid, sheet)
        await grid.tap("-HZ-")
        code = await grid.page.locator("#code").inner_text()
        await grid.sees("待整改", "疏散通道堵塞", sheet)
        await grid.fits()
        await village.owed("hazard", code, "整改反馈")
        await village.act("fix", text="杂物已清走")
        await village.fits()
        await grid.owed("hazard", code, "复查")
        await grid.act("inspect", passed="yes")
        await grid.sees("已销号")
        assert await grid.barriers() == []
        await grid.tap(sheet)
        await grid.sees(code)
        grid.fine()


async def asks(grid: Walker, class_: str, item: str, text: str) -> str:
    """Ask for a service for somebody, from the catalogue; return the order's code."""
    await grid.go("/orders")
    await grid.tap("申请服务")
    await grid.page.locator("summary", has_text=class_).click()
    await grid.tap(item)
    await grid.page.locator('[name="text"]').fill(text)
    await grid.page.locator('[name="customer_person.name"]').fill("欧阳独二")
    await grid.page.locator('[name="customer_person.phone"]').fill("13912345678")
    await grid.press("提交申请")
    return await grid.page.locator("#code").inner_text()


async def does(person: Walker, code: str, do: str, **fields: str) -> None:
    """Do what stands in the queue of orders for one of them."""
    await person.go("/orders")
    entry = person.page.locator(".queue > li", has_text=code)
    fold = entry.locator(f'[id="do-{do}-{code}"] > summary')
    if await fold.count():
        await fold.click()
    for name, value in fields.items():
        await person.fill(entry.locator(f'[name="{name}"]'), value)
    async with person.page.expect_navigation():
        await entry.locator("form button").last.click()
    person.fine()


async def test_an_order_goes_through_its_desks_and_a_free_one_hangs_on_no_paid_one(site: Site) -> None:
    async with site.person(GRID, size=PHONE) as grid, site.person(TEAM, size=PHONE) as team:
        paid = await asks(grid, "房屋修缮", "屋面补漏", "堂屋屋面漏雨")
        await grid.fits()
        await does(team, paid, "quote", price=PRICE)
        free = await asks(grid, "特殊群体帮扶", "代取药品", "每周二去卫生院取药")
        await grid.sees("待开工")
        await does(team, free, "start")
        await does(team, free, "finish", text="药已送到家")
        await does(grid, free, "confirm", accepted="yes")
        await grid.sees("已完成")
        await does(grid, paid, "accept")
        await does(team, paid, "start")
        await does(team, paid, "finish", text="换瓦并做防水")
        assert await team.barriers() == []
        await does(grid, paid, "confirm", accepted="yes")
        for code in (paid, free):
            await grid.go(f"/affairs/{code}")
            await grid.act("rate", stars="5")
            await grid.fits()
        assert await grid.barriers() == []


async def test_a_landlord_reports_a_tenant_checks_in_and_the_grid_confirms_it(site: Site, office: Office) -> None:
    async with site.person(GRID, size=PHONE) as grid, site.person(size=PHONE) as tenant:
        await grid.go("/affairs")
        await grid.tap("登记出租房")
        await grid.fits()
        house = {
            "number": uuid.uuid4().hex[:8],
            "address": "谷蒙村三组",
            "name": "房东甲",
            "phone": "13800000011",
            "id0": "r1",
            "area0": "20",
        }
        for name, value in house.items():
            await grid.page.locator(f'[name="{name}"]').fill(value)
        await grid.press("登记")
        path = grid.page.url.removeprefix(site.address)
        await grid.unfold("let")
        lease = {"lease": "l1", "since": "2026-01-01", "until": "2028-01-01", "headcount": "2", "name": "租客乙", "phone": "13800000012"}
        await grid.act("let", rooms=True, **lease)
        await grid.press("发放入住码")
        code = await grid.page.locator(".notice.good strong").inner_text()
        await grid.fits()
        await tenant.go("/check-in")
        for name, value in {"code": code.lower(), "name": "租客丙", "phone": "13800000013"}.items():
            await tenant.page.locator(f"#{name}").fill(value)
        await tenant.fits()
        assert await tenant.barriers() == []
        await tenant.press("登记")
        await tenant.sees("网格员会上门核实")
        dwelling = path.split("/")[-1].partition("?")[0]
        await grid.owed("dwelling", dwelling, "核实入住")
        await grid.sees("租客丙", "待核实")
        assert await grid.barriers() == []
        await grid.page.locator("li", has_text="租客丙").get_by_role("button", name="确在此居住").click()
        await expect(grid.page.locator("li", has_text="租客丙").locator(".badge")).to_have_count(0)
        await grid.go(f"/affairs/{dwelling}")
        await grid.tap("打开出租房页面")
        await grid.act("inspect", headcount="2")
        await ring(office, Affairs(office))
        await grid.fits()
        grid.fine()


async def test_a_visit_is_noted_and_the_household_is_seen_as_it_stood(site: Site, office: Office) -> None:
    following = office.bundle.cal.local_date(office.now()) + timedelta(days=9)
    async with site.person(GRID, size=PHONE) as grid:
        await grid.go("/households")
        await grid.tap("建档")
        await grid.fits()
        for name, value in {"number": f"W-{uuid.uuid4().hex[:6]}", "address": "谷蒙村一组5号", "m0.name": "慕容独三"}.items():
            await grid.page.locator(f'[name="{name}"]').fill(value)
        await grid.page.get_by_label("独居老人照料").check()
        await grid.press("建档")
        code = await grid.page.locator("#code").inner_text()
        await grid.owed("household", code, "走访登记")
        await grid.sees("慕容独三", "谷蒙村一组5号")
        await grid.fits()
        await grid.page.locator('[name="outcome"][value="need_found"]').check()
        await grid.page.locator("#text").fill("需要修门")
        await grid.page.locator("#next").fill(following.isoformat())
        await grid.press("登记走访")
        await grid.sees("需要修门")
        await grid.tap("版本")
        await grid.sees("第 1 版", "走访记录")
        await grid.fits()
        await grid.page.get_by_role("link", name="第 1 版").click()
        await grid.sees("这是当时的内容", "慕容独三")
        await expect(grid.page.locator("main")).not_to_contain_text("需要修门")
        assert await grid.barriers() == []
        grid.fine()


@pytest.mark.parametrize("how", [{"size": PHONE}, {"scripts": False}], ids=["phone", "plain"])
async def test_a_list_of_households_is_tried_and_then_brought_in(
    site: Site, office: Office, tmp_path: Path, how: dict[str, object]
) -> None:
    mark = uuid.uuid4().hex[:6]
    rows = [{**ROW, "number": f"{mark}-{n}", "name": f"甲某{n}", "phone": f"1390000{n:04d}"} for n in range(3)]
    path = listed(office, tmp_path / "a.xlsx", *rows, {**ROW, "number": f"{mark}-9", "place": "没有的村"})
    async with site.person(CLERK, **how) as clerk:
        await clerk.go("/households")
        await clerk.tap("导入名册")
        await clerk.page.locator("#file").set_input_files(path)
        await clerk.press("上传并试导入")
        await comes(clerk, "待确认", how)
        await clerk.sees("有误的行", "村（社区）代码")
        if how.get("scripts", True):
            await clerk.fits()
            assert await clerk.barriers() == []
        await clerk.press("导入 3 户")
        await comes(clerk, "已导入", how)
        await clerk.sees("名册本身已销毁")
        await clerk.tap("再上传一份")
        await clerk.page.locator("#file").set_input_files(listed(office, tmp_path / "b.xlsx", *rows))
        await clerk.press("上传并试导入")
        await comes(clerk, "没有可导入的户", how)
        await clerk.sees("名册与档案一致")
        clerk.fine()


async def comes(person: Walker, stage: str, how: dict[str, object]) -> None:
    """Wait until a list is so far: the page tells it by itself, or is loaded again."""
    heading = person.page.locator("#stage")
    if how.get("scripts", True):
        await expect(heading).to_have_text(stage)
        return

    async def loaded() -> str:
        await person.page.reload()
        return await heading.inner_text()

    await until(loaded, lambda found: found == stage)
