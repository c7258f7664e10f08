"""Handovers in the console: what somebody has open, another receiver for one piece, a review by somebody else, what became of each."""

from __future__ import annotations

from itertools import count

import pytest

from service.affairs.desk import Affairs
from service.office import Office
from tests.web.console.visitors import Desk, Visitor

LEAVER, SECOND, THIRD = "mediator@qingyan-justice", "mediator@qingyan-justice#2", "mediator@qingyan-justice#3"
DIRECTOR, KEEPER, TOWN = "director@qingyan-centre", "officer@qingyan-justice", "520111101"

NUMBERS = count(21)


async def team(office: Office, *members: str) -> str:
    """A dispute team in which these people sit; its code."""
    affairs = Affairs(office)
    keeper = await affairs.actor(KEEPER)
    fields = {"sort": "dispute", "place": TOWN, "unit": "qingyan-justice", "number": next(NUMBERS)}
    formed = await affairs.open("team", fields, keeper)
    for number, staff in enumerate(members):
        await affairs.act(formed.affair_id, "seat", {"seat": f"m{number}", "role": "dispute_member", "staff": staff}, keeper)
    return str(formed.code)


async def proposed(visitor: Visitor) -> str:
    """Propose to hand the leaver's work over; return the address of the handover."""
    await visitor.get(f"/handovers/new?leaver={LEAVER}")
    answer = await visitor.submit("/handovers/new", receiver=SECOND, ground="transfer", last_day="2026-12-31")
    return answer.headers["location"].partition("?")[0]


def row(page: str, code: str) -> str:
    """The row of a piece in the list."""
    return page[page.index('class="cards pieces"') :].partition(f">{code}</a>")[2].partition("</tr>")[0]


async def test_open_work_is_previewed_redirected_reviewed_by_another_and_moved_piece_by_piece(desk: Desk, office: Office) -> None:
    first, second = await team(office, LEAVER), await team(office, LEAVER, THIRD)
    leaver, director = await desk.at(LEAVER), await desk.at(DIRECTOR)
    page = await leaver.get("/handovers/new")
    assert first in page
    assert second in page
    await leaver.submit("/handovers/new", 422, receiver=LEAVER, ground="transfer", last_day="2026-12-31")
    assert 'aria-describedby="receiver-wrong"' in leaver.page
    path = await proposed(leaver)
    page = await leaver.get(path)
    assert "提出人、离岗人和接收人都不能审核" in page
    assert f"{path}/do/approve" not in page

    # The second team's seat goes to somebody who sits in it already: that can't be moved.
    records = leaver.page.partition(f">{second}</a>")[0].rpartition('name="records" value="')[2].partition('"')[0]
    await leaver.submit(f"{path}/do/redirect", 422, receiver=KEEPER, records=records)
    assert 'aria-describedby="receiver-wrong"' in leaver.page
    await leaver.submit(f"{path}/do/redirect", receiver=THIRD, records=records)
    page = await director.get(path)
    assert "调解员 2" in row(page, first)
    assert "调解员 3" in row(page, second)
    await director.submit(f"{path}/do/approve")
    await director.until(path, "已移交 1")  # the pieces move at the same time, and either may be the last
    page = await director.until(path, "未能移交 1")
    assert "已移交" in row(page, first)
    assert "未能移交" in row(page, second)
    assert "须由其他人员办理" in row(page, second)

    await director.submit(f"{path}/do/redirect", receiver=SECOND)
    await director.get(path)
    assert f"{path}/do/approve" not in director.page
    leader = await desk.at("leader@qingyan-centre")
    await leader.get(path)
    await leader.submit(f"{path}/do/approve")
    page = await leader.until(path, "已交接")
    assert "已移交" in row(page, second)
    assert first not in await leaver.get(f"/handovers/new?leaver={LEAVER}")


async def test_it_is_rejected_with_a_reason_and_is_nothing_to_whoever_has_no_part_in_it(desk: Desk, office: Office) -> None:
    await team(office, LEAVER)
    leaver, director = await desk.at(LEAVER), await desk.at(DIRECTOR)
    path = await proposed(leaver)
    await director.get(path)
    await director.submit(f"{path}/do/reject", 422)
    assert 'aria-describedby="reject-reason-wrong"' in director.page
    await director.submit(f"{path}/do/reject", reason="先把第一件办结")
    assert "已退回" in await director.get(path)
    await (await desk.at("director@yanlou-centre")).get(path, 404)


@pytest.mark.parametrize(("post", "status"), [("director@yanlou-centre", 403), ("mediator@qingyan-justice#2", 403)])
async def test_nobody_looks_at_the_open_work_of_whom_they_are_not_in_charge_of(desk: Desk, post: str, status: int) -> None:
    await (await desk.at(post)).get(f"/handovers/new?leaver={LEAVER}", status)


async def test_the_centre_chooses_who_leaves_unit_by_unit(desk: Desk) -> None:
    director = await desk.at(DIRECTOR)
    page = await director.get("/handovers/new?unit=qingyan-justice")
    assert "/handovers/new?leaver=mediator%40qingyan-justice%233" in page
    assert "yanlou" not in page
    assert len((await (await desk.at("director@huaxi-centre")).get("/handovers/new")).encode()) < 200_000
