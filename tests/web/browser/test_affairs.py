"""A hazard in a browser: reported on a phone, mended by the unit whose inbox leads there, inspected by the grid; without scripts, too."""

from __future__ import annotations

from pathlib import Path

from tests.web.browser.walking import PHONE, Site, Walker

GRID, HOUSING = "grid@yanlou-gumeng", "officer@yanlou-housing"


async def begin(grid: Walker, text: str) -> str:
    """Report a hazard from the list of affairs; return its code."""
    await grid.go("/affairs")
    await grid.page.get_by_role("link", name="登记隐患").click()
    await grid.page.locator('select[name="item"]').select_option("gas")
    await grid.page.locator('textarea[name="text"]').fill(text)
    async with grid.page.expect_navigation():
        await grid.page.get_by_role("button", name="上报隐患").click()
    await grid.sees(text, "待整改", "燃气设施不安全")
    return await grid.page.locator("#code").inner_text()


async def test_a_hazard_goes_from_the_phone_to_the_unit_and_back_to_the_grid(site: Site, tmp_path: Path) -> None:
    async with site.person(GRID, size=PHONE) as grid, site.person(HOUSING) as unit:
        code = await begin(grid, "软管老化，无熄火保护")
        assert await grid.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert await grid.barriers() == []
        await unit.find("/inbox?kind=hazard", code)
        async with unit.page.expect_navigation():
            await unit.page.locator("tr", has_text=code).get_by_role("link", name="整改反馈").click()
        await unit.act("fix", text="已更换金属软管")
        await unit.sees("待复查", "已更换金属软管")
        assert await unit.barriers() == []
        await grid.find("/inbox?kind=hazard", code)
        async with grid.page.expect_navigation():
            await grid.page.locator("tr", has_text=code).get_by_role("link", name="复查").click()
        await grid.act("inspect", passed="yes")
        await grid.sees("已销号")
        grid.fine()


async def test_it_works_without_scripts_and_in_english(site: Site) -> None:
    async with site.person(GRID, size=PHONE, scripts=False) as grid:
        code = await begin(grid, "外墙脱落")
    async with site.person(HOUSING, size=PHONE, language="en") as unit:
        await unit.go(f"/affairs/{code}")
        await unit.sees("Say that it is mended", "Unsafe gas installation", "The hazard was reported")
        assert await unit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for path in ("/affairs", f"/affairs/{code}"):
            await unit.go(path)
            assert await unit.barriers() == []
