"""An intake by the keyboard alone, with what the page does while one types; and a party at its own page, on a phone."""

from __future__ import annotations

import uuid

import pytest
from playwright.async_api import expect

from tests.web.browser.walking import PHONE, Site, Walker
from tests.web.running import Api

CLERK = "clerk@yanlou-centre"


def name() -> str:
    """A name that nobody else in these tests has."""
    return f"钱{uuid.uuid4().hex[:8]}"


def phone() -> str:
    """A phone that nobody else in these tests has."""
    return f"139{uuid.uuid4().int % 10**8:08}"


async def reach(person: Walker, field: str) -> int:
    """Press Tab until a field has the focus; gives how often."""
    for pressed in range(1, 12):
        await person.page.keyboard.press("Tab")
        if await person.page.evaluate("document.activeElement.name") == field:
            return pressed
    raise AssertionError(f"the keyboard does not come to {field}")


async def test_a_clerk_takes_a_dispute_in_by_the_keyboard_alone(site: Site) -> None:
    async with site.person(CLERK) as clerk:
        await clerk.go("/cases/new")
        keys = clerk.page.keyboard
        await expect(clerk.page.get_by_role("combobox", name="发生地")).to_be_focused()
        await keys.type("gm")
        await expect(clerk.page.locator("#place-list").get_by_role("option").first).to_contain_text("谷蒙村")
        pressed = 0
        for field, typed in (
            ("summary", "院坝排水，争吵三次"),
            ("parties.0.name", name()),
            ("parties.0.phone", phone()),
            ("parties.1.name", name()),
        ):
            pressed += await reach(clerk, field)
            await keys.type(typed)
        assert pressed <= 25
        await expect(clerk.page.locator("#place")).to_have_value("520111105202")
        await keys.press("Control+Enter")
        await expect(clerk.page.get_by_role("button", name="打印")).to_be_focused()
        await clerk.sees("已登记", "受理回执", "查询码")
        clerk.fine()


async def test_the_list_of_places_is_gone_through_with_the_arrows_and_knows_what_is_no_place(site: Site) -> None:
    async with site.person(CLERK) as clerk:
        await clerk.go("/cases/new")
        keys, place = clerk.page.keyboard, clerk.page.locator("#place")
        await keys.type("燕楼")
        await keys.press("ArrowDown")
        second = await clerk.page.locator("#place-list").get_by_role("option").nth(1).text_content()
        await keys.press("Enter")
        assert await place.input_value()
        assert (await clerk.page.locator("#place-typed").input_value()).split(" · ")[0] in (second or "")
        await clerk.page.locator("#place-typed").fill("nowhere")
        await expect(clerk.page.locator("#place-list").get_by_role("option")).to_have_text("没有这个地点")
        await keys.press("Escape")
        assert await place.input_value() == ""
        assert await clerk.page.evaluate("document.querySelector('#place-typed').validationMessage") == "请从列表中选一个地点"
        clerk.fine()


async def test_while_one_types_the_page_tells_risk_likeness_and_that_it_keeps_a_draft(site: Site, api: Api) -> None:
    applicant = name()
    code = await api.open(parties=[{"id": "a", "side": "applicant", "name": applicant}], intake_id=uuid.uuid4().hex)
    async with site.person("clerk@yanlou-centre") as clerk:
        await clerk.go("/cases/new")
        page = clerk.page
        await page.keyboard.type("gm\t")
        await page.get_by_label("九十日内有过暴力或报警").check()
        await expect(page.locator("#grade")).to_contain_text("合计 25 分，达到黄色")
        await page.get_by_role("button", name="再加一位当事人").click()
        await expect(page.locator('[name="parties.2.name"]')).to_be_focused()
        await page.keyboard.type(applicant)
        await expect(page.locator("#alike")).to_contain_text(code)
        await expect(page.locator("#draft")).to_contain_text("已存草稿")
        draft = await page.locator('#draft [name="draft"]').input_value()
        await clerk.go(f"/cases/new?draft={draft}")
        assert await page.locator('[name="parties.2.name"]').input_value() == applicant
        await expect(page.get_by_label("九十日内有过暴力或报警")).to_be_checked()
        assert await clerk.barriers() == []
        clerk.fine()


@pytest.mark.parametrize("how", [{"language": "zh", "theme": "light"}, {"language": "en", "theme": "dark"}], ids=["zh", "en"])
async def test_what_was_refused_is_said_to_everybody(site: Site, how: dict[str, str]) -> None:
    async with site.person(CLERK, scripts=False, **how) as clerk:
        await clerk.go("/cases/new")
        await clerk.page.locator('[name="place"]').select_option("520111105202")
        await clerk.page.locator('[name="summary"]').fill("院坝排水")
        await clerk.page.locator('[name="parties.0.name"]').fill(name())
        await clerk.page.locator('[name="parties.1.phone"]').fill("x")
        await clerk.page.locator("[data-submit]").click()
        await expect(clerk.page.get_by_role("alert")).to_be_visible()
        await expect(clerk.page.locator('[aria-invalid="true"]')).to_have_count(1)
    async with site.person(CLERK, **how) as clerk:
        await clerk.go("/cases/new")
        await clerk.page.evaluate("document.querySelector('#intake').noValidate = true")
        await clerk.page.locator("[data-submit]").click()
        await expect(clerk.page.get_by_role("alert")).to_be_visible()
        assert await clerk.barriers() == []


@pytest.mark.parametrize("how", [{"language": "zh"}, {"language": "en", "theme": "dark"}, {"scripts": False}], ids=["zh", "en", "plain"])
async def test_a_party_follows_its_case_on_a_phone(site: Site, api: Api, how: dict[str, object]) -> None:
    code = await api.open(intake_id=uuid.uuid4().hex)
    async with site.person(CLERK) as clerk:
        await clerk.go(f"/cases/{code}/receipt")
        query = await clerk.page.locator(".slip .code").inner_text()
    async with site.person(size=PHONE, **how) as party:
        await party.go("/citizen")
        await party.page.locator("#code").fill(query.lower())
        await party.page.locator("#digits").fill("0001")
        await party.page.locator("main button").click()
        await party.sees(code)
        assert "1380000" not in await party.page.content()
        for summary in await party.page.locator("summary").all():
            await summary.click()
        assert await party.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        if how.get("scripts", True):
            assert await party.barriers() == []
        await party.page.locator("#complain-text").fill("等了很久没人联系")
        await party.page.locator("#complain button").click()
        await expect(party.page.get_by_role("status").first).to_be_visible()
        party.fine()
