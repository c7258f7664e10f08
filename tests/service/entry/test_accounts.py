"""Signing in, sessions, posts, passwords and the second factor."""

from __future__ import annotations

import asyncio
import itertools
import logging
import stat
from datetime import date, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from models.account import Account, AccountState, HeldPost, Identity, LoginRefused, Session
from models.words import Role
from service.entry.accounts import Accounts
from service.entry.demo_accounts import FILE, PEOPLE
from service.entry.identity import demo_allowed
from service.entry.passwords import Passwords
from service.entry.sessions import ABSOLUTE, IDLE, check_csrf, csrf_token
from service.errors import AccountRefused
from service.office import Office

CLERK, SCREENER, MEDIATOR = "clerk@yanlou-centre", "screener@yanlou-centre", "mediator@yanlou-justice"
PASSWORD = "青山依旧在-2026"


async def make(accounts: Accounts, *posts: HeldPost | str, login: str = "zhang.san") -> Account:
    return (await accounts.create(login, "张三", posts or (CLERK,), password=PASSWORD)).account


async def signed_in(accounts: Accounts, login: str = "zhang.san", password: str = PASSWORD, totp: str | None = None) -> Session:
    answer = await accounts.login(login, password, totp)
    assert isinstance(answer, Session), answer
    return answer


async def refused(accounts: Accounts, login: str = "zhang.san", password: str = PASSWORD, totp: str | None = None) -> str:
    answer = await accounts.login(login, password, totp)
    assert isinstance(answer, LoginRefused)
    return answer.code


async def who(accounts: Accounts, session: Session) -> Identity:
    found = await accounts.by_session(session.cookie)
    assert found is not None
    return found


async def test_who_signs_in_is_known_by_the_cookie_until_they_sign_out(accounts: Accounts) -> None:
    await make(accounts, CLERK, SCREENER)
    session = await signed_in(accounts)
    found = await who(accounts, session)
    assert found == session.identity
    assert (found.person, found.post, found.posts, found.second_factor) == ("张三", CLERK, (CLERK, SCREENER), False)
    assert (found.actor.person, found.actor.role, found.actor.also) == (CLERK, Role.CLERK, (SCREENER,))
    await accounts.logout(session.cookie)
    assert await accounts.by_session(session.cookie) is None


async def test_the_same_name_and_password_may_be_typed_in_full_width(accounts: Accounts) -> None:
    await make(accounts)
    await signed_in(accounts, " Ｚhang.SAN ", PASSWORD.replace("2026", "２０２６"))


async def test_unknown_name_and_wrong_password_get_the_same_answer(accounts: Accounts) -> None:
    await make(accounts)
    assert [await refused(accounts, name, "wrong") for name in ("zhang.san", "li.si", "")] == ["wrong"] * 3


async def test_a_disabled_account_says_so_only_to_who_knows_the_password_and_its_session_ends(accounts: Accounts) -> None:
    account = await make(accounts)
    session = await signed_in(accounts)
    token = await accounts.issue_token(account.id, "import")
    await accounts.set_state(account.id, AccountState.DISABLED)
    assert await accounts.by_session(session.cookie) is None
    assert await accounts.by_token(token.text) is None
    assert [await refused(accounts, password=word) for word in ("wrong", PASSWORD)] == ["wrong", "disabled"]
    await accounts.set_state(account.id, AccountState.ACTIVE)
    assert await accounts.by_session(session.cookie) is None
    assert await accounts.by_token(token.text) is not None


async def test_a_session_is_over_when_it_is_not_used_and_after_twelve_hours_in_any_case(accounts: Accounts, bare_office: Office) -> None:
    await make(accounts)
    idle = await signed_in(accounts)
    bare_office.shift += IDLE
    assert await accounts.by_session(idle.cookie) is None
    used = await signed_in(accounts)
    for _ in range(int(ABSOLUTE / timedelta(minutes=20)) - 1):
        bare_office.shift += timedelta(minutes=20)
        assert await accounts.by_session(used.cookie) is not None
    bare_office.shift += timedelta(minutes=20)
    assert await accounts.by_session(used.cookie) is None


