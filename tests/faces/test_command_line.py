"""The command line against a whole embedded stack: a day's work, refusals, bad input, restarts and stops."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faces.stack import ROOT, Running, command, gone, running

INTAKE: dict[str, Any] = {
    "channel": "window",
    "place": "520111105202",
    "summary": "甲家新修院坝抬高地面，雨水流入乙家堂屋。",
    "happened_on": (datetime.now(UTC) - timedelta(days=3)).date().isoformat(),
    "parties": [
        {"id": "a", "side": "applicant", "kind": "person", "name": "甲", "phone": "13800000001"},
        {"id": "b", "side": "respondent", "kind": "person", "name": "乙", "phone": "13800000002"},
    ],
    "people": 2,
}
CLERK = "clerk@yanlou-centre"

pytestmark = pytest.mark.timeout(300)  # whole processes, on a machine that may be busy


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One stack for the whole file."""
    with running(tmp_path_factory.mktemp("home")) as instance:
        yield instance


def take_in(up: Running, folder: Path, *more: str, **changes: Any) -> str:
    """Open a case through the command line; return its code."""
    path = folder / "intake.json"
    path.write_text(json.dumps({**INTAKE, **changes}), encoding="utf-8")
    answer = up.jiefen("open", "--as", CLERK, "--file", str(path), "--json", *more)
    assert answer.code == 0, answer.err
    return str(answer.json["receipt"]["code"])


def traces(up: Running) -> tuple[int, ...]:
    """Count what the databases hold."""
    with sqlite3.connect(f"file:{up.home / 'jiefen.db'}?mode=ro", uri=True) as db:
        tables = ("cases", "events", "actions", "outbox", "vault_texts", "vault_persons")
        return tuple(db.execute(f"select count(*) from {table}").fetchone()[0] for table in tables)  # noqa: S608 - names from here


def one_line(text: str, code: str) -> bool:
    """Whether this is one line that begins with the stable code and says it in both languages."""
    return text.count("\n") == 1 and text.startswith(f"{code}: ") and " / " in text


def test_a_days_work_from_intake_to_mediation(up: Running, tmp_path: Path) -> None:
    code = take_in(up, tmp_path)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("screen", "screener@yanlou-centre", {"category": "0201", "accept": True}),
        ("route", "dispatcher@yanlou-centre", {"level": "village"}),
        ("sign", "officer@yanlou-gumeng", {}),
        ("contact", "officer@yanlou-gumeng", {"note": "已联系"}),
        ("assign", "officer@yanlou-gumeng", {}),
        ("consent", "mediator@yanlou-gumeng", {"party": "a", "agrees": True}),
        ("consent", "mediator@yanlou-gumeng", {"party": "b", "agrees": True}),
    ]
    for action, who, fields in steps:
        answer = up.act(code, action, who, **fields)
        assert answer.code == 0, (action, answer.err)
    story = up.jiefen("explain", code, "--json").json
    assert story["view"]["stage"] == "mediating"
    assert story["view"]["holder"]["role"] == "mediator"
    assert {"mediate", "ladder"} <= {clock["clock"] for clock in story["clocks"]}
    todo = up.jiefen("todo", "--as", "mediator@yanlou-gumeng", "--json").json
    assert code in [item["case"]["code"] for item in todo["items"] if item["case"]]
    claimed = ("claim", code, "mediate", "--as", "mediator@yanlou-gumeng")
    assert up.jiefen(*claimed, "--json").json["mine"]
    assert "认领" in up.jiefen("todo", "--as", "mediator@yanlou-gumeng").out
    assert up.jiefen("release", *claimed[1:], "--json").json == {"released": True}
    shown = up.jiefen("show", code, "--as", "mediator@yanlou-gumeng", "--events", "--json").json
    assert shown["detail"]["summary"] == INTAKE["summary"]
    assert [line["type"] for line in shown["events"]][:2] == ["registered", "screened"]
    listed = up.jiefen("list", "--stage", "mediating", "--json").json
    assert code in [row["code"] for row in listed["cases"]]
    assert up.jiefen("verify", code).code == 0
    drift = up.jiefen("drift")
    assert (drift.code, drift.out) == (0, "")
    assert up.jiefen("replay", "--check").code == 0


