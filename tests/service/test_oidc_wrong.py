"""A provider that goes wrong: no answer of it that does not hold lets anybody in, and each is one stable code."""

from __future__ import annotations

from typing import Any

import pytest

from models.account import Account, LoginProblem, LoginRefused
from service.entry.oidc import Arrival, Departure
from tests.service.oidc_walk import SUBJECT, Build, departed, walk
from tests.support.oidc import Provider
from tests.support.oidc_twist import Twist

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

DISCOVERY, KEYS, TOKEN = "/.well-known/openid-configuration", "/jwks", "/oauth2/token"
WRONG, AWAY = LoginProblem.PROVIDER_WRONG, LoginProblem.PROVIDER_AWAY
OURS = "OURS"
"""Stands for the id of our client."""

WRONG_CLAIMS: list[dict[str, Any]] = [
    {"aud": "other"},
    {"aud": None},
    {"aud": []},
    {"aud": [OURS, "other"]},
    {"aud": [OURS, "other"], "azp": "other"},
    {"azp": "other"},
    {"azp": None, "aud": ["other", "third"]},
    {"iss": "https://other.example"},
    {"iss": None},
    {"exp": -90},
    {"exp": None},
    {"exp": "soon"},
    {"iat": 90},
    {"iat": None},
    {"nonce": "other"},
    {"nonce": None},
    {"nonce": ["other"]},
    {"nonce": "\ud800"},
    {"sub": None},
    {"sub": ""},
]

RIGHT_CLAIMS: list[dict[str, Any]] = [
    {"aud": OURS},
    {"aud": [OURS, "other"], "azp": OURS},
    {"exp": -30},
    {"iat": 30},
]

WRONG_SIGNATURES: list[Twist] = [
    {"header": {"alg": "none"}},
    {"header": {"alg": "HS256"}},
    {"signed_by": "other"},
    {"signed_by": "other", "header": {"kid": None}},
    {"header": {"kid": "unknown"}},
    {"header": {"kid": 7}},
    {"header": {"crit": ["new"], "new": 1}},
    {"fields": {KEYS: {"keys": []}}},
    {"fields": {KEYS: {"keys": "none"}}},
    {"fields": {KEYS: {"keys": [7, {"kty": "RSA"}, {"kty": "RSA", "n": "?", "e": "AQAB", "kid": "first"}, {"kty": "new"}]}}},
    {"fields": {KEYS: {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "first"}]}}},
    {"fields": {TOKEN: {"id_token": None}}},
    {"fields": {TOKEN: {"id_token": 7}}},
    {"fields": {TOKEN: {"id_token": "not.a.token"}}},
    {"fields": {TOKEN: {"id_token": "…"}}},
]

WRONG_ANSWERS: list[tuple[Twist, LoginProblem]] = [
    ({"status": {TOKEN: 500}}, AWAY),
    ({"status": {TOKEN: 503}}, AWAY),
    ({"status": {TOKEN: 429}}, AWAY),
    ({"status": {TOKEN: 302}}, WRONG),
    ({"status": {TOKEN: 401}}, WRONG),
    ({"status": {KEYS: 503}}, AWAY),
    ({"status": {KEYS: 302}}, WRONG),
    ({"status": {KEYS: 404}}, WRONG),
    ({"body": {TOKEN: "<html>"}}, WRONG),
    ({"body": {TOKEN: "[]"}}, WRONG),
    ({"body": {KEYS: "[" * 100_000}}, WRONG),
    ({"body": {KEYS: f'"{"x" * 1_000_001}"'}}, WRONG),
]

WRONG_DISCOVERIES: list[tuple[Twist, LoginProblem]] = [
    ({"fields": {DISCOVERY: {"issuer": "https://other.example"}}}, WRONG),
    ({"fields": {DISCOVERY: {"issuer": None}}}, WRONG),
    ({"fields": {DISCOVERY: {"authorization_endpoint": "http://other.example/authorize"}}}, WRONG),
    ({"fields": {DISCOVERY: {"token_endpoint": "http://other.example/token"}}}, WRONG),
    ({"fields": {DISCOVERY: {"jwks_uri": "file:///etc/keys"}}}, WRONG),
    ({"fields": {DISCOVERY: {"token_endpoint": None}}}, WRONG),
    ({"body": {DISCOVERY: "<html>"}}, WRONG),
    ({"status": {DISCOVERY: 404}}, WRONG),
    ({"status": {DISCOVERY: 301}}, WRONG),
    ({"status": {DISCOVERY: 503}}, AWAY),
]


