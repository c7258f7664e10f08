"""The key store and its master key: made once, kept to its owner, and missed loudly."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from store.engine import Store
from store.keyring import keys as keys_module
from store.keyring.keys import KeyProblem
from store.keyring.master import seal, unseal
from store.keyring.master_file import make_master, read_master
from tests.conftest import Database


async def test_a_key_is_made_once_and_kept(database: Database) -> None:
    first = await database.open()
    made = await first.keys.keys(["case:a", "case:b"])
    assert made["case:a"] != made["case:b"]
    await first.close()
    second = await database.open()
    assert await second.keys.keys(["case:b", "case:a"]) == made
    assert await second.keys.existing(["case:a", "case:c"]) == {"case:a": made["case:a"]}
    await second.close()


async def test_two_processes_agree_on_a_key(database: Database) -> None:
    one, two = await asyncio.gather(database.open(), database.open())
    found = await asyncio.gather(*(store.keys.key("case:a") for store in (one, two, one, two)))
    assert len(set(found)) == 1
    await asyncio.gather(one.close(), two.close())


async def test_only_some_keys_are_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "CACHED", 3)
    made = await store.keys.keys([f"case:{number}" for number in range(6)])
    assert len(store.keys._cache) == 3
    assert await store.keys.keys(made) == made


async def test_the_master_key_is_for_its_owner_alone_and_is_never_overwritten(database: Database) -> None:
    await (await database.open()).close()
    path = database.master_key_file
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600  # noqa: PTH116 - the plain call is clear
    before = read_master(path)
    assert make_master(path) == before


@pytest.mark.parametrize("harm", ["missing", "another", "damaged", "empty"])
async def test_a_wrong_master_key_is_a_key_problem(database: Database, harm: str) -> None:
    await (await database.open()).close()
    spoil(database.master_key_file, harm)
    with pytest.raises(KeyProblem, match=r"master\.key"):
        await database.open()


async def test_an_older_master_key_still_unwraps(database: Database, tmp_path: Path) -> None:
    store = await database.open()
    key = await store.keys.key("case:a")
    await store.close()
    make_master(tmp_path / "new.key")
    rotate(tmp_path / "new.key", database.master_key_file)
    again = await database.open()
    assert await again.keys.key("case:a") == key
    await again.keys.key("case:b")
    await again.close()


def test_keys_are_not_shown(tmp_path: Path) -> None:
    master = make_master(tmp_path / "master.key")
    assert all(repr(key) not in repr(master) for key in master.keys.values())


def test_sealed_bytes_open_only_with_key_and_binding() -> None:
    key = b"k" * 32
    sealed = seal(key, b"words", b"here")
    assert seal(key, b"words", b"here") != sealed
    assert unseal(key, sealed, b"here") == b"words"
    for other in ((b"x" * 32, sealed, b"here"), (key, sealed, b"there"), (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"here")):
        with pytest.raises(Exception, match=r"^$"):
            unseal(*other)


def spoil(path: Path, harm: str) -> None:
    if harm == "missing":
        path.unlink()
    elif harm == "another":
        path.unlink()
        make_master(path)
    else:
        path.write_text("" if harm == "empty" else path.read_text()[:-9] + "\n")


def rotate(fresh: Path, path: Path) -> None:
    path.write_text(fresh.read_text() + path.read_text())