async def test_signing_in_again_and_switching_the_post_change_the_id_of_the_session(accounts: Accounts) -> None:
    await make(accounts, CLERK, SCREENER)
    first = await signed_in(accounts)
    again = await accounts.login("zhang.san", PASSWORD, replaces=first.cookie)
    assert isinstance(again, Session)
    assert await accounts.by_session(first.cookie) is None
    switched = await accounts.switch_post(again.cookie, SCREENER)
    assert switched is not None
    assert await accounts.by_session(again.cookie) is None
    assert (await who(accounts, switched)).post == SCREENER
    assert switched.ends_at == again.ends_at
    assert await accounts.switch_post(switched.cookie, MEDIATOR) is None
    assert await accounts.switch_post(again.cookie, CLERK) is None


async def test_a_post_is_held_from_its_first_day_to_its_last(accounts: Accounts, bare_office: Office) -> None:
    today = accounts.identities.today
    posts = (HeldPost(staff=CLERK, until=today), HeldPost(staff=SCREENER, since=today + timedelta(days=1)))
    account = await make(accounts, *posts)
    session = await signed_in(accounts)
    token = await accounts.issue_token(account.id, "import", lasts=timedelta(days=3))
    assert (await who(accounts, session)).posts == (CLERK,)
    bare_office.shift += timedelta(days=1)
    assert await accounts.by_token(token.text) is None
    later = await signed_in(accounts)
    assert later.identity.posts == (SCREENER,)
    assert later.identity.actor.also == (CLERK,)


async def test_who_holds_no_post_today_does_not_get_in(accounts: Accounts) -> None:
    await make(accounts, HeldPost(staff=CLERK, until=date(2020, 1, 1)))
    assert await refused(accounts) == "disabled"


async def test_posts_taken_away_are_gone_at_the_next_look(accounts: Accounts) -> None:
    account = await make(accounts, CLERK, SCREENER)
    session = await signed_in(accounts)
    await accounts.set_posts(account.id, [SCREENER])
    assert (await who(accounts, session)).post == SCREENER


