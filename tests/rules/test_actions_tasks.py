"""Tasks of assisting units and the plan of a running case: raise_task, finish, rework, replan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.words import Stage
from tests.support.core import CoreCase
from tests.support.onward import case_at, done, refused, types

DISPATCHER = "dispatcher@yanlou-centre"
HOUSING = "officer@yanlou-housing"
POLICE = "officer@yanlou-police"


def rented(stage: Stage = Stage.SIGNED) -> CoreCase:
    """A dispute about a rented room: housing leads, the police assist."""
    return case_at(stage, steps={"screen": {"category": "0602"}})


@pytest.mark.parametrize("post", [HOUSING, DISPATCHER])
def test_lead_and_dispatcher_give_tasks_at_any_moment_of_a_running_case(post: str) -> None:
    core = rented()
    assert types(core.act(post, "raise_task", unit="yanlou-women", title="ref", limit="2wd")) == ["task_raised"]
    core.act("officer@yanlou-women", "sign")
    assert str(core.case.clocks["task:t2"].budget) == "2wd"


@pytest.mark.parametrize(
    ("stage", "post", "fields", "code"),
    [
        (Stage.SCREENED, HOUSING, {"unit": "yanlou-women"}, "not_holder"),
        (Stage.SIGNED, "mediator@yanlou-justice", {"unit": "yanlou-women"}, "not_allowed"),
        (Stage.SIGNED, POLICE, {"unit": "yanlou-women"}, "not_holder"),
        (Stage.SIGNED, HOUSING, {"unit": "nowhere"}, "unknown_unit"),
        (Stage.SIGNED, HOUSING, {"unit": "yanlou-housing"}, "invalid"),
    ],
)
def test_raising_a_task_is_refused(stage: Stage, post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(rented(stage).act(post, "raise_task", title="ref", **fields)) == code


def test_a_task_is_finished_returned_and_finished_again() -> None:
    core = rented()
    core.act(POLICE, "sign")
    assert types(core.act(POLICE, "finish", result="ref")) == ["task_finished"]
    assert "task:t1" not in core.case.clocks
    assert refused(core.act(POLICE, "finish", result="ref")) == "already_done"
    core.pass_time(hours=3)
    assert types(core.act(HOUSING, "rework", unit="yanlou-police", reason="ref")) == ["task_returned"]
    assert (core.case.tasks["t1"].returned, core.case.clocks["task:t1"].anchor) == (1, core.now)
    assert types(core.act(POLICE, "finish", result="ref")) == ["task_finished"]


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        ("mediator@yanlou-police", {}, "not_allowed"),
        ("officer@yanlou-women", {}, "not_holder"),
        (POLICE, {"task": "t9"}, "invalid"),
    ],
)
def test_finishing_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(rented().act(post, "finish", result="ref", **fields)) == code


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        ("clerk@yanlou-centre", {"unit": "yanlou-police", "reason": "ref"}, "not_allowed"),
        (POLICE, {"unit": "yanlou-police", "reason": "ref"}, "not_holder"),
        (HOUSING, {"unit": "nowhere", "reason": "ref"}, "unknown_unit"),
        (HOUSING, {"unit": "yanlou-women", "reason": "ref"}, "invalid"),
        (HOUSING, {"task": "t9", "reason": "ref"}, "invalid"),
        (HOUSING, {"unit": "yanlou-police"}, "missing_reason"),
    ],
)
def test_returning_a_task_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    core = rented()
    core.act(POLICE, "finish", result="ref")
    assert refused(core.act(post, "rework", **fields)) == code


def test_nothing_is_returned_that_is_not_finished() -> None:
    assert refused(rented().act(HOUSING, "rework", unit="yanlou-police", reason="ref")) == "invalid"


def test_a_unit_that_does_its_task_after_all_withdraws_its_objection() -> None:
    core = rented(Stage.ROUTED)
    core.act(POLICE, "object", reason="ref")
    core.act(POLICE, "finish", result="ref")
    assert refused(core.act(DISPATCHER, "rule", uphold=False)) == "already_done"
    assert core.case.tasks["t1"].state == "finished"


def test_a_ruling_does_not_give_a_late_unit_its_time_again() -> None:
    core = rented(Stage.ROUTED)
    core.act(POLICE, "object", reason="ref")
    core.pass_time(days=1, hours=9)
    signed_at = core.case.tasks["t1"].signed_at
    core.pass_time(hours=18)
    core.act(DISPATCHER, "rule", uphold=False)
    assert core.case.tasks["t1"].signed_at == signed_at
    assert core.case.clocks["task:t1"].anchor == signed_at


def test_a_late_task_gets_a_card_of_its_unit() -> None:
    core = rented()
    core.act(POLICE, "sign")
    core.pass_time(days=8)
    card = next(card for card in core.case.cards if card.clock == "task:t1")
    assert (card.kind, card.unit, card.role) == ("yellow", "yanlou-police", "officer")


def test_the_plan_changes_live_and_dropped_units_are_called_off() -> None:
    core = rented(Stage.MEDIATING)
    mediator = core.case.mediator.person if core.case.mediator else ""
    at = core.now + timedelta(days=2)
    core.act(mediator, "meet", at=at, place="ref", units=["yanlou-police"])
    core.act(mediator, "meet", at=at, place="ref", units=["yanlou-police", "yanlou-court"])
    events = types(core.act(DISPATCHER, "replan", add=["yanlou-women"], drop=["yanlou-police"], reason="ref"))
    assert events == ["replanned", "task_released", "meeting_called_off", "task_raised"]
    assert [meeting.off for meeting in core.case.meetings] == [True, False]


def test_a_new_lead_before_mediation_has_to_sign() -> None:
    core = rented()
    assert types(core.act(DISPATCHER, "replan", lead="yanlou-police", reason="ref")) == ["replanned", "task_released"]
    assert (core.case.stage, core.case.lead) == (Stage.ROUTED, "yanlou-police")
    assert "sign" in core.case.clocks


def test_a_new_lead_in_mediation_only_owes_the_contact() -> None:
    core = rented(Stage.MEDIATING)
    core.pass_time(days=1)
    core.act(DISPATCHER, "replan", lead="yanlou-police", reason="ref")
    assert (core.case.stage, core.case.contacted) == (Stage.MEDIATING, False)
    assert core.case.clocks["contact"].anchor == core.now


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (DISPATCHER, {"reason": "ref"}, "invalid"),
        (HOUSING, {"add": ["yanlou-women"], "reason": "ref"}, "not_allowed"),
        ("dispatcher@qingyan-centre", {"add": ["yanlou-women"], "reason": "ref"}, "not_holder"),
        (DISPATCHER, {"add": ["nowhere"], "reason": "ref"}, "unknown_unit"),
        (DISPATCHER, {"lead": "nowhere", "reason": "ref"}, "unknown_unit"),
        (DISPATCHER, {"lead": "yanlou-steward", "reason": "ref"}, "invalid"),
        (DISPATCHER, {"add": ["yanlou-women"], "drop": ["yanlou-women"], "reason": "ref"}, "invalid"),
        (DISPATCHER, {"drop": ["yanlou-housing"], "reason": "ref"}, "invalid"),
        (DISPATCHER, {"drop": ["yanlou-police"]}, "missing_reason"),
    ],
)
def test_replanning_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(rented().act(post, "replan", **fields)) == code


def test_an_agreement_in_force_releases_the_tasks_still_open() -> None:
    core = rented(Stage.AGREED)
    assert core.case.tasks["t1"].state == "raised"
    mediator = core.case.mediator.person if core.case.mediator else ""
    for party in ("a", "b"):
        done(core.act(mediator, "sign_agreement", party=party))
    assert types(core.act(HOUSING, "seal")) == ["agreement_effective", "task_released"]
    assert not [name for name in core.case.clocks if name.startswith(("sign:", "task:"))]


def test_the_police_of_a_red_case_sign_and_report_before_anybody_has_routed_it() -> None:
    core = case_at(Stage.REGISTERED, risk_signs=["weapon"])
    assert types(core.act(POLICE, "sign")) == ["signed"]
    assert (core.case.tasks["t1"].state, core.case.stage) == ("signed", Stage.REGISTERED)
    assert types(core.act(POLICE, "finish", result="ref")) == ["task_finished"]
    assert refused(core.act(HOUSING, "sign")) == "wrong_stage", "nobody else has anything to sign for yet"
    assert refused(core.act(HOUSING, "finish", result="ref")) == "wrong_stage"


def test_the_centre_gives_tasks_before_the_routing_and_an_objection_to_one_outlives_it() -> None:
    core = case_at(Stage.SCREENED)
    assert types(core.act(DISPATCHER, "raise_task", unit="yanlou-women", title="ref")) == ["task_raised"]
    assert refused(core.act(HOUSING, "object", reason="ref")) == "wrong_stage"
    assert types(core.act("officer@yanlou-women", "object", reason="ref")) == ["objected"]
    done(core.act(DISPATCHER, "route", level="village"))
    assert "rule" in core.case.clocks
    assert types(core.act(DISPATCHER, "rule", uphold=False)) == ["task_ruled"]
    assert "rule" not in core.case.clocks


def test_a_unit_that_is_routed_the_whole_case_gives_back_the_task_it_had() -> None:
    core = case_at(Stage.SCREENED, risk_signs=["weapon"], steps={"screen": {"category": "0303"}})
    assert types(core.act(DISPATCHER, "route"))[:2] == ["routed", "task_released"]
    assert (core.case.lead, core.case.tasks["t1"].state) == ("yanlou-police", "released")
    assert types(core.act(POLICE, "sign")) == ["signed"]
    assert core.case.stage is Stage.SIGNED
