"""The cockpit and the table by unit: every figure opens the list behind it, charts say what their table says, nothing is personal."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.web.console.visitors import Desk, Visitor

DIRECTOR = "director@yanlou-centre"
COUNTY = "director@huaxi-centre"
LINK = re.compile(r'<a href="(/cases\?[^"]*)">([\d,]+)</a>|class="tile[^"]*" href="(/cases\?[^"]*)"><span>[^<]*</span><b>([\d,]+)</b>')


def figures(page: str) -> set[tuple[str, int]]:
    """Every figure of a page with the address behind it."""
    found = [(one or three, two or four) for one, two, three, four in LINK.findall(page)]
    return {(unescape(address), int(number.replace(",", ""))) for address, number in found}


async def held(visitor: Visitor, address: str) -> int:
    """How many cases a list says it holds."""
    found = re.search(r"共 ([\d,]+) 件", await visitor.get(address))
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize(
    ("post", "path", "least"),
    [
        (DIRECTOR, "/cockpit", 30),
        (COUNTY, "/cockpit?town=yanlou&step=quarter", 30),
        (DIRECTOR, "/cockpit/league?period=other&first=2026-01-01&last=2026-11-30", 40),
        (COUNTY, "/cockpit/league?period=quarter&by=town", 15),
    ],
)
async def test_behind_every_figure_stands_the_list_that_it_counts(town: Desk, post: str, path: str, least: int) -> None:
    visitor = await town.at(post)
    found = figures(await visitor.get(path))
    assert len(found) >= least
    wrong = [(address, number) for address, number in sorted(found) if await held(visitor, address) != number]
    assert wrong == []


async def test_a_list_behind_a_figure_tells_what_it_holds_and_can_be_narrowed(town: Desk) -> None:
    director = await town.at(DIRECTOR)
    period = "mark_from=2026-10-31T16:00:00Z&mark_to=2026-11-30T16:00:00Z"
    page = await director.get(f"/cases?state=all&marks=yellow&marks=red&mark_unit=yanlou-justice&{period}&lead=yanlou-centre")
    assert "有黄牌 或 红牌 · 燕楼镇司法所 · 2026-11-01 至 2026-11-30" in page
    assert "主办单位：燕楼镇综治中心" in page
    form = director.form("/cases")
    assert form.fields["marks"] == ["yellow", "red"]
    assert form.fields["lead"] == ["yanlou-centre"]
    without = next(unescape(link) for link in re.findall(r'href="(/cases\?[^"]*)"[^>]*>×', page) if "lead" not in link)
    assert "主办单位：" not in await director.get(without)
    assert "有黄牌 或 红牌" in director.page
    for nonsense in ("marks=purple", "opened_from=yesterday", "state=lost", "card=green", "lead=" + "x" * 300):
        await director.get(f"/cases?{nonsense}", 422)


async def test_who_supervises_one_town_chooses_none_and_a_statistician_opens_no_list(town: Desk) -> None:
    director = await town.at(DIRECTOR)
    assert 'name="town"' not in await director.get("/cockpit")
    analyst = await town.at("analyst@huaxi-centre")
    page = await analyst.get("/cockpit")
    assert 'name="town"' in page
    assert "/cases" not in page
    assert figures(await analyst.get("/cockpit/league")) == set()
    mediator = await town.at("mediator@yanlou-justice")
    assert "统计表" not in await mediator.get("/cockpit")
    await mediator.get("/cockpit/league", 403)
    await (await town.at("admin_audit@huaxi-centre")).get("/cockpit", 403)


async def test_charts_say_what_the_table_beside_them_says(town: Desk) -> None:
    director = await town.at(DIRECTOR)
    page = await director.get("/cockpit")
    pictures = [unescape(address) for address in re.findall(r'<img class="chart" src="([^"]+)"', page)]
    assert len(pictures) == 3
    for address in pictures:
        answer = await director.client.get(address)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
        assert "<script" not in answer.text
        assert answer.text.count("<svg") == 1
    course = (await director.client.get(pictures[-1])).text
    assert "2026-11" in course
    assert "登记" in course
    dark = (await director.client.get(pictures[0].replace("theme=light", "theme=dark"))).text
    assert "#8ab4ff" in dark
    assert (await town.stranger().client.get(pictures[0])).status_code == 303


@pytest.mark.parametrize(
    "address", ["pie.svg?x=a&s=n|1", "stacked.svg", "stacked.svg?x=a&s=n|1,2", "course.svg?x=a&s=n|x", "beside.svg?x=a&s=n"]
)
async def test_a_chart_of_nonsense_is_refused(town: Desk, address: str) -> None:
    await (await town.at(DIRECTOR)).get(f"/charts/{address}", 422)


async def test_the_exported_table_has_numbers_and_units_alone(town: Desk) -> None:
    director = await town.at(DIRECTOR)
    answer = await director.client.get("/cockpit/league.csv?period=other&first=2026-01-01&last=2026-11-30")
    assert answer.headers["content-disposition"] == 'attachment; filename="league-2026-01-01-2026-11-30.csv"'
    head, *rows = answer.text.removeprefix("\ufeff").splitlines()
    assert head.startswith("单位,在办,超期,本期受理,本期办结")
    assert rows[-1].startswith("合计,")
    assert all(re.fullmatch(r"[\d.]*", cell) for row in rows for cell in row.split(",")[1:])
    await director.get("/cockpit/league?period=other&first=2026-13-01&last=2026-11-30", 422)
    await director.get("/cockpit/league?period=other", 422)
    await director.get("/cockpit/league?period=never", 422)
