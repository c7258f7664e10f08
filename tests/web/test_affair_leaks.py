"""No address answers anybody with a word of an affair that is not theirs to read, nor with a code that is not theirs to see.

What may be read is told here a second time, in plain words, so that a mistake in the tables shows.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.party import Actor
from models.words import Role
from service.affairs.desk import Affairs
from service.office import Office
from store.feed import AFFAIRS, Feed
from tests.web.api.test_scope import CENTRE, NOBODY, Post, posts
from tests.web.running import Asking, asked

TOKEN = "独一无二的隐患"
OPENER, WORKS, VILLAGE = "grid@yanlou-gumeng", "yanlou-housing", "520111105202"

LISTS = ("/api/v1/affairs?limit=200", "/api/v1/inbox", "/affairs?state=all", "/affairs?kind=hazard", "/inbox", "/hazards")
SINGLE = (
    *("/api/v1/affairs/{code}", "/api/v1/affairs/{code}/explain", "/api/v1/affairs/{code}/timeline", "/affairs/{code}"),
    *("/api/v1/affairs/{code}/versions", "/affairs/{code}/versions"),
)
PLAIN = tuple(f"/api/v1/affairs/{{code}}{part}" for part in ("", "/explain", "/timeline", "/versions"))
"""How the API shows an affair of any kind: what it does not tell somebody, no page tells them."""

WORDS = re.compile(r"独言\d\d")
PAGES: dict[str, tuple[str, ...]] = {
    "whistle": ("/whistles/{code}", "/affairs/{code}", "/affairs/{code}/versions/1", "/whistles"),
    "household": ("/households/visits/{code}", "/affairs/{code}", "/affairs/{code}/versions/1", "/households"),
    "dwelling": ("/dwellings/{code}", "/affairs/{code}", "/affairs/{code}/versions/1"),
    "watch": (
        "/watches/{code}",
        "/watches",
        "/watches/new?signal=media",
        "/affairs/{code}",
        "/affairs/{code}/versions/1",
        "/affairs?kind=watch",
    ),
    "order": ("/affairs/{code}", "/affairs/{code}/versions/1", "/orders"),
    "round": ("/rounds/{code}", "/api/v1/rounds/{code}/coverage", "/affairs/{code}", "/affairs?kind=round"),
}
"""By kind: its own pages, the shared one and its lists."""

WATCH_TOKEN, WATCH_NUMBER = "独一无二的线索", "L-0202-777"
REPORTER = "officer@yanlou-health"
LISTED = ("/watches", "/watches?grade=yellow", "/inbox", "/affairs?kind=watch")
WATCHES = (*LISTED, "/watches/new", "/watches/new?signal=media", "/watches/{code}")
GRADED_WORDS = ("现时积分", "分值线", "badge yellow")
"""What tells of a grade."""


def may_see(post: Post) -> bool:
    """Whether the hazard is there for somebody: their town, their unit, their grid, or they have reported it."""
    who = post.actor
    if who.role in NOBODY:
        return False
    if who.person == OPENER:
        return True
    if who.role in CENTRE | {Role.AUDITOR, Role.ARCHIVIST}:
        return post.town in {None, "yanlou"}
    if who.role is Role.MEDIATOR:
        return False
    return who.unit in {WORKS, "yanlou-centre", "huaxi-centre"} or VILLAGE in post.grids


def may_read(post: Post) -> bool:
    """Whether its words are for somebody who sees it."""
    who = post.actor
    if who.person == OPENER or (who.role is Role.AUDITOR and post.town in {None, "yanlou"}):
        return True
    if who.unit in {"yanlou-centre", "huaxi-centre"}:
        return who.role in CENTRE
    return who.unit == WORKS and who.role is not Role.ARCHIVIST


async def answers(asking: Asking, code: str) -> AsyncIterator[tuple[str, int, str]]:
    for path in (*LISTS, *SINGLE):
        answer = await asking.client.get(path.replace("{code}", code))
        yield path, answer.status_code, answer.text
    note = await asking.client.post(f"/api/v1/affairs/{code}/actions/note", json={"text": ""})
    yield "note", note.status_code, note.text


@pytest.mark.timeout(300)
async def test_nobody_meets_a_word_or_a_code_that_is_not_theirs(office: Office) -> None:
    reporter = Actor(person=OPENER, role=Role.GRID, unit="yanlou-gumeng")
    begun = await Affairs(office).open("hazard", {"place": VILLAGE, "item": "gas", "text": TOKEN}, reporter)
    code = str(begun.code)
    async with asked(office) as api:
        asking = Asking(api.client)
        read, feed = set(), asking.app.state.affair_feed
        position = await feed.advance()
        changes = f"/api/v1/affairs/changes?after={position}"
        await Affairs(office).act(code, "note", {"text": TOKEN}, reporter)
        await feed.advance()
        works = Post(Actor(person=f"officer@{WORKS}", role=Role.OFFICER, unit=WORKS), "yanlou", ())
        for post in (works, *posts(office)):
            asking.who = post.actor
            # What open pages are told, from what is at hand and from the store.
            for told in (await feed.live(post.actor, await feed.eyes(post.actor), position), await feed.after(post.actor, position)):
                assert {change.code for change in told.changes if change.code == code} == ({code} if may_see(post) else set()), post
            assert (code in (await asking.client.get(changes)).text) is may_see(post), post
            async for path, status, said in answers(asking, code):
                # A page that is not there says so with the code that was asked for in its own address.
                text = said if status == 200 else said.replace(f"/affairs/{code}", "")
                assert status < 500, (post.actor.person, path)
                assert may_see(post) or code not in text, (post.actor.person, path)
                assert (may_see(post) and may_read(post)) or TOKEN not in text, (post.actor.person, path)
                if "{code}" in path:
                    assert status == (200 if may_see(post) else 404), (post.actor.person, path, text)
                if TOKEN in text:
                    read.add(post.actor.role)
        assert {Role.GRID, Role.OFFICER, Role.DISPATCHER, Role.DIRECTOR, Role.AUDITOR} <= read


async def one_of_each(office: Office) -> dict[str, str]:
    """Begin one of each kind with a word of its own in every field of words; returns codes by kind."""
    grid = Affairs(office)
    member, centre = await grid.actor(OPENER), await grid.actor("dispatcher@yanlou-centre")
    person = {"phone": "13800000001", "id_number": "520111199001011234"}
    room = {"id": "r1", "area": 20, "floor": 1, "use": "room"}
    begun: dict[str, tuple[Actor, dict[str, Any]]] = {
        "whistle": (member, {"place": VILLAGE, "item": "supply_cut", "text": "独言11", "tried": "独言12", "units": ["yanlou-housing"]}),
        "household": (
            member,
            {"place": VILLAGE, "number": "0931", "address": "独言21", "noticed_on": "2026-11-02", "needs": ["elderly_alone"]}
            | {"members": [{"id": "a", "relation": "head", "person": {**person, "name": "独言22"}}]},
        ),
        "dwelling": (
            member,
            {"place": VILLAGE, "number": "9-31", "address": "独言31", "landlord_person": {**person, "name": "独言32"}, "rooms": [room]},
        ),
        "watch": (
            member,
            {"subject": {"of": "household", "place": VILLAGE, "number": "0931"}, "signal": "quarrel", "channel": "visit", "text": "独言41"},
        ),
        "order": (
            member,
            {"place": VILLAGE, "item": "roof", "quantity": 20, "text": "独言51", "customer_person": {**person, "name": "独言52"}},
        ),
        "round": (centre, {"plan": "fire", "place": VILLAGE, "targets": [{"key": "s1", "place": VILLAGE, "label": "独言61"}]}),
    }
    return {kind: str((await grid.open(kind, fields, who)).code) for kind, (who, fields) in begun.items()}


@pytest.mark.timeout(300)
async def test_a_page_of_its_own_says_no_more_than_the_api_says_of_any_affair(office: Office) -> None:
    codes = await one_of_each(office)
    async with asked(office) as api:
        asking, told = Asking(api.client), set()
        for post in {(post.actor.role, post.town): post for post in posts(office)}.values():
            asking.who = post.actor
            for kind, code in codes.items():
                plain = [await asking.client.get(path.replace("{code}", code)) for path in PLAIN]
                known = {word for answer in plain for word in WORDS.findall(answer.text)}
                for path in PAGES[kind]:
                    page = await asking.client.get(path.replace("{code}", code))
                    said = set(WORDS.findall(page.text))
                    own = {word for word in said if word[2] == WHOSE[kind]}
                    assert page.status_code < 500, (post.actor.person, path)
                    assert own <= known, (post.actor.person, path, own - known)
                    assert "{code}" not in path or plain[0].status_code == 200 or page.status_code in {403, 404}, (post.actor.person, path)
                    told |= own
        assert {word[2] for word in told} == set(WHOSE.values()) - {WHOSE["round"]}, "a target of a round is named on its sheet alone"


WHOSE = {"whistle": "1", "household": "2", "dwelling": "3", "watch": "4", "order": "5", "round": "6"}
"""The first figure of a kind's words."""


