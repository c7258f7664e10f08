"""Keeping accounts: what two administrators may do, nobody else may, and the third can read of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from models.account import AccountState, Identity, Session
from models.words import Role
from rules.keeping import KEEPERS, KEEPS, LOG_READERS, may_keep
from rules.standins import ADMINS
from service.entry.accounts import Accounts
from service.entry.keeping import AccountAudit, Keeping
from service.errors import AccountRefused
from service.office import Office

CLERK, SCREENER = "clerk@yanlou-centre", "screener@yanlou-centre"
PASSWORD = "青山依旧在-2026"

ACTS: dict[str, Callable[[Keeping, str], Awaitable[object]]] = {
    "all": lambda keeping, _: keeping.all(),
    "get": lambda keeping, about: keeping.get(about),
    "create": lambda keeping, _: keeping.create("li.si", "李四", [CLERK]),
    "posts": lambda keeping, about: keeping.set_posts(about, [SCREENER]),
    "off": lambda keeping, about: keeping.set_state(about, AccountState.DISABLED),
    "on": lambda keeping, about: keeping.set_state(about, AccountState.ACTIVE),
    "reset": lambda keeping, about: keeping.reset_password(about),
    "drop": lambda keeping, about: keeping.drop_totp(about),
}
READS = {"all", "get"}


async def identity(accounts: Accounts, post: str, login: str = "") -> Identity:
    """Somebody signed in at a post."""
    name = login or f"at-{post.partition('@')[0]}"
    made = await accounts.create(name, "王某", [post], password=PASSWORD)
    session = await accounts.sign_in_known(made.account, second_factor=False)
    assert isinstance(session, Session)
    return session.identity


def test_every_role_but_two_is_refused_every_act_and_the_log_is_for_the_third() -> None:
    assert KEEPERS | LOG_READERS == ADMINS
    assert not KEEPERS & LOG_READERS
    assert all(roles <= KEEPERS for roles in KEEPS.values())


@pytest.mark.parametrize("do", sorted(ACTS))
@pytest.mark.parametrize("post", [CLERK, "director@huaxi-centre", "admin_audit@huaxi-centre"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_who_keeps_no_accounts_is_refused(accounts: Accounts, bare_office: Office, post: str, do: str) -> None:
    other = (await accounts.create("zhang.san", "张三", [CLERK], password=PASSWORD)).account
    keeping = Keeping(accounts, await identity(accounts, post))
    with pytest.raises(AccountRefused, match="not_allowed"):
        await ACTS[do](keeping, other.id)
    assert await accounts.get(other.id) == other


@pytest.mark.parametrize("role", sorted(KEEPERS))
async def test_a_keeper_does_all_of_it_and_the_audit_administrator_reads_who_did_what(
    accounts: Accounts, bare_office: Office, role: Role
) -> None:
    keeper = await identity(accounts, f"{role}@huaxi-centre")
    keeping = Keeping(accounts, keeper)
    made = await keeping.create("zhang.san", "张三", [CLERK])
    assert made.password is not None
    assert made.account.must_change
    for do in ("posts", "off", "on", "reset", "drop"):
        await ACTS[do](keeping, made.account.id)
    assert [post.staff for post in (await keeping.get(made.account.id)).posts] == [SCREENER]
    audit = AccountAudit(bare_office, await identity(accounts, "admin_audit@huaxi-centre"))
    lines = [line for line in await audit.page() if line.about == made.account.id]
    told = ["factor_dropped", "password_reset", "switched_on", "switched_off", "posts", "created"]
    assert [line.act for line in lines] == told
    assert {(line.by, line.post) for line in lines} == {(keeper.account, keeper.post)}
    assert lines[-1].detail == f"{CLERK} - -"
    assert await audit.broken_at() is None
    with pytest.raises(AccountRefused, match="not_allowed"):
        await AccountAudit(bare_office, keeper).page()


@pytest.mark.parametrize("do", sorted(ACTS.keys() - READS - {"create"}))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_nobody_keeps_their_own_account(accounts: Accounts, do: str) -> None:
    keeper = await identity(accounts, "admin_system@huaxi-centre")
    keeping = Keeping(accounts, keeper)
    assert keeping.refused(keeper.account) == "own"
    with pytest.raises(AccountRefused, match="own"):
        await ACTS[do](keeping, keeper.account)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_three_administrators_stay_three_people(accounts: Accounts) -> None:
    keeping = Keeping(accounts, await identity(accounts, "admin_system@huaxi-centre"))
    made = await keeping.create("zhang.san", "张三", ["admin_security@huaxi-centre"])
    with pytest.raises(AccountRefused, match="too_many_admins"):
        await keeping.set_posts(made.account.id, ["admin_security@huaxi-centre", "admin_audit@huaxi-centre"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_people_do_to_their_own_account_is_in_the_log_too(accounts: Accounts, bare_office: Office) -> None:
    me = await identity(accounts, CLERK, "zhang.san")
    issued = await accounts.issue_token(me.account, "hotline")
    await accounts.revoke_token(me.account, issued.id)
    await accounts.revoke_token(me.account, issued.id)
    assert await accounts.change_password(me.account, PASSWORD, "另一个足够长的密码-2026") is None
    audit = AccountAudit(bare_office, await identity(accounts, "admin_audit@huaxi-centre"))
    lines = [line for line in await audit.page() if line.about == me.account]
    assert [line.act for line in lines] == ["password_changed", "token_revoked", "token_issued", "created"]
    assert issued.id in lines[2].detail


def test_a_new_account_is_nobodys_own() -> None:
    from models.account_log import AccountAct
    from models.party import Actor

    keeper = Identity(
        account="a", person="王某", actor=Actor(person="p", role=Role.ADMIN_SYSTEM, unit="huaxi-centre"), post="p", posts=("p",)
    )
    assert may_keep(keeper, AccountAct.CREATED) is None
    assert may_keep(keeper, AccountAct.TOKEN_ISSUED, "b") == "not_allowed"