def test_the_same_slip_and_the_same_action_id_are_done_once(up: Running, tmp_path: Path) -> None:
    code = take_in(up, tmp_path, "--intake-id", "slip-1")
    assert take_in(up, tmp_path, "--intake-id", "slip-1") == code
    words = ("act", code, "note", "--as", CLERK, "--with", '{"text": "一"}', "--id", "note-1", "--json")
    first, again = up.jiefen(*words), up.jiefen(*words)
    assert first.json == again.json
    events = up.jiefen("show", code, "--events", "--json").json["events"]
    assert [line["type"] for line in events].count("noted") == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"place": "999999999999"}, "unknown_place"),
        ({"happened_on": "2026-02-30"}, "invalid"),
        ({"happened_on": "2999-01-01"}, "invalid"),
        ({"people": "many"}, "invalid"),
        ({"summary": "字" * 1_000_000}, "invalid"),
        ({"summary": "a\u0000b"}, "invalid"),
        ({"risk_signs": ["unheard_of"]}, "invalid"),
        ({"colour": "red"}, "invalid"),
        ({"parties": []}, "invalid"),
    ],
)
def test_a_bad_intake_is_refused_in_one_line_and_leaves_no_trace(up: Running, tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    before = traces(up)
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({**INTAKE, **changes}), encoding="utf-8")
    answer = up.jiefen("open", "--as", CLERK, "--file", str(path))
    assert answer.code == 2
    assert one_line(answer.err, code), answer.err
    assert answer.out == ""
    assert traces(up) == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("act", "YANLOU-1999-00001", "note", "--as", CLERK, "--with", '{"text": "x"}'), "unknown_case"),
        (("open", "--as", "clerk@nowhere", "--file", "docs/examples/intake.json"), "unknown_unit"),
        (("open", "--as", "king@yanlou-centre", "--file", "docs/examples/intake.json"), "invalid"),
        (("open", "--as", "doctor@yanlou-centre", "--file", "docs/examples/intake.json"), "not_allowed"),
        (("open", "--as", CLERK, "--file", "no/such/file.json"), "bad_file"),
        (("open", "--as", CLERK, "--file", "/dev/zero"), "bad_file"),
        (("calendar", "import", "no/such/file.yaml"), "bad_file"),
        (("list", "--after", "garbage"), "invalid"),
        (("network", "show", "atlantis"), "unknown_place"),
        (("act", "X"), "usage"),
        (("dance",), "usage"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(up: Running, words: tuple[str, ...], code: str) -> None:
    answer = up.jiefen(*words)
    assert answer.code == 2
    assert one_line(answer.err, code), answer.err


def test_a_refused_action_says_why_and_changes_nothing(up: Running, tmp_path: Path) -> None:
    case = take_in(up, tmp_path)
    before = traces(up)
    answer = up.act(case, "screen", CLERK, category="0201", accept=True)
    assert (answer.code, answer.json["error"]["code"]) == (2, "not_allowed")
    broken = up.jiefen("act", case, "screen", "--as", "screener@yanlou-centre", "--with", "{nonsense")
    assert one_line(broken.err, "invalid")
    assert traces(up) == before


def test_what_was_done_is_shown_to_somebody_who_does_not_trust_us(up: Running, tmp_path: Path) -> None:
    code = take_in(up, tmp_path)
    assert up.act(code, "screen", "screener@yanlou-centre", category="0201", accept=True).code == 0
    anchored = up.jiefen("anchor", "--json").json
    assert (up.home / "anchors" / anchored["file"]).exists()
    found = up.jiefen("verify", "--anchors", str(up.home / "anchors"), "--json")
    assert (found.code, [item["findings"] for item in found.json if item["findings"]]) == (0, []), found.err
    assert {"access_log", "account_log", "erasure_register", "anchors"} <= {item.get("chain") for item in found.json}
    bundle = str(tmp_path / "bundle.zip")
    written = up.jiefen("export-bundle", code, "--as", "director@yanlou-centre", "--purpose", "移送", "--out", bundle, "--json")
    assert (written.code, written.json["cases"]) == (0, [code]), written.err
    elsewhere = up.jiefen("verify", "--bundle", bundle, "--json", JIEFEN_HOME=str(tmp_path / "nothing"))
    assert (elsewhere.code, elsewhere.json["faults"], elsewhere.json["manifest"]["hash"]) == (0, [], written.json["hash"])
    assert one_line(up.jiefen("show", code, "--as-of", "2026-01-01").err, "invalid")
    assert up.jiefen("show", code, "--as-of", "2099-01-01", "--json").json["view"]["stage"] == "screened"


def test_a_killed_worker_and_a_killed_server_come_back_and_nothing_is_lost(up: Running, tmp_path: Path) -> None:
    code = take_in(up, tmp_path)
    up.child("worker.py").kill()
    assert up.act(code, "screen", "screener@yanlou-centre", category="0201", accept=True).code == 0
    up.child("start-dev").kill()
    answer = up.act(code, "route", "dispatcher@yanlou-centre", level="village")
    assert answer.code == 0, answer.err
    view = up.jiefen("show", code, "--events", "--json").json
    assert view["view"]["stage"] == "routed"
    assert [line["type"] for line in view["events"]] == ["registered", "screened", "routed", "task_raised"]
    assert up.jiefen("tidy", "--json").json == {"drafts": 0, "actions": 0}
    assert up.jiefen("verify", code).code == 0
    assert up.jiefen("drift").code == 0


def test_a_stop_leaves_no_process_and_the_next_start_finds_every_case(tmp_path: Path) -> None:
    with running(tmp_path / "home") as instance:
        code = take_in(instance, tmp_path)
        for number, stage in ((signal.SIGINT, "registered"), (signal.SIGTERM, "screened")):
            tree = instance.tree()
            assert len(tree) >= 3
            assert instance.stop(number) == 0
            assert gone(tree)
            instance.start()
            assert instance.jiefen("show", code, "--json").json["view"]["stage"] == stage
            if number is signal.SIGINT:
                assert instance.act(code, "screen", "screener@yanlou-centre", category="0201", accept=True).code == 0
        assert instance.act(code, "route", "dispatcher@yanlou-centre", level="village").code == 0


def test_a_killed_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    with running(tmp_path / "home") as instance:
        tree = instance.tree()
        tree[0].kill()
        assert gone(tree)
        assert instance.process is not None
        instance.process.wait()


def test_a_second_up_in_the_same_home_and_a_port_in_use_are_said_plainly(up: Running, tmp_path: Path) -> None:
    same_home = up.jiefen("up", "--no-web")
    assert (same_home.code, one_line(same_home.err, "cannot_start")) == (2, True), same_home.err
    same_ports = up.jiefen("up", "--no-web", JIEFEN_HOME=str(tmp_path / "other"))
    assert (same_ports.code, one_line(same_ports.err, "cannot_start")) == (2, True), same_ports.err


def test_words_are_shown_as_they_are(up: Running, tmp_path: Path) -> None:
    summary = "见[/附件]与[bold]粗体[/bold] :smile:"
    code = take_in(up, tmp_path, summary=summary)
    shown = up.jiefen("show", code, "--as", CLERK)
    assert shown.code == 0, shown.err
    assert summary in shown.out


def test_limits_in_days_are_shown_to_end_at_24_oclock(up: Running, tmp_path: Path) -> None:
    code = take_in(up, tmp_path)
    assert up.act(code, "screen", "screener@yanlou-centre", category="0701", accept=True).code == 0
    limit = next(clock for clock in up.jiefen("explain", code, "--json").json["clocks"] if clock["clock"] == "mediate")
    shown = f"{limit['due_day']} 24:00"
    for words in (("show", code), ("explain", code), ("calendar", "import", str(_notice(tmp_path, limit["due_day"])))):
        answer = up.jiefen(*words)
        assert answer.code == 0, answer.err
        assert shown in answer.out, words


def _notice(folder: Path, day: str) -> Path:
    """A notice that makes a day a rest day."""
    path = folder / "notice.yaml"
    year = day[:4]
    path.write_text(f"version: T\nyears: [{year}]\npublished_until: {year}-12-31\noff: [{day}]\n", encoding="utf-8")
    return path


def test_possible_duplicates_are_shown_as_far_as_one_may_see_them(up: Running, tmp_path: Path) -> None:
    family = {"parties": [{"id": "a", "side": "applicant", "kind": "person", "name": "戊", "phone": "13800000077"}], "people": 1}
    first = take_in(up, tmp_path, **family)
    path = str(tmp_path / "intake.json")
    alike = up.jiefen("open", "--as", CLERK, "--file", path, "--json").json["candidates"]
    assert (alike[0]["case"]["code"], alike[0]["why"]) == (first, ["same_party", "same_time"])
    for stranger in ("citizen@a", "clerk@qingyan-centre"):
        assert up.jiefen("open", "--as", stranger, "--file", path, "--json").json["candidates"] == []


def test_watch_prints_one_json_line_for_each_event(up: Running, tmp_path: Path) -> None:
    code = take_in(up, tmp_path)
    assert up.act(code, "screen", "screener@yanlou-centre", accept=False, reason="不属受理范围", redirect="court").code == 0
    lines = up.jiefen("watch", code, "--json").out.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["registered", "declined"]


def test_a_rehearsal_needs_nothing_running_and_json_is_all_it_prints(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    text = (ROOT / "casebook" / "01-neighbour-drainage.yaml").read_text(encoding="utf-8")
    head, _, _ = text.partition("end:")
    path.write_text(head + "end: {stage: merged}\n", encoding="utf-8")
    nowhere = Running(tmp_path / "nothing")
    answer = nowhere.jiefen("rehearse", str(path), "--json")
    assert answer.code == 1
    (failure,) = answer.json[0]["failures"]
    assert (failure["step"], failure["what"], failure["wanted"], failure["found"]) == ("end", "stage", "merged", "archived")
    assert "wanted merged, found archived" in command(("rehearse", str(path)), nowhere.environment, whole=True).out


def test_other_rules_are_played_against_a_story_and_against_closed_cases(up: Running, tmp_path: Path) -> None:
    text = (ROOT / "places" / "huaxi" / "procedure.yaml").read_text(encoding="utf-8")
    changed = tmp_path / "procedure.yaml"
    changed.write_text(text.replace("contact:        {limit: 1wd", "contact:        {limit: 3wd"), encoding="utf-8")
    story = str(ROOT / "casebook" / "03-nobody-answers.yaml")
    report = up.jiefen("rehearse", "--procedure", str(changed), "--against", story, "--json").json
    (case,) = report["cases"]
    assert case["code"] == "03-nobody-answers"
    assert {"aspect": "card", "what": "contact#1:yellow", "before": "yanlou-gumeng", "after": None, "days": None} in case["changes"]
    assert report["after"]["yellow"] < report["before"]["yellow"]
    code = take_in(up, tmp_path)
    assert up.act(code, "screen", "screener@yanlou-centre", accept=False, reason="不属受理范围", redirect="court").code == 0
    closed = up.jiefen("rehearse", "--procedure", str(changed), "--against", "closed", "--json").json
    assert (closed["looked_at"] > 0, closed["unlike"]) == (True, [])
    assert up.jiefen("rehearse", "--procedure", str(changed), "--against", "closed", "--as", CLERK).code == 2
    assert up.jiefen("rehearse", "--against", "closed").err.startswith("invalid:")
    assert "would differ" in up.jiefen("rehearse", "--procedure", str(changed), "--against", story).out


def test_where_nothing_was_started_or_no_server_answers_it_is_said_in_one_line(tmp_path: Path) -> None:
    nowhere = Running(tmp_path / "nothing")
    answer = nowhere.jiefen("list")
    assert (answer.code, one_line(answer.err, "not_started")) == (2, True), answer.err
    nowhere.home.mkdir()
    assert nowhere.jiefen("list").code == 0, "what only reads needs no server"
    answer = nowhere.act("YANLOU-2026-00001", "note", CLERK, text="x")
    assert (answer.code, answer.json["error"]["code"]) == (2, "unavailable")
    assert one_line(answer.err, "unavailable"), answer.err


def test_up_tells_machines_where_everything_is(tmp_path: Path) -> None:
    instance = Running(tmp_path / "home")
    with instance.launch("--json") as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert json.loads(process.stdout.readline()) == {"stopped": True}
    assert process.returncode == 0
    assert ready["worker"].endswith(f":{instance.environment['JIEFEN_HEALTH_PORT']}/readyz")
    assert {"post": CLERK} in ready["accounts"]


def test_two_instances_run_side_by_side(up: Running, tmp_path: Path) -> None:
    with running(tmp_path / "home") as other:
        code = take_in(other, tmp_path)
        assert other.jiefen("show", code).code == 0
        assert other.home != up.home
        assert len(other.jiefen("list", "--json").json["cases"]) == 1


def test_the_first_administrators_are_made_here_and_get_a_password_to_be_changed(up: Running) -> None:
    words = ("account", "create", "wang.wu", "王五", "admin_system@huaxi-centre")
    made = up.jiefen(*words, "--json")
    assert made.code == 0, made.err
    assert (made.json["login"], made.json["posts"]) == ("wang.wu", ["admin_system@huaxi-centre"])
    taken = up.jiefen(*words)
    assert (taken.code, one_line(taken.err, "taken")) == (2, True)
    reset = up.jiefen("account", "reset", "wang.wu", "--json")
    assert reset.json["password"] not in {None, made.json["password"]}
    assert up.jiefen("account", "create", "li.si", "李四", "clerk@yanlou-centre", "--provider", "--json").json["password"] is None
    unknown = up.jiefen("account", "reset", "nobody")
    assert (unknown.code, one_line(unknown.err, "unknown")) == (2, True)


def test_a_paper_is_made_listed_and_written_into_a_file_that_is_mine_alone(up: Running, tmp_path: Path) -> None:
    code = take_in(up, tmp_path)
    entries = json.dumps({"requests": "恢复排水沟原状"})
    made = up.jiefen("paper", "make", code, "application", "--as", CLERK, "--with", entries, "--json")
    assert made.code == 0, made.err
    listed = up.jiefen("paper", "list", code, "--as", CLERK, "--json").json
    assert [(one["id"], one["attached"]) for one in listed["papers"]] == [(made.json["id"], True)]
    path = tmp_path / "paper.docx"
    taken = up.jiefen("paper", "take", code, made.json["id"], "--as", CLERK, "--to", str(path), "--json")
    assert (taken.json["size"], path.stat().st_size) == (made.json["size"], made.json["size"])
    assert path.stat().st_mode & 0o777 == 0o600
    whole = tmp_path / "whole.zip"
    assert up.jiefen("paper", "dossier", code, "--as", CLERK, "--to", str(whole)).code == 0
    assert whole.read_bytes().startswith(b"PK")
    refused = up.jiefen("paper", "make", code, "application", "--as", CLERK)
    assert (refused.code, one_line(refused.err, "paper_field_missing")) == (2, True)


def test_an_affair_is_begun_acted_on_and_read_by_commands(up: Running) -> None:
    grid, unit = "grid@yanlou-gumeng", "officer@yanlou-housing"
    fields = {"place": "520111105202", "item": "gas", "text": "软管老化"}
    begun = [up.jiefen("affair", "open", "hazard", "--as", grid, "--with", json.dumps(fields), "--id", "slip-9", "--json") for _ in "12"]
    assert [answer.code for answer in begun] == [0, 0], begun[0].err
    assert begun[0].json["receipt"] == begun[1].json["receipt"]
    code = str(begun[0].json["receipt"]["code"])
    assert "燃气设施不安全" in up.jiefen("affair", "show", code, "--as", unit, "--events").out
    assert "软管老化" in up.jiefen("affair", "timeline", code, "--as", unit).out
    assert up.jiefen("affair", "explain", code, "--as", unit, "--json").json["clocks"][0]["clock"] == "rectify"
    assert code in up.jiefen("affair", "list", "--as", unit, "--kind", "hazard", "--stage", "reported").out
    done = up.jiefen("affair", "act", code, "fix", "--as", unit, "--with", '{"text": "已更换"}', "--json")
    assert (done.code, done.json["stage"]) == (0, "fixed")
    refused = up.jiefen("affair", "act", code, "fix", "--as", unit, "--with", '{"text": "已更换"}')
    assert (refused.code, one_line(refused.err, "wrong_stage")) == (2, True)
    unseen = up.jiefen("affair", "show", code, "--as", "officer@yanlou-justice")
    assert (unseen.code, one_line(unseen.err, "unknown_affair")) == (2, True)
