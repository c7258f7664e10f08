"""The archive: ended cases by what stands on the file, how long each is kept, the seal of one checked."""

from __future__ import annotations

import re

from tests.web.console.test_cockpit import held
from tests.web.console.visitors import Desk

ARCHIVIST = "archivist@huaxi-justice"


def codes(page: str) -> list[str]:
    """The codes of the files on a page."""
    return re.findall(r'<td data-th="编号"><a class="num nowrap" href="/cases/([^"]+)"', page)


async def test_files_are_found_by_what_stands_on_them(town: Desk) -> None:
    archivist = await town.at(ARCHIVIST)
    count = await held(archivist, "/archive")
    assert count == await held(archivist, "/cases?state=ended") > 5
    archived = codes(await archivist.get("/archive?outcome=archived"))
    assert 0 < len(archived) < count
    assert "已归档" in archivist.page
    assert codes(await archivist.get(f"/archive?code={archived[0].lower()}")) == archived[:1]
    assert "永久" in await archivist.get("/archive?permanent=true")
    assert re.findall(r'<td data-th="保管至" class="num nowrap">(\d{4})', await archivist.get("/archive?retain_to=2040-01-01"))
    assert "没有符合条件的档案" in await archivist.get("/archive?year=2001")
    for nonsense in ("outcome=mediating", "outcome=lost", "year=later", "retain_from=never", "cursor=x"):
        await archivist.get(f"/archive?{nonsense}", 422)


async def test_the_seal_of_one_is_checked_on_asking_and_that_is_logged(town: Desk) -> None:
    archivist = await town.at(ARCHIVIST)
    code = codes(await archivist.get("/archive?outcome=archived"))[0]
    page = await archivist.get(f"/archive?outcome=archived&check={code}")
    assert "记录完整，封存有效。" in page
    assert code in codes(page)
    assert "档案封存" in await (await town.at("admin_audit@huaxi-centre")).get(f"/access-log?code={code}")
    await archivist.get("/archive?check=YANLOU-2026-99999", 404)
    stranger = await town.at("archivist@qingyan-justice")
    await stranger.get(f"/archive?check={next(one for one in codes(page) if one.startswith('YANLOU'))}", 404)


async def test_it_is_for_who_may_look_into_files(town: Desk) -> None:
    await (await town.at("analyst@huaxi-centre")).get("/archive", 403)
    await (await town.at("grid@yanlou-gumeng")).get("/archive", 403)
