"""Taking in: open, screen, regrade, route, merge, absorb."""

from __future__ import annotations

from typing import Any

import pytest

from models.action import Regrade
from models.party import SYSTEM
from models.words import Stage, Tier
from rules.telling import tell
from tests.support.core import CoreCase
from tests.support.onward import START, case_at, done, opening, parties, refused, stage_of, types

CLERK = "clerk@yanlou-centre"
SCREENER = "screener@yanlou-centre"
DISPATCHER = "dispatcher@yanlou-centre"
ACCEPT: dict[str, Any] = {"category": "0201", "accept": True}


def blank() -> CoreCase:
    return CoreCase(START)


@pytest.mark.parametrize("post", [CLERK, "grid@yanlou-gumeng", "police@yanlou-police"])
def test_whoever_is_asked_first_takes_a_dispute_in(post: str) -> None:
    core = blank()
    assert types(core.act(post, "open", **opening())) == ["registered"]
    assert (core.case.stage, core.case.tier, core.case.centre) == (Stage.REGISTERED, Tier.BLUE, "yanlou-centre")


def test_an_oral_application_is_on_record_as_such() -> None:
    core = blank()
    core.act(CLERK, "open", **opening(oral=True))
    assert core.case.oral
    assert "口头申请" in tell(core.events[0], core.library.bundle(core.case.docs).network)[0]


@pytest.mark.parametrize("post", [SCREENER, "archivist@yanlou-justice", "mediator@yanlou-justice"])
def test_other_posts_do_not_take_disputes_in(post: str) -> None:
    assert refused(blank().act(post, "open", **opening())) == "not_allowed"


def test_the_county_centre_keeps_the_way_of_what_it_took_in() -> None:
    core = blank()
    core.act("clerk@huaxi-centre", "open", **opening())
    assert (core.case.town, core.case.centre) == ("yanlou", "huaxi-centre")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"happened_on": "2026-03-03"}, "invalid happened_on"),
        ({"happened_on": "1949-09-30"}, "invalid happened_on"),
        ({"risk_signs": ["bad_mood"]}, "invalid risk_signs"),
        ({"wage_workers": 3}, "invalid wage_workers"),
        ({"parties": [*parties("applicant"), *parties("respondent")]}, "invalid parties.id"),
        ({"occurred_at": START}, "invalid occurred_at"),
        ({"place": "999999999999"}, "unknown_place "),
    ],
)
def test_a_slip_at_the_window_is_said_at_once_and_by_its_field(fields: dict[str, Any], code: str) -> None:
    answer = blank().act(CLERK, "open", **opening(**fields))
    assert f"{refused(answer)} {getattr(answer, 'detail', '')}" == code


def test_the_same_dispute_is_taken_in_once() -> None:
    core = case_at(Stage.REGISTERED)
    assert refused(core.act(CLERK, "open", **opening())) == "already_done"


def test_a_hard_sign_makes_a_case_red_tells_the_police_and_gives_them_a_task() -> None:
    core = blank()
    events = types(core.act(CLERK, "open", **opening(risk_signs=["threat_to_life"])))
    assert events == ["registered", "graded", "police_told", "task_raised"]
    assert core.case.told == ("yanlou-police", "yanlou-centre", "huaxi-centre")
    assert [task.unit for task in core.case.tasks.values()] == ["yanlou-police"]


def test_screening_accepts_under_a_category() -> None:
    core = case_at(Stage.REGISTERED)
    assert types(core.act(SCREENER, "screen", **ACCEPT)) == ["screened"]
    assert core.case.category == "0201"
    assert refused(core.act(SCREENER, "screen", **ACCEPT)) == "wrong_stage"


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (SCREENER, {"accept": True}, "invalid"),
        (CLERK, ACCEPT, "not_allowed"),
        ("screener@qingyan-centre", ACCEPT, "not_holder"),
        (SCREENER, {"accept": False, "redirect": "court"}, "missing_reason"),
        (SCREENER, {"accept": False, "reason": "ref"}, "missing_reason"),
    ],
)
def test_screening_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(Stage.REGISTERED).act(post, "screen", **fields)) == code


def test_the_county_centre_may_screen_for_a_town() -> None:
    assert types(case_at(Stage.REGISTERED).act("screener@huaxi-centre", "screen", **ACCEPT)) == ["screened"]


def test_what_is_declined_says_where_to_go_and_has_ended() -> None:
    core = case_at(Stage.REGISTERED)
    assert types(core.act(SCREENER, "screen", accept=False, reason="ref", redirect="court")) == ["declined"]
    assert core.case.ended
    assert not core.case.clocks


