"""A rotation of the master key: broken off at any moment it goes on, and whoever works meanwhile never notices."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from store.engine import Store
from store.keyring import rekeying as rekeying_module
from store.keyring.key_tables import data_keys, masters
from store.keyring.keys import KeyProblem
from store.keyring.master_file import read_master
from store.keyring.rekeying import Rekeying
from tests.conftest import Database

NOW = datetime(2026, 3, 2, tzinfo=UTC)
OWNERS = [f"case:{number}" for number in range(25)]


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying_module, "BATCH", 10)


async def under(store: Store) -> dict[str, int]:
    """How many keys each master key wraps."""
    query = select(data_keys.c.master, func.count()).group_by(data_keys.c.master)
    return await store.keys.at_once(lambda db: {row[0]: int(row[1]) for row in db.execute(query)})


async def through(store: Store) -> int:
    rekeying = Rekeying(store.keys)
    await rekeying.begin()
    moved = 0
    while step := await rekeying.step():
        moved += step
    return moved


async def test_all_keys_are_wrapped_anew_and_stay_the_same(database: Database) -> None:
    store = await database.open()
    before, payload = await store.keys.keys(OWNERS), await store.keys.payload_keys()
    first = store.keys.master.current
    assert await through(store) == len(OWNERS) + 3  # the index, the key of payloads, the store's own
    await store.close()
    again = await database.open()
    assert await again.keys.keys(OWNERS) == before
    assert again.keys.master.current != first
    assert await under(again) == {again.keys.master.current: len(OWNERS) + 4}
    assert [key.id for key in await again.keys.payload_keys()][1:] == [payload[0].id]
    await again.close()


@pytest.mark.parametrize("steps", [0, 1, 2])
async def test_one_that_was_broken_off_goes_on_under_the_same_new_key(database: Database, steps: int) -> None:
    store = await database.open()
    before = await store.keys.keys(OWNERS)
    rekeying = Rekeying(store.keys)
    await rekeying.begin()
    for _ in range(steps):
        assert await rekeying.step() == 10
    new = store.keys.master.current
    await store.close()
    again = await database.open()
    assert await through(again) == len(OWNERS) + 3 - 10 * steps
    assert set(await under(again)) == {new}
    assert len(await again.keys.payload_keys()) == 2
    assert await again.keys.keys(OWNERS) == before
    assert await again.keys.at_once(lambda db: db.scalar(select(func.count()).select_from(masters))) == 2
    await again.close()


async def test_one_that_broke_off_between_file_and_database_makes_no_third_key(database: Database) -> None:
    store = await database.open()
    await store.keys.keys(OWNERS)
    await store.keys.source.make(store.keys.master)  # the file has the new key, the database knows nothing of it
    await store.close()
    again = await database.open()
    await through(again)
    assert len((read_master(database.master_key_file) or again.keys.master).keys) == 2
    await again.close()


async def test_others_go_on_working_while_keys_move_and_after_the_old_one_is_gone(database: Database) -> None:
    store, other = await database.open(), await database.open()
    before = await store.keys.keys(OWNERS)
    await store.close()
    store = await database.open()
    rekeying = Rekeying(store.keys)
    await rekeying.begin()
    await rekeying.step()
    assert await other.keys.existing(OWNERS) == before
    await other.keys.key("case:made meanwhile")  # perhaps still under the old one
    while await rekeying.step():
        pass
    last = await database.open()
    assert await rekeying.retire(NOW) == [one for one in await masters_of(store) if one != store.keys.master.current]
    made = await last.keys.key("case:made after")
    late = await database.open()
    assert await late.keys.existing(["case:made after", "case:made meanwhile"]) == {
        "case:made after": made,
        "case:made meanwhile": await other.keys.key("case:made meanwhile"),
    }
    for one in (store, other, last, late):
        await one.close()


async def masters_of(store: Store) -> list[str]:
    return await store.keys.at_once(lambda db: list(db.scalars(select(masters.c.id).order_by(masters.c.number))))


async def test_a_master_key_that_still_wraps_something_is_not_retired(database: Database) -> None:
    store = await database.open()
    await store.keys.keys(OWNERS)
    rekeying = Rekeying(store.keys)
    await rekeying.begin()
    await rekeying.step()
    assert await rekeying.retire(NOW) == []
    while await rekeying.step():
        pass
    (gone,) = await rekeying.retire(NOW)
    assert gone not in database.master_key_file.read_text()
    assert await rekeying.retire(NOW) == []
    noted = await rekeying.noted()
    assert [(one.retired_at, one.leads) for one in noted.masters] == [(NOW, False), (None, True)]
    assert noted.kinds["case"] == len(OWNERS)
    await store.close()


async def test_a_retired_master_key_does_not_come_back(database: Database) -> None:
    store = await database.open()
    old = database.master_key_file.read_text()
    await store.keys.keys(OWNERS)
    await through(store)
    await Rekeying(store.keys).retire(NOW)
    await store.close()
    database.master_key_file.write_text(old + database.master_key_file.read_text())
    with pytest.raises(KeyProblem, match="was retired"):
        await database.open()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_erased_key_leaves_nothing_in_the_file(database: Database) -> None:
    store = await database.open()
    await store.keys.keys(OWNERS)
    query = select(data_keys.c.wrapped).where(data_keys.c.owner == "case:7")
    wrapped: bytes = await store.keys.at_once(lambda db: db.scalar(query) or b"")
    folder = database.master_key_file.parent
    assert len(wrapped) > 40
    await store.keys.erase("case:7", NOW)
    assert not any(wrapped in path.read_bytes() for path in folder.glob("keys.db*"))
    await store.close()


async def test_another_process_forgets_an_erased_key_at_its_next_look(database: Database) -> None:
    one, two = await database.open(), await database.open()
    await two.keys.keys(OWNERS)
    await two.keys.refresh()
    await one.keys.erase("case:7", NOW)
    assert two.keys.peek("case:7") is not None
    await two.keys.refresh()
    assert two.keys.peek("case:7") is None
    assert two.keys.peek("case:8") is not None
    assert await two.keys.existing(["case:7"]) == {}
    await one.close()
    await two.close()
