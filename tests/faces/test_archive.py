"""The commands of an archivist, as processes: erase by two people through a kill -9, what is listed, and the check after a restore."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from service.rehearsal import virtual_server
from service.settings import Settings
from store.engine import Store
from store.tables import vault_texts
from store.vault import Vault, reseal
from tests.faces.stack import STARTER, Answer, command
from tests.support.running import desk, settings

NAME, PHONE = "欧阳翀骉", "13912345678"
ARCHIVIST, DIRECTOR = ("--as", "archivist@yanlou-justice"), ("--as", "director@yanlou-centre")
CODE = "YANLOU-2026-00001"
PERSON = f"{CODE}:a"


MANY = 20_000
"""Texts to look through."""


def jiefen(home: Path, *words: str) -> Answer:
    environment = {**os.environ, "JIEFEN_HOME": str(home)}
    done = command(words, environment)
    assert NAME not in done.out + done.err
    return done


async def _made(home: Path) -> None:
    """One case that has ended, with a party who is named in its summary."""
    async with virtual_server() as env:
        with env.with_time_skipping_disabled():
            async with desk(env.client, settings(home)) as here:
                given = [{"id": "a", "side": "applicant", "kind": "person", "name": NAME, "phone": PHONE}]
                other = {"id": "b", "side": "respondent", "kind": "person", "name": "李某"}
                case_id = await here.open(1, parties=[*given, other], summary=f"{NAME}院坝抬高，电话{PHONE}。")
                await here.act(case_id, "clerk@yanlou-centre", "withdraw", party="a", reason="自愿")


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("archive")
    asyncio.run(_made(home))
    return home


@pytest.fixture
def home(ended: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(ended, tmp_path / "home")
    return tmp_path / "home"  # type: ignore[return-value]


def finds(home: Path) -> list[str]:
    async def doing() -> list[str]:
        chosen = Settings(home=home)
        store = await Store.open(chosen.database_url, chosen.keys_url, chosen.master_keys)
        try:
            return await Vault(store).find_persons(PHONE)
        finally:
            await store.close()

    return asyncio.run(doing())


def test_a_person_is_erased_by_two_people_and_a_restore_brings_nobody_back(home: Path, tmp_path: Path) -> None:
    assert jiefen(home, "erase", PERSON, *ARCHIVIST).err.startswith("retained: ")
    asked = jiefen(home, "erase", PERSON, *ARCHIVIST, "--ground", "ordered", "--json")
    assert (asked.code, asked.json["state"], asked.json["cases"]) == (0, "asked", 1), asked.err
    assert jiefen(home, "erase", PERSON, *ARCHIVIST, "--approve").err.startswith("not_allowed: ")
    for name in ("keys.db", "jiefen.db"):
        shutil.copy(home / name, tmp_path / name)

    done = jiefen(home, "erase", PERSON, *DIRECTOR, "--approve", "--json")
    assert (done.code, done.json) == (0, {"state": "done", "listed": 1}), done.err
    assert finds(home) == []
    register = jiefen(home, "erasures", *DIRECTOR, "--register", "--json")
    (tmp_path / "register.json").write_text(register.out)
    assert [line["ground"] for line in register.json] == ["ordered"]
    assert jiefen(home, "erasures", *ARCHIVIST).code == 0
    assert jiefen(home, "restore-check", "--json").json["erased_again"] == []

    # The keys alone, from a backup of the day before.
    shutil.copy(tmp_path / "keys.db", home / "keys.db")
    again = jiefen(home, "restore-check", "--json")
    assert (again.code, again.json["erased_again"]) == (0, [register.json[0]["owner"]])
    assert finds(home) == []

    # Both, from the same backup: only a register that was kept elsewhere knows.
    for name in ("keys.db", "jiefen.db"):
        shutil.copy(tmp_path / name, home / name)
    found = jiefen(home, "restore-check", "--register", str(tmp_path / "register.json"), "--json")
    assert (found.json["put_back"], found.json["erased_again"]) == (1, [register.json[0]["owner"]])
    assert finds(home) == []


async def _many_texts(home: Path) -> None:
    """So many texts of another case that looking through them takes a while."""
    chosen = Settings(home=home)
    store = await Store.open(chosen.database_url, chosen.keys_url, chosen.master_keys)
    key, mark = await store.keys.key("case:other"), "0" * 32
    rows = [{"id": str(uuid.uuid4()), "case_id": "other", "action_id": "a", "commitment": mark} for _ in range(MANY)]
    sealed = [{**row, "sealed": reseal(key, "双方争吵", f"vault:{row['id']}:{mark}")} for row in rows]
    async with store.write() as db:
        await db.execute(insert(vault_texts), sealed)
    await store.close()


def state(home: Path) -> str:
    with sqlite3.connect(f"file:{home / 'jiefen.db'}?mode=ro", uri=True) as db:
        return str(db.execute("select state from erasure_requests").fetchone()[0])


def test_an_erasure_killed_on_its_way_is_taken_up(home: Path) -> None:
    assert jiefen(home, "erase", PERSON, *ARCHIVIST, "--ground", "unlawful").code == 0
    asyncio.run(_many_texts(home))
    environment = {**os.environ, "JIEFEN_HOME": str(home)}
    command = [*STARTER, "erase", PERSON, *DIRECTOR, "--approve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while state(home) == "asked":
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert state(home) == "approved"
    assert finds(home) != []
    unfinished = jiefen(home, "restore-check", "--json")
    assert (unfinished.code, len(unfinished.json["unfinished"])) == (1, 1)
    assert jiefen(home, *command[2:]).code == 0
    assert state(home) == "done"
    assert jiefen(home, "restore-check").code == 0
    assert finds(home) == []
    assert len(jiefen(home, "erasures", *DIRECTOR, "--register", "--json").json) == 1


def test_texts_wait_for_a_person_and_files_for_their_time(home: Path, tmp_path: Path) -> None:
    jiefen(home, "erase", PERSON, *ARCHIVIST, "--ground", "ordered")
    jiefen(home, "erase", PERSON, *DIRECTOR, "--approve")
    (waiting,) = jiefen(home, "redactions", *ARCHIVIST, "--json").json
    assert waiting["code"] == CODE
    (tmp_path / "words.txt").write_text("双方争吵。\n", encoding="utf-8")
    done = jiefen(home, "redact", waiting["id"], *ARCHIVIST, "--with", str(tmp_path / "words.txt"))
    assert done.code == 0, done.err
    assert "双方争吵。" in jiefen(home, "show", CODE, *ARCHIVIST).out
    assert jiefen(home, "redactions", *ARCHIVIST, "--json").json == []
    assert jiefen(home, "redact", waiting["id"], *ARCHIVIST).err.startswith("settled: ")
    assert jiefen(home, "appraise", *ARCHIVIST, "--json").json == []
    assert jiefen(home, "appraise", CODE, *ARCHIVIST, "--keep", "5").err.startswith("not_due: ")
    assert jiefen(home, "appraise", CODE, *ARCHIVIST).code == 2


def test_another_key_store_or_none_is_a_key_problem_and_nothing_is_made_anew(home: Path, ended: Path, tmp_path: Path) -> None:
    (home / "keys.db").rename(tmp_path / "away.db")
    for _ in range(2):
        answer = jiefen(home, "list")
        assert (answer.code, answer.err.startswith("key_problem: ")) == (2, True), answer.err
    shutil.copy(tmp_path / "away.db", home / "keys.db")
    assert jiefen(home, "list").code == 0
    asyncio.run(_made(tmp_path / "other"))
    shutil.copy(tmp_path / "other" / "keys.db", home / "keys.db")
    shutil.copy(tmp_path / "other" / "master.key", home / "master.key")
    answer = jiefen(home, "list")
    assert "another database" in answer.err
    shutil.copy(tmp_path / "away.db", home / "keys.db")
    shutil.copy(ended / "master.key", home / "master.key")
    assert len(finds(home)) == 1
