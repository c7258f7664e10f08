"""Master keys from a file, the environment or a key service: made once, moved from one to another, and missed loudly."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from store.engine import Store
from store.keyring.master import KeyProblem, new_key, written
from store.keyring.master_sources import MasterKeys
from store.keyring.rekeying import Rekeying
from tests.conftest import Database
from tests.support.running import ROOT


def service(tmp_path: Path, name: str = "service.key") -> tuple[str, ...]:
    """The command of a small key service, a process of its own."""
    return (sys.executable, str(ROOT / "tests" / "support" / "key_service.py"), str(tmp_path / name))


def asked(tmp_path: Path) -> list[str]:
    return (tmp_path / "service.key.log").read_text().split()


@asynccontextmanager
async def opened(database: Database, source: MasterKeys) -> AsyncIterator[Store]:
    store = await Store.open(database.url, database.keys_url, source)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
def source(database: Database) -> MasterKeys:
    return MasterKeys(database.master_key_file)


async def rotated(store: Store) -> None:
    rekeying = Rekeying(store.keys)
    await rekeying.begin()
    while await rekeying.step():
        pass


async def test_a_key_service_keeps_the_master_key_and_is_asked_once_a_start(database: Database, source: MasterKeys, tmp_path: Path) -> None:
    source = replace(source, command=service(tmp_path))
    async with opened(database, source) as store:
        key = await store.keys.key("case:a")
        await store.keys.key("case:b")
        assert asked(tmp_path) == ["wrap", "unwrap"]  # made, and looked whether it can be had back
    assert not database.master_key_file.exists()
    async with opened(database, source) as store:
        assert await store.keys.key("case:a") == key
        assert asked(tmp_path) == ["wrap", "unwrap", "unwrap"]


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (("/no/such/command",), "can't be run"),
        ((sys.executable, "-c", "import sys; sys.exit(4)"), "exit code 4"),
        ((sys.executable, "-c", "print('words')"), "does not open"),
        ((sys.executable, "-c", ""), "fails at"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_key_service_that_does_not_answer_rightly_is_a_key_problem(
    database: Database, source: MasterKeys, tmp_path: Path, command: tuple[str, ...], word: str
) -> None:
    with pytest.raises(KeyProblem, match=word):
        await Store.open(database.url, database.keys_url, replace(source, command=command))
    right = replace(source, command=service(tmp_path))
    async with opened(database, right) as store:
        key = await store.keys.key("case:a")
    with pytest.raises(KeyProblem, match=word):
        await Store.open(database.url, database.keys_url, replace(source, command=command))
    async with opened(database, right) as store:
        assert await store.keys.key("case:a") == key


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_key_service_with_another_key_is_a_key_problem_and_not_quoted(
    database: Database, source: MasterKeys, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with opened(database, replace(source, command=service(tmp_path))):
        pass
    with pytest.raises(KeyProblem, match="exit code 3") as caught:
        await Store.open(database.url, database.keys_url, replace(source, command=service(tmp_path, "another.key")))
    assert "secret words" not in str(caught.value)
    assert "secret words" not in "".join(capfd.readouterr())
    with pytest.raises(KeyProblem, match="is missing"):
        await Store.open(database.url, database.keys_url, source)
    assert not database.master_key_file.exists()


async def test_the_environment_holds_them_as_lines_the_first_of_which_wraps(database: Database, source: MasterKeys) -> None:
    one, two = written(new_key()), written(new_key())
    async with opened(database, replace(source, environment=one)) as store:
        key = await store.keys.key("case:a")
        with pytest.raises(KeyProblem, match="in front of those in JIEFEN_MASTER_KEY"):
            await rotated(store)
    assert not database.master_key_file.exists()
    async with opened(database, replace(source, environment=f"{two},{one}")) as store:
        assert await store.keys.key("case:a") == key
        await rotated(store)
    async with opened(database, replace(source, environment=two)) as store:
        assert await store.keys.key("case:a") == key
    with pytest.raises(KeyProblem, match="JIEFEN_MASTER_KEY does not hold the master key"):
        await Store.open(database.url, database.keys_url, replace(source, environment=one))


@pytest.mark.parametrize("harm", [",", "words", "0000000000000000 AAAA"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_variable_that_holds_no_keys_is_a_key_problem_and_not_quoted(database: Database, source: MasterKeys, harm: str) -> None:
    with pytest.raises(KeyProblem, match=r"^JIEFEN_MASTER_KEY is (empty|damaged)") as caught:
        await Store.open(database.url, database.keys_url, replace(source, environment=harm))
    assert "AAAA" not in str(caught.value)


async def test_keys_move_from_the_file_to_a_key_service_by_a_rotation(database: Database, source: MasterKeys, tmp_path: Path) -> None:
    async with opened(database, source) as store:
        key = await store.keys.key("case:a")
    moved = replace(source, command=service(tmp_path))
    async with opened(database, moved) as store:
        assert await store.keys.key("case:a") == key
        await rotated(store)
    database.master_key_file.unlink()
    async with opened(database, moved) as store:
        assert await store.keys.key("case:a") == key
