"""Nobody is kept out: axe on every page, in both languages, light and dark."""

from __future__ import annotations

import pytest

from service.office import Office
from tests.web.browser.walking import Site
from tests.web.console.test_team_rosters import KEEPER, patrol
from tests.web.running import Api

TABS = ("mediation", "agreement", "tasks", "papers", "visits", "audit")

PAGES: dict[str, tuple[str, ...]] = {
    "": ("/login", "/citizen"),
    "clerk@yanlou-centre": (
        "/cases/new",
        "/cases/{code}/receipt",
        "/account",
        "/account/absences",
        "/account/tokens",
        "/account/feeds",
        "/account/notices",
    ),
    "screener@yanlou-centre": ("/inbox", "/cases", "/cases/{code}", "/cases/{code}?tab=story", "/cases/nothing"),
    "mediator@yanlou-gumeng": tuple(f"/cases/{{code}}?tab={tab}" for tab in TABS),
    "dispatcher@yanlou-centre": ("/arrivals", "/board", "/network", "/procedure", "/procedure?tab=ways", "/procedure?tab=calendar"),
    "director@yanlou-centre": (
        "/people/absences",
        "/people/absences/new?post=mediator@yanlou-gumeng",
        "/export/cases?state=all",
        "/cases/{code}/purpose",
        "/watches",
        "/teams",
        "/handovers/new",
    ),
    "admin_system@huaxi-centre": ("/people", "/people/new"),
    "director@huaxi-centre": (
        "/cockpit",
        "/cockpit/league?period=year",
        "/network",
        "/cases?state=all&accepted=true&late=false",
        "/procedure?tab=try",
    ),
    KEEPER: ("/teams/{team}", "/teams/weeks/{team}", "/teams/weeks/{team}?last=true"),
    "grid@yanlou-gumeng": ("/affairs", "/affairs/new/hazard", "/inbox?kind=hazard", "/watches/new?signal=abuse"),
    "auditor@yanlou-justice": ("/audit", "/archive?check={code}"),
    "admin_audit@huaxi-centre": ("/access-log?verify=true", "/account-log?verify=1", "/exports"),
}
"""By the post that looks at them; `{code}` is a case in mediation, `{team}` a patrol."""


@pytest.fixture(scope="session")
async def code(api: Api) -> str:
    code = await api.open(risk_signs=["separation"])
    await api.act(code, "screener@yanlou-centre", "screen", category="0201", accept=True)
    await api.act(code, "dispatcher@yanlou-centre", "route", level="village")
    await api.act(code, "officer@yanlou-gumeng", "sign")
    await api.act(code, "officer@yanlou-gumeng", "contact", note="已电话联系双方")
    await api.act(code, "officer@yanlou-gumeng", "assign", mediator="mediator@yanlou-gumeng")
    return code


@pytest.fixture(scope="session")
async def team(office: Office) -> str:
    return await patrol(office)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_axe_finds_nothing_serious(site: Site, code: str, team: str, language: str) -> None:
    found: list[str] = []
    for post, paths in PAGES.items():
        async with site.person(*([post] if post else []), language=language, theme="auto") as person:
            for path in paths:
                await person.page.goto(path.format(code=code, team=team))
                found += await person.barriers_by_day_and_night()
    assert found == []


async def test_axe_would_find_one(site: Site) -> None:
    async with site.person() as person:
        await person.go("/login")
        await person.page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/static/icon.svg\"><input>')"
        )
        assert {line.split(" ", 1)[1].partition(":")[0] for line in await person.barriers()} == {"image-alt", "label"}


async def test_axe_would_find_one_that_only_the_dark_has(site: Site) -> None:
    async with site.person(theme="auto") as person:
        await person.go("/login")
        await person.page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<p class=\"dim\">暗处看不见的字</p>');"
            "const sheet = new CSSStyleSheet(); sheet.replaceSync('@media (prefers-color-scheme: dark) { .dim { color: #222; } }');"
            "document.adoptedStyleSheets.push(sheet)"
        )
        assert [line.split(" ", 1)[1].partition(":")[0] for line in await person.barriers_by_day_and_night()] == ["color-contrast"]