def test_regrading_up_is_for_anybody_on_the_case_and_down_for_no_handler() -> None:
    core = case_at("mediating")
    assert types(core.act("mediator@yanlou-gumeng", "regrade", tier="yellow", reason="ref")) == ["graded"]
    assert refused(core.act("mediator@yanlou-gumeng", "regrade", tier="blue", reason="ref")) == "same_person"
    assert refused(core.act("officer@yanlou-gumeng", "regrade", tier="blue", reason="ref")) == "same_person"
    assert types(core.act("leader@yanlou-centre", "regrade", tier="blue", reason="ref")) == ["graded"]


def test_the_engine_raises_a_tier_for_a_watch_and_never_lowers_one() -> None:
    core = case_at(Stage.SIGNED)
    raised = core.send(Regrade(id="w1", actor=SYSTEM, tier=Tier.ORANGE, reason="ref"))
    assert "graded" in types(raised)
    assert core.case.receipt("w1") is not None
    assert refused(core.send(Regrade(id="w2", actor=SYSTEM, tier=Tier.BLUE, reason="ref"))) == "not_allowed"


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        ("citizen@a", {"tier": "red", "reason": "ref"}, "not_allowed"),
        ("officer@yanlou-court", {"tier": "red", "reason": "ref"}, "not_holder"),
        (DISPATCHER, {"tier": "blue", "reason": "ref"}, "already_done"),
        (DISPATCHER, {"tier": "red"}, "missing_reason"),
    ],
)
def test_regrading_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(Stage.SIGNED).act(post, "regrade", **fields)) == code


def test_a_village_case_that_turns_red_goes_to_the_town_and_to_the_police() -> None:
    core = case_at(Stage.SIGNED)
    assert core.case.lead == "yanlou-gumeng"
    core.act(DISPATCHER, "regrade", tier="red", reason="ref")
    assert (core.case.level, core.case.lead) == ("town", "yanlou-centre")
    assert {"yanlou-police", "yanlou-gumeng"} <= {task.unit for task in core.case.tasks.values()}


def test_routing_follows_the_table() -> None:
    core = case_at(Stage.ROUTED, steps={"screen": {"category": "0602"}})
    assert (core.case.lead, core.case.level) == ("yanlou-housing", "town")
    assert [task.unit for task in core.case.tasks.values()] == ["yanlou-police"]


def test_a_dispatcher_may_choose_otherwise() -> None:
    core = case_at(Stage.ROUTED, steps={"route": {"lead": "yanlou-court", "assist": ["yanlou-women"]}})
    assert (core.case.lead, core.case.level) == ("yanlou-court", "town")
    assert [task.unit for task in core.case.tasks.values()] == ["yanlou-women"]


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (SCREENER, {}, "not_allowed"),
        (DISPATCHER, {"level": "village"}, "not_allowed"),
        (DISPATCHER, {"lead": "yanlou-gumeng"}, "not_allowed"),
        ("dispatcher@qingyan-centre", {}, "not_holder"),
        (DISPATCHER, {"lead": "nowhere"}, "unknown_unit"),
        (DISPATCHER, {"assist": ["nowhere"]}, "unknown_unit"),
        (DISPATCHER, {"lead": "yanlou-steward"}, "invalid"),
    ],
)
def test_routing_of_a_red_case_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    core = case_at(Stage.SCREENED, risk_signs=["weapon"])
    assert refused(core.act(post, "route", **fields)) == code


def test_routing_twice_is_the_wrong_stage() -> None:
    assert refused(case_at(Stage.ROUTED).act(DISPATCHER, "route")) == "wrong_stage"


def test_a_merging_case_takes_nothing_else_until_the_older_one_has_answered() -> None:
    core = case_at(Stage.ROUTED, answers=False)
    assert types(core.act(DISPATCHER, "merge", into="OLD-1", into_case="old")) == ["merging"]
    assert refused(core.act(DISPATCHER, "note", text="ref")) == "wrong_stage"
    core.answers = True
    core._serve()
    assert stage_of(core) is Stage.MERGED
    assert [task.state for task in core.case.tasks.values()] == ["released"]
    assert refused(core.act(CLERK, "reopen", reason="ref")) == "wrong_stage"


def test_a_case_that_is_not_taken_in_goes_on() -> None:
    core = case_at(Stage.ROUTED, answers=False)
    core.act(DISPATCHER, "merge", into="OLD-1", into_case="old")
    work = next(iter(core.case.work))
    answer = {"accepted": False, "refusal": "wrong_stage"}
    assert types(core.act("system@system", "answer", work=work, result=answer)) == ["merge_failed"]
    assert core.case.merging is None
    assert types(core.act(DISPATCHER, "note", text="ref")) == ["noted"]


