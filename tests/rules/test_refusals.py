"""The order in which an action is looked at (design §4): the first that does not hold is the one that is said.

Each row is one action that is wrong in several ways at once; the wrongs are taken away one by one.
"""

from __future__ import annotations

from typing import Any

import pytest

from models.action import INTERNAL
from models.refusal import RefusalCode
from models.words import Stage
from rules.actions.spec import SPECS
from rules.authority import PERMITS
from tests.support.core import CoreCase
from tests.support.onward import case_at, done, parties, promise, refused

MEDIATOR = "mediator@yanlou-gumeng"
LEAD = "officer@yanlou-gumeng"
OTHER = "mediator@yanlou-justice"
COURT = "officer@yanlou-court"
Try = tuple[str, str, dict[str, Any], str]


def test_every_action_has_its_rule_and_its_row() -> None:
    assert set(SPECS) == set(PERMITS)
    assert set(SPECS) >= INTERNAL


def test_invalid_comes_first_then_not_allowed_wrong_stage_not_holder_missing_reason() -> None:
    core = case_at(Stage.SIGNED)
    later = case_at(Stage.AGREED)
    steps: tuple[tuple[CoreCase, Try], ...] = (
        (later, (LEAD, "suspend", {"ground": "weather"}, "invalid")),
        (later, (LEAD, "suspend", {"ground": "appraisal"}, "not_allowed")),
        (later, (OTHER, "suspend", {"ground": "appraisal"}, "wrong_stage")),
        (core, (OTHER, "suspend", {"ground": "appraisal"}, "not_holder")),
    )
    for case, (post, do, fields, code) in steps:
        assert refused(case.act(post, do, **fields)) == code
    done(core.act(LEAD, "assign"))
    assert refused(core.act(MEDIATOR, "suspend", ground="appraisal")) == "missing_reason"


def test_wrong_stage_and_already_done_come_before_not_holder() -> None:
    core = case_at(Stage.ROUTED)
    assert refused(core.act(COURT, "contact", note="ref")) == "wrong_stage"
    done(core.act(LEAD, "sign"))
    assert refused(core.act(COURT, "contact", note="ref")) == "not_holder"
    done(core.act(LEAD, "contact", note="ref"))
    assert refused(core.act(COURT, "contact", note="ref")) == "already_done"


def test_too_late_comes_before_not_holder() -> None:
    core = case_at(Stage.FOLLOWING_UP)
    core.pass_time(days=40)
    assert refused(core.act(COURT, "confirm", step="apply", consents=["z"])) == "too_late"


def test_not_holder_comes_before_what_is_unknown_and_that_before_the_missing_reason() -> None:
    core = case_at(Stage.SIGNED)
    assert refused(core.act(COURT, "withdraw", party="z")) == "not_holder"
    assert refused(core.act(LEAD, "withdraw", party="z")) == "unknown_party"
    assert refused(core.act(LEAD, "withdraw", party="a")) == "missing_reason"


def test_what_is_unknown_comes_before_same_person_and_that_before_conflicts() -> None:
    related = parties("applicant", "respondent", kin=[OTHER])
    core = case_at(Stage.SIGNED, parties=related)
    assert refused(core.act(LEAD, "assign", mediator="mediator@nowhere")) == "unknown_unit"
    assert refused(core.act(LEAD, "assign", mediator="mediator@yanlou-court")) == "invalid"
    assert refused(core.act(LEAD, "assign", mediator=OTHER)) == "conflict_of_interest"
    core.case = core.case.model_copy(update={"former_mediators": (OTHER,)})
    assert refused(core.act(LEAD, "assign", mediator=OTHER)) == "same_person"


def test_somebody_who_is_not_on_the_roll_is_said_after_who_asks_and_before_conflicts() -> None:
    core = case_at(Stage.SIGNED)
    gone: dict[str, Any] = {"mediator": f"{OTHER}#9", "on_roll": False}
    assert refused(core.act(COURT, "assign", **gone)) == "not_holder"
    assert refused(core.act(LEAD, "assign", **gone)) == "invalid"
    done(core.act(LEAD, "assign", mediator=MEDIATOR))
    assert refused(core.act(MEDIATOR, "hand_over", to=f"{MEDIATOR}#9", on_roll=False)) == "invalid"


def test_a_conflict_of_interest_comes_after_the_missing_reason() -> None:
    core = case_at(Stage.SIGNED, parties=parties("applicant", "respondent", household="h1"))
    done(core.act(LEAD, "assign", mediator=MEDIATOR))
    mine: dict[str, Any] = {"to": f"{MEDIATOR}#2", "household": "h1"}
    assert refused(core.act(MEDIATOR, "hand_over", **mine)) == "missing_reason"
    assert refused(core.act(MEDIATOR, "hand_over", **mine, reason="ref")) == "conflict_of_interest"
    core.case = core.case.model_copy(update={"recused": (f"{MEDIATOR}#2",)})
    assert refused(core.act(MEDIATOR, "hand_over", **mine)) == "same_person"


def test_same_person_comes_before_the_missing_reason() -> None:
    core = case_at(Stage.MEDIATING)
    done(core.act(LEAD, "regrade", tier="yellow", reason="ref"))
    assert refused(core.act(MEDIATOR, "regrade", tier="blue")) == "same_person"
    assert refused(core.act("director@yanlou-centre", "regrade", tier="blue")) == "missing_reason"


def test_an_agreement_asks_for_the_parties_then_consent_then_the_matter() -> None:
    core = case_at(Stage.SIGNED)
    done(core.act(LEAD, "assign"))
    terms: dict[str, Any] = {"form": "written", "terms": "ref", "matter": "title"}
    assert refused(core.act(MEDIATOR, "agree", **terms, promises=[promise(debtor="z")])) == "unknown_party"
    assert refused(core.act(MEDIATOR, "agree", **terms, promises=[promise(due="2020-01-01")])) == "invalid"
    assert refused(core.act(MEDIATOR, "agree", **terms)) == "needs_consent"
    for party in ("a", "b"):
        done(core.act(MEDIATOR, "consent", party=party, agrees=True))
    assert refused(core.act(MEDIATOR, "agree", **terms)) == "barred_matter"


def test_an_audit_asks_for_the_person_before_the_checklist() -> None:
    core = case_at(Stage.AUDITING, risk_signs=["weapon"])
    auditor = "auditor@yanlou-justice"
    assert refused(core.act(auditor, "audit", passed=True)) == "checklist_open"
    core.case = core.case.model_copy(update={"handlers": (auditor,)})
    assert refused(core.act(auditor, "audit", passed=True)) == "same_person"


@pytest.mark.parametrize("code", list(RefusalCode))
def test_every_refusal_is_said_in_both_languages(code: RefusalCode) -> None:
    core = case_at(Stage.SIGNED)
    answer = core.act(COURT, "note", text="ref")
    assert refused(answer) == "not_holder"
    shown = answer.model_copy(update={"code": code}).shown()  # type: ignore[union-attr]
    assert shown["zh"]
    assert shown["en"]


def test_a_refused_action_leaves_the_case_as_it_was() -> None:
    core = case_at(Stage.SIGNED)
    before, count = core.case, len(core.events)
    assert refused(core.act(LEAD, "withdraw", party="a")) == "missing_reason"
    assert core.case is before
    assert len(core.events) == count
