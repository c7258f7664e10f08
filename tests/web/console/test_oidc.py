"""Signing in through an OIDC provider over real HTTP: the browser, the console and the provider are three."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from models.account import LOGIN_SENTENCES, Account, AccountState, LoginProblem
from service.entry.accounts import Accounts
from service.office import Office
from service.settings import Settings
from tests.support.oidc import Provider, provider_process, query
from tests.support.oidc_twist import Twist
from tests.support.processes import free_port
from tests.web.console.visitors import Desk
from tests.web.running import served
from web.__main__ import options
from web.auth import SESSION_COOKIE
from web.console.cookies import OIDC

CLERK = "clerk@yanlou-centre"
TOKEN = "/oauth2/token"


@dataclasses.dataclass(frozen=True)
class Person:
    """Somebody with an account, whom the provider knows as `subject`."""

    account: Account
    subject: str


@dataclasses.dataclass(frozen=True)
class Site:
    """The console at its address, the provider it knows, and the accounts."""

    address: str
    provider: Provider
    accounts: Accounts

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """A browser that has never been here."""
        async with httpx.AsyncClient(base_url=self.address) as client:
            yield Browser(client, self.provider)

    async def person(self, **claims: str) -> Person:
        """Make somebody known to both."""
        name = f"u-{uuid.uuid4().hex[:8]}"
        await self.provider.person(name, **{"preferred_username": name, **claims})
        return Person((await self.accounts.create(name, "王某", [CLERK], local=False)).account, name)


@dataclasses.dataclass(frozen=True)
class Browser:
    """Somebody's browser; it follows no redirect by itself, so that each can be looked at."""

    client: httpx.AsyncClient
    provider: Provider

    async def leave(self, onward: str = "/cases") -> str:
        """Go to the provider; returns the address there."""
        answer = await self.client.get("/login/oidc", params={"next": onward})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def come_back(self, person: Person, **changes: str) -> httpx.Response:
        """Sign in at the provider and come back; `changes` are made to what is sent along on the way there."""
        address = httpx.URL(await self.leave())
        return await self.client.get(await self.provider.approve(str(address.copy_merge_params(changes)), person.subject))


async def registered(provider: Provider) -> Provider:
    """The provider, with a client that comes back to a port where nobody listens yet."""
    return await provider.register(callback=f"http://127.0.0.1:{free_port()}/login/oidc/callback")


@asynccontextmanager
async def site_of(office: Office, known: Provider, trusted: str = "") -> AsyncIterator[Site]:
    """The console over this office, at the address that is registered at the provider, behind a proxy whose word counts."""
    kept = {name: getattr(office.settings, name) for name in ("home", "database_url", "keys_url", "demo_accounts", "task_queue")}
    ours = dataclasses.replace(office, settings=Settings(**kept, trusted_proxies=trusted, **known.settings()), shift=timedelta(0))
    chosen: dict[str, Any] = {**options(ours.settings), "port": httpx.URL(known.callback).port or 0}
    async with served(ours, **chosen) as address:
        yield Site(address, known, Accounts(ours))


@pytest.fixture(scope="module")
async def site_once(office: Office, oidc_process: Provider) -> AsyncIterator[Site]:
    async with site_of(office, await registered(oidc_process)) as opened:
        yield opened


@pytest.fixture
def site(site_once: Site, provider: Provider) -> Site:
    """The site, with nothing wrong with its provider yet."""
    return site_once


async def refused(browser: Browser, answer: httpx.Response) -> str:
    """Return the code for which somebody is sent to the sign-in page, which says it in both languages."""
    assert answer.status_code == 303
    assert SESSION_COOKIE not in browser.client.cookies
    told = query(answer.headers["location"])
    for language, sentence in zip(("zh", "en"), LOGIN_SENTENCES[LoginProblem(told["problem"])], strict=True):
        await browser.client.post("/preferences", data={"language": language})
        assert sentence in (await browser.client.get(answer.headers["location"])).text
    return told["problem"]


async def test_one_signs_in_at_the_provider_and_comes_to_the_page_one_wanted(site: Site) -> None:
    person = await site.person()
    async with site.browser() as browser:
        page = (await browser.client.get("/login?next=/cases?stage=signed")).text
        assert 'href="/login/oidc?next=/cases%3Fstage%3Dsigned"' in page
        answer = await browser.client.get("/login/oidc?next=/cases%3Fstage%3Dsigned")
        cookie = answer.headers["set-cookie"]
        assert all(part in cookie for part in (OIDC, "HttpOnly", "SameSite=lax", "Path=/login/oidc", "Max-Age=600"))
        assert "Secure" not in cookie
        assert answer.headers["location"].startswith(f"{site.provider.issuer}/oauth2/authorize?")
        answer = await browser.client.get(await site.provider.approve(answer.headers["location"], person.subject))
        assert (answer.status_code, answer.headers["location"]) == (303, "/cases?stage=signed")
        assert OIDC not in browser.client.cookies
        assert "王某" in (await browser.client.get(answer.headers["location"])).text
        found = await site.accounts.by_session(browser.client.cookies[SESSION_COOKIE])
        assert found is not None
        assert (found.account, found.second_factor) == (person.account.id, False)


