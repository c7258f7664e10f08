"""Mediating: assign, recuse, consent, meet, call off, record, hand over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.words import Stage
from tests.support.core import CoreCase
from tests.support.onward import case_at, done, parties, refused, stage_of, types

LEAD = "officer@yanlou-gumeng"
MEDIATOR = "mediator@yanlou-gumeng"
OTHER = "mediator@yanlou-justice"
THREE = parties("applicant", "respondent", "respondent")


def mediated(stage: Stage = Stage.SIGNED, **fields: Any) -> CoreCase:
    """A case whose mediator of record is the village's own."""
    core = case_at(stage, **fields)
    if core.case.mediator is None:
        done(core.act(LEAD, "assign", mediator=MEDIATOR))
    return core


def test_the_lead_names_a_mediator_or_lets_the_engine_choose() -> None:
    core = case_at(Stage.SIGNED)
    assert types(core.act(LEAD, "assign", mediator=OTHER)) == ["assigned"]
    assert core.case.mediator is not None
    assert core.case.mediator.unit == "yanlou-justice"
    core = case_at(Stage.SIGNED)
    assert types(core.act(LEAD, "assign")) == ["assignment_requested"]
    assert core.case.mediator is not None
    assert core.case.mediator.person == MEDIATOR


@pytest.mark.parametrize(
    ("stage", "post", "fields", "code"),
    [
        (Stage.ROUTED, LEAD, {}, "wrong_stage"),
        (Stage.SIGNED, MEDIATOR, {}, "not_allowed"),
        (Stage.SIGNED, "officer@yanlou-court", {}, "not_holder"),
        (Stage.SIGNED, LEAD, {"mediator": "mediator@nowhere"}, "unknown_unit"),
        (Stage.SIGNED, LEAD, {"mediator": "officer@yanlou-justice"}, "invalid"),
        (Stage.SIGNED, LEAD, {"mediator": "mediator@yanlou-court"}, "invalid"),
    ],
)
def test_assigning_is_refused(stage: Stage, post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(stage).act(post, "assign", **fields)) == code


def test_a_case_has_one_mediator_at_a_time() -> None:
    assert refused(mediated().act(LEAD, "assign", mediator=OTHER)) == "already_done"
    waiting = case_at(Stage.SIGNED, answers=False)
    done(waiting.act(LEAD, "assign"))
    assert refused(waiting.act(LEAD, "assign", mediator=OTHER)) == "already_done"


@pytest.mark.parametrize("relation", [{"staff": OTHER}, {"kin": [OTHER]}, {"household": "h1"}])
def test_nobody_mediates_among_their_own(relation: dict[str, Any]) -> None:
    core = case_at(Stage.SIGNED, parties=parties("applicant", "respondent", **relation))
    assert refused(core.act(LEAD, "assign", mediator=OTHER, household="h1")) == "conflict_of_interest"


def test_a_proposal_that_no_longer_fits_is_not_taken() -> None:
    core = case_at(Stage.SIGNED, answers=False)
    done(core.act(LEAD, "assign"))
    relative = {"id": "c", "side": "respondent", "kind": "person", "kin": [MEDIATOR]}
    done(core.act("clerk@yanlou-centre", "add_party", party=relative))
    work = next(iter(core.case.work))
    answer = {"mediator": MEDIATOR, "unit": "yanlou-gumeng"}
    assert types(core.act("system@system", "answer", work=work, result=answer)) == ["assignment_failed"]
    assert core.case.mediator is None
    holder = core.view().holder
    assert holder is not None
    assert holder.act in {"contact", "assign"}


def test_a_mediator_steps_back_and_another_is_chosen() -> None:
    core = mediated()
    assert types(core.act(MEDIATOR, "recuse", reason="ref")) == ["recused", "assignment_requested"]
    assert core.case.mediator is not None
    assert core.case.mediator.person == OTHER
    done(core.act("officer@yanlou-gumeng", "recuse", party="a", reason="ref"))
    assert refused(core.act(LEAD, "assign", mediator=MEDIATOR)) in {"already_done", "same_person"}


