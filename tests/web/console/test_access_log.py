"""The access log: by case, by post, by day, page by page; whether its chain holds; for one administrator alone."""

from __future__ import annotations

import re

from tests.web.console.visitors import Desk
from tests.web.running import Api

ADMIN = "admin_audit@huaxi-centre"
CLERK = "clerk@yanlou-centre"


def lines(page: str) -> list[str]:
    """The rows of the table, as text."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>") if "<td" in row]


async def test_who_looked_at_a_case_is_found_by_case_post_and_day(api: Api, desk: Desk) -> None:
    code = await api.open()
    screener = await desk.at("screener@yanlou-centre")
    await screener.get(f"/cases/{code}/purpose")
    await screener.submit(f"/cases/{code}/purpose", purpose="own", purpose_words="核对材料")
    admin = await desk.at(ADMIN)
    (found,) = lines(await admin.get(f"/access-log?code={code.lower()}"))
    assert "燕楼镇综治中心 · 甄别员" in found
    assert "说明查阅事由 核对材料" in found
    day = re.search(r"20\d\d-\d\d-\d\d", found)
    assert day
    told = lines(await admin.get(f"/access-log?unit=yanlou-centre&role=screener&day={day[0]}"))
    assert told
    assert all("甄别员" in line and day[0] in line for line in told)
    assert lines(await admin.get(f"/access-log?code={code}&day=2020-01-01")) == []
    assert "没有符合条件的记录" in admin.page
    for nonsense in ("day=tomorrow", "role=clerk", "before=0"):
        await admin.get(f"/access-log?{nonsense}", 422)


async def test_it_is_paged_and_a_look_into_it_is_in_it(desk: Desk) -> None:
    admin = await desk.at(ADMIN)
    for _ in range(52):
        await admin.get("/access-log?unit=huaxi-centre&role=admin_audit")
    newest = lines(admin.page)
    assert len(newest) == 50
    assert all("安全审计员" in line and "查阅日志" in line for line in newest)
    older = re.search(r'<a class="button" rel="next" href="([^"]+)"', admin.page)
    assert older
    rest = lines(await admin.get(older[1].replace("&amp;", "&")))
    assert rest
    assert int(rest[0].split()[0]) < int(newest[-1].split()[0])


async def test_the_chain_is_checked_on_asking(desk: Desk) -> None:
    admin = await desk.at(ADMIN)
    assert "日志完整" not in await admin.get("/access-log")
    page = await admin.get("/access-log?verify=true")
    assert "日志完整，没有被改动。" in page
    assert re.search(r"sha256:[\w-]{43}<", page)


async def test_it_is_for_who_audits_alone(desk: Desk) -> None:
    for post in ("admin_system@huaxi-centre", "director@huaxi-centre", CLERK):
        await (await desk.at(post)).get("/access-log", 403)
