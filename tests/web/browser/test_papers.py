"""Papers by their digest, worked out in the browser."""

from __future__ import annotations

from playwright.async_api import FilePayload, expect

from tests.web.browser.walking import Site
from tests.web.running import CLERK, Api

PAPER: FilePayload = {"name": "现场照片.jpg", "mimeType": "image/jpeg", "buffer": b"a made-up picture"}
OTHER: FilePayload = {**PAPER, "buffer": b"another one"}


async def test_a_paper_is_registered_by_the_digest_of_a_file_and_known_again(site: Site, api: Api) -> None:
    code = await api.open()
    async with site.person(CLERK) as clerk:
        await clerk.go(f"/cases/{code}")
        await clerk.unfold("attach")
        await clerk.page.set_input_files("#attach-sha256-file", PAPER)
        await expect(clerk.page.locator("#attach-size")).to_have_value("17")
        await clerk.act("attach")
        await clerk.page.get_by_role("link", name="材料").click()
        await clerk.sees("现场照片", "17 B")
        told = clerk.page.locator("#tab [role=status]")
        await clerk.page.set_input_files("#check-paper", PAPER)
        await expect(told).to_have_text("一致：就是登记的材料")
        await clerk.page.set_input_files("#check-paper", OTHER)
        await expect(told).to_have_text("不一致：案卷里没有登记这份文件")
        clerk.fine()
