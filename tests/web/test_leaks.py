"""No sequence of actions by any role makes any address answer with a field that the tables forbid.

Cases are played at random, by people who may and people who may not, with a word of its own in every field; then everything that can be
asked is asked by people of every role, and each word in an answer must be one that its reader may read. The addresses come from the
application itself: one that is new has to be told of here.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.party import Actor
from models.words import Role
from rules.visibility import standings
from service.changes import ChangeFeed
from service.crew import connect
from service.office import Office
from service.reading import Reader
from service.settings import Settings
from store.desk.lists import Eyes
from store.places import LoadedPlace
from tests.web.api.test_scope import Post, posts
from tests.web.leaks import CODES, TOKENS, Oracle, Planter
from tests.web.running import Asking, asked
from web.console.pages.case import TABS

OPENER = "clerk@yanlou-centre"

ASKED: dict[str, tuple[str, ...]] = {
    "/api/v1/cases": ("/api/v1/cases?limit=200", "/api/v1/cases?ended=true&limit=200", "/api/v1/cases?tier=red"),
    "/api/v1/cases/count": ("/api/v1/cases/count?tier=red",),
    "/api/v1/cases/{code}": ("/api/v1/cases/{code}", "/api/v1/cases/{code}?as_of={now}"),
    "/api/v1/cases/{code}/explain": ("/api/v1/cases/{code}/explain", "/api/v1/cases/{code}/explain?as_of={now}"),
    "/api/v1/cases/{code}/timeline": ("/api/v1/cases/{code}/timeline",),
    "/api/v1/cases/{code}/meetings/{meeting}/invitation": ("/api/v1/cases/{code}/meetings/m1/invitation",),
    "/api/v1/arrivals": ("/api/v1/arrivals",),
    "/api/v1/cases/{code}/papers": ("/api/v1/cases/{code}/papers",),
    "/api/v1/cases/{code}/papers/{paper}/content": ("/api/v1/cases/{code}/papers/1/content",),
    "/cases/{code}/papers/{paper}/content": ("/cases/{code}/papers/1/content",),
    "/affairs": ("/affairs?state=all",),
    "/affairs/new/{kind_name}": ("/affairs/new/hazard",),
    "/api/v1/affairs": ("/api/v1/affairs", "/api/v1/affairs?ended=false&limit=200"),
    "/api/v1/affairs/count": ("/api/v1/affairs/count",),
    "/api/v1/affairs/changes": ("/api/v1/affairs/changes?after=0",),
    "/api/v1/hazards/register": ("/api/v1/hazards/register",),
    "/api/v1/whistles/figures": ("/api/v1/whistles/figures",),
    "/api/v1/handovers/preview": ("/api/v1/handovers/preview?leaver=mediator@yanlou-gumeng",),
    "/api/v1/orders/ledger": ("/api/v1/orders/ledger",),
    "/hazards": ("/hazards",),
    "/watches": ("/watches", "/watches?grade=red"),
    "/teams": ("/teams",),
    "/handovers/new": ("/handovers/new", "/handovers/new?leaver=mediator@yanlou-gumeng"),
    "/households": ("/households",),
    "/whistles": ("/whistles",),
    "/orders": ("/orders",),
    "/api/v1/inbox": ("/api/v1/inbox",),
    "/api/v1/changes": ("/api/v1/changes?after=0",),
    "/api/v1/exports": ("/api/v1/exports",),
    "/api/v1/stats": ("/api/v1/stats",),
    "/api/v1/kpi/findings": ("/api/v1/kpi/findings",),
    "/api/v1/cases/{code}/ledger": ("/api/v1/cases/{code}/ledger",),
    "/cases/{code}/ledger": ("/cases/{code}/ledger",),
    "/kpi/findings": ("/kpi/findings",),
    "/api/v1/me": ("/api/v1/me",),
    "/cases/{code}/meetings/{meeting}.ics": ("/cases/{code}/meetings/m1.ics",),
    "/inbox": ("/inbox", "/inbox?list=done", "/inbox?list=handled"),
    "/cases/new": ("/cases/new",),
    "/cases": ("/cases?state=all", "/cases?state=ended", "/cases?state=all&tier=red"),
    "/cases/{code}/receipt": ("/cases/{code}/receipt",),
    "/{of}/{code}/purpose": ("/cases/{code}/purpose",),
    "/cases/{code}": (*(f"/cases/{{code}}?tab={tab}" for tab, _, _ in TABS), "/cases/{code}?as_of={now}"),
    "/board": ("/board",),
    "/arrivals": ("/arrivals",),
    "/audit": ("/audit",),
    "/archive": ("/archive", "/archive?check={code}"),
    "/cockpit": ("/cockpit",),
    "/cockpit/league": ("/cockpit/league",),
    "/cockpit/league.csv": ("/cockpit/league.csv",),
    "/export/cases": ("/export/cases",),
    "/export/archive": ("/export/archive",),
    "/export/case/{code}": ("/export/case/{code}",),
    "/exports": ("/exports",),
    "/network": ("/network",),
    "/messages": ("/messages",),
    "/people/absences": ("/people/absences",),
    "/access-log": ("/access-log", "/access-log?code={code}"),
    "/account-log": ("/account-log",),
}
"""What is asked at each address that answers with anything of cases."""

NOTHING_OF_CASES = (
    *("/api/v1/openapi.json", "/api/v1/purposes", "/api/v1/network", "/api/v1/procedure", "/api/v1/calendar", "/api/v1/categories"),
    *("/healthz", "/readyz", "/metrics", "/static/", "/login", "/session", "/citizen", "/account", "/people", "/procedure", "/charts/"),
    *("/api/v1/kpi", "/kpi", "/open311/", "/stop/"),
    *("/published/", "/check-in", "/api/v1/orders/prices", "/orders/catalogue"),
    *("/whistles/new", "/watches/new", "/households/new", "/dwellings/new", "/orders/new/"),
    *("/households/lists", "/api/v1/households/lists"),
)
"""Beginnings of addresses that tell of the place, of accounts, of oneself, or of figures alone; a citizen's case is tested elsewhere.