@pytest.mark.parametrize(
    ("stage", "post", "fields", "code"),
    [
        (Stage.ROUTED, DISPATCHER, {"into": "OLD-1"}, "invalid"),
        (Stage.ROUTED, "officer@yanlou-gumeng", {"into": "OLD-1"}, "not_allowed"),
        (Stage.ROUTED, DISPATCHER, {"into": "NEW-1", "into_case": "new", "older": False}, "invalid"),
        (Stage.ROUTED, "officer@yanlou-gumeng", {"into": "OLD-1", "into_case": "old"}, "not_allowed"),
        (Stage.AGREED, DISPATCHER, {"into": "OLD-1", "into_case": "old"}, "wrong_stage"),
        (Stage.ROUTED, "dispatcher@qingyan-centre", {"into": "OLD-1", "into_case": "old"}, "not_holder"),
    ],
)
def test_merging_is_refused(stage: Stage, post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(stage).act(post, "merge", **fields)) == code


def test_a_case_is_not_merged_into_itself() -> None:
    core = case_at(Stage.ROUTED)
    assert refused(core.act(DISPATCHER, "merge", into="SAME", into_case=core.case.id)) == "invalid"


def absorb(core: CoreCase, source: str, *sides: str, **more: Any) -> Any:
    return core.act("system@system", "absorb", from_case=source, from_code="C", parties=parties(*sides, **more), papers=["p"])


def test_an_older_case_takes_in_whom_it_does_not_know_yet() -> None:
    core = case_at(Stage.SIGNED)
    newer = [*parties("applicant"), {"id": "b", "side": "respondent", "kind": "person", "person": "v9"}]
    done(core.act("system@system", "absorb", from_case="new", from_code="C", parties=newer, papers=["paper"]))
    assert [party.id for party in core.case.parties] == ["a", "b", "b.2"]
    assert core.case.papers == ("paper",)
    assert refused(absorb(core, "new")) == "already_done"


def test_absorbing_is_for_the_engine_alone() -> None:
    assert refused(case_at(Stage.SIGNED).act(DISPATCHER, "absorb", from_case="new", from_code="C")) == "not_allowed"


def test_nobody_new_comes_under_an_agreement_already_made() -> None:
    core = case_at(Stage.AGREED)
    stranger = [{"id": "x", "side": "applicant", "kind": "person", "person": "v9"}]
    newer: dict[str, Any] = {"from_case": "new", "from_code": "C", "papers": ["paper"]}
    assert refused(core.act("system@system", "absorb", parties=stranger, **newer)) == "wrong_stage"
    assert types(core.act("system@system", "absorb", parties=parties("applicant"), **newer)) == ["absorbed"]


def test_a_child_that_comes_in_with_a_newer_case_raises_the_score() -> None:
    core = case_at(Stage.SIGNED)
    child = [{"id": "x", "side": "applicant", "kind": "person", "person": "v9", "minor": True}]
    events = types(core.act("system@system", "absorb", from_case="new", from_code="C", parties=child))
    assert events == ["absorbed", "graded"]
    assert core.case.score == 10


def test_a_red_case_that_is_absorbed_makes_the_older_one_red_and_the_police_are_told() -> None:
    core = case_at(Stage.SIGNED)
    newer: dict[str, Any] = {"from_case": "new", "from_code": "C", "tier": "red", "risk_signs": ("threat_to_life",)}
    assert types(core.act("system@system", "absorb", **newer))[:4] == ["absorbed", "amended", "graded", "police_told"]
    assert (core.case.tier, core.case.risk_signs) == (Tier.RED, ("threat_to_life",))
    assert "yanlou-police" in core.case.told


def test_a_tier_that_a_person_raised_comes_along_too() -> None:
    core = case_at(Stage.SIGNED)
    events = types(core.act("system@system", "absorb", from_case="new", from_code="C", tier="orange"))
    assert events == ["absorbed", "graded", "escalation_requested"], "and goes where its tier belongs"
    assert (core.case.tier, core.case.level) == (Tier.ORANGE, "town")


def test_a_mediator_related_to_whom_a_newer_case_brings_is_let_go() -> None:
    core = case_at(Stage.MEDIATING, steps={"assign": {"mediator": "mediator@yanlou-gumeng"}})
    newer = [{"id": "x", "side": "respondent", "kind": "person", "person": "v9", "kin": ["mediator@yanlou-gumeng"]}]
    events = types(core.act("system@system", "absorb", from_case="new", from_code="C", parties=newer))
    assert events == ["absorbed", "recused", "assignment_requested"]


def test_what_is_declined_keeps_the_category_it_was_declined_for() -> None:
    core = case_at(Stage.REGISTERED)
    done(core.act(SCREENER, "screen", category="1502", accept=False, reason="ref", redirect="discipline"))
    assert (core.case.stage, core.case.category) == (Stage.DECLINED, "1502"), "so that eyes stay kept off what is nobody's business"
    done(core.act(CLERK, "reopen", reason="ref"))
    assert core.case.stage is Stage.REGISTERED, "it has not been accepted yet"
