"""A week of a roster in one form: filled in as it stands or as last week, written by day, refused by day, once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models.affair.team import Team
from service.affairs.desk import Affairs
from service.office import Office
from tests.web.console.test_team_rosters import KEEPER, NUMBERS, TOWN, part, patrol
from tests.web.console.visitors import Desk, Form, Visitor

DAY = timedelta(days=1)


@pytest.fixture
def monday(office: Office) -> date:
    """Of next week: all of it may be written."""
    today = office.bundle.cal.local_date(office.now())
    return today + (7 - today.weekday()) * DAY


async def form_of(visitor: Visitor, code: str, day: date, last: str = "") -> Form:
    await visitor.get(f"/teams/weeks/{code}?from={day}{last}")
    return visitor.form(f"/teams/weeks/{code}")


async def stands(office: Office, code: str) -> tuple[dict[str, tuple[str, ...]], int]:
    """The days of a roster that have anybody, and the version of the team."""
    affairs = Affairs(office)
    team: Team = await affairs.load((await affairs.find(code))[1])
    return {day: seats for day, seats in team.roster.items() if seats}, team.seq


def on(days: dict[date, list[str]]) -> dict[str, Any]:
    """The fields that tick these seats."""
    return {f"on.{day}": seats for day, seats in days.items()}


def ticked(form: Form) -> dict[str, list[str]]:
    return {name.removeprefix("on."): seats for name, seats in form.fields.items() if name.startswith("on.")}


async def test_a_week_is_written_by_its_differences_and_the_same_form_again_is_nothing(desk: Desk, office: Office, monday: date) -> None:
    code, keeper = await patrol(office), await desk.at(KEEPER)
    tuesday, friday = monday + DAY, monday + 4 * DAY
    form = await form_of(keeper, code, friday)
    assert f'href="/teams/weeks/{code}?from={monday}"' in await keeper.get(f"/teams/{code}?from={friday}")
    assert ticked(form) == {}
    assert sum(name.startswith("seen.") for name in form.fields) == 7
    _, before = await stands(office, code)
    answer = await keeper.send(form, **on({monday: ["c", "p0", "p1"], tuesday: ["p2"]}))
    assert answer.headers["location"] == f"/teams/{code}?from={monday}&done=team-week"
    written = {str(monday): ("c", "p0", "p1"), str(tuesday): ("p2",)}
    assert await stands(office, code) == (written, before + 2)
    await keeper.send(form, **on({monday: ["c", "p0", "p1"], tuesday: ["p2"]}))
    assert await stands(office, code) == (written, before + 2)
    # Made before somebody else put p3 on duty: what they did stays, and only what was unticked goes.
    form = await form_of(keeper, code, monday)
    assert ticked(form) == {day: list(seats) for day, seats in written.items()}
    affairs = Affairs(office)
    await affairs.act(code, "join", {"day": str(monday), "seat": "p3"}, await affairs.actor(KEEPER))
    await keeper.send(form, **on({monday: ["c", "p0"]}))
    assert await stands(office, code) == ({**written, str(monday): ("c", "p0", "p3")}, before + 4)


async def test_a_day_that_is_refused_says_why_and_the_others_are_written(desk: Desk, office: Office, monday: date) -> None:
    code, keeper, affairs = await patrol(office), await desk.at(KEEPER), Affairs(office)
    form = await form_of(keeper, code, monday)
    await affairs.act(code, "unseat", {"seat": "p0", "reason": "离队"}, await affairs.actor(KEEPER))
    await keeper.send(form, 422, **on({monday: ["p0", "p1"], monday + DAY: ["p1", "c"]}))
    assert (await stands(office, code))[0] == {str(monday + DAY): ("p1", "c")}
    assert "1 天没有保存" in keeper.page.partition('role="alert"')[2].partition("</p>")[0]
    wrong, right = part(keeper.page, monday), part(keeper.page, monday + DAY)
    told = wrong.partition(f'id="wrong-{monday}"')[2].partition("</p>")[0]
    assert "席位" in told
    assert "已离队：甲某 · 巡逻队员" in told
    assert "notice bad" not in right
    again = keeper.form(f"/teams/weeks/{code}")
    assert ticked(again) == {str(monday): ["p1"], str(monday + DAY): ["c", "p1"]}, "as it was sent, of who still sits there"
    await keeper.send(again)
    assert (await stands(office, code))[0] == {str(monday): ("p1",), str(monday + DAY): ("p1", "c")}
    past = monday - 14 * DAY
    assert not [name for name in (await form_of(keeper, code, past)).fields if name.startswith(("seen.", "on."))]
    await keeper.submit(f"/teams/weeks/{code}", 422, **{f"seen.{past}": "", f"on.{past}": "c"})
    assert "日期" in part(keeper.page, past).partition(f'id="wrong-{past}"')[2].partition("</p>")[0]


async def test_as_last_week_fills_the_form_and_writes_nothing_until_it_is_sent(desk: Desk, office: Office, monday: date) -> None:
    code, keeper = await patrol(office), await desk.at(KEEPER)
    await keeper.send(await form_of(keeper, code, monday), **on({monday: ["c", "p0", "p1"], monday + 2 * DAY: ["p3"]}))
    _, before = await stands(office, code)
    form = await form_of(keeper, code, monday + 7 * DAY, "&last=true")
    assert ticked(form) == {str(monday + 7 * DAY): ["c", "p0", "p1"], str(monday + 9 * DAY): ["p3"]}
    assert "还没有保存" in keeper.page
    assert (await stands(office, code))[1] == before
    await keeper.send(form)
    found, version = await stands(office, code)
    assert (found[str(monday + 7 * DAY)], found[str(monday + 9 * DAY)], version) == (("c", "p0", "p1"), ("p3",), before + 2)
    # What is owed leads to the week of the first day that is short.
    assert await keeper.find("/inbox", f'href="/teams/weeks/{code}"')
    page = await keeper.get(f"/teams/weeks/{code}")
    today = office.bundle.cal.local_date(office.now())
    assert f'id="d{today}"' in page
    assert len(page.encode()) < 200_000


async def test_the_form_is_for_who_keeps_the_roster(desk: Desk, office: Office, monday: date) -> None:
    affairs = Affairs(office)
    keeper = await affairs.actor("officer@yanlou-justice")
    fields = {"sort": "dispute", "place": TOWN, "unit": "yanlou-justice", "number": next(NUMBERS)}
    formed = await affairs.open("team", fields, keeper)
    await affairs.act(formed.affair_id, "seat", {"seat": "g", "role": "dispute_member", "staff": "mediator@yanlou-gumeng"}, keeper)
    code, member = str(formed.code), await desk.at("mediator@yanlou-gumeng")
    form = await form_of(await desk.at("officer@yanlou-justice"), code, monday)
    assert f"/teams/weeks/{code}" not in await member.get(f"/teams/{code}?from={monday}")
    token = member.form("/logout").fields["csrf"]
    await member.get(f"/teams/weeks/{code}", 403)
    await member.send(form, 403, csrf=token, **on({monday: ["g"]}))
    stranger = await desk.at("officer@qingyan-justice")
    await stranger.get(f"/teams/weeks/{code}", 404)
    assert (await stands(office, code))[0] == {}