What stands in ASKED all the same is asked.
"""

BY_ID = (
    *("/", "/live", "/feeds/{secret}", "/api/v1/arrivals/{arrival}", "/arrivals/{arrival}"),
    *("/api/v1/cases/{code}/papers/{paper}/pdf", "/cases/{code}/papers/{paper}/pdf"),
    *("/api/v1/cases/{code}/dossier", "/cases/{code}/dossier.{form}"),
    *("/affairs/{code}", "/api/v1/affairs/{code}", "/api/v1/affairs/{code}/explain", "/api/v1/affairs/{code}/timeline"),
    *(f"{of}/affairs/{{code}}/versions{seq}" for of in ("", "/api/v1") for seq in ("", "/{seq}")),
    *("/api/v1/rounds/{code}/coverage", "/api/v1/handovers/{code}"),
    *("/whistles/{code}", "/households/visits/{code}", "/dwellings/{code}", "/rounds/{code}", "/sheets/{code}"),
    *("/watches/{code}", "/teams/{code}", "/teams/weeks/{code}", "/handovers/{code}"),
)
"""A way on, a stream and feeds, which are asked below by what is behind them; arrivals, which are no cases yet; papers as PDF and whole
files, which can't be read here and have tests of their own; single affairs, which `tests/web/test_affair_leaks.py` asks for."""

LOGS = ("/access-log", "/exports", "/api/v1/exports")
"""Where the audit administrator finds the codes of cases that were looked at, and nothing else of them."""


