"""The commands for keys, as processes of their own: shown without secrets, rotated through a kill -9, moved to a key service."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from service.settings import Settings
from store.engine import Store
from store.keyring.keys import insert_keys
from store.keyring.master import new_key
from store.keyring.master_file import read_master
from store.vault import Vault
from tests.faces.stack import ROOT, STARTER, Answer, command

MANY = 20_000
"""Data keys; moving them takes long enough to be met in the middle."""

T = TypeVar("T")


def jiefen(home: Path, *words: str, **changes: str) -> Answer:
    environment = {**os.environ, "JIEFEN_HOME": str(home), **changes}
    return command(words, environment)


def with_store(home: Path, work: Callable[[Store], Awaitable[T]], **changes: str) -> T:
    """Do something with the store of an instance, in a loop of its own."""

    async def doing() -> T:
        settings = Settings(home=home, master_key_command=changes.get("JIEFEN_MASTER_KEY_COMMAND", ""))
        store = await Store.open(settings.database_url, settings.keys_url, settings.master_keys)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(doing())


def fill(home: Path, keys: int = 0) -> str:
    """An instance with a sealed text, and with this many other keys; returns the reference of the text."""

    async def work(store: Store) -> str:
        ref = await Vault(store).seal_text("c", "a", "summary", "甲家院坝抬高")
        made = {f"case:{number:06d}": new_key() for number in range(keys)}
        if made:
            await store.keys.at_once(lambda db: insert_keys(db, store.keys.master, made))
        return ref

    return with_store(home, work)


def masters(home: Path) -> dict[str, int]:
    """How many keys each master key wraps."""
    with sqlite3.connect(f"file:{home / 'keys.db'}?mode=ro", uri=True) as db:
        return dict(db.execute("select master, count(*) from data_keys group by master").fetchall())


def reads(home: Path, ref: str, **changes: str) -> str:
    return with_store(home, lambda store: Vault(store).open_text(ref), **changes)


def test_a_rotation_killed_in_the_middle_goes_on_where_it_was(tmp_path: Path) -> None:
    ref = fill(tmp_path, MANY)
    (old,) = masters(tmp_path)
    environment = {**os.environ, "JIEFEN_HOME": str(tmp_path)}
    process = subprocess.Popen([*STARTER, "keys", "rotate"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(masters(tmp_path)) < 2 or sum(masters(tmp_path).values()) - masters(tmp_path)[old] < 1000:
        assert process.poll() is None
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    process.wait()
    middle = masters(tmp_path)
    assert 0 < middle[old] < MANY
    (new,) = set(middle) - {old}
    assert reads(tmp_path, ref) == "甲家院坝抬高"
    shown = jiefen(tmp_path, "keys", "show", "--json")
    assert shown.json["moving"] == middle[old]
    assert "run `keys rotate`" in jiefen(tmp_path, "keys", "show").out

    answer = jiefen(tmp_path, "keys", "rotate", "--json")
    assert answer.code == 0, answer.err
    assert set(masters(tmp_path)) == {new}
    assert answer.json["moving"] == 0
    assert f"{middle[old]}/{middle[old]}" in answer.err
    assert reads(tmp_path, ref) == "甲家院坝抬高"
    assert len((read_master(tmp_path / "master.key") or pytest.fail("gone")).keys) == 2
    assert len(answer.json["payload_keys"]) == 2

    retired = jiefen(tmp_path, "keys", "retire", "--json")
    assert retired.json == {"retired": [old]}
    assert old not in (tmp_path / "master.key").read_text()
    assert reads(tmp_path, ref) == "甲家院坝抬高"


def test_what_is_shown_holds_no_secret(tmp_path: Path) -> None:
    fill(tmp_path)
    secret = (tmp_path / "master.key").read_text().split()[1]
    for words in (("keys", "show"), ("keys", "show", "--json"), ("keys", "rotate"), ("keys", "show")):
        answer = jiefen(tmp_path, *words)
        assert answer.code == 0, answer.err
        assert secret not in answer.out + answer.err
    found = jiefen(tmp_path, "keys", "show", "--json").json
    assert [one["state"] for one in found["masters"]] == ["opens", "leads"]
    assert found["kinds"] == {"case": 1, "payload": 2, "other": 2}
    with sqlite3.connect(tmp_path / "jiefen.db") as db:
        assert db.execute("select act from account_log").fetchall() == [("keys_rotated",)]


def test_the_master_key_moves_to_a_key_service_and_the_file_may_go(tmp_path: Path) -> None:
    ref = fill(tmp_path)
    program = (sys.executable, str(ROOT / "tests" / "support" / "key_service.py"), str(tmp_path / "service.key"))
    moved = {"JIEFEN_MASTER_KEY_COMMAND": shlex.join(program)}
    assert jiefen(tmp_path, "keys", "rotate", **moved).code == 0
    assert jiefen(tmp_path, "keys", "retire", **moved).code == 0
    (tmp_path / "master.key").unlink()
    assert reads(tmp_path, ref, **moved) == "甲家院坝抬高"
    without = jiefen(tmp_path, "keys", "show")
    assert without.code == 2
    assert without.err.startswith("key_problem: ")
    wrong = jiefen(tmp_path, "keys", "show", JIEFEN_MASTER_KEY_COMMAND=shlex.join((*program[:2], str(tmp_path / "other.key"))))
    assert wrong.err.startswith("key_problem: ")
    assert reads(tmp_path, ref, **moved) == "甲家院坝抬高"


def test_a_made_key_serves_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    line = jiefen(tmp_path, "keys", "make").out.strip()
    found = jiefen(tmp_path / "home", "keys", "show", "--json", JIEFEN_MASTER_KEY=line)
    assert found.code == 0, found.err
    assert [one["id"] for one in found.json["masters"]] == [line.split()[0]]
    assert not (tmp_path / "home" / "master.key").exists()
    both = jiefen(tmp_path / "home", "keys", "show", JIEFEN_MASTER_KEY=line, JIEFEN_MASTER_KEY_COMMAND="kms")
    assert (both.code, line.split()[1] in both.err) == (2, False)
