"""Calendars for other programmes, read back by a library that did not write them: feeds that tell what changed, and invitations."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import vobject
from temporalio.testing import WorkflowEnvironment

from models.feed import FeedKind
from service.feeds.feeds import MOST, FeedMade, Feeds
from service.office import Office
from store.places import LoadedPlace
from tests.conftest import Database
from tests.web.api.test_fuzz import POSTS, under_mediation
from tests.web.running import Api, asked, instance, served

MEDIATOR, OFFICER, POLICE = POSTS["agree"], POSTS["sign"], "officer@yanlou-police"
DISPATCHER = POSTS["route"]
GRID, HOUSING = "grid@yanlou-gumeng", "officer@yanlou-housing"
HAZARD = {"place": "520111105202", "item": "gas", "text": "灶台软管开裂"}
SOON = datetime.now(UTC).replace(microsecond=0, second=0) + timedelta(days=3)


async def read(api: Api, path: str, **headers: str) -> Any:
    """The calendar at an address, read by vobject."""
    answer = await api.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar; charset=utf-8")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return vobject.readOne(answer.text)


def events(calendar: Any, code: str) -> dict[str, Any]:
    """Its entries about a case, by the beginning of their summary."""
    found = [one for one in calendar.components() if one.name == "VEVENT" and code in one.summary.value]
    return {one.summary.value.replace(code, "").strip(): one for one in found}


async def made(office: Office, post: str, kind: FeedKind = FeedKind.PERSONAL, language: Any = "zh") -> FeedMade:
    """A feed of a post; older ones of other tests go."""
    for feed in await Feeds(office).of_post(post):
        await Feeds(office).revoke_of(post, feed.id)
    return await Feeds(office).make_for(post, kind, language)


async def test_a_feed_tells_limits_and_meetings_and_what_has_changed(api: Api, office: Office) -> None:
    code = await under_mediation(api)
    mine = (await made(office, MEDIATOR)).path
    first = await read(api, mine)
    assert first.vtimezone.tzid.value == "Asia/Shanghai"
    assert list(events(first, code)) == ["时限：调解"]
    limit = events(first, code)["时限：调解"]
    due = next(clock for clock in (await api.get(f"/cases/{code}/explain", MEDIATOR)).json()["view"]["clocks"] if clock["id"] == "mediate")[
        "due"
    ]
    assert limit.dtend.value == datetime.fromisoformat(due)
    assert (limit.sequence.value, limit.status.value, limit.transp.value) == ("0", "CONFIRMED", "TRANSPARENT")
    await api.act(code, DISPATCHER, "meet", at=SOON.isoformat(), place="镇综治中心三楼调解室", units=["yanlou-police"])
    meeting = events(await read(api, mine), code)["调解会商"]
    assert (meeting.dtstart.value, meeting.location.value) == (SOON, "镇综治中心三楼调解室")
    assert meeting.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Asia/Shanghai"]
    await api.act(code, DISPATCHER, "call_off", meeting="m1", reason="一方有事")
    off = events(await read(api, mine), code)["调解会商"]
    assert (off.uid.value, off.sequence.value, off.status.value) == (meeting.uid.value, "1", "CANCELLED")
    await api.act(code, MEDIATOR, "suspend", ground="appraisal", evidence="鉴定受理通知书")
    after = events(await read(api, mine), code)
    assert after["时限：调解"].status.value == "CANCELLED"
    text = (await api.client.get(mine)).text
    for word in ("张三丰", "欧阳明明", "13800000001", "堂屋", "一方有事", "鉴定受理通知书"):
        assert word not in text


async def test_a_feed_tells_limits_in_affairs_beside_those_in_cases(api: Api, office: Office) -> None:
    begun = await api.post("/affairs", {"kind": "hazard", "fields": HAZARD}, GRID)
    assert begun.status_code == 201, begun.text
    code = begun.json()["receipt"]["code"]
    mine, theirs = [(await made(office, post)).path for post in (HOUSING, GRID)]
    limit = events(await read(api, mine), code)["时限：隐患·整改"]
    clocks = (await api.get(f"/affairs/{code}/explain", HOUSING)).json()["view"]["clocks"]
    due = datetime.fromisoformat(next(clock["due"] for clock in clocks if clock["id"] == "rectify"))
    assert limit.dtend.value == due.replace(microsecond=0)
    assert events(await read(api, theirs), code) == {}
    done = await api.post(f"/affairs/{code}/actions/fix", {"text": "已更换"}, HOUSING)
    assert done.status_code == 200, done.text
    assert events(await read(api, mine), code)["时限：隐患·整改"].status.value == "CANCELLED"
    assert set(events(await read(api, theirs), code)) == {"时限：隐患·复查"}
    english = events(await read(api, (await made(office, GRID, FeedKind.PERSONAL, "en")).path), code)
    assert set(english) == {"Deadline inspection (Hazard)"}
    assert "软管" not in (await api.client.get(mine)).text


async def test_a_unit_has_a_calendar_and_who_is_called_finds_the_meeting_in_it(api: Api, office: Office) -> None:
    code = await under_mediation(api)
    await api.act(code, OFFICER, "raise_task", unit="yanlou-police", title="到场维持秩序", limit="3wd")
    await api.act(code, DISPATCHER, "meet", at=SOON.isoformat(), place="派出所调解室", units=["yanlou-police"])
    called = events(await read(api, (await made(office, POLICE)).path), code)
    assert called["调解会商"].location.value == "派出所调解室"
    assert any(name.startswith("时限：") for name in called)
    unit = events(await read(api, (await made(office, OFFICER, FeedKind.UNIT, "en")).path), code)
    assert {"mediation meeting", "Deadline mediation"} <= set(unit)
    other = await read(api, (await made(office, "officer@qingyan-justice", FeedKind.UNIT)).path)
    assert events(other, code) == {}


async def test_what_has_not_changed_is_not_sent_again(api: Api, office: Office) -> None:
    code = await under_mediation(api)
    path = (await made(office, MEDIATOR)).path
    first = await api.client.get(path)
    etag = first.headers["etag"]
    again = await api.client.get(path)
    assert (again.content, again.headers["etag"]) == (first.content, etag)
    same = await api.client.get(path, headers={"If-None-Match": f'"other", W/{etag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    await api.act(code, DISPATCHER, "meet", at=SOON.isoformat(), place="调解室", units=[])
    assert (await api.client.get(path, headers={"If-None-Match": etag})).status_code == 200


async def test_a_feed_is_revoked_and_a_wrong_address_finds_nothing(api: Api, office: Office) -> None:
    feeds, post = Feeds(office), "officer@huaxi-union"
    found = await made(office, post)
    assert (await api.client.get(found.path)).status_code == 200
    for path in ("/feeds/x.ics", found.path.replace(".ics", "x.ics")):
        answer = await api.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await api.client.get(found.path.removesuffix(".ics"))).status_code == 422
    assert not await feeds.revoke_of("officer@huaxi-hr", found.feed.id)
    assert await feeds.revoke_of(post, found.feed.id)
    assert not await feeds.revoke_of(post, found.feed.id)
    assert (await api.client.get(found.path)).status_code == 404
    for _ in range(MOST):
        await feeds.make_for(post, FeedKind.PERSONAL)
    with pytest.raises(Exception, match="invalid"):
        await feeds.make_for(post, FeedKind.PERSONAL)
    with pytest.raises(Exception, match="not_allowed"):
        await feeds.make_for("mediator@yanlou-hr", FeedKind.UNIT)


async def test_the_secret_stands_in_no_figure_and_in_no_log(
    office: Office, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    found = await made(office, OFFICER)
    secret = found.path.removeprefix("/feeds/").removesuffix(".ics")
    async with served(office) as address, httpx.AsyncClient() as client:
        assert (await client.get(f"{address}{found.path}")).status_code == 200
        figures = (await client.get(f"{address}/metrics")).text
    said = capfd.readouterr()
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore")))
    assert 'route="/feeds/{secret}"' in figures
    assert secret not in figures + ours + said.out + said.err
    assert logging.getLogger("uvicorn.access").handlers == []


async def test_an_invitation_asks_the_units_and_is_called_off(api: Api) -> None:
    code = await under_mediation(api)
    await api.act(code, DISPATCHER, "meet", at=SOON.isoformat(), place="镇综治中心调解室", units=["yanlou-police"], joint=True)
    path = f"/api/v1/cases/{code}/meetings/m1/invitation"
    who = {"Authorization": f"Bearer demo:{MEDIATOR}"}
    asked_for = await read(api, path, **who)
    event = asked_for.vevent
    assert (asked_for.method.value, event.sequence.value, event.location.value) == ("REQUEST", "0", "镇综治中心调解室")
    assert event.organizer.params["CN"] == ["燕楼镇综治中心"]
    invited = {one.params["CN"][0]: one.params["RSVP"] for one in event.contents["attendee"]}
    assert {"燕楼镇派出所", "燕楼镇司法所"} <= set(invited)
    assert set(map(tuple, invited.values())) == {("TRUE",)}
    await api.act(code, DISPATCHER, "call_off", meeting="m1", reason="改期")
    off = await read(api, path, **who)
    assert (off.method.value, off.vevent.uid.value, off.vevent.sequence.value) == ("CANCEL", event.uid.value, "1")
    assert off.vevent.status.value == "CANCELLED"
    assert (await api.get(f"/cases/{code}/meetings/m9/invitation", MEDIATOR)).status_code == 422
    assert (await api.get(f"/cases/{code}/meetings/m1/invitation", "officer@qingyan-justice")).status_code == 404


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_the_same_on_postgresql(virtual: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path: Path, database: Database) -> None:
    async with instance(virtual, huaxi, tmp_path, database.url) as office, asked(office) as api:
        code = await under_mediation(api)
        await api.act(code, DISPATCHER, "meet", at=SOON.isoformat(), place="调解室", units=["yanlou-police"])
        path = (await made(office, MEDIATOR)).path
        await asyncio.gather(*(api.client.get(path) for _ in range(3)))
        assert set(events(await read(api, path), code)) == {"时限：调解", "调解会商"}
        await api.act(code, DISPATCHER, "call_off", meeting="m1", reason="改期")
        assert events(await read(api, path), code)["调解会商"].sequence.value == "1"