def sees_grades(post: Post) -> bool:
    """Whether grade and signals of a yellow watch in Yanlou are for somebody: the centres in charge, the town's auditors."""
    who = post.actor
    return (who.unit in {"yanlou-centre", "huaxi-centre"} and who.role in CENTRE) or (
        who.role is Role.AUDITOR and post.town in {None, "yanlou"}
    )


def knows_of_it(post: Post) -> bool:
    """Whether somebody sees that there is a watch, and nothing of why: who has to go there, has begun it, or files the town's records."""
    who = post.actor
    archives = who.role is Role.ARCHIVIST and post.town in {None, "yanlou"}
    return archives or who.person == REPORTER or (who.unit == "yanlou-gumeng" and who.role in {Role.GRID, Role.OFFICER})


@pytest.mark.timeout(300)
async def test_nobody_meets_a_grade_a_signal_or_a_watched_household_that_is_not_theirs(office: Office) -> None:
    affairs, sent = Affairs(office), Actor(person=REPORTER, role=Role.OFFICER, unit="yanlou-health")
    subject = {"of": "household", "place": VILLAGE, "number": WATCH_NUMBER}
    start = await Feed(office.store, AFFAIRS).end()
    begun = await affairs.open("watch", {"subject": subject, "signal": "police_call", "channel": "call", "text": WATCH_TOKEN}, sent)
    code, read = str(begun.code), set()
    async with asked(office) as api:
        asking = Asking(api.client)
        for post in posts(office):
            asking.who, told = post.actor, post.actor.person
            for path in WATCHES:
                answer = await asking.client.get(path.format(code=code))
                assert answer.status_code < 500, (told, path)
                assert sees_grades(post) or WATCH_TOKEN not in answer.text, (told, path)
                assert sees_grades(post) or knows_of_it(post) or WATCH_NUMBER not in answer.text, (told, path)
                if path == "/watches/{code}" and not sees_grades(post):
                    assert not [words for words in GRADED_WORDS if words in answer.text], (told, path)
                if WATCH_TOKEN in answer.text:
                    read.add(post.actor.role)
            changes = (await asking.client.get(f"/api/v1/affairs/changes?after={start}")).json().get("changes", ())
            happened = {change["type"] for change in changes if change["code"] == code} - {"changed"}
            assert bool(happened & {"signalled", "watch_graded"}) is sees_grades(post), (told, happened)
    assert {Role.CLERK, Role.DIRECTOR, Role.AUDITOR} <= read
