"""A whistle on phones: a grid member blows it, a department answers, arrives and resolves, the author rates; and its figures."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.web.browser.walking import PHONE, Site


@pytest.mark.parametrize(
    "how", [{"language": "zh"}, {"language": "zh", "theme": "dark"}, {"language": "zh", "scripts": False}], ids=["light", "dark", "plain"]
)
async def test_a_whistle_goes_its_way_on_phones(site: Site, how: dict[str, Any]) -> None:
    seen: list[str] = []
    axe = how.get("scripts", True)
    async with (
        site.person("grid@yanlou-gumeng", size=PHONE, **how) as grid,
        site.person("officer@yanlou-housing", size=PHONE, **how) as unit,
    ):
        await grid.go("/whistles/new")
        await grid.fits()
        seen += await grid.barriers() if axe else []
        await grid.page.get_by_text("民生服务").click()
        await grid.page.get_by_role("link", name="停水停电停气久未恢复").click()
        await expect(grid.page.get_by_label("村镇建设服务中心")).to_be_checked()
        await grid.page.get_by_label("什么情况").fill("三组停水三天")
        await grid.page.get_by_label("已经做了什么").fill("已联系水厂，送水两车")
        await grid.fits()
        seen += await grid.barriers() if axe else []
        await grid.press("吹哨")
        await grid.sees("已吹哨", "待应答", "谷蒙村")
        path = grid.page.url.partition("?")[0].removeprefix(site.address)
        await unit.go(path)
        await unit.press("应答")
        await unit.press("报到")
        await unit.page.get_by_label("做了什么，结果如何").fill("更换水泵，已恢复供水")
        await unit.fits()
        seen += await unit.barriers() if axe else []
        await unit.press("办结")
        await unit.sees("待销哨")
        await grid.go(path)
        await grid.fits()
        await grid.press("销哨确认")
        await grid.unfold("rate_unit")
        await grid.page.locator("#do-rate_unit").get_by_label("5", exact=True).check()
        await grid.press("评价部门")
        await grid.sees("已销哨", "评分 5")
        seen += await grid.barriers() if axe else []
    assert seen == []


@pytest.mark.parametrize("how", [{"size": PHONE}, {"language": "en", "theme": "dark"}], ids=["phone", "en"])
async def test_the_figures_are_read_by_everybody(site: Site, how: dict[str, Any]) -> None:
    async with site.person("director@yanlou-centre", **how) as director:
        await director.go("/whistles?by=item&period=year")
        assert await director.barriers() == []
        assert len((await director.page.content()).encode()) < 200_000
        director.fine()
