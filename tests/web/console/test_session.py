"""A session that ends: an open page does not keep it alive, says so in time, and nothing that was typed is lost."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import Request

from service.entry.sessions import ABSOLUTE, IDLE
from service.office import Office
from tests.web.console.visitors import Desk, Visitor
from tests.web.running import Api
from web.auth import SESSION_COOKIE
from web.console.caller import caller_or_none
from web.console.kept import carried
from web.console.pages.live import Listener

CLERK = "clerk@yanlou-centre"
PASSWORD = "long-enough-for-a-test"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def later(office: Office) -> Iterator[Office]:
    """An office whose clock may be set; it is set back afterwards."""
    before = office.shift
    yield office
    office.shift = before


async def person(desk: Desk, login: str) -> Visitor:
    await desk.accounts.create(login, "周某", [CLERK], password=PASSWORD)
    visitor = desk.stranger()
    await visitor.get("/login")
    await visitor.submit("/login", name=login, password=PASSWORD)
    return visitor


async def left(visitor: Visitor) -> dict[str, object]:
    answer = await visitor.client.get("/session")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    found: dict[str, object] = answer.json()
    return found


async def test_asking_how_long_it_lasts_does_not_make_it_last_longer_and_going_on_does(desk: Desk, later: Office) -> None:
    visitor = await person(desk, "lasts")
    page = await visitor.get("/inbox")
    later.shift += 20 * MINUTE
    found = await left(visitor)
    assert 590 <= int(str(found["left"])) <= 600
    assert not found["last"]
    assert f'data-who="{found["who"]}"' in page
    assert f'value="{found["csrf"]}"' in page
    csrf = {"csrf": str(found["csrf"])}
    stayed = (await visitor.client.post("/session/stay", data=csrf)).json()
    assert 1790 <= stayed["left"] <= 1800
    later.shift += IDLE
    assert await left(visitor) == {"left": 0}
    assert (await visitor.client.post("/session/stay", data=csrf)).status_code == 303


async def test_after_twelve_hours_going_on_is_of_no_use(desk: Desk, later: Office) -> None:
    visitor = await person(desk, "twelve-hours")
    for _ in range(int(ABSOLUTE / (20 * MINUTE)) - 1):
        later.shift += 20 * MINUTE
        await visitor.get("/inbox")
    found = await left(visitor)
    assert found["last"]
    assert int(str(found["left"])) <= 20 * 60


async def test_the_stream_of_an_open_page_is_no_use_of_the_session(desk: Desk, later: Office) -> None:
    visitor = await person(desk, "stands-open")
    cookie = f"{SESSION_COOKIE}={visitor.client.cookies[SESSION_COOKIE]}".encode()
    request = Request({"type": "http", "method": "GET", "path": "/live", "headers": [(b"cookie", cookie)], "app": desk.app})
    found = await caller_or_none(request, desk.accounts)
    assert found is not None
    feeds = (desk.app.state.feed, desk.app.state.affair_feed)
    listener = Listener(found, desk.accounts, feeds, {feed.name: 0 for feed in feeds})
    heard = []
    for minutes in (1, 28, 1):
        later.shift += minutes * MINUTE
        heard.append(await listener.listens())
    assert heard == [True, True, False]


async def test_a_form_sent_too_late_is_kept_and_sent_after_signing_in_again(desk: Desk, api: Api, later: Office) -> None:
    code = await api.open()
    visitor = await person(desk, "too-late")
    await visitor.get(f"/cases/{code}")
    later.shift += IDLE
    await visitor.submit(f"/cases/{code}/do/note", 401, text="双方约好周五再谈\n地点：村委会")
    assert "没有丢失" in visitor.page
    await visitor.submit("/login", 401, name="too-late", password="wrong-password")
    answer = await visitor.submit("/login", 200, name="too-late", password=PASSWORD)
    assert SESSION_COOKIE in answer.cookies
    assert "双方约好周五再谈" in visitor.page
    sent = await visitor.submit(f"/cases/{code}/do/note")
    assert sent.headers["location"].startswith(f"/cases/{code}?done=note")
    assert "地点：村委会" in await visitor.get(f"/cases/{code}?tab=story")


async def test_only_a_form_of_that_very_session_is_kept(desk: Desk, api: Api, later: Office) -> None:
    code = await api.open()
    visitor = await person(desk, "foreign-form")
    await visitor.get(f"/cases/{code}")
    path = f"/cases/{code}/do/note"
    sent = {**visitor.form(path).fields, "text": "被塞进来的话"}
    later.shift += IDLE
    for foreign in ({**sent, "csrf": "x" * 43}, {name: value for name, value in sent.items() if name != "csrf"}):
        answer = await visitor.client.post(path, data=foreign)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")
    other = desk.stranger()
    assert (await other.client.post(path, data=sent)).status_code == 303


async def test_passwords_are_not_kept(desk: Desk, later: Office) -> None:
    visitor = await person(desk, "changes-too-late")
    await visitor.get("/account/password")
    later.shift += IDLE
    answer = await visitor.submit("/account/password", old=PASSWORD, new=PASSWORD + "x", again=PASSWORD + "x")
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize(
    ("action", "fields"),
    [("//evil.example", "[]"), ("/logout", "[]"), ("/cases/x", "{}"), ("/cases/x", '[["a"]]'), ("/cases/x", "nonsense"), (None, None)],
)
def test_what_was_carried_along_is_looked_at_again(action: object, fields: object) -> None:
    assert carried(action, fields) is None


def test_a_form_keeps_the_order_of_its_fields_and_all_their_values() -> None:
    pairs = [["unit", "甲"], ["unit", "乙"], ["text", "第一行\r\n第二行"]]
    kept = carried("/cases/x/do/meet", json.dumps(pairs))
    assert kept is not None
    assert [list(pair) for pair in kept.fields] == pairs
    assert carried(kept.action, kept.json_fields) == kept


async def test_a_part_of_a_page_asked_for_too_late_leaves_the_page_as_it_is(desk: Desk, later: Office) -> None:
    visitor = await person(desk, "fragment")
    later.shift += IDLE
    answer = await visitor.client.get("/cases", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-trigger"]) == (204, "session-over")


async def test_who_signed_in_again_in_another_window_is_sent_back(desk: Desk) -> None:
    visitor = await person(desk, "comes-back")
    page = await visitor.get("/session/back")
    assert "已重新登录" in page
    link = re.search(r'href="(/login\?next=/session/back)" target="_blank"', html.unescape(page))
    assert link is not None
