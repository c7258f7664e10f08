"""Handling: sign, object, rule, contact, and the silence that counts as a signature."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.words import Stage
from tests.support.core import CoreCase
from tests.support.onward import case_at, done, refused, stage_of, types

DISPATCHER = "dispatcher@yanlou-centre"
DIRECTOR = "director@yanlou-centre"
HOUSING = "officer@yanlou-housing"
POLICE = "officer@yanlou-police"
ENFORCE = "officer@yanlou-enforce"


def rented(stage: Stage = Stage.ROUTED) -> CoreCase:
    """A dispute about a rented room: housing leads, the police assist."""
    return case_at(stage, steps={"screen": {"category": "0602"}})


def test_the_lead_signs_for_the_case_and_an_assisting_unit_for_its_task() -> None:
    core = rented()
    assert types(core.act(POLICE, "sign")) == ["signed"]
    assert (core.case.stage, core.case.tasks["t1"].state) == (Stage.ROUTED, "signed")
    assert types(core.act(HOUSING, "sign")) == ["signed"]
    assert (core.case.stage, core.case.handlers) == (Stage.SIGNED, ("officer@yanlou-housing",))


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        ("mediator@yanlou-police", {}, "not_allowed"),
        ("officer@yanlou-court", {}, "not_holder"),
        (DISPATCHER, {}, "not_holder"),
        (HOUSING, {"task": "t9"}, "invalid"),
        (POLICE, {"task": "t9"}, "invalid"),
    ],
)
def test_signing_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(rented().act(post, "sign", **fields)) == code


def test_nobody_signs_twice_or_before_the_routing() -> None:
    core = rented(Stage.SIGNED)
    assert refused(core.act(HOUSING, "sign")) == "already_done"
    core.act(POLICE, "sign")
    assert refused(core.act(POLICE, "sign")) == "already_done"
    assert refused(case_at(Stage.SCREENED).act(HOUSING, "sign")) == "wrong_stage"


def test_silence_of_the_lead_and_of_an_assisting_unit_counts_as_signature() -> None:
    core = rented()
    core.pass_time(days=1, hours=9)
    assert [event.what.type for event in core.events if event.type == "deemed_signed"] == ["deemed_signed"] * 2
    assert (core.case.stage, core.case.lead_deemed) == (Stage.SIGNED, True)
    assert (core.case.tasks["t1"].state, core.case.tasks["t1"].deemed) == ("signed", True)
    assert core.case.handlers == (), "silence makes nobody a handler"


def test_a_unit_may_still_object_within_the_window_after_its_silence() -> None:
    core = rented()
    core.pass_time(days=2)
    assert types(core.act(HOUSING, "object", reason="ref", to="yanlou-enforce")) == ["objected"]
    assert types(core.act(POLICE, "object", reason="ref")) == ["objected"]


def test_after_the_window_it_is_too_late_for_lead_and_task_alike() -> None:
    core = rented()
    core.pass_time(days=8)
    assert refused(core.act(HOUSING, "object", reason="ref")) == "too_late"
    assert refused(core.act(POLICE, "object", reason="ref")) == "too_late"


def test_who_signed_in_person_does_not_object_any_more() -> None:
    core = rented(Stage.SIGNED)
    assert refused(core.act(HOUSING, "object", reason="ref")) == "already_done"
    core.act(POLICE, "sign")
    assert refused(core.act(POLICE, "object", reason="ref")) == "already_done"


def test_a_lead_that_has_gone_on_to_mediate_does_not_object_any_more() -> None:
    core = rented()
    core.pass_time(days=1, hours=9)
    done(core.act(HOUSING, "contact", note="ref"))
    done(core.act(HOUSING, "assign"))
    for party in ("a", "b"):
        done(core.act(core.case.mediator.person if core.case.mediator else "", "consent", party=party, agrees=True))
    assert stage_of(core) is Stage.MEDIATING
    assert refused(core.act(HOUSING, "object", reason="ref")) == "already_done"


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        ("mediator@yanlou-hr", {"reason": "ref"}, "not_allowed"),
        ("officer@yanlou-court", {"reason": "ref"}, "not_holder"),
        (HOUSING, {"reason": "ref", "to": "nowhere"}, "unknown_unit"),
        (HOUSING, {"reason": "ref", "to": "yanlou-housing"}, "invalid"),
        (HOUSING, {}, "missing_reason"),
        (HOUSING, {"reason": "ref", "task": "t9"}, "invalid"),
    ],
)
def test_objecting_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    core = rented()
    if fields.get("task"):
        core.act(DISPATCHER, "replan", lead="yanlou-court", reason="ref")
        post = POLICE
    assert refused(core.act(post, "object", **fields)) == code


def test_a_first_objection_upheld_reroutes_and_the_clock_of_the_new_lead_starts() -> None:
    core = rented()
    core.act(HOUSING, "object", reason="ref", to="yanlou-enforce")
    assert refused(core.act(HOUSING, "object", reason="ref")) == "already_done"
    core.pass_time(hours=2)
    assert types(core.act(DISPATCHER, "rule", uphold=True)) == ["rerouted"]
    assert (core.case.stage, core.case.lead) == (Stage.ROUTED, "yanlou-enforce")
    assert core.case.clocks["sign"].anchor == core.now
    assert "rule" not in core.case.clocks


def test_the_clock_of_the_lead_keeps_running_while_its_objection_waits() -> None:
    core = rented()
    core.act(HOUSING, "object", reason="ref")
    core.pass_time(days=1, hours=9)
    assert stage_of(core) is Stage.SIGNED
    assert "rule" in core.case.clocks


def test_a_second_objection_is_for_the_director_and_the_designation_is_final() -> None:
    core = rented()
    core.act(HOUSING, "object", reason="ref", to="yanlou-enforce")
    core.act(DISPATCHER, "rule", uphold=True)
    core.act(ENFORCE, "object", reason="ref", to="yanlou-housing")
    assert refused(core.act(DISPATCHER, "rule", uphold=False)) == "not_allowed"
    assert types(core.act(DIRECTOR, "rule", uphold=True)) == ["designated"]
    assert (core.case.lead, core.case.stage, core.case.designated) == ("yanlou-housing", Stage.SIGNED, True)
    assert refused(core.act(HOUSING, "object", reason="ref")) == "already_done"
    assert refused(core.act(DIRECTOR, "rule", uphold=True)) == "already_done"


def test_an_objection_turned_down_designates_the_unit_that_objected() -> None:
    core = rented()
    core.act(HOUSING, "object", reason="ref")
    assert types(core.act(DISPATCHER, "rule", uphold=False)) == ["designated"]
    assert (core.case.lead, core.case.stage) == ("yanlou-housing", Stage.SIGNED)


def test_a_new_lead_gives_back_the_task_it_had() -> None:
    core = rented()
    core.act(HOUSING, "object", reason="ref", to="yanlou-police")
    assert types(core.act(DISPATCHER, "rule", uphold=True)) == ["rerouted", "task_released"]


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (HOUSING, {"uphold": True}, "not_allowed"),
        ("dispatcher@qingyan-centre", {"uphold": True}, "not_holder"),
        (DISPATCHER, {"uphold": True}, "invalid"),
        (DISPATCHER, {"uphold": True, "to": "nowhere"}, "unknown_unit"),
        (DISPATCHER, {"uphold": True, "to": "yanlou-steward"}, "invalid"),
    ],
)
def test_ruling_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    core = rented()
    core.act(HOUSING, "object", reason="ref")
    assert refused(core.act(post, "rule", **fields)) == code


def test_without_an_objection_there_is_nothing_to_rule_on() -> None:
    assert refused(rented().act(DISPATCHER, "rule", uphold=True)) == "already_done"
    assert refused(rented(Stage.SCREENED).act(DISPATCHER, "rule", uphold=True)) == "wrong_stage"


def test_a_task_objected_to_moves_to_another_unit_or_stays() -> None:
    core = rented()
    core.act(POLICE, "object", reason="ref", to="yanlou-women")
    assert types(core.act(DISPATCHER, "rule", uphold=True)) == ["task_released", "task_raised"]
    assert core.case.tasks["t2"].unit == "yanlou-women"
    core.act("officer@yanlou-women", "object", reason="ref")
    assert types(core.act(DISPATCHER, "rule", uphold=False)) == ["task_ruled"]
    assert (core.case.tasks["t2"].state, core.case.stage) == ("signed", Stage.ROUTED)
    assert refused(core.act("officer@yanlou-women", "object", reason="ref")) == "already_done"


def test_a_lead_that_signs_after_all_withdraws_its_objection() -> None:
    core = rented()
    core.act(HOUSING, "object", reason="ref")
    core.act(HOUSING, "sign")
    assert "rule" not in core.case.clocks
    assert refused(core.act(DISPATCHER, "rule", uphold=True)) == "already_done"


def test_the_lead_reaches_the_applicant_once() -> None:
    core = rented(Stage.SIGNED)
    assert "contact" in core.case.clocks
    assert types(core.act(HOUSING, "contact", note="ref")) == ["contacted"]
    assert "contact" not in core.case.clocks
    assert refused(core.act(HOUSING, "contact", note="ref")) == "already_done"


@pytest.mark.parametrize(("post", "code"), [("clerk@yanlou-centre", "not_allowed"), (POLICE, "not_holder"), (DISPATCHER, "not_holder")])
def test_contacting_is_for_the_lead(post: str, code: str) -> None:
    assert refused(rented(Stage.SIGNED).act(post, "contact", note="ref")) == code


def test_contact_is_owed_only_after_signing() -> None:
    assert refused(rented().act(HOUSING, "contact", note="ref")) == "wrong_stage"


def test_the_card_for_a_late_contact_closes_when_it_is_made_and_names_the_post() -> None:
    core = rented(Stage.SIGNED)
    core.pass_time(days=1, hours=9)
    card = core.case.cards[0]
    assert (card.id, card.unit, card.role, card.closed_at) == ("contact#1:yellow", "yanlou-housing", "officer", None)
    core.act(HOUSING, "contact", note="ref")
    assert core.case.cards[0].closed_at == core.now
    core.pass_time(days=5)
    assert [c.kind for c in core.case.cards if c.clock == "contact"] == ["yellow"], "a met obligation shows no red card"


def test_a_red_card_follows_three_working_days_after_the_yellow_one() -> None:
    core = rented(Stage.SIGNED)
    core.pass_time(days=20)
    cards = {str(card.kind): card.at for card in core.case.cards if card.clock == "contact" and card.id.startswith("contact#1")}
    assert cards["red"] - cards["yellow"] == timedelta(days=3)


def test_a_mediation_that_has_begun_goes_on_under_another_lead() -> None:
    core = rented()
    core.act(HOUSING, "object", reason="ref", to="yanlou-enforce")
    core.pass_time(days=1, hours=9)
    done(core.act(HOUSING, "contact", note="ref"))
    done(core.act(HOUSING, "assign"))
    for party in ("a", "b"):
        done(core.act(core.case.mediator.person if core.case.mediator else "", "consent", party=party, agrees=True))
    assert "rule" in core.case.clocks
    assert types(core.act(DISPATCHER, "rule", uphold=True)) == ["rerouted"]
    assert (core.case.stage, core.case.lead) == (Stage.MEDIATING, "yanlou-enforce")
    assert core.case.clocks["contact"].anchor == core.now


def test_of_two_objections_that_wait_the_leads_is_ruled_on_first_unless_a_task_is_named() -> None:
    core = rented()
    core.act(POLICE, "object", reason="ref", to="yanlou-women")
    core.act(HOUSING, "object", reason="ref", to="yanlou-enforce")
    assert refused(core.act(DISPATCHER, "rule", uphold=True, task="t9")) == "invalid"
    assert types(core.act(DISPATCHER, "rule", uphold=True)) == ["rerouted"]
    assert types(core.act(DISPATCHER, "rule", uphold=True)) == ["task_released", "task_raised"]
    core = rented()
    core.act(HOUSING, "object", reason="ref", to="yanlou-enforce")
    core.act(POLICE, "object", reason="ref")
    assert types(core.act(DISPATCHER, "rule", uphold=False, task="t1")) == ["task_ruled"]
    assert core.case.lead == "yanlou-housing"


def test_while_the_director_has_a_second_objection_the_dispatcher_still_rules_on_tasks() -> None:
    core = rented()
    core.act(HOUSING, "object", reason="ref", to="yanlou-enforce")
    core.act(DISPATCHER, "rule", uphold=True)
    core.act(POLICE, "object", reason="ref")
    core.act(ENFORCE, "object", reason="ref")
    assert refused(core.act(DISPATCHER, "rule", uphold=False)) == "not_allowed"
    assert types(core.act(DISPATCHER, "rule", uphold=False, task="t1")) == ["task_ruled"]
    assert types(core.act(DIRECTOR, "rule", uphold=False)) == ["designated"]
    core.act(HOUSING, "finish", result="ref")
    core.act(DISPATCHER, "raise_task", unit="yanlou-women", title="ref")
    core.act("officer@yanlou-women", "object", reason="ref")
    ruler = next(duty for duty in core.view().duties if duty.act == "rule")
    assert ruler.role == "dispatcher", "the second objection has been ruled on: what waits is a task's"
