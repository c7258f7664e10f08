"""A watch in the pure core: what signals lead to, who may lower a grade, who sees it, and how small it stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from models.affair.common import AffairAsked
from models.affair.watch.book import WatchBook
from models.affair.watch.happening import WatchGraded
from models.affair.watch.state import Subject
from models.refusal import Refusal
from models.words import Role, Tier
from rules.affair.folding import append, replayed
from rules.affair.kind import bundle
from rules.affair.sight import affair_sight
from rules.affair.view import explain
from rules.visibility import Group
from rules.watch.excluded import EXCLUDED, excluded
from rules.watch.kind import WATCH
from rules.watch.subject import key
from store.files import BadFile
from store.places import read_book
from tests.rules.watch.playing import CLERK, DIRECTOR, GRID, HOUSE, PAIR, POLICE, Played, blank, book
from tests.support.core import ROOT, actor

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def played() -> Played:
    return Played(START)


def code(outcome: Any) -> str:
    return str(outcome.code) if isinstance(outcome, Refusal) else "ok"


def asked(played: Played) -> list[dict[str, Any]]:
    return [what.work.detail for event in played.events if isinstance(what := event.what, AffairAsked)]


def test_each_threshold_grades_upward_and_orange_opens_a_dispute_with_a_text_made_of_the_types_alone(played: Played) -> None:
    played.signal("police_call", text="vault:gossip")
    assert (played.watch.grade, asked(played)) == (Tier.YELLOW, [])
    played.signal("police_call")
    assert played.watch.grade is Tier.ORANGE
    (work,) = asked(played)
    assert work["fields"]["summary"] == "预警触发，等级橙色。线索：纠纷警情2次。请核实情况，先稳控、后调处。"
    assert work["fields"]["risk_signs"] == ["previous_violence"]
    assert "gossip" not in str(work)


def test_a_hard_trigger_is_red_at_once_and_each_further_one_raises_the_dispute_again(played: Played) -> None:
    played.signal("threat_to_life")
    assert (played.watch.grade, len(asked(played))) == (Tier.RED, 1)
    played.signal("group_tip")
    assert len(asked(played)) == 1
    played.signal("weapon")
    assert len(asked(played)) == 2


def test_no_signal_lowers_a_grade_and_a_label_is_reckoned_anew_only_when_it_runs_out(played: Played) -> None:
    played.signal("police_call")
    played.move_to(START + 20 * DAY)
    played.signal("group_tip")
    assert played.watch.grade is Tier.YELLOW
    played.move_to(START + 32 * DAY)
    assert [event.type for event in played.events[-1:]] == ["label_kept"]
    played.move_to(START + 70 * DAY)
    last = played.events[-1].what
    assert isinstance(last, WatchGraded)
    assert (last.why, played.watch.grade) == ("time", Tier.BLUE)


def test_a_label_that_runs_out_late_is_reckoned_for_the_time_it_ran_out(played: Played) -> None:
    punctual, late = Played(START), played
    for one in (punctual, late):
        one.signal("police_call")
        one.signal("quarrel")
    punctual.move_to(START + 33 * DAY)
    late.now = START + 90 * DAY
    late.move_to(START + 90 * DAY)
    first = next(event for event in late.events if event.type == "label_kept")
    assert first.what == next(event for event in punctual.events if event.type == "label_kept").what


def test_a_quiet_watch_ends_with_nothing_held_against_anybody_and_begins_anew_with_the_next_signal(played: Played) -> None:
    played.signal("quarrel")
    played.move_to(START + 200 * DAY)
    assert (played.watch.stage, played.watch.signals, played.watch.folded) == ("quieted", (), 1)
    assert code(played.signal("quarrel", POLICE)) == "ok"
    assert (played.watch.stage, played.watch.counted, played.watch.signals[0].id) == ("watching", 2, "s2")


def test_a_watch_does_not_end_over_an_objection_that_nobody_has_decided(played: Played) -> None:
    played.signal("quarrel")
    played.act(CLERK, "object", text="vault:why")
    played.move_to(START + 300 * DAY)
    assert played.watch.stage == "watching"
    assert code(played.act(DIRECTOR, "settle", objection="o1", uphold=False, reason="r")) == "ok"
    played.move_to(played.now)
    assert played.watch.stage == "quieted"


def test_an_objection_is_decided_with_reason_by_somebody_who_entered_no_signal(played: Played) -> None:
    played.signal("police_call", DIRECTOR)
    assert code(played.act(GRID, "object", text="vault:why")) == "not_allowed"
    played.act(CLERK, "object", text="vault:why", person="person:a")
    assert code(played.act(CLERK, "object", text="vault:again", person="person:a")) == "already_done"
    assert code(played.act(DIRECTOR, "settle", objection="o1", uphold=True, strike=["s1"], reason="r")) == "same_person"
    leader = "leader@yanlou-centre"
    assert code(played.act(leader, "settle", objection="o2", uphold=False, reason="r")) == "invalid"
    assert code(played.act(leader, "settle", objection="o1", uphold=True, strike=["s1"])) == "missing_reason"
    assert code(played.act(leader, "settle", objection="o1", uphold=False, strike=["s1"], reason="r")) == "invalid"
    assert code(played.act(leader, "settle", objection="o1", uphold=True, strike=["s1"], reason="r")) == "ok"
    assert (played.watch.grade, played.watch.signals[0].struck, played.watch.objections) == (Tier.BLUE, True, ())
    assert code(played.act(leader, "settle", objection="o1", uphold=False, reason="r")) == "already_done"


def test_a_grade_is_lowered_by_hand_only_downward_with_reason_and_not_by_who_entered_signals(played: Played) -> None:
    played.signal("threat_to_life", DIRECTOR)
    assert code(played.act(DIRECTOR, "lower", grade="blue", reason="r")) == "same_person"
    leader = "leader@yanlou-centre"
    assert code(played.act(leader, "lower", grade="red", reason="r")) == "already_done"
    assert code(played.act(leader, "lower", grade="yellow")) == "missing_reason"
    assert code(played.act(leader, "lower", grade="yellow", reason="r")) == "ok"
    assert code(played.act(leader, "lower", grade="orange", reason="r")) == "invalid"
    assert len(asked(played)) == 1, "lowering touches no dispute"


def test_the_subject_is_owed_once_and_a_signal_about_another_is_refused(played: Played) -> None:
    assert code(played.act(POLICE, "signal", signal="quarrel", channel="call")) == "invalid"
    assert code(played.act(POLICE, "signal", signal="quarrel", channel="call", subject={**HOUSE, "number": None})) == "invalid"
    assert (
        code(played.act(POLICE, "signal", signal="quarrel", channel="call", subject={**HOUSE, "place": "520111999999"})) == "unknown_place"
    )
    assert code(played.signal("quarrel")) == "ok"
    assert code(played.signal("quarrel", subject={**HOUSE, "number": "0202-032"})) == "invalid"
    assert code(played.signal("no_such_type")) == "invalid"
    assert code(played.signal("quarrel", "clerk@guizhu-centre")) == "not_holder"


def test_a_tip_from_a_group_is_typed_in_by_a_person_in_few_words(played: Played) -> None:
    assert code(played.signal("group_tip", "steward@yanlou-steward", channel="wechat", text="vault:tip")) == "ok"
    assert code(played.signal("group_tip", channel="event")) == "not_allowed"
    assert code(played.signal("group_tip", channel="affair")) == "not_allowed"
    with pytest.raises(ValidationError):
        played.signal("group_tip", channel="wechat", text="长" * 201)
    with pytest.raises(ValidationError):
        played.signal("group_tip", channel="wechat", message_id="1")


def test_a_pair_is_the_same_whoever_is_named_first_and_wherever_it_meets() -> None:

    one = Subject.model_validate(PAIR)
    turned = Subject.model_validate({**PAIR, "one_person": "person:b", "other_person": "person:a", "place": "520111105"})
    assert key(one) == key(turned) == "pair:person:a+person:b"


def test_a_signal_is_entered_late_only_within_the_time_for_that_and_counts_from_when_it_happened(played: Played) -> None:
    assert code(played.signal("quarrel", occurred_at=START - 31 * DAY)) == "too_late"
    played.signal("quarrel", occurred_at=START - 10 * DAY)
    assert played.watch.signals[0].at == START - 10 * DAY
    played.signal("police_call")
    assert played.watch.moments["signalled"] == START
    played.signal("quarrel", occurred_at=START - 5 * DAY)
    assert played.watch.moments["signalled"] == START


def test_the_centre_sees_all_the_police_orange_and_red_and_the_grid_only_that_there_is_somewhere_to_go(played: Played) -> None:
    documents = bundle(blank(), played.library, WatchBook)
    played.signal("quarrel")
    units = {value for kind, value in played.beside().access if kind == "unit"}
    assert units == {"yanlou-centre", "huaxi-centre"}
    assert not [value for kind, value in played.beside().access if kind == "place"]
    played.signal("police_call")
    assert ("unit", "yanlou-gumeng") in played.beside().access, "it owes a visit"
    grid = affair_sight(WATCH, played.watch, actor(GRID), documents, GRID)
    assert (grid.sees(Group.RISK), grid.sees(Group.SUMMARY), grid.sees(Group.PLACE)) == (False, False, True)
    assert affair_sight(WATCH, played.watch, actor(CLERK), documents, None).full(Group.RISK)
    played.act(GRID, "visit", outcome="calm")
    assert ("unit", "yanlou-gumeng") not in played.beside().access
    played.signal("police_call")
    assert ("unit", "yanlou-police") in played.beside().access
    assert [duty.role for duty in played.beside().duties if duty.act == "visit"] == [Role.POLICE]


def test_years_of_signals_leave_a_small_state_and_every_one_of_them_in_the_record(played: Played) -> None:
    for week in range(400):
        played.move_to(START + week * 7 * DAY)
        played.signal("group_tip" if week % 3 else "police_call")
    watch = played.watch
    assert watch.counted == played.types.count("signalled") == 400
    assert len(watch.signals) + sum(one.count for one in watch.carried) + watch.folded == 400
    assert len(watch.signals) < book().keep
    assert len(watch.model_dump_json()) < 40_000


def test_the_record_folds_to_the_state(played: Played) -> None:

    played.signal("police_call")
    played.signal("threat_to_self")
    played.act(DIRECTOR, "strike", signal="s1", reason="r")
    played.move_to(START + 400 * DAY)
    _, lines = append(WATCH, blank(), played.events)
    assert replayed(WATCH, blank(), lines) == played.watch


def test_the_explanation_says_what_each_signal_weighed_and_weighs_and_when_the_grade_falls(played: Played) -> None:
    played.signal("police_call")
    played.signal("group_tip")
    played.act(DIRECTOR, "strike", signal="s2", reason="r")
    played.move_to(START + 10 * DAY)
    told = explain(WATCH, played.watch, bundle(played.watch, played.library, WatchBook), played.now).told
    zh, en = "\n".join(line.zh for line in told), "\n".join(line.en for line in told)
    assert "当前等级黄色，现时积分23.1。" in zh
    assert "纠纷警情：当时25分，现为23.1分，每90天减半。" in zh
    assert "已剔除" in zh
    assert "struck" in en
    assert "若无新线索，积分约在2026-03-31降到黄色线以下。" in zh
    assert "标签到2026-04-01为止" in zh


@pytest.mark.parametrize("word", [word for words in EXCLUDED.values() for word in words])
def test_every_word_of_an_excluded_factor_is_found(word: str) -> None:
    assert excluded(f"signal about {word} here" if word.isascii() else f"属于{word}情形") is not None


def test_a_book_with_an_excluded_factor_is_refused_by_file_key_and_reason(tmp_path: Any, played: Played) -> None:
    text = (ROOT / "places" / "huaxi" / "grid" / "watch.yaml").read_text(encoding="utf-8")
    path = tmp_path / "watch.yaml"
    path.write_text(text.replace("zh: 走访发现争吵", "zh: 少数民族家庭争吵"), encoding="utf-8")
    network = bundle(blank(), played.library, WatchBook).network
    with pytest.raises(BadFile) as wrong:
        read_book(path, WATCH, network)
    assert "signals.quarrel" in str(wrong.value)
    assert "ethnicity" in str(wrong.value)


def test_a_book_whose_grades_do_not_rise_is_refused(tmp_path: Any, played: Played) -> None:
    text = (ROOT / "places" / "huaxi" / "grid" / "watch.yaml").read_text(encoding="utf-8")
    path = tmp_path / "watch.yaml"
    path.write_text(text.replace("{at: 45,", "{at: 75,"), encoding="utf-8")
    with pytest.raises(BadFile, match="grades"):
        read_book(path, WATCH, bundle(blank(), played.library, WatchBook).network)