def test_one_demand_of_a_party_is_enough_once() -> None:
    core = mediated()
    assert types(core.act("citizen@a", "recuse", party="a", reason="ref")) == ["recused", "assignment_requested"]
    assert refused(core.act("citizen@a", "recuse", party="a", reason="ref")) == "already_done"
    assert types(core.act("citizen@b", "recuse", party="b", reason="ref")) == ["recused", "assignment_requested"]


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (LEAD, {"reason": "ref"}, "invalid"),
        ("clerk@yanlou-centre", {"party": "a", "reason": "ref"}, "not_allowed"),
        ("officer@yanlou-court", {"party": "a", "reason": "ref"}, "not_holder"),
        (OTHER, {"reason": "ref"}, "not_holder"),
        ("citizen@b", {"party": "a", "reason": "ref"}, "not_holder"),
        (LEAD, {"party": "z", "reason": "ref"}, "unknown_party"),
        (MEDIATOR, {}, "missing_reason"),
    ],
)
def test_recusing_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(mediated().act(post, "recuse", **fields)) == code


def test_without_a_mediator_nobody_is_recused() -> None:
    assert refused(case_at(Stage.SIGNED).act(LEAD, "recuse", party="a", reason="ref")) == "already_done"


def test_mediation_begins_when_everybody_has_agreed_to_it() -> None:
    core = mediated()
    assert types(core.act(MEDIATOR, "consent", party="a", agrees=True)) == ["consented"]
    assert stage_of(core) is Stage.SIGNED
    assert types(core.act(MEDIATOR, "consent", party="b", agrees=True)) == ["consented"]
    assert stage_of(core) is Stage.MEDIATING
    assert core.case.clocks["mediate"].anchor == core.now
    assert "consent" not in core.case.clocks


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (LEAD, {"party": "a", "agrees": True}, "not_allowed"),
        (OTHER, {"party": "a", "agrees": True}, "not_holder"),
        (MEDIATOR, {"party": "z", "agrees": True}, "unknown_party"),
    ],
)
def test_asking_for_consent_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(mediated().act(post, "consent", **fields)) == code


def test_a_yes_may_become_a_no_and_a_no_stays() -> None:
    core = mediated(Stage.MEDIATING)
    assert refused(core.act(MEDIATOR, "consent", party="a", agrees=True)) == "already_done"
    assert types(core.act(MEDIATOR, "consent", party="a", agrees=False)) == ["refused"]
    assert core.case.refused
    assert {"channel", "ladder"} <= set(core.case.clocks)
    assert "mediate" not in core.case.clocks
    assert refused(core.act(MEDIATOR, "consent", party="a", agrees=True)) == "already_done"
    assert refused(core.act(MEDIATOR, "record", outcome="continue", text="ref")) == "needs_consent"
    assert refused(core.act(MEDIATOR, "agree", form="oral", terms="ref")) == "needs_consent"


def test_one_refusal_of_three_parties_ends_mediation_for_that_party_only() -> None:
    core = mediated(parties=THREE)
    for party in ("a", "b"):
        done(core.act(MEDIATOR, "consent", party=party, agrees=True))
    done(core.act(MEDIATOR, "consent", party="c", agrees=False))
    assert (core.case.stage, core.case.refused) == (Stage.MEDIATING, False)
    assert [party.id for party in core.case.parties if party.left] == ["c"]
    owed_by_c = {"id": "p1", "debtor": "c", "what": "ref", "due": "2026-03-20"}
    assert refused(core.act(MEDIATOR, "agree", form="oral", terms="ref", promises=[owed_by_c])) == "unknown_party"
    done(core.act(MEDIATOR, "agree", form="written", terms="ref"))
    assert core.case.agreement is not None
    assert core.case.agreement.parties == ("a", "b")


def test_a_refusal_of_the_only_applicant_ends_mediation_for_all() -> None:
    core = mediated(parties=THREE)
    done(core.act(MEDIATOR, "consent", party="a", agrees=False))
    assert core.case.refused


@pytest.mark.parametrize("post", [MEDIATOR, "dispatcher@yanlou-centre", "director@huaxi-centre"])
def test_meetings_are_called_and_called_off(post: str) -> None:
    core = mediated()
    done(core.act(post, "meet", at=core.now + timedelta(days=1), place="ref", units=["yanlou-court", "yanlou-court"]))
    assert core.case.meetings[0].units == ("yanlou-court",)
    done(core.act(post, "call_off", meeting="m1", reason="ref"))
    assert refused(core.act(post, "call_off", meeting="m1", reason="ref")) == "already_done"


