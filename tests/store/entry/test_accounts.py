"""Accounts, sessions, locks and absences as stored."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.account import AbsenceReason, AccountState, HeldPost, StandIn
from models.staff import Staff
from models.words import Role
from store.engine import Store
from store.entry.absences import AbsenceShelf
from store.entry.account_tables import accounts, sessions
from store.entry.accounts import REMEMBERED, AccountShelf, Taken
from store.entry.sessions import MOST_SESSIONS, FlowRow, FlowShelf, LockShelf, SessionRow, SessionShelf
from store.staff import StaffRoll
from tests.store.making import NOW

IDLE = timedelta(minutes=30)
POSTS = (HeldPost(staff="clerk@yanlou-centre"), HeldPost(staff="screener@yanlou-centre", until=date(2026, 3, 31)))


@pytest.fixture
def shelf(store: Store) -> AccountShelf:
    return AccountShelf(store)


async def make(shelf: AccountShelf, login: str = "clerk") -> str:
    return await shelf.create(login, "hash-0", "张受理", POSTS, NOW, must_change=False, demo=False)


async def test_an_account_is_found_by_its_login_name_with_its_posts_in_order(shelf: AccountShelf) -> None:
    account_id = await make(shelf)
    found = await shelf.by_login("clerk")
    assert found is not None
    assert (found.account.id, found.account.label, found.password) == (account_id, "张受理", "hash-0")
    assert found.account.posts == POSTS
    assert await shelf.by_login("nobody") is None
    assert [account.login for account in await shelf.all()] == ["clerk"]


async def test_a_login_name_is_given_once_also_at_the_same_time(shelf: AccountShelf) -> None:
    made = await asyncio.gather(*(make(shelf) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["Taken", "Taken", "Taken", "str"]


async def test_the_label_of_an_account_is_sealed_and_gone_once_erased(shelf: AccountShelf, store: Store) -> None:
    account_id = await make(shelf)
    async with store.read() as db:
        sealed = await db.scalar(select(accounts.c.label))
    assert sealed is not None
    assert "张受理".encode() not in sealed
    await shelf.erase(account_id, NOW)
    found = await shelf.by_id(account_id)
    assert found is not None
    assert (found.account.label, found.account.state) == ("—", AccountState.DISABLED)


async def test_only_the_last_passwords_are_remembered(shelf: AccountShelf) -> None:
    account_id = await make(shelf)
    for number in range(1, REMEMBERED + 2):
        await shelf.set_password(account_id, f"hash-{number}", NOW)
    assert await shelf.passwords(account_id) == [f"hash-{number}" for number in range(REMEMBERED + 1, 1, -1)]


async def test_a_step_of_the_second_factor_counts_once_and_never_backwards(shelf: AccountShelf) -> None:
    account_id = await make(shelf)
    assert sorted(await asyncio.gather(*(shelf.use_step(account_id, 7) for _ in range(3)))) == [False, False, True]
    assert [await shelf.use_step(account_id, step) for step in (6, 7, 8)] == [False, False, True]


async def test_an_offered_second_factor_leaves_the_one_in_force(shelf: AccountShelf) -> None:
    account_id = await make(shelf)
    await shelf.offer_totp(account_id, b"first")
    await shelf.confirm_totp(account_id, 1, ["a" * 64])
    await shelf.offer_totp(account_id, b"second")
    found = await shelf.by_id(account_id)
    assert found is not None
    assert (found.totp, found.totp_offered) == (b"first", b"second")
    assert [await shelf.use_code(account_id, "a" * 64) for _ in range(2)] == [True, False]


async def test_a_subject_is_bound_to_one_account(shelf: AccountShelf) -> None:
    one, two = await make(shelf), await make(shelf, "screener")
    await shelf.bind_subject(one, "https://id.example", "s1")
    with pytest.raises(Taken):
        await shelf.bind_subject(two, "https://id.example", "s1")
    found = await shelf.by_subject("https://id.example", "s1")
    assert found is not None
    assert found.account.id == one
    assert await shelf.by_subject("https://other.example", "s1") is None


def session(account_id: str, name: str, minute: int = 0) -> SessionRow:
    at = NOW + timedelta(minutes=minute)
    return SessionRow(
        digest=name, account_id=account_id, post="clerk@yanlou-centre", second_factor=False, started_at=at, seen_at=at,
        ends_at=at + timedelta(hours=12),
    )  # fmt: skip


async def test_sessions_that_are_over_go_and_the_oldest_beyond_the_most(shelf: AccountShelf, store: Store) -> None:
    account_id, kept = await make(shelf), SessionShelf(store)
    for number in range(MOST_SESSIONS + 2):
        await kept.start(session(account_id, f"s{number:02d}"), IDLE)
    async with store.read() as db:
        assert len((await db.scalars(select(sessions.c.digest))).all()) == MOST_SESSIONS
    await kept.start(session(account_id, "later", minute=31), IDLE)
    async with store.read() as db:
        assert (await db.scalars(select(sessions.c.digest))).all() == ["later"]


async def test_a_session_is_put_under_a_new_id_once(shelf: AccountShelf, store: Store) -> None:
    account_id, kept = await make(shelf), SessionShelf(store)
    await kept.start(session(account_id, "old"), IDLE)
    assert [await kept.rotate("old", session(account_id, name)) for name in ("new", "newer")] == [True, False]
    assert await kept.get("old") is None
    assert await kept.get("newer") is None


async def test_attempts_at_the_same_time_are_all_counted(store: Store) -> None:
    locks, delays = LockShelf(store), (timedelta(minutes=1), timedelta(minutes=2))
    stood = await asyncio.gather(*(locks.charge("k", NOW, 3, delays, timedelta(hours=1)) for _ in range(6)))
    assert sum(row.locked_until is None for row in stood) == 3
    assert (await locks.get("k")).failed == 3
    await locks.refund("k", NOW, 3)
    assert (await locks.get("k")).locked_until is None
    await locks.clear("k", NOW - timedelta(days=1))
    assert (await locks.get("k")).failed == 0


async def test_a_sign_in_under_way_is_good_once_and_not_for_long(store: Store) -> None:
    flows = FlowShelf(store)
    for name in ("a", "b"):
        row = FlowRow(state=name, browser="b", nonce="n", verifier="v", onward="/", expires_at=NOW + timedelta(minutes=10))
        await flows.begin(row, NOW)
    assert sum(found is not None for found in await asyncio.gather(*(flows.take("a", NOW) for _ in range(3)))) == 1
    assert await flows.take("b", NOW + timedelta(minutes=11)) is None


async def test_an_absence_is_seen_by_assignment_until_it_ends_and_outlives_a_restart(store: Store) -> None:
    roll, shelf = StaffRoll(store), AbsenceShelf(store)
    person = Staff(id="mediator@yanlou-justice", role=Role.MEDIATOR, unit="yanlou-justice")
    await roll.seed([person])
    away = StandIn(
        id="a1", absent=person.id, stand_in="officer@yanlou-justice", since=date(2026, 3, 2), until=date(2026, 3, 4),
        reason=AbsenceReason.LEAVE, by=person.id,
    )  # fmt: skip
    await shelf.add([away], NOW)
    await roll.seed([person])
    found = await roll.staff(person.id)
    assert found is not None
    assert [found.away(date(2026, 3, day)) for day in range(1, 6)] == [False, True, True, True, False]
    assert [one.id for one in await shelf.stood_in_for(["officer@yanlou-justice"], date(2026, 3, 4))] == ["a1"]
    assert await shelf.stood_in_for(["officer@yanlou-justice"], date(2026, 3, 5)) == []
    assert [await shelf.end("a1", NOW) for _ in range(2)] == [True, False]
    assert (await roll.mediators())[0].away(date(2026, 3, 3)) is False
    assert await shelf.stood_in_for(["officer@yanlou-justice"], date(2026, 3, 3)) == []
