"""Lock-out: no sequence of wrong sign-ins gets more tries than the locks allow, and no name stands out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.account import LoginRefused, Session
from service.entry import locks as locking
from service.entry.accounts import Accounts
from service.entry.locks import DELAYS, FREE, FREE_ADDRESS, Locks
from service.office import Office
from store.engine import Store

PASSWORD = "青山依旧在-2026"
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


async def attempt(accounts: Accounts, word: str = "wrong", login: str = "zhang.san", address: str = "", totp: str | None = None) -> str:
    answer = await accounts.login(login, word, totp, address)
    return str(answer.code) if isinstance(answer, LoginRefused) else "in"


@pytest.fixture
async def account(accounts: Accounts) -> str:
    return (await accounts.create("zhang.san", "张三", ["clerk@yanlou-centre"], password=PASSWORD)).account.id


@pytest.mark.parametrize("login", ["zhang.san", "nobody"])
async def test_after_some_wrong_passwords_a_name_waits_longer_each_time(
    accounts: Accounts, bare_office: Office, account: str, login: str
) -> None:
    assert [await attempt(accounts, login=login) for _ in range(FREE + 2)] == ["wrong"] * FREE + ["locked"] * 2
    for delay in DELAYS[1:3]:
        answer = await accounts.login(login, PASSWORD)
        assert isinstance(answer, LoginRefused)
        bare_office.shift += timedelta(seconds=answer.wait)
        assert [await attempt(accounts, login=login) for _ in range(2)] == ["wrong", "locked"]
        answer = await accounts.login(login, "wrong")
        assert isinstance(answer, LoginRefused)
        assert 0 < delay.total_seconds() - answer.wait + 1 < 30


async def test_the_right_password_is_locked_out_too_and_opens_after_the_wait(accounts: Accounts, bare_office: Office, account: str) -> None:
    for _ in range(FREE):
        await attempt(accounts)
    assert await attempt(accounts, PASSWORD) == "locked"
    bare_office.shift += DELAYS[0]
    assert await attempt(accounts, PASSWORD) == "in"
    assert [await attempt(accounts) for _ in range(FREE + 1)] == ["wrong"] * FREE + ["locked"]


async def test_guesses_at_the_same_time_gain_nothing(accounts: Accounts, account: str) -> None:
    found = await asyncio.gather(*(attempt(accounts, f"guess-{number}") for number in range(4 * FREE)))
    assert sorted(found) == ["locked"] * (3 * FREE) + ["wrong"] * FREE


async def test_wrong_codes_are_counted_and_asking_for_the_code_between_them_does_not_help(
    accounts: Accounts, bare_office: Office, account: str
) -> None:
    totp = pyotp.TOTP((await accounts.enrol_totp(account)).secret)
    await accounts.confirm_totp(account, totp.at(bare_office.now()))
    for _ in range(FREE - 1):
        assert await attempt(accounts, PASSWORD) == "second_factor"
        assert await attempt(accounts, PASSWORD, totp="not-it") == "second_factor"
    assert await attempt(accounts, PASSWORD) == "second_factor"
    assert await attempt(accounts, PASSWORD, totp="not-it") == "second_factor"
    assert await attempt(accounts, PASSWORD) == "locked"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_address_that_tries_many_names_waits_and_others_do_not(
    accounts: Accounts, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locking, "FREE_ADDRESS", 6)
    found = [await attempt(accounts, login=f"name-{number}", address="2001:db8::1") for number in range(8)]
    assert found == ["wrong"] * 6 + ["locked"] * 2
    assert await attempt(accounts, PASSWORD, address="2001:db8::ffff") == "locked"
    assert await attempt(accounts, PASSWORD, address="2001:db8:0:1::1") == "in"
    assert await attempt(accounts, PASSWORD, address="198.51.100.7") == "in"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_success_at_one_name_does_not_clear_its_address(accounts: Accounts, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "FREE_ADDRESS", 4)
    for number in range(4):
        assert await attempt(accounts, login=f"name-{number}", address="198.51.100.7") == "wrong"
        if number < 3:
            assert await attempt(accounts, PASSWORD, address="198.51.100.7") == "in"
    assert await attempt(accounts, PASSWORD, address="198.51.100.7") == "locked"


# What somebody who knows the password may do, and somebody who guesses: a guess, an unfinished sign-in, waiting.
STEPS = st.lists(st.one_of(st.sampled_from(["guess", "unfinished"]), st.integers(1, 4000)), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_sequence_bypasses_the_lock(store: Store, steps: list[str | int]) -> None:
    locks, now, guesses, name = Locks(store), NOW, [], f"name-{id(steps)}-{len(steps)}"
    await locks.passed(name, NOW + timedelta(days=400))  # a fresh start for each example
    for step in steps:
        if isinstance(step, int):
            now += timedelta(seconds=step)
            continue
        if await locks.admit(name, "", now):
            continue
        if step == "unfinished":
            await locks.incomplete(name, now)
        else:
            guesses.append(now)
            await locks.failed("", now)
    for first, guess in enumerate(guesses[FREE:]):
        since = guess - guesses[first + FREE - 1]
        assert since >= DELAYS[min(first, len(DELAYS) - 1)]


def test_the_limits_leave_an_office_room() -> None:
    assert FREE_ADDRESS >= 10 * FREE
    assert list(DELAYS) == sorted(DELAYS)


async def test_a_session_is_begun_by_the_right_password_alone(accounts: Accounts, account: str) -> None:
    assert isinstance(await accounts.login("zhang.san", PASSWORD), Session)
