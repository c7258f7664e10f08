"""Rosters in the console: who is on duty by week and by month, shifts taken and given up, days that are short of people."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from service.affairs.desk import Affairs
from service.office import Office
from tests.web.console.visitors import Desk, Visitor

KEEPER, MEMBER = "officer@yanlou-police", "police@yanlou-police"
TOWN = "520111105"
DAY = timedelta(days=1)

NUMBERS = count(11)


async def patrol(office: Office) -> str:
    """A patrol of a captain with an account and four people without; its code."""
    affairs = Affairs(office)
    keeper = await affairs.actor(KEEPER)
    formed = await affairs.open("team", {"sort": "patrol", "place": TOWN, "unit": "yanlou-police", "number": next(NUMBERS)}, keeper)
    await affairs.act(formed.affair_id, "seat", {"seat": "c", "role": "captain", "staff": MEMBER}, keeper)
    for name in ("甲某", "乙某", "丙某", "丁某"):
        person = {"name": name, "phone": "13800000001"}
        await affairs.act(formed.affair_id, "seat", {"seat": f"p{'甲乙丙丁'.index(name[0])}", "role": "patrol", "person": person}, keeper)
    return str(formed.code)


@pytest.fixture
def today(office: Office) -> date:
    return office.bundle.cal.local_date(office.now())


async def joins(visitor: Visitor, code: str, day: date, seat: str, status: int = 303) -> None:
    """Put a seat on duty on a day, on the page of its week."""
    await visitor.get(f"/teams/{code}?from={day}")
    form = next(form for form in visitor.forms(f"/teams/{code}/do/join") if form.fields["day"] == [day.isoformat()])
    await visitor.send(form, status, seat=seat)


def part(page: str, day: date) -> str:
    """What the page says of a day."""
    return page.partition(f'id="d{day}"')[2].partition('id="d2')[0]


async def test_a_day_fills_up_and_a_shift_given_up_is_a_gap_again(desk: Desk, office: Office, today: date) -> None:
    code, keeper = await patrol(office), await desk.at(KEEPER)
    tomorrow = today + DAY
    page = await keeper.get(f"/teams/{code}")
    for words in ("08:00-11:00", "19:00-23:00", "今后 14 天缺岗", "14 天"):
        assert words in page, words
    for seat in ("c", "p0", "p1"):
        await joins(keeper, code, tomorrow, seat)
    unit = office.bundle.network.unit("yanlou-police")
    assert unit is not None
    said = part(await keeper.get(f"/teams/{code}?from={tomorrow}&done=team-join"), tomorrow)
    assert "已排满" in said
    for words in ("甲某 · 巡逻队员", "乙某 · 巡逻队员", unit.name):
        assert words in said, words
    assert "已办理：登记值班" in keeper.page
    leaving = [form for form in keeper.forms(f"/teams/{code}/do/leave") if form.fields["seat"] == ["p1"]]
    await keeper.send(leaving[0])
    said = part(await keeper.get(f"/teams/{code}?from={tomorrow}"), tomorrow)
    assert "缺 1 人" in said
    assert "乙某</span>" not in said


async def test_a_month_shows_every_day_of_it_and_stays_small(desk: Desk, office: Office, today: date) -> None:
    code, keeper = await patrol(office), await desk.at(KEEPER)
    await joins(keeper, code, today, "p2")
    page = await keeper.get(f"/teams/{code}?view=month&from={today}")
    assert page.count('id="d2') == monthrange(today.year, today.month)[1]
    assert "丙某" in part(page, today)
    assert len(page.encode()) < 200_000
    await keeper.get(f"/teams/{code}?view=year", 422)
    await keeper.get(f"/teams/{code}?from=0001-01-02", 422)


async def test_a_refused_shift_is_told_at_its_day(desk: Desk, office: Office, today: date) -> None:
    code, keeper = await patrol(office), await desk.at(KEEPER)
    await keeper.get(f"/teams/{code}")
    form = keeper.form(f"/teams/{code}/do/join")
    day = (today + DAY).isoformat()
    await keeper.send(form, 422, day=day, seat="nobody")
    assert "席位" in part(keeper.page, today + DAY).partition('role="alert"')[2].partition("</p>")[0]
    for away in ((today - DAY).isoformat(), (today + 200 * DAY).isoformat(), "someday"):
        await keeper.send(form, 422, day=away, seat="c")
        assert "日期" in keeper.page.partition('role="alert"')[2].partition("</p>")[0], away


async def test_who_sits_in_a_seat_takes_and_gives_up_their_own_shifts_alone(desk: Desk, office: Office, today: date) -> None:
    affairs = Affairs(office)
    keeper = await affairs.actor("officer@yanlou-justice")
    fields = {"sort": "dispute", "place": TOWN, "unit": "yanlou-justice", "number": next(NUMBERS)}
    formed = await affairs.open("team", fields, keeper)
    for seat, staff in (("m", "mediator@yanlou-justice"), ("g", "mediator@yanlou-gumeng")):
        await affairs.act(formed.affair_id, "seat", {"seat": seat, "role": "dispute_member", "staff": staff}, keeper)
    code, member = str(formed.code), await desk.at("mediator@yanlou-gumeng")
    day = office.bundle.cal.next_working(today + DAY)
    await joins(member, code, day, "g")
    assert "已排满" in part(await member.get(f"/teams/{code}?from={day}"), day)
    form = member.forms(f"/teams/{code}/do/leave")[0]
    await member.send(form, 403, seat="m")
    await member.send(form)


async def test_a_seat_and_an_exercise_are_written_down_beside_the_roster_with_ids_that_nobody_types(desk: Desk, office: Office) -> None:
    code, keeper = await patrol(office), await desk.at(KEEPER)
    await keeper.get(f"/teams/{code}")
    await keeper.submit(f"/teams/{code}/do/seat", 422, role="patrol")
    assert "请检查这一项" in keeper.page or 'role="alert"' in keeper.page
    given: dict[str, Any] = {"role": "patrol", "person.name": "戊某", "person.phone": "13800000009"}
    await keeper.submit(f"/teams/{code}/do/seat", **given)
    assert "戊某 · 巡逻队员" in await keeper.get(f"/teams/{code}")
    await keeper.submit(f"/teams/{code}/do/plan", exercise="emergency", day="2099-01-01")
    await keeper.get(f"/teams/{code}")
    drill = keeper.page.partition('name="drill"')[2].partition('<option value="drill')[2].partition('"')[0]
    await keeper.submit(f"/teams/{code}/do/hold", drill=f"drill{drill}", attended=["c", "p0"])
    await keeper.get(f"/teams/{code}?done=team-hold")
    assert "已办理：登记演练、培训" in keeper.page
    assert f"/teams/{code}/do/call_off" not in keeper.page


async def test_the_list_says_which_teams_are_short_and_shows_nobody_a_team_of_others(desk: Desk, office: Office) -> None:
    code = await patrol(office)
    keeper, stranger = await desk.at(KEEPER), await desk.at("officer@qingyan-justice")
    assert await keeper.find("/teams", code)
    row = keeper.page[keeper.page.index(f"/teams/{code}") :].partition("</li>")[0]
    for words in ("今天在岗 0/3", "今后 14 天缺岗 14 天"):
        assert words in row, words
    assert f'href="/teams/{code}"' in await keeper.get(f"/affairs/{code}")
    assert not await stranger.find("/teams", code)
    await stranger.get(f"/teams/{code}", 404)
