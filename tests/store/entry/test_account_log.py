"""The account log: written with what it tells of, provable, never changed."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from models.account import AccountState, HeldPost
from models.account_log import AccountAct, AccountEntry
from store.connect import StoreAway
from store.engine import Store
from store.entry.account_log import AccountLog
from store.entry.account_tables import account_log, accounts
from store.entry.accounts import AccountShelf, Taken
from tests.store.making import NOW

POSTS = (HeldPost(staff="clerk@yanlou-centre"),)


def entry(act: AccountAct = AccountAct.CREATED, about: str = "") -> AccountEntry:
    return AccountEntry(at=NOW, by="keeper", post="admin_system@huaxi-centre", act=act, about=about)


async def made(store: Store, login: str = "clerk") -> str:
    return await AccountShelf(store).create(login, None, "张受理", POSTS, NOW, must_change=False, demo=False, entry=entry())


async def test_a_line_is_there_exactly_when_what_it_tells_of_is(store: Store) -> None:
    account_id = await made(store)
    with pytest.raises(Taken):
        await made(store)
    await AccountShelf(store).set_state(account_id, AccountState.DISABLED, entry(AccountAct.SWITCHED_OFF, account_id))
    log = AccountLog(store)
    assert [(line.act, line.about) for line in await log.page()] == [("switched_off", account_id), ("created", account_id)]
    assert [line.act for line in await log.page(act=AccountAct.CREATED)] == ["created"]
    newest = (await log.page(limit=1))[0]
    assert [line.act for line in await log.page(before=newest.id)] == ["created"]
    assert await log.page(about="another") == []


async def test_lines_written_at_once_make_one_chain_and_a_change_shows(store: Store) -> None:
    await asyncio.gather(*(made(store, f"clerk-{number}") for number in range(8)))
    log = AccountLog(store)
    assert await log.verify() is None
    lines = await log.page()
    assert len(lines) == 8
    async with store.write() as db:
        await db.execute(update(account_log).where(account_log.c.id == lines[3].id).values(by="somebody"))
    assert await log.verify() == lines[3].id


async def test_an_account_whose_line_can_not_be_written_is_not_made(store: Store) -> None:
    async with store.write() as db:
        await db.run_sync(account_log.drop)
    with pytest.raises((StoreAway, DBAPIError)):
        await made(store)
    async with store.read() as db:
        assert (await db.scalars(select(accounts.c.id))).all() == []