@pytest.mark.parametrize(
    ("login", "posts", "code"),
    [
        ("张三", (CLERK,), "login_name"),
        ("a", (CLERK,), "login_name"),
        ("zhang san", (CLERK,), "login_name"),
        ("zhang", ("clerk@nowhere",), "unknown_post"),
        ("zhang", (), "no_post"),
        ("zhang", ("admin_system@huaxi-centre", "admin_audit@huaxi-centre"), "too_many_admins"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_account_is_refused(accounts: Accounts, login: str, posts: tuple[str, ...], code: str) -> None:
    with pytest.raises(AccountRefused, match=code):
        await accounts.create(login, "某人", posts)


async def test_a_login_name_is_taken_in_whatever_case(accounts: Accounts) -> None:
    await make(accounts)
    with pytest.raises(AccountRefused, match="taken"):
        await accounts.create("ZHANG.san", "另一人", [CLERK])


async def test_a_password_made_up_has_to_be_changed(accounts: Accounts) -> None:
    made = await accounts.create("li.si", "李四", [CLERK])
    assert made.password is not None
    session = await signed_in(accounts, "li.si", made.password)
    assert session.identity.must_change
    assert await accounts.change_password(made.account.id, made.password, PASSWORD) is None
    assert await accounts.by_session(session.cookie) is None
    assert not (await signed_in(accounts, "li.si")).identity.must_change


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("wrong", "新的口令够长了没有呢", "wrong"),
        (PASSWORD, "short", "too_short"),
        (PASSWORD, "x" * 201, "too_long"),
        (PASSWORD, "Zhang.San.Feng", "login_name"),
        (PASSWORD, PASSWORD, "used_before"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_new_password_is_refused_and_sessions_go_on(accounts: Accounts, old: str, new: str, problem: str) -> None:
    account = await make(accounts, login="zhang.san.feng")
    session = await signed_in(accounts, "zhang.san.feng")
    assert await accounts.change_password(account.id, old, new) == problem
    assert await accounts.by_session(session.cookie) is not None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_last_five_passwords_are_not_taken_again(accounts: Accounts) -> None:
    account = await make(accounts)
    words = [PASSWORD, *(f"另一个口令-第{number}号-甲" for number in range(5))]
    for old, new in itertools.pairwise(words):
        assert await accounts.change_password(account.id, old, new) is None
    assert [str(await accounts.set_password(account.id, word)) for word in words[1:]] == ["used_before"] * 5
    assert await accounts.set_password(account.id, PASSWORD) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_guessing_the_old_password_is_locked_like_signing_in(accounts: Accounts) -> None:
    account = await make(accounts)
    found = [str(await accounts.change_password(account.id, "wrong", "新的口令够长了没有呢")) for _ in range(6)]
    assert found == ["wrong"] * 5 + ["locked"]
    assert await refused(accounts) == "locked"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_password_is_hashed_anew_when_the_parameters_have_changed(accounts: Accounts, bare_office: Office) -> None:
    await make(accounts)
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    for _ in range(2):
        await signed_in(Accounts(bare_office, passwords=dearer))
    await signed_in(accounts)


def at_the_start_of_a_step(office: Office) -> None:
    """Move the office's time on to a fresh step of thirty seconds, so that none ends between making a code and typing it."""
    office.shift += timedelta(seconds=30 - office.now().timestamp() % 30)


async def test_the_second_factor_is_wanted_once_it_is_confirmed(accounts: Accounts, bare_office: Office) -> None:
    account = await make(accounts)
    offer = await accounts.enrol_totp(account.id)
    assert offer.uri.startswith("otpauth://totp/")
    totp = pyotp.TOTP(offer.secret)
    await signed_in(accounts)
    assert await accounts.confirm_totp(account.id, "000000" if totp.at(bare_office.now()) != "000000" else "000001") is None
    codes = await accounts.confirm_totp(account.id, totp.at(bare_office.now()))
    assert codes is not None
    assert await refused(accounts) == "second_factor"
    assert await refused(accounts, totp=totp.at(bare_office.now())) == "second_factor"  # used up by confirming
    bare_office.shift += timedelta(seconds=60)
    at_the_start_of_a_step(bare_office)
    code = totp.at(bare_office.now() - timedelta(seconds=30))
    session = await signed_in(accounts, totp=code)
    assert session.identity.second_factor
    assert await refused(accounts, totp=code) == "second_factor"  # replayed
    assert await refused(accounts, password="wrong", totp=totp.at(bare_office.now())) == "wrong"


async def test_codes_of_two_steps_ago_and_two_ahead_are_not_taken(accounts: Accounts, bare_office: Office) -> None:
    account = await make(accounts)
    totp = pyotp.TOTP((await accounts.enrol_totp(account.id)).secret)
    await accounts.confirm_totp(account.id, totp.at(bare_office.now()))
    bare_office.shift += timedelta(minutes=5)
    for beside in (-70, 70):
        at_the_start_of_a_step(bare_office)
        assert await refused(accounts, totp=totp.at(bare_office.now() + timedelta(seconds=beside))) == "second_factor"


async def test_a_recovery_code_opens_once_however_it_is_typed(accounts: Accounts, bare_office: Office) -> None:
    account = await make(accounts)
    totp = pyotp.TOTP((await accounts.enrol_totp(account.id)).secret)
    codes = await accounts.confirm_totp(account.id, totp.at(bare_office.now()))
    assert codes is not None
    assert len(set(codes)) == 10
    await signed_in(accounts, totp=codes[0].lower().replace("-", " "))
    assert await refused(accounts, totp=codes[0]) == "second_factor"
    await signed_in(accounts, totp=codes[1])
    session = await signed_in(accounts, totp=codes[2])
    await accounts.drop_totp(account.id)
    assert await accounts.by_session(session.cookie) is None
    assert not (await signed_in(accounts)).identity.second_factor


async def test_a_token_is_good_for_its_post_until_it_is_over_or_revoked(accounts: Accounts, bare_office: Office) -> None:
    account = await make(accounts, CLERK, SCREENER)
    issued = await accounts.issue_token(account.id, "hotline", post=SCREENER, lasts=timedelta(days=1), scopes=("read",))
    assert issued.text.startswith(f"jf_{issued.id}_")
    found = await accounts.by_token(issued.text)
    assert found is not None
    assert (found.post, found.token, found.scopes, found.session) == (SCREENER, issued.id, ("read",), None)
    assert (await accounts.list_tokens(account.id))[0].last_used_at is not None
    for wrong in (issued.text[:-1], issued.text + "x", issued.text.replace("jf_", "jg_"), "jf__", "jf_x_y", ""):
        assert await accounts.by_token(wrong) is None
    other = await accounts.issue_token(account.id, "other")
    assert [await accounts.revoke_token(account.id, other.id) for _ in range(2)] == [True, False]
    assert await accounts.by_token(other.text) is None
    bare_office.shift += timedelta(days=1)
    assert await accounts.by_token(issued.text) is None
    with pytest.raises(AccountRefused, match="unknown_post"):
        await accounts.issue_token(account.id, "x", post=MEDIATOR)


def test_the_csrf_token_belongs_to_one_session() -> None:
    assert check_csrf("cookie-a", csrf_token("cookie-a"))
    assert not any(check_csrf("cookie-a", token) for token in (None, "", "é", csrf_token("cookie-b"), csrf_token("cookie-a")[:-1]))


async def test_sessions_at_the_same_time_are_all_good(accounts: Accounts) -> None:
    await make(accounts)
    made = await asyncio.gather(*(signed_in(accounts) for _ in range(4)))
    assert len({session.cookie for session in made}) == 4
    assert all(await asyncio.gather(*(accounts.by_session(session.cookie) for session in made)))


async def test_nothing_personal_and_no_secret_is_logged_or_printed(accounts: Accounts, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    account = await make(accounts)
    session = await signed_in(accounts)
    issued = await accounts.issue_token(account.id, "x")
    offer = await accounts.enrol_totp(account.id)
    await refused(accounts, password="secret-guess")
    told = caplog.text + repr(session) + repr(issued) + repr(offer)
    for word in (PASSWORD, "secret-guess", session.cookie, session.csrf, issued.text, offer.secret, "argon2id"):
        assert word not in told
    assert "张三" not in caplog.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_demo_accounts_are_made_once_with_one_password_in_a_file_for_its_owner(accounts: Accounts, bare_office: Office) -> None:
    first, second = await asyncio.gather(accounts.demo_accounts(), accounts.demo_accounts())
    assert first == second == await accounts.demo_accounts()
    assert [account.login for account in first] == [login for login, _, _ in PEOPLE]
    path = bare_office.settings.home / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for account in first:
        session = await signed_in(accounts, account.login, account.password)
        assert session.identity.post == account.post
    path.unlink()
    renewed = await accounts.demo_accounts()
    assert renewed[0].password != first[0].password
    await signed_in(accounts, "clerk", renewed[0].password)


async def test_in_production_there_are_no_demo_accounts_and_copied_ones_do_not_count(accounts: Accounts, bare_office: Office) -> None:
    demo = await accounts.create("demo", "演示", [CLERK], password=PASSWORD, demo=True)
    session = await signed_in(accounts, "demo") if demo_allowed(bare_office.settings) else None
    bare_office.settings = bare_office.settings.model_copy(update={"demo_accounts": False})
    production = Accounts(bare_office, passwords=accounts.passwords)
    assert await production.demo_accounts() == ()
    assert await refused(production, "demo") == "disabled"
    assert session is None or await production.by_session(session.cookie) is None
    with pytest.raises(AccountRefused, match="unknown_post"):
        await production.issue_token(demo.account.id, "x")


def test_a_profile_of_temporal_means_production(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    from service.settings import Settings

    settings = Settings(demo_accounts=True)
    assert demo_allowed(settings)
    assert not demo_allowed(Settings(demo_accounts=True, database_url="postgresql+asyncpg://127.0.0.1/jiefen"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    assert not demo_allowed(settings)
