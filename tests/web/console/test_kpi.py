"""The pages of indicators: each figure opens the list that holds its cases, small numbers are kept from a statistician."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.web.console.visitors import Desk

DIRECTOR = "director@yanlou-centre"
ANALYST = "analyst@huaxi-centre"
LINK = re.compile(r'<a href="(/cases\?[^"]*kpi=[^"]*)">([\d,]+)</a>')


async def test_the_table_tells_both_resolution_rates_with_their_denominators(town: Desk) -> None:
    page = await (await town.at(DIRECTOR)).get("/kpi?period=year")
    assert "化解率（按登记批次）" in page
    assert "化解率（按日历期）" in page
    assert "一升一降" in page
    assert "登记满 60 日" in page


@pytest.mark.parametrize("path", ["/kpi?period=year", "/kpi/registered?period=year&by=category", "/kpi/success_rate?period=year&by=unit"])
async def test_behind_a_count_of_cases_stands_the_list_that_holds_them(town: Desk, path: str) -> None:
    director = await town.at(DIRECTOR)
    found = {(unescape(address), int(number.replace(",", ""))) for address, number in LINK.findall(await director.get(path))}
    cases = {one for one in found if re.search(r"kpi=(registered|accepted|ended|open|success_rate|resolution_rate|hops)\b", one[0])}
    assert len(cases) >= 3
    for address, number in sorted(cases):
        held = re.search(r"共 ([\d,]+) 件", await director.get(address))
        assert held, address
        assert int(held[1].replace(",", "")) == number, address


async def test_a_statistician_sees_numbers_alone(town: Desk) -> None:
    analyst = await town.at(ANALYST)
    page = await analyst.get("/kpi?period=year")
    assert "/cases?" not in page
    await analyst.get("/kpi?period=other&first=2026-03-01&last=2026-03-30", 403)
    await analyst.get("/kpi/findings", 403)
    assert "＊" in await analyst.get("/kpi/registered?period=year&by=unit")


async def test_time_checks_and_files(town: Desk) -> None:
    director = await town.at(DIRECTOR)
    assert "球在谁手" in await director.get("/kpi/dwell?period=year")
    assert "不是结论" in await director.get("/kpi/findings?month=2026-10")
    await director.get("/kpi/findings?month=never", 422)
    await director.get("/kpi/nothing", 404)
    assert "调解成功率" in await director.get("/kpi.csv?period=year")
    plain = re.search(r"/cases/([A-Z]+-\d{4}-\d+)", await director.get("/cases?state=all&tier=blue&category=0201"))
    assert plain
    assert "责任时长" in await director.get(f"/cases/{plain[1]}/ledger")


async def test_a_bulletin_of_any_month_on_request(town: Desk) -> None:
    director = await town.at(DIRECTOR)
    assert "现在生成" in await director.get("/kpi/bulletins")
    await director.get("/kpi/bulletins/file?month=2026-13", 422)
    await director.get("/kpi/bulletins/file?month=2026-10&format=xlsx")
