"""Every post at every page of the console: nobody finds a case outside their scope, and nothing breaks for anybody."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi.routing import APIRoute

from models.case import Case
from models.party import Actor
from models.words import Role
from service.office import Office
from service.reading import Reader
from tests.web.api.test_scope import NAME, made, may_see, posts
from tests.web.console.visitors import Desk, desk_of
from tests.web.running import Api, Asking
from web.console.pages import ROUTERS
from web.console.pages.case import TABS

CODES = re.compile(r"\b[A-Z]+-20\d\d-\d{5}\b")
OPEN_TO_ALL = {"/", "/login", "/live", "/session", "/session/back", "/static/{name}"}
"""Pages that show no case, or are streams."""

LOG = "/access-log"

FOR_OTHERS = ("/api", "/account", "/citizen", "/login", "/healthz", "/readyz", "/metrics", "/codec")
"""What is for machines, for strangers, or about oneself alone."""


def pages() -> list[str]:
    """Every page that is read by its address alone."""
    found = [route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())]
    return [path for path in found if "{" not in path and not path.startswith(FOR_OTHERS)]


@pytest.mark.timeout(600)
async def test_nobody_finds_a_case_outside_their_scope_on_any_page(office: Office, api: Api) -> None:
    codes = await made(api)
    cases: dict[str, Case] = {}
    for code in codes:
        case = await office.records.load((await office.records.find(code)) or "")
        assert case is not None
        cases[code] = case
    async with desk_of(office) as desk:
        asking = Asking(desk.stranger().client)
        listed = [path for path in pages() if path not in OPEN_TO_ALL]
        assert {"/inbox", "/cases"} <= set(listed)
        for post in posts(office):
            asking.who = post.actor
            expected = {code for code, case in cases.items() if may_see(post, case)}
            for path in listed:
                answer = await asking.client.get(path)
                told = (post.actor.person, path)
                assert answer.status_code in {200, 303, 403, 404, 422}, told
                # The log of looks names the cases looked at, by code alone, to the one administrator who audits it.
                named = set(codes) if path == LOG and post.actor.role is Role.ADMIN_AUDIT else expected
                assert set(CODES.findall(answer.text)) & set(codes) <= named, told
                assert path != LOG or NAME not in answer.text, told
            for code in codes:
                if code in expected:
                    await Reader(office).state(post.actor, code, "supervising")
                await case_page(asking.client, post.actor, code, seen=code in expected)


async def case_page(client: httpx.AsyncClient, who: Actor, code: str, *, seen: bool) -> None:
    """The page of one case with all its tabs: there, or as if there were none."""
    for tab, _, _ in TABS if seen else TABS[:1]:
        answer = await client.get(f"/cases/{code}?tab={tab}")
        assert answer.status_code == (200 if seen else 404), (who.person, code, tab)
        if not seen:
            assert NAME not in answer.text


async def test_the_search_finds_no_more(office: Office, desk: Desk, api: Api) -> None:
    code = await api.open()
    for post, finds in (("clerk@yanlou-centre", True), ("clerk@qingyan-centre", False), ("officer@yanlou-housing", False)):
        visitor = await desk.at(post)
        await visitor.get("/cases")
        answer = await visitor.submit("/cases/search", 303 if finds else 200, text=code)
        assert (answer.headers.get("location") == f"/cases/{code}") is finds
