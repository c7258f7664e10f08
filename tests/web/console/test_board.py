"""The board: lanes with the most urgent first, each count its list; for dispatchers proposals to accept and objections to rule on."""

from __future__ import annotations

import asyncio
import re
from html import unescape

from tests.web.console.test_cockpit import held
from tests.web.console.visitors import Desk, Visitor
from tests.web.running import Api

SCREENER = "screener@yanlou-centre"
DISPATCHER = "dispatcher@yanlou-centre"
COUNT = re.compile(r'<a href="(/cases\?[^"]*)">([\d,]+)</a>')


async def screened(api: Api) -> str:
    """A case that waits to be routed, so urgent that the board shows it."""
    code = await api.open(risk_signs=["threat_to_life"])
    await api.act(code, SCREENER, "screen", accept=True, category="0201")
    return code


def proposal(visitor: Visitor, code: str) -> dict[str, list[str]]:
    """The form that accepts what is proposed for a case."""
    return next(form.fields for form in visitor.forms("/board/accept") if form.fields["code"] == [code])


async def test_each_count_of_a_lane_is_its_list_and_the_most_urgent_come_first(town: Desk) -> None:
    director = await town.at("director@yanlou-centre")
    page = await director.get("/board")
    counts = {(unescape(address), int(number)) for address, number in COUNT.findall(page)}
    assert len(counts) > 10
    assert [(address, number) for address, number in counts if await held(director, address) != number] == []
    lanes = page.split('<section class="lane"')[1:]
    assert len(lanes) == 9
    for lane in lanes:
        due = re.findall(r'<time datetime="([^"]+)"', lane)
        assert due == sorted(due)


async def test_the_board_is_narrowed_to_a_level_and_a_tier(town: Desk) -> None:
    director = await town.at("director@yanlou-centre")
    page = await director.get("/board?tier=red&level=town")
    assert "蓝色</span>" not in page
    assert "level=joint" not in page
    assert "待分流" not in page
    assert "待分流" in await director.get("/board?tier=red")
    for nonsense in ("tier=pink", "level=moon"):
        await director.get(f"/board?{nonsense}", 422)


async def test_it_is_for_the_centre_and_the_dispatchers_part_for_who_may_route(town: Desk) -> None:
    assert "待分流" not in await (await town.at(SCREENER)).get("/board")
    await (await town.at("mediator@yanlou-gumeng")).get("/board", 403)
    await (await town.at("analyst@huaxi-centre")).get("/board", 403)


async def test_a_proposal_is_accepted_by_one_click_and_done_once(api: Api, desk: Desk) -> None:
    code = await screened(api)
    dispatcher = await desk.at(DISPATCHER)
    assert "的分流规则" in await dispatcher.get("/board")
    fields = proposal(dispatcher, code)
    assert fields["level"] == ["town"]
    answers = await asyncio.gather(*(dispatcher.client.post("/board/accept", data=fields) for _ in range(2)))
    answers.append(await dispatcher.client.post("/board/accept", data=fields))
    assert {answer.headers.get("location") for answer in answers} == {"/board?done=route"}
    assert "燕楼镇司法所" in await dispatcher.get(f"/cases/{code}")
    assert not await dispatcher.find("/cases?stage=screened", code)


async def test_what_was_routed_meanwhile_is_not_routed_again(api: Api, desk: Desk) -> None:
    code = await screened(api)
    dispatcher = await desk.at(DISPATCHER)
    await dispatcher.get("/board")
    fields = proposal(dispatcher, code)
    await api.act(code, DISPATCHER, "route", level="county")
    answer = await dispatcher.client.post("/board/accept", data=fields)
    assert answer.status_code == 409
    assert "案件已有新进展" in answer.text


async def test_an_objection_is_shown_with_its_reason_to_who_rules_on_it(api: Api, desk: Desk) -> None:
    code = await screened(api)
    await api.act(code, DISPATCHER, "route")
    await api.act(code, "officer@yanlou-justice", "object", reason="当事人已搬走", to="yanlou-police")
    dispatcher = await desk.at(DISPATCHER)
    page = await dispatcher.get("/board")
    assert "当事人已搬走" in page
    assert "燕楼镇派出所" in page
    assert f'href="/cases/{code}#do-rule"' in page
    assert "当事人已搬走" not in await (await desk.at("dispatcher@qingyan-centre")).get("/board")
