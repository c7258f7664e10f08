"""The stack that can't start says why in one line; one that is told to stop leaves nothing behind, whenever it is told."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.faces.stack import Running, gone, running

pytestmark = pytest.mark.timeout(300)  # whole processes, on a machine that may be busy


def descendants(process: int) -> list[psutil.Process]:
    """Return a process and all its children, while it lasts."""
    try:
        whole = psutil.Process(process)
        return [whole, *whole.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def refused(answer_err: str, code: str) -> bool:
    """Whether this is one line that begins with the code."""
    return answer_err.count("\n") == 1 and answer_err.startswith(f"{code}: ") and "Traceback" not in answer_err


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An instance that has run once and does not run now."""
    with running(tmp_path_factory.mktemp("once") / "home") as instance:
        instance.stop()
        yield instance


def test_ctrl_c_on_the_terminal_lets_the_worker_drain_before_the_server_goes(tmp_path: Path) -> None:
    with running(tmp_path / "home") as instance:
        tree = instance.tree()
        assert instance.process is not None
        os.killpg(instance.process.pid, signal.SIGINT)
        assert instance.process.wait(timeout=60) == 0
        assert gone(tree)
        log = [json.loads(line) for line in (instance.home / "logs" / "worker.log").read_text().splitlines()]
        assert log[-1]["event"] == "stopped"


@pytest.mark.parametrize("after", [0.5, 1.0, 2.0])
def test_a_stop_while_it_starts_leaves_no_process(tmp_path: Path, after: float) -> None:
    instance = Running(tmp_path / "home")
    process = instance.launch()
    seen: list[psutil.Process] = []
    until = time.monotonic() + after
    while time.monotonic() < until:
        seen += [child for child in descendants(process.pid) if child not in seen]
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode in {0, -signal.SIGTERM}
    assert gone(seen)
    assert not [child for child in psutil.process_iter() if str(tmp_path) in " ".join(_words(child))]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_the_folder_of_the_data_is_the_owners_alone(stopped: Running) -> None:
    assert stopped.home.stat().st_mode & 0o077 == 0


def test_a_newer_schema_is_left_alone(stopped: Running) -> None:
    path = stopped.home / "jiefen.db"
    with sqlite3.connect(path) as db:
        (version,) = db.execute("select version_num from alembic_version").fetchone()
        db.execute("update alembic_version set version_num = '9999'")
    try:
        up, listed = stopped.jiefen("up", "--no-web"), stopped.jiefen("list")
    finally:
        with sqlite3.connect(path) as db:
            db.execute("update alembic_version set version_num = ?", (version,))
    assert (up.code, refused(up.err, "cannot_start")) == (2, True), up.err
    assert "newer version" in up.err
    assert (listed.code, refused(listed.err, "newer_schema")) == (2, True), listed.err


def test_a_master_key_that_is_not_there_is_named(stopped: Running) -> None:
    key = stopped.home / "master.key"
    away = key.rename(key.with_name("away.key"))
    try:
        up, listed = stopped.jiefen("up", "--no-web"), stopped.jiefen("list")
        assert not key.exists()
    finally:
        away.rename(key)
    assert (up.code, refused(up.err, "cannot_start")) == (2, True), up.err
    assert "master.key" in up.err
    assert (listed.code, refused(listed.err, "key_problem")) == (2, True), listed.err


def test_a_setting_that_can_not_be_used_is_named_and_its_value_is_not(stopped: Running) -> None:
    for words, code in ((("up",), "cannot_start"), (("list",), "settings")):
        answer = stopped.jiefen(*words, JIEFEN_TEMPORAL_PORT="secret")
        assert (answer.code, refused(answer.err, code)) == (2, True), answer.err
        assert "JIEFEN_TEMPORAL_PORT" in answer.err
        assert "secret" not in answer.err


def test_a_folder_where_nothing_was_started_is_said_to_be_so(tmp_path: Path) -> None:
    answer = Running(tmp_path / "nothing").jiefen("list")
    assert (answer.code, refused(answer.err, "not_started")) == (2, True), answer.err
    assert not (tmp_path / "nothing").exists()


def test_while_temporal_is_away_an_action_is_not_known_and_can_be_asked_again_with_its_id(stopped: Running) -> None:
    intake = Path(__file__).parents[2] / "docs" / "examples" / "intake.json"
    answer = stopped.jiefen("open", "--as", "clerk@yanlou-centre", "--file", str(intake))
    assert (answer.code, refused(answer.err, "unavailable")) == (2, True), answer.err
    assert "--intake-id " in answer.err
    slip = answer.err.split("--intake-id ")[1].split(":")[0].split("：")[0]
    stopped.start()
    first = stopped.jiefen("open", "--as", "clerk@yanlou-centre", "--file", str(intake), "--intake-id", slip, "--json")
    again = stopped.jiefen("open", "--as", "clerk@yanlou-centre", "--file", str(intake), "--intake-id", slip, "--json")
    stopped.stop()
    assert first.json["receipt"] == again.json["receipt"]
    assert again.json["known"]


def test_a_port_that_two_settings_name_is_said_and_nothing_is_started(stopped: Running) -> None:
    taken = str(int(stopped.environment["JIEFEN_TEMPORAL_PORT"]) + 1000)
    answer = stopped.jiefen("up", JIEFEN_PORT=taken)
    assert answer.code == 2
    assert refused(answer.err, "cannot_start")
    assert "JIEFEN_TEMPORAL_PORT + 1000 and JIEFEN_PORT" in answer.err