@pytest.mark.parametrize(("trusted", "secure"), [("127.0.0.1", True), ("", False)])
async def test_behind_tls_the_cookies_go_over_tls_alone(office: Office, oidc_process: Provider, trusted: str, secure: bool) -> None:
    async with site_of(office, await registered(oidc_process), trusted) as site, site.browser() as browser:
        answer = await browser.client.get("/login/oidc", headers={"X-Forwarded-Proto": "https"})
        assert ("Secure" in answer.headers["set-cookie"]) is secure


async def test_who_wanted_no_page_comes_to_their_work(site: Site) -> None:
    person = await site.person()
    async with site.browser() as browser:
        answer = await browser.client.get(await site.provider.approve(await browser.leave("//evil.example"), person.subject))
        assert answer.headers["location"] == "/inbox"


async def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    person = await site.person()
    async with site.browser() as browser:
        await browser.come_back(person)
        before = browser.client.cookies[SESSION_COOKIE]
        await browser.come_back(person)
        assert browser.client.cookies[SESSION_COOKIE] != before
        assert await site.accounts.by_session(before) is None


async def test_a_state_that_was_never_sent_or_comes_twice_or_in_another_browser_is_over(site: Site) -> None:
    person = await site.person()
    async with site.browser() as browser, site.browser() as another:
        assert await refused(browser, await browser.come_back(person, state="made-up")) == "flow_over"
        assert await refused(browser, await browser.client.get("/login/oidc/callback")) == "flow_over"
        back = await site.provider.approve(await browser.leave(), person.subject)
        await another.leave()
        assert await refused(another, await another.client.get(back)) == "flow_over"
        assert await refused(browser, await browser.client.get(back)) == "flow_over"  # it was good once, also for the wrong browser
        back = await site.provider.approve(await browser.leave(), person.subject)
        assert (await browser.client.get(back)).headers["location"] == "/cases"
        browser.client.cookies.delete(SESSION_COOKIE)
        assert await refused(browser, await browser.client.get(back)) == "flow_over"


async def test_who_has_no_account_or_one_that_is_off_is_told_so(site: Site) -> None:
    person, nobody = await site.person(), await site.person(preferred_username="not-known-here")
    await site.accounts.set_state(person.account.id, AccountState.DISABLED)
    async with site.browser() as browser:
        assert await refused(browser, await browser.come_back(person)) == "disabled"
        assert await refused(browser, await browser.come_back(nobody)) == "no_account"


async def test_who_turns_back_at_the_provider_is_told_so(site: Site) -> None:
    person = await site.person()
    async with site.browser() as browser:
        address = await browser.leave()
        denied = await site.provider.approve(address, person.subject, "deny")
        back = httpx.URL(denied).copy_merge_params({"state": query(address)["state"]})
        assert await refused(browser, await browser.client.get(back)) == "provider_refused"


@pytest.mark.parametrize(
    ("twist", "code"),
    [
        ({"claims": {"exp": -90}}, "provider_wrong"),
        ({"claims": {"aud": "another-client"}}, "provider_wrong"),
        ({"claims": {"nonce": "another"}}, "provider_wrong"),
        ({"signed_by": "other"}, "provider_wrong"),
        ({"status": {TOKEN: 503}}, "provider_away"),
    ],
    ids=str,
)
async def test_an_answer_that_does_not_hold_lets_nobody_in(site: Site, twist: Twist, code: str) -> None:
    person = await site.person()
    await site.provider.twist(**twist)
    async with site.browser() as browser:
        assert await refused(browser, await browser.come_back(person)) == code
        await site.provider.twist()
        assert (await browser.come_back(person)).headers["location"] == "/cases"


async def test_a_nonce_or_a_challenge_changed_on_the_way_there_lets_nobody_in(site: Site) -> None:
    person = await site.person()
    async with site.browser() as browser:
        assert await refused(browser, await browser.come_back(person, nonce="changed")) == "provider_wrong"
        assert await refused(browser, await browser.come_back(person, code_challenge="changed")) == "provider_refused"


async def test_a_provider_that_has_gone_is_told_on_the_way_back_and_on_the_way_there(office: Office) -> None:
    async with provider_process() as gone:
        known = await registered(gone)
        async with site_of(office, known) as site, site.browser() as browser:
            person = await site.person()
            back = await site.provider.approve(await browser.leave(), person.subject)
            await gone.stop()
            assert await refused(browser, await browser.client.get(back)) == "provider_away"
        async with site_of(office, known) as site, site.browser() as browser:
            answer = await browser.client.get("/login/oidc?next=/cases")
            assert query(answer.headers["location"])["next"] == "/cases"
            assert await refused(browser, answer) == "provider_away"


async def test_without_a_provider_there_is_no_way_there(desk: Desk) -> None:
    visitor = desk.stranger()
    assert "/login/oidc" not in await visitor.get("/login")
    for path in ("/login/oidc", "/login/oidc/callback?code=c&state=s"):
        assert (await visitor.client.get(path)).headers["location"] == "/login?problem=not_set_up"
