"""Signing in through a real OIDC provider: the whole way there and back, and what is refused on the way."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from models.account import LOGIN_SENTENCES, Account, AccountState, LoginProblem, LoginRefused
from service.entry.accounts import Accounts
from service.entry.oidc import FLOW, Arrival, Oidc
from service.office import Office
from tests.service.oidc_walk import CLERK, SUBJECT, Build, departed, walk
from tests.support.oidc import CALLBACK, Provider, query
from tests.support.processes import free_port

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def test_somebody_with_an_account_comes_back_signed_in_where_they_wanted_to_go(
    build: Build, provider: Provider, accounts: Accounts, account: Account
) -> None:
    leaving = await departed(build(), "/cases?stage=signed")
    sent = query(leaving.address)
    assert leaving.address.startswith(f"{provider.issuer}/")
    assert (sent["response_type"], sent["code_challenge_method"], sent["redirect_uri"]) == ("code", "S256", CALLBACK)
    back = await provider.sign_in(leaving.address, SUBJECT)
    arrived = await build().finish(back["code"], back["state"], leaving.browser)  # in another process
    assert isinstance(arrived, Arrival)
    assert arrived.onward == "/cases?stage=signed"
    found = await accounts.by_session(arrived.session.cookie)
    assert found is not None
    assert (found.account, found.post, found.second_factor) == (account.id, CLERK, False)


async def test_a_way_back_is_good_once_in_one_browser_and_for_ten_minutes(
    build: Build, bare_office: Office, provider: Provider, account: Account
) -> None:
    oidc, over = build(), LoginRefused(code=LoginProblem.FLOW_OVER)
    leaving = await departed(oidc)
    back = await provider.sign_in(leaving.address, SUBJECT)
    assert await oidc.finish(back["code"], "never-sent", leaving.browser) == over
    assert isinstance(await oidc.finish(back["code"], back["state"], leaving.browser), Arrival)
    assert await oidc.finish(back["code"], back["state"], leaving.browser) == over
    for browser in ("", (await departed(oidc)).browser):
        back = await provider.sign_in((await departed(oidc)).address, SUBJECT)
        assert await oidc.finish(back["code"], back["state"], browser) == over
    leaving = await departed(oidc)
    back = await provider.sign_in(leaving.address, SUBJECT)
    bare_office.shift += FLOW
    assert await build().finish(back["code"], back["state"], leaving.browser) == over


@only_sqlite
async def test_two_windows_of_one_browser_can_sign_in_at_the_same_time(build: Build, provider: Provider, account: Account) -> None:
    oidc = build()
    first = await departed(oidc)
    second = await departed(oidc, "/", first.browser)
    assert second.browser == first.browser
    for leaving in (first, second):
        back = await provider.sign_in(leaving.address, SUBJECT)
        assert isinstance(await oidc.finish(back["code"], back["state"], first.browser), Arrival)
    assert (await departed(oidc, "/", "chosen-by-somebody")).browser != "chosen-by-somebody"


@only_sqlite
@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "cases", "", "/" + "x" * 300])
async def test_nobody_is_sent_on_to_another_site(build: Build, provider: Provider, account: Account, onward: str) -> None:
    arrived = await walk(build(), provider, onward)
    assert isinstance(arrived, Arrival)
    assert arrived.onward == ""


@only_sqlite
async def test_the_session_before_ends(build: Build, provider: Provider, accounts: Accounts, account: Account) -> None:
    before = await accounts.sign_in_known(account, second_factor=False)
    assert not isinstance(before, LoginRefused)
    leaving = await departed(build())
    back = await provider.sign_in(leaving.address, SUBJECT)
    await build().finish(back["code"], back["state"], leaving.browser, replaces=before.cookie)
    assert await accounts.by_session(before.cookie) is None


@only_sqlite
async def test_who_has_no_account_or_one_that_is_off_does_not_get_in(
    build: Build, provider: Provider, accounts: Accounts, account: Account
) -> None:
    await accounts.set_state(account.id, AccountState.DISABLED)
    assert await walk(build(), provider) == LoginRefused(code=LoginProblem.DISABLED)
    await provider.person(SUBJECT, preferred_username="li.si")
    assert await walk(build(), provider) == LoginRefused(code=LoginProblem.NO_ACCOUNT)
    assert [one.login for one in await accounts.all()] == ["zhang.san"]


@only_sqlite
@pytest.mark.parametrize(
    ("claims", "answer"),
    [
        ({"email": "zhang@yanlou.example", "email_verified": True}, "in"),
        ({"email": "zhang@yanlou.example", "email_verified": False}, "no_account"),
        ({"email": "zhang@yanlou.example", "email_verified": "true"}, "no_account"),
        ({"email": "zhang@yanlou.example"}, "no_account"),
        ({"email": "ｚhang@yanlou.example", "email_verified": True}, "no_account"),
        ({"email": ["zhang@yanlou.example"], "email_verified": True}, "no_account"),
        ({}, "no_account"),
    ],
)
async def test_a_mail_address_counts_where_it_is_verified(
    build: Build, provider: Provider, accounts: Accounts, claims: dict[str, Any], answer: str
) -> None:
    await accounts.create("zhang@yanlou.example", "张三", [CLERK], local=False)
    await provider.person(SUBJECT, **claims)
    found = await walk(build(oidc_scopes="openid email", oidc_claim="email"), provider)
    assert (str(found.code) if isinstance(found, LoginRefused) else "in") == answer


@only_sqlite
async def test_a_claim_that_is_not_in_the_token_is_asked_for(build: Build, provider: Provider, account: Account) -> None:
    await provider.twist(claims={"preferred_username": None})
    assert isinstance(await walk(build(), provider), Arrival)
    await provider.twist(claims={"preferred_username": None}, fields={"/userinfo": {"sub": "somebody-else"}})
    assert await walk(build(), provider) == LoginRefused(code=LoginProblem.PROVIDER_WRONG)


@only_sqlite
@pytest.mark.parametrize(
    ("claims", "proved"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "pin"]}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": ["pwd", "otp"]}, True),
        ({"amr": "mfa"}, False),
        ({"acr": "gold"}, True),
        ({"acr": "silver"}, False),
    ],
)
async def test_the_second_factor_is_the_provider_s_word(
    build: Build, provider: Provider, account: Account, claims: dict[str, Any], proved: bool
) -> None:
    await provider.twist(claims=claims)
    arrived = await walk(build(oidc_acr="gold platinum"), provider)
    assert isinstance(arrived, Arrival)
    assert arrived.session.identity.second_factor is proved


@only_sqlite
async def test_who_turns_back_at_the_provider_may_try_again(build: Build, provider: Provider, account: Account) -> None:
    oidc = build()
    leaving = await departed(oidc)
    back = query(f"{await provider.approve(leaving.address, SUBJECT, 'deny')}&state={query(leaving.address)['state']}")
    assert await oidc.finish("", back["state"], leaving.browser, error=back["error"]) == LoginRefused(code=LoginProblem.PROVIDER_REFUSED)
    leaving = await departed(oidc)
    state = query(leaving.address)["state"]
    away = await oidc.finish("", state, leaving.browser, error="temporarily_unavailable")
    assert away == LoginRefused(code=LoginProblem.PROVIDER_AWAY)
    assert isinstance(await walk(oidc, provider), Arrival)


@only_sqlite
async def test_a_code_stolen_from_another_sign_in_is_worth_nothing(build: Build, provider: Provider, account: Account) -> None:
    oidc = build()
    stolen = await provider.sign_in((await departed(oidc)).address, SUBJECT)
    mine = await departed(oidc)
    answer = await oidc.finish(stolen["code"], query(mine.address)["state"], mine.browser)
    assert answer == LoginRefused(code=LoginProblem.PROVIDER_REFUSED)


@only_sqlite
async def test_without_a_provider_nobody_signs_in_this_way(bare_office: Office, accounts: Accounts) -> None:
    oidc, missing = Oidc(bare_office, accounts), LoginRefused(code=LoginProblem.NOT_SET_UP)
    assert not oidc.configured
    assert [await oidc.begin(), await oidc.finish("c", "s", "b")] == [missing, missing]


@only_sqlite
async def test_the_secret_may_stand_in_a_file(build: Build, bare_office: Office, provider: Provider, account: Account) -> None:
    path = bare_office.settings.home / "client-secret"
    oidc = build(oidc_client_secret="", oidc_client_secret_file=path)
    assert await walk(oidc, provider) == LoginRefused(code=LoginProblem.NOT_SET_UP)
    path.write_text(f"{provider.client_secret}\n")
    assert isinstance(await walk(oidc, provider), Arrival)
    path.write_text("another")
    assert await walk(oidc, provider) == LoginRefused(code=LoginProblem.PROVIDER_WRONG)


@only_sqlite
@pytest.mark.parametrize("methods", [["client_secret_post"], ["private_key_jwt", "client_secret_post"]])
async def test_the_secret_goes_where_the_provider_takes_it(build: Build, provider: Provider, account: Account, methods: list[str]) -> None:
    client = await provider.register("client_secret_post")
    await provider.twist(fields={"/.well-known/openid-configuration": {"token_endpoint_auth_methods_supported": methods}})
    assert isinstance(await walk(build(oidc_client_id=client.client_id, oidc_client_secret=client.client_secret), provider), Arrival)


@only_sqlite
async def test_nothing_secret_or_personal_is_in_logs(
    build: Build, provider: Provider, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    private = {provider.client_secret, SUBJECT, "zhang.san", "Zhang.San", "张三"}
    with capture_logs() as entries:
        for twist in ({}, {"claims": {"nonce": "other"}}, {"status": {"/oauth2/token": 503}}, {"claims": {"preferred_username": "li.si"}}):
            await provider.twist(**twist)
            oidc = build()
            leaving = await departed(oidc)
            back = await provider.sign_in(leaving.address, SUBJECT)
            answer = await oidc.finish(back["code"], back["state"], leaving.browser)
            private |= {*back.values(), leaving.browser, *(query(leaving.address)[name] for name in ("nonce", "state", "code_challenge"))}
            assert not any(word in repr((leaving, answer)) for word in (*back.values(), leaving.browser))
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore", "aiosqlite"))]
    told = json.dumps([entries, ours], ensure_ascii=False, default=str)
    assert {entry["reason"] for entry in entries} == {"token_nonce", "status_503", "unknown"}
    assert not [word for word in private if word in told]


@only_sqlite
async def test_a_provider_that_is_away_or_slow_is_an_answer_and_no_wait(build: Build, provider: Provider, account: Account) -> None:
    away = LoginRefused(code=LoginProblem.PROVIDER_AWAY)
    assert await build(oidc_issuer=f"http://127.0.0.1:{free_port()}").begin() == away
    oidc = build(patience=0.2)
    leaving = await departed(oidc)
    back = await provider.sign_in(leaving.address, SUBJECT)
    await provider.twist(slow={"/oauth2/token": 1.0, "/.well-known/openid-configuration": 1.0})
    assert await oidc.finish(back["code"], back["state"], leaving.browser) == away
    assert await build(patience=0.2).begin() == away


@only_sqlite
async def test_what_the_provider_says_of_itself_is_asked_for_once_an_hour(build: Build, provider: Provider, account: Account) -> None:
    oidc, paths = build(), ("/.well-known/openid-configuration", "/jwks")
    before = [await provider.seen(path) for path in paths]
    for _ in range(3):
        assert isinstance(await walk(oidc, provider), Arrival)
    assert [await provider.seen(path) - count for path, count in zip(paths, before, strict=True)] == [1, 1]
    oidc._office.shift += timedelta(hours=1)
    await provider.twist(claims={"exp": 3700, "iat": 3600})
    assert isinstance(await walk(oidc, provider), Arrival)
    assert [await provider.seen(path) - count for path, count in zip(paths, before, strict=True)] == [2, 2]


def test_each_code_has_a_sentence_in_both_languages() -> None:
    assert set(LOGIN_SENTENCES) == set(LoginProblem)
    refused = LoginRefused(code=LoginProblem.NO_ACCOUNT)
    assert (refused.zh, refused.en) == LOGIN_SENTENCES[LoginProblem.NO_ACCOUNT]
