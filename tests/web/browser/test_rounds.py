"""A sheet on a phone: visited, left out, something found; results wait in the browser while the connection is away, and arrive once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from service.office import Office
from tests.support.waiting import until
from tests.web.browser.walking import PHONE, Site, Walker
from tests.web.console.test_rounds import CENTRE, GRID, dealt

FINE = {"exits": "clear", "ebike": "safe", "wiring": "safe"}


async def answer(person: Walker, **changes: str) -> None:
    """Answer the questions of a fire inspection."""
    for name, value in {**FINE, **changes}.items():
        await person.page.locator(f'[name="answer.{name}"][value="{value}"]').check()


async def opened(person: Walker, code: str) -> None:
    """Look at the sheet until what was found has opened its record."""

    async def found() -> int:
        await person.go(f"/sheets/{code}")
        return await person.page.locator("#found").count()

    await until(found, bool)


@pytest.mark.parametrize("how", [{}, {"theme": "dark"}, {"scripts": False}], ids=["light", "dark", "plain"])
async def test_a_grid_member_walks_a_sheet_on_a_phone(site: Site, office: Office, how: dict[str, Any]) -> None:
    mark = next(iter(how), "light")
    _, code = await dealt(office, *(f"{mark}-{n}" for n in range(3)))
    seen: list[str] = []
    axe = how.get("scripts", True)
    async with site.person(GRID, size=PHONE, **how) as grid:
        await grid.go(f"/sheets/{code}")
        await grid.fits()
        seen += await grid.barriers() if axe else []
        await answer(grid)
        await grid.press("登记走访")
        await grid.page.get_by_role("link", name=f"商铺{mark}-2", exact=True).click()
        await expect(grid.page.locator("#target")).to_have_text(f"商铺{mark}-2")
        await grid.page.get_by_text("未能走访", exact=True).click()
        await grid.page.get_by_label("场所停业关闭").check()
        await grid.press("登记未走访")
        await answer(grid, exits="blocked")
        await grid.press("登记走访")
        await grid.sees("还有 0 个")
        await opened(grid, code)
        await grid.fits()
        seen += await grid.barriers() if axe else []
        await grid.tap("-HZ-")
        await grid.sees(code)
        grid.fine()
    assert seen == []


async def test_results_wait_in_the_browser_and_arrive_once(site: Site, office: Office) -> None:
    _, code = await dealt(office, "w1", "w2", "w3")
    async with site.person(GRID, size=PHONE) as grid:
        page, waiting = grid.page, grid.page.locator("[data-waiting]")
        await grid.go(f"/sheets/{code}")
        await page.context.set_offline(True)
        await answer(grid, ebike="indoors")
        await page.get_by_role("button", name="登记走访").click()
        await expect(waiting).to_contain_text("商铺w1 · 已走访")
        await expect(page.locator("#target")).to_have_text("商铺w2")
        await page.get_by_text("未能走访", exact=True).click()
        await page.get_by_label("多次上门无人").check()
        await page.locator("#skip-text").fill("王某不在家")
        await page.get_by_role("button", name="登记未走访").click()
        await expect(page.locator("[data-needs-connection]")).to_be_visible()
        await expect(page.locator("#skip-text")).to_have_value("王某不在家")
        stored = await page.evaluate("JSON.stringify(localStorage)")
        assert "w1" in stored
        assert "商铺" not in stored
        assert "王某" not in stored
        assert await grid.barriers() == []
        await page.context.set_offline(False)
        await expect(waiting).to_be_hidden()
        assert await page.evaluate("localStorage.length") == 0
        await grid.go(f"/sheets/{code}")
        await grid.sees("共 3 个对象，还有 2 个")


async def test_a_result_that_came_too_late_says_why_and_is_dropped_by_hand(site: Site, office: Office) -> None:
    _, code = await dealt(office, "z1", "z2")
    async with site.person(GRID, size=PHONE) as grid, site.person(GRID, size=PHONE) as other:
        await grid.go(f"/sheets/{code}")
        await grid.page.context.set_offline(True)
        await answer(grid)
        await grid.page.get_by_role("button", name="登记走访").click()
        await expect(grid.page.locator("[data-waiting]")).to_be_visible()
        await other.go(f"/sheets/{code}")
        await answer(other)
        await other.press("登记走访")
        await grid.page.context.set_offline(False)
        await grid.page.get_by_role("button", name="丢弃").click()
        await expect(grid.page.locator("[data-waiting]")).to_be_hidden()


@pytest.mark.parametrize("how", [{"size": PHONE}, {"language": "en", "theme": "dark"}], ids=["phone", "en"])
async def test_the_page_of_a_round_is_read_by_everybody(site: Site, office: Office, how: dict[str, Any]) -> None:
    code, _ = await dealt(office, "r1", "r2")
    async with site.person(CENTRE, **how) as centre:
        await centre.go(f"/rounds/{code}")
        assert await centre.barriers() == []
        if "size" in how:
            await centre.fits()
        centre.fine()