def addresses(routes: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """Every address of the application that is read."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from addresses(inner.routes, prefix + (route.include_context.prefix or ""))
        elif "GET" in (getattr(route, "methods", None) or ()):
            yield prefix + route.path


class AskingAll(Asking):
    """Asks everything there is as anybody."""

    async def answers(self, codes: list[str], words: list[str], *, lists: bool) -> AsyncIterator[tuple[str, str]]:
        """Yield what was asked and what the answer says, headers included; without lists, of single cases alone."""
        for path in (path for found in ASKED.values() for path in found):
            for code in codes if "{code}" in path else ("",) if lists else ():
                address = path.replace("{code}", code).replace("{now}", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
                answer = await self.client.get(address)
                assert answer.status_code < 500, (self.who.person, address)
                yield address, f"{answer.text} {answer.headers}"
        for word in words:
            answer = await self.client.post("/api/v1/search", json={"text": word})
            yield "/api/v1/search", answer.text
        bodies: list[dict[str, Any]] = [{"kind": kind, "format": "csv", "purpose": "supervising"} for kind in ("cases", "archive")]
        bodies += [{"kind": "case", "format": "csv", "purpose": "supervising", "code": code} for code in codes]
        for body in bodies:
            answer = await self.client.post("/api/v1/exports", json=body)
            yield f"/api/v1/exports {body}", answer.text
        for code in codes:
            answer = await self.client.post(f"/api/v1/cases/{code}/actions/note", json={"text": ""})
            yield f"note {code}", answer.text


@pytest.fixture(scope="module")
async def planter(huaxi: LoadedPlace, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Planter]:
    home: Path = tmp_path_factory.mktemp("leaks")
    limits = Settings(home=home, rate_reads=0, rate_writes=0)
    office = await Office.open(limits, await connect(limits, lazy=True), huaxi)
    yield Planter(office)
    await office.close()


@pytest.fixture(scope="module")
async def asking(planter: Planter) -> AsyncIterator[AskingAll]:
    async with asked(planter.office) as api:
        yield AskingAll(api.client)


def test_every_address_is_told_of_here(asking: AskingAll) -> None:
    known = {*ASKED, *BY_ID}
    new = [path for path in addresses(asking.app.routes) if path not in known and not path.startswith(NOTHING_OF_CASES)]
    assert new == [], "say in ASKED what of them is to be asked"
    there = set(addresses(asking.app.routes))
    assert there >= known, known - there


@settings(max_examples=3, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.timeout(300)
async def test_nobody_comes_across_a_word_that_the_tables_forbid(planter: Planter, asking: AskingAll, data: st.DataObject) -> None:
    start = datetime.now(UTC) - timedelta(days=data.draw(st.sampled_from((3, 20, 90))))
    await planter.plant(data, start)
    for post in data.draw(st.lists(st.sampled_from(posts(planter.office)), min_size=4, max_size=4, unique_by=lambda post: post.actor.role)):
        await nothing_leaks(planter, asking, post)


@pytest.mark.timeout(300)
async def test_a_case_that_has_everything_is_shown_to_each_role_as_the_tables_say(planter: Planter, asking: AskingAll) -> None:
    made = await planter.plant_whole(datetime.now(UTC) - timedelta(days=2))
    network = planter.office.bundle.network
    ways = {(post.actor.role, standings(made.now, post.actor, network, post.grids)): post for post in posts(planter.office)}
    assert {role for role, _ in ways} == set(Role) - {Role.SYSTEM}
    met: set[Role] = set()
    read: set[str] = set()
    for post in ways.values():
        read |= await nothing_leaks(planter, asking, post, 1, lists=post.actor.role not in met)
        met.add(post.actor.role)
    assert {made.words[token][0] for token in read} == {group for group, _ in made.words.values()}, "nobody read what somebody may"


async def nothing_leaks(planter: Planter, asking: AskingAll, post: Post, last: int = 2, *, lists: bool = True) -> set[str]:
    """Ask everything about the last cases as one person, look at every word and code in the answers, and return the words they read."""
    office, who = planter.office, post.actor
    oracle = Oracle(office, office.bundle.network)
    asking.who = who
    reached: set[str] = set()
    read: set[str] = set()
    allowed: set[str] = set()
    planted: set[str] = set()
    codes: dict[str, str] = {}
    for made in planter.planted[-last:]:
        row = await office.queries.case(Eyes(everything=True), made.now.id)
        assert row is not None
        codes[row.code] = made.now.id
        planted |= set(made.words)
        if oracle.reaches(who, made.now, post.grids, OPENER):
            reached.add(row.code)
            # By its id: a code of a merged case means the one it was merged into, which was made up.
            await Reader(office).state(who, made.now.id, "supervising")
        allowed |= {token for token in made.words if oracle.may_read(who, made, token, post.grids, OPENER)}
    words = [*codes, secrets.choice(sorted(planted))]
    async for address, answer in asking.answers(list(codes), words, lists=lists):
        met = set(TOKENS.findall(answer)) & planted
        read |= met
        leaked = {token: kind(planter, token) for token in met - allowed}
        # What somebody asks for comes back in no answer; the search is by words one knows already.
        assert not leaked, (who.person, address, leaked)
        named = set(CODES.findall(answer)) & set(codes) - {code for code in codes if code in address or quote(code) in address}
        if not (who.role is Role.ADMIN_AUDIT and address.startswith(LOGS)):
            assert named <= reached, (who.person, address, named - reached)
    await stream(asking, who, set(codes), reached)
    return read


async def stream(asking: AskingAll, who: Actor, codes: set[str], reached: set[str]) -> None:
    """What open pages are told by the stream, from what is at hand and from the store."""
    feed: ChangeFeed = asking.app.state.feed
    await feed.advance()
    told = await feed.live(who, await feed.eyes(who), 0)
    assert {change.code for change in told.changes} & codes <= reached, who.person


def kind(planter: Planter, token: str) -> str:
    """What a word is of."""
    return next(str(made.words[token]) for made in planter.planted if token in made.words)
