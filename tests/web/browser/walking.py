"""People at the console in a real browser: headless Chromium over a console at a port of its own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from tests.web.console.visitors import Desk
from web.auth import SESSION_COOKIE
from web.console.cookies import LANGUAGE, THEME

PHONE = {"width": 390, "height": 844}
SCREEN = {"width": 1280, "height": 900}

STRICT = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
"""What axe looks for."""

COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""What of it another theme can change: a page is the same but for its colours."""

BAD = frozenset({"serious", "critical"})

expect.set_options(timeout=10_000)


def chromium() -> str:
    """Return where Debian's Chromium is; `scripts/deps.sh` installs it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise LookupError("no chromium in PATH: make deps")
    return found


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A browser, for as many people as come."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"])
        yield browser
        await browser.close()


@dataclass
class Site:
    """A console that is served, and the browser its people use."""

    address: str
    desk: Desk
    browser: Browser

    @asynccontextmanager
    async def person(self, *posts: str, **how: Any) -> AsyncIterator[Walker]:
        """Somebody signed in at these posts, or a stranger; `size`, `language`, `theme`, `scripts` say how they look at it."""
        context = await self.browser.new_context(
            base_url=self.address,
            viewport=how.get("size", SCREEN),
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=how.get("scripts", True),
        )
        try:
            cookies = {LANGUAGE: how.get("language", "zh"), THEME: how.get("theme", "light")}
            if posts:
                cookies[SESSION_COOKIE] = (await self.desk.session(*posts)).cookie
            await context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in cookies.items()])
            yield await Walker.begin(context)
        finally:
            await context.close()


class Walker:
    """One person, one page. Whatever the browser complains about, a broken script or a blocked style, is an error here."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None)

    @classmethod
    async def begin(cls, context: BrowserContext) -> Walker:
        """Open the page."""
        return cls(await context.new_page())

    async def go(self, path: str, status: int = 200) -> None:
        """Go to an address."""
        answer = await self.page.goto(path)
        assert answer is not None
        assert answer.status == status, (path, answer.status)

    async def find(self, path: str, wanted: str) -> None:
        """Turn the pages of a list until this stands on one; others have cases in it, too."""
        await self.go(path)
        onward = self.page.locator('.pager [rel="next"]')
        while wanted not in await self.page.locator("main").inner_text() and await onward.count():
            async with self.page.expect_navigation():
                await onward.click()
        await self.sees(wanted)

    async def act(self, do: str, **fields: str | bool) -> None:
        """Do an action on the case whose page is open: unfold its form, fill it in, send it."""
        form = self.page.locator(f"#do-{do} > form")
        if not await form.is_visible():
            await self.unfold(do)
        for name, value in fields.items():
            await self.fill(form.locator(f'[name="{name}"]'), value)
        async with self.page.expect_navigation():
            await form.locator("button").last.click()
        self.fine()

    async def press(self, name: str) -> None:
        """Press a button and wait for the page that follows."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=name, exact=True).click()
        self.fine()

    async def tap(self, name: str) -> None:
        """Follow a link."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("link", name=name).first.click()
        self.fine()

    async def owed(self, kind: str, code: str, act: str) -> None:
        """Go from the inbox to what is owed in an affair."""
        await self.find(f"/inbox?kind={kind}", code)
        async with self.page.expect_navigation():
            await self.page.locator("tr", has_text=code).get_by_role("link", name=act, exact=True).click()

    async def fits(self) -> None:
        """The page is no wider than its window, and light enough for a phone."""
        size = self.page.viewport_size
        assert size is not None
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= size["width"], self.page.url
        assert len((await self.page.content()).encode()) < 200_000

    async def unfold(self, do: str) -> None:
        """Open the fold that an action stands in, and the one around it."""
        for summary in (self.page.locator(f"details:has(> #do-{do}) > summary"), self.page.locator(f"#do-{do} > summary")):
            if await summary.count() and not await summary.locator("xpath=..").evaluate("fold => fold.open"):
                await summary.click()

    async def fill(self, field: Locator, value: str | bool) -> None:
        """Fill in a field, tick a box, choose among choices."""
        kind = await field.first.evaluate("field => field.tagName === 'INPUT' ? field.type : field.tagName.toLowerCase()")
        if kind == "radio":
            await field.and_(self.page.locator(f'[value="{value}"]')).check()
        elif kind == "select":
            await field.select_option(str(value))
        elif kind == "checkbox":
            await field.set_checked(bool(value))
        else:
            await field.fill(str(value))

    async def sees(self, *words: str) -> None:
        """Look for words on the page."""
        for word in words:
            await expect(self.page.locator("main")).to_contain_text(word)

    def fine(self) -> None:
        """Fail on whatever the browser has complained about since."""
        assert self.complaints == []

    async def barriers(self) -> list[str]:
        """Return what axe finds that keeps somebody out: rule, and where."""
        return await self._found(STRICT)

    async def barriers_by_day_and_night(self) -> list[str]:
        """Return what axe finds on a page that goes by the device's theme, whether that is light or dark."""
        await self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        by_day = await self._found(STRICT)
        await self.page.emulate_media(color_scheme="dark")
        return by_day + await self._found(COLOURS)

    async def _found(self, looked_for: dict[str, Any]) -> list[str]:
        results = await Axe().run(self.page, options=looked_for)
        return [
            f"{self.page.url.partition('/')[2]} {found['id']}: {node['html'][:160]}"
            for found in results.response["violations"]
            if found["impact"] in BAD
            for node in found["nodes"][:3]
        ]
