"""A session that ends while a page stands open: a warning in time, nothing lost, and going on after signing in again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.async_api import Route, expect

from service.office import Office
from tests.web.browser.walking import Site, Walker
from tests.web.running import Api
from web.auth import SESSION_COOKIE

SCREENER, MEDIATOR = "screener@yanlou-centre", "mediator@yanlou-gumeng"
NOTE = "双方约好周五下午再谈"


@pytest.fixture
def later(office: Office) -> Iterator[Office]:
    """An office whose clock may be set; it is set back afterwards."""
    before = office.shift
    yield office
    office.shift = before


async def passes(walker: Walker, office: Office, minutes: int) -> None:
    """Let time pass, for the office and for the page."""
    office.shift += timedelta(minutes=minutes)
    await walker.page.clock.run_for(minutes * 60_000)


async def write(walker: Walker, code: str) -> None:
    """Open a case, with the clock of its page in hand, and begin a note."""
    await walker.page.clock.install()
    await walker.go(f"/cases/{code}")
    await walker.unfold("note")
    await walker.page.locator('#do-note textarea[name="text"]').fill(NOTE)


async def comes_back(walker: Walker, site: Site, post: str) -> None:
    """Sign in elsewhere in the same browser, and come back to the page."""
    session = await site.desk.session(post)
    await walker.page.context.add_cookies([{"name": SESSION_COOKIE, "value": session.cookie, "url": site.address}])
    await walker.page.evaluate("window.dispatchEvent(new Event('focus'))")


@pytest.mark.timeout(120)
async def test_who_is_asked_in_time_goes_on(site: Site, api: Api, later: Office) -> None:
    code = await api.open()
    async with site.person(SCREENER) as walker:
        await walker.page.clock.install()
        await walker.go(f"/cases/{code}")
        bar = walker.page.locator("[data-session]")
        await passes(walker, later, 25)
        await expect(bar).to_be_hidden()
        await passes(walker, later, 2)
        await expect(bar).to_contain_text("会话将在")
        assert await walker.barriers() == []
        await bar.get_by_role("button", name="继续使用").click()
        await expect(bar).to_be_hidden()
        await passes(walker, later, 20)
        await walker.page.reload()
        await walker.sees(code)
        walker.fine()


@pytest.mark.timeout(120)
async def test_typing_is_work_though_nothing_is_sent(site: Site, api: Api, later: Office) -> None:
    code = await api.open()
    async with site.person(SCREENER) as walker:
        await write(walker, code)
        async with walker.page.expect_response("**/session/stay"):
            await passes(walker, later, 27)
        await expect(walker.page.locator("[data-session]")).to_be_hidden()
        await passes(walker, later, 20)
        await walker.act("note")
        await walker.sees("已办理")


@pytest.mark.timeout(120)
async def test_what_was_typed_is_sent_after_signing_in_again_in_another_window(site: Site, api: Api, later: Office) -> None:
    code = await api.open()
    async with site.person(SCREENER) as walker:
        await write(walker, code)
        async with walker.page.expect_response("**/session/stay"):
            await passes(walker, later, 27)
        await passes(walker, later, 31)
        bar = walker.page.locator("[data-session]")
        await expect(bar).to_contain_text("会话已结束")
        await walker.page.locator("#do-note > form button").last.click()
        await expect(walker.page.locator('#do-note textarea[name="text"]')).to_have_value(NOTE)
        assert re.search(r"/cases/[A-Z0-9-]+$", walker.page.url)
        await comes_back(walker, site, MEDIATOR)
        await expect(bar).to_contain_text("另一个人")
        await comes_back(walker, site, SCREENER)
        await expect(bar).to_be_hidden()
        await walker.act("note")
        await walker.sees("已办理")
    assert NOTE in str((await api.get(f"/cases/{code}/timeline", SCREENER)).json())


@pytest.mark.timeout(120)
async def test_an_answer_that_comes_late_says_nothing_any_more(site: Site, api: Api, later: Office) -> None:
    code = await api.open()
    async with site.person(SCREENER) as walker:
        await walker.page.clock.install()
        await walker.go(f"/cases/{code}")
        bar = walker.page.locator("[data-session]")
        held: list[Route] = []

        async def hold(route: Route) -> None:
            answer = await route.fetch()
            held.append(route)
            await released.wait()
            await route.fulfill(response=answer)

        released = asyncio.Event()
        await passes(walker, later, 25)
        await walker.page.route("**/session", hold, times=1)
        office_session = await site.desk.session(MEDIATOR)
        await walker.page.context.add_cookies([{"name": SESSION_COOKIE, "value": office_session.cookie, "url": site.address}])
        await walker.page.clock.run_for(3 * 60_000)
        for _ in range(100):
            if held:
                break
            await asyncio.sleep(0.05)
        assert held
        await comes_back(walker, site, SCREENER)
        await expect(bar).to_be_hidden()
        released.set()
        await walker.page.wait_for_timeout(500)
        await expect(bar).to_be_hidden()
