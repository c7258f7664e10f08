"""Signing in through the provider process, as one does: fixtures and steps of the tests of OIDC."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from models.account import Account, LoginRefused
from service.entry.accounts import Accounts
from service.entry.oidc import Arrival, Departure, Oidc
from service.office import Office
from service.settings import Settings
from tests.support.oidc import Provider

CLERK = "clerk@yanlou-centre"
SUBJECT = "u-17"

Build = Callable[..., Oidc]


@pytest.fixture
async def account(accounts: Accounts, provider: Provider) -> Account:
    await provider.person(SUBJECT, preferred_username="Zhang.San", name="张三")
    return (await accounts.create("zhang.san", "张三", [CLERK], local=False)).account


@pytest.fixture
def build(bare_office: Office, provider: Provider) -> Build:
    """Another web process of the same office, with these settings."""

    def make(*, patience: float = 5, **changes: Any) -> Oidc:
        before = bare_office.settings
        kept = {name: getattr(before, name) for name in ("home", "database_url", "keys_url", "demo_accounts")}
        settings = Settings(**kept, **provider.settings(**changes))
        office = dataclasses.replace(bare_office, settings=settings, shift=bare_office.shift)
        return Oidc(office, Accounts(office), patience=patience)

    return make


async def departed(oidc: Oidc, onward: str = "/", browser: str | None = None) -> Departure:
    found = await oidc.begin(onward, browser)
    assert isinstance(found, Departure), found
    return found


async def walk(oidc: Oidc, provider: Provider, onward: str = "/") -> Arrival | LoginRefused:
    """Sign in as one does."""
    leaving = await departed(oidc, onward)
    back = await provider.sign_in(leaving.address, SUBJECT)
    return await oidc.finish(back["code"], back["state"], leaving.browser)
