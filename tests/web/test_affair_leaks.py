"""No address answers anybody with a word of an affair that is not theirs to read, nor with a code that is not theirs to see.

What may be read is told here a second time, in plain words, so that a mistake in the tables shows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import Request

from models.account import Identity
from models.party import Actor
from models.words import Role
from service.affairs.desk import Affairs
from service.office import Office
from tests.web.api.test_scope import CENTRE, NOBODY, Asking, Post, posts
from tests.web.running import asked
from web.auth import current_identity
from web.console.caller import Caller, caller_or_none

TOKEN = "独一无二的隐患"
OPENER, WORKS, VILLAGE = "grid@yanlou-gumeng", "yanlou-housing", "520111105202"

LISTS = ("/api/v1/affairs?limit=200", "/api/v1/inbox", "/affairs?state=all", "/affairs?kind=hazard", "/inbox")
SINGLE = ("/api/v1/affairs/{code}", "/api/v1/affairs/{code}/explain", "/api/v1/affairs/{code}/timeline", "/affairs/{code}")


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

        def identity() -> Identity:
            return Identity(account="asking", person="某人", actor=asking.who, post=asking.who.person, posts=())

        async def caller(request: Request) -> Caller:
            return Caller.of(request, identity(), "cookie")

        app = api.client._transport.app  # type: ignore[attr-defined]
        app.dependency_overrides[current_identity] = identity
        app.dependency_overrides[caller_or_none] = caller
        read = set()
        works = Post(Actor(person=f"officer@{WORKS}", role=Role.OFFICER, unit=WORKS), "yanlou", ())
        for post in (works, *posts(office)):
            asking.who = post.actor
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