@pytest.mark.parametrize(
    ("post", "hours", "fields", "code"),
    [
        (MEDIATOR, -1, {}, "invalid"),
        (LEAD, 1, {}, "not_allowed"),
        (OTHER, 1, {}, "not_holder"),
        (MEDIATOR, 1, {"units": ["nowhere"]}, "unknown_unit"),
    ],
)
def test_meeting_is_refused(post: str, hours: int, fields: dict[str, Any], code: str) -> None:
    core = mediated()
    assert refused(core.act(post, "meet", at=core.now + timedelta(hours=hours), place="ref", **fields)) == code


def test_calling_off_needs_a_coming_meeting_and_a_reason() -> None:
    core = mediated()
    done(core.act(MEDIATOR, "meet", at=core.now + timedelta(hours=1), place="ref"))
    assert refused(core.act(MEDIATOR, "call_off", meeting="m1")) == "missing_reason"
    assert refused(core.act(MEDIATOR, "call_off", meeting="m9", reason="ref")) == "invalid"
    assert refused(core.act(LEAD, "call_off", meeting="m1", reason="ref")) == "not_allowed"
    assert refused(core.act(OTHER, "call_off", meeting="m1", reason="ref")) == "not_holder"
    core.pass_time(hours=2)
    assert refused(core.act(MEDIATOR, "call_off", meeting="m1", reason="ref")) == "already_done"


def test_meetings_wait_for_the_routing() -> None:
    core = case_at(Stage.SCREENED)
    assert refused(core.act("dispatcher@yanlou-centre", "meet", at=core.now, place="ref")) == "wrong_stage"


@pytest.mark.parametrize(("post", "code"), [(LEAD, "not_allowed"), (OTHER, "not_holder")])
def test_sessions_are_recorded_by_the_mediator(post: str, code: str) -> None:
    core = mediated(Stage.MEDIATING)
    assert refused(core.act(post, "record", outcome="continue", text="ref")) == code
    assert types(core.act(MEDIATOR, "record", outcome="continue", text="ref")) == ["session_recorded"]
    assert refused(mediated().act(MEDIATOR, "record", outcome="continue", text="ref")) == "wrong_stage"


def test_a_mediator_hands_over_within_the_unit() -> None:
    core = mediated(Stage.MEDIATING)
    done(core.act(MEDIATOR, "hand_over", to=f"{MEDIATOR}#2", reason="ref"))
    assert core.case.mediator is not None
    assert (core.case.mediator.person, core.case.mediator.unit) == (f"{MEDIATOR}#2", "yanlou-gumeng")
    assert refused(core.act(MEDIATOR, "record", outcome="continue", text="ref")) == "not_holder"


def test_an_officer_hands_the_handling_over() -> None:
    core = case_at(Stage.SIGNED)
    assert types(core.act(LEAD, "hand_over", to=f"{LEAD}#2", reason="ref")) == ["handed_over"]
    assert f"{LEAD}#2" in core.case.handlers


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (MEDIATOR, {"to": MEDIATOR, "reason": "ref"}, "invalid"),
        ("clerk@yanlou-centre", {"to": "clerk@yanlou-centre#2", "reason": "ref"}, "not_allowed"),
        (OTHER, {"to": f"{OTHER}#2", "reason": "ref"}, "not_holder"),
        (MEDIATOR, {"to": "mediator@nowhere", "reason": "ref"}, "unknown_unit"),
        (MEDIATOR, {"to": OTHER, "reason": "ref"}, "invalid"),
        (MEDIATOR, {"to": LEAD, "reason": "ref"}, "invalid"),
        (MEDIATOR, {"to": f"{MEDIATOR}#2"}, "missing_reason"),
        (MEDIATOR, {"to": f"{MEDIATOR}#3", "household": "h1", "reason": "ref"}, "conflict_of_interest"),
    ],
)
def test_handing_over_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    core = mediated(parties=parties("applicant", "respondent", household="h1"))
    assert refused(core.act(post, "hand_over", **fields)) == code
