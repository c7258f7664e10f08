"""Affairs in a browser: a hazard from the phone to the unit and back, a signal of early warning in three taps; without scripts, too."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.web.browser.walking import PHONE, Site, Walker

GRID, HOUSING = "grid@yanlou-gumeng", "officer@yanlou-housing"


async def begin(grid: Walker, text: str) -> str:
    """Report a hazard from the list of affairs; return its code."""
    await grid.go("/affairs")
    await grid.page.get_by_role("link", name="登记隐患").click()
    await grid.page.locator('select[name="item"]').select_option("gas")
    await grid.page.locator('textarea[name="text"]').fill(text)
    await grid.press("上报隐患")
    await grid.sees(text, "待整改", "燃气设施不安全")
    return await grid.page.locator("#code").inner_text()


async def test_a_hazard_goes_from_the_phone_to_the_unit_and_back_to_the_grid(site: Site, tmp_path: Path) -> None:
    async with site.person(GRID, size=PHONE) as grid, site.person(HOUSING) as unit:
        code = await begin(grid, "软管老化，无熄火保护")
        await grid.fits()
        assert await grid.barriers() == []
        await unit.owed("hazard", code, "整改反馈")
        await unit.act("fix", text="已更换金属软管")
        await unit.sees("待复查", "已更换金属软管")
        assert await unit.barriers() == []
        await grid.owed("hazard", code, "复查")
        await grid.act("inspect", passed="yes")
        await grid.sees("已销号")
        grid.fine()


async def test_it_works_without_scripts_and_in_english(site: Site) -> None:
    async with site.person(GRID, size=PHONE, scripts=False) as grid:
        code = await begin(grid, "外墙脱落")
    async with site.person(HOUSING, size=PHONE, language="en") as unit:
        await unit.go(f"/affairs/{code}")
        await unit.sees("Say that it is mended", "Unsafe gas installation", "The hazard was reported")
        await unit.fits()
        for path in ("/affairs", f"/affairs/{code}"):
            await unit.go(path)
            assert await unit.barriers() == []


@pytest.mark.parametrize("how", [{}, {"theme": "dark"}, {"scripts": False}], ids=["light", "dark", "plain"])
async def test_a_signal_is_three_taps_on_a_phone_and_its_grade_is_accounted_for(site: Site, how: dict[str, Any]) -> None:
    number, axe = f"P-{uuid.uuid4().hex[:6]}", how.get("scripts", True)
    seen: list[str] = []
    async with site.person(GRID, size=PHONE, **how) as grid, site.person("police@yanlou-police", size=PHONE, **how) as police:
        for person, signal in ((grid, "走访发现争吵"), (police, "纠纷警情")):
            await person.go("/watches/new")
            await person.tap(signal)
            await person.page.locator('input[name="about"][value="household"]').check()
            await person.page.get_by_label("户号或门牌编号").fill(number)
            await person.page.get_by_label("所在村").select_option(label="谷蒙村")
            seen += await person.barriers() if axe else []
            await person.fits()
            await person.press("报送线索")
        # Now that it is known, it takes three taps and no typing.
        await grid.go("/watches/new")
        seen += await grid.barriers() if axe else []
        await grid.tap("协议未按期履行")
        await grid.page.get_by_label(number).check()
        await grid.press("报送线索")
        await grid.fits()
        path = grid.page.url.partition("?")[0].removeprefix(site.address)
        await grid.sees("已办理：报送线索", "待走访")
    async with site.person("director@yanlou-centre", size=PHONE, **how) as director:
        await director.find("/watches?grade=orange", number)
        await director.fits()
        await director.go(path)
        await director.sees("等级怎么来的", "协议未按期履行", "现时积分 45.0 分")
        await director.fits()
        seen += await director.barriers() if axe else []
        director.fine()
    assert seen == []