def ours(claims: dict[str, Any], provider: Provider) -> dict[str, Any]:
    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(one) for one in value]
        return provider.client_id if value == OURS else value

    return {name: named(value) for name, value in claims.items()}


@pytest.mark.parametrize("claims", WRONG_CLAIMS, ids=str)
async def test_a_token_that_is_not_for_us_and_now_lets_nobody_in(
    build: Build, provider: Provider, account: Account, claims: dict[str, Any]
) -> None:
    await provider.twist(claims=ours(claims, provider))
    assert await walk(build(), provider) == LoginRefused(code=WRONG)


@pytest.mark.parametrize("claims", RIGHT_CLAIMS, ids=str)
async def test_a_token_for_us_and_now_lets_in(build: Build, provider: Provider, account: Account, claims: dict[str, Any]) -> None:
    await provider.twist(claims=ours(claims, provider))
    assert isinstance(await walk(build(), provider), Arrival)


@pytest.mark.parametrize("twist", WRONG_SIGNATURES, ids=str)
async def test_a_token_that_the_provider_has_not_signed_lets_nobody_in(
    build: Build, provider: Provider, account: Account, twist: Twist
) -> None:
    await provider.twist(**twist)
    assert await walk(build(), provider) == LoginRefused(code=WRONG)


@pytest.mark.parametrize(("twist", "code"), WRONG_ANSWERS, ids=lambda value: str(value)[:60])
async def test_an_answer_that_can_t_be_used_is_a_refusal(
    build: Build, provider: Provider, account: Account, twist: Twist, code: LoginProblem
) -> None:
    await provider.twist(**twist)
    assert await walk(build(), provider) == LoginRefused(code=code)


@pytest.mark.parametrize(("twist", "code"), WRONG_DISCOVERIES, ids=lambda value: str(value)[:80])
async def test_nobody_is_sent_to_a_provider_that_does_not_say_who_it_is(
    build: Build, provider: Provider, account: Account, twist: Twist, code: LoginProblem
) -> None:
    oidc = build()
    await provider.twist(**twist)
    assert await oidc.begin() == LoginRefused(code=code)
    await provider.twist()
    assert isinstance(await oidc.begin(), Departure)


@pytest.mark.parametrize("key_id", ["first", None])
async def test_a_changed_key_is_fetched_and_a_wrong_one_not_again_and_again(
    build: Build, provider: Provider, account: Account, key_id: str | None
) -> None:
    oidc, header = build(), {} if key_id else {"kid": None}
    await provider.twist(header=header)
    assert isinstance(await walk(oidc, provider), Arrival)
    before = await provider.seen(KEYS)
    await provider.twist(header=header, key_id="second")
    assert isinstance(await walk(oidc, provider), Arrival)
    assert isinstance(await walk(oidc, provider), Arrival)
    assert await provider.seen(KEYS) == before + 1
    await provider.twist(header=header, key_id="second", signed_by="other")
    assert await walk(oidc, provider) == LoginRefused(code=WRONG)
    assert await provider.seen(KEYS) == before + 2


async def test_a_refused_sign_in_can_t_be_finished_later(build: Build, provider: Provider, account: Account) -> None:
    oidc = build()
    leaving = await departed(oidc)
    back = await provider.sign_in(leaving.address, SUBJECT)
    await provider.twist(status={TOKEN: 503})
    assert await oidc.finish(back["code"], back["state"], leaving.browser) == LoginRefused(code=AWAY)
    await provider.twist()
    assert await oidc.finish(back["code"], back["state"], leaving.browser) == LoginRefused(code=LoginProblem.FLOW_OVER)
