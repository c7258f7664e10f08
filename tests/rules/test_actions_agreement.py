"""Agreeing and keeping it: agree, sign_agreement, seal, confirm, perform, default; withdraw and channel as the ways out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.words import Stage
from rules.clock_explain import explain
from tests.support.core import CoreCase
from tests.support.onward import case_at, done, parties, promise, refused, stage_of, types

MEDIATOR = "mediator@yanlou-gumeng"
LEAD = "officer@yanlou-gumeng"
CENTRE = "dispatcher@yanlou-centre"
WRITTEN: dict[str, Any] = {"form": "written", "terms": "ref"}
BOTH = ["a", "b"]


def performing(*promises: dict[str, Any]) -> CoreCase:
    """A case with these promises, or one due on 20 March 2026."""
    return case_at(Stage.PERFORMING, steps={"agree": {"promises": list(promises or (promise(),))}})


def day(text: str) -> datetime:
    """A morning in Huaxi."""
    return datetime.fromisoformat(f"{text}T10:00+08:00")


def test_a_written_agreement_takes_effect_when_all_have_signed_and_it_is_sealed() -> None:
    core = case_at(Stage.MEDIATING)
    assert types(core.act(MEDIATOR, "agree", **WRITTEN, promises=[promise()])) == ["agreed"]
    assert {"ladder", "mediate"} & set(core.case.clocks) == set(), "an agreement stops the ladder"
    assert types(core.act(MEDIATOR, "sign_agreement", party="a")) == ["agreement_signed"]
    assert refused(core.act(LEAD, "seal")) == "needs_consent"
    assert types(core.act("citizen@b", "sign_agreement", party="b")) == ["agreement_signed"]
    core.pass_time(hours=1)
    assert types(core.act(LEAD, "seal"))[0] == "agreement_effective"
    assert stage_of(core) is Stage.PERFORMING
    assert core.case.clocks["confirm"].anchor == core.now
    assert LEAD in core.case.handlers


def test_an_oral_agreement_takes_effect_on_the_day() -> None:
    core = case_at(Stage.MEDIATING)
    assert types(core.act(MEDIATOR, "agree", form="oral", terms="ref"))[:2] == ["agreed", "agreement_effective"]
    assert stage_of(core) is Stage.FOLLOWING_UP


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (LEAD, {}, "not_allowed"),
        ("mediator@yanlou-justice", {}, "not_holder"),
        (MEDIATOR, {"promises": [promise(debtor="z")]}, "unknown_party"),
        (MEDIATOR, {"promises": [promise(), promise()]}, "invalid"),
        (MEDIATOR, {"promises": [promise(due="2026-03-01")]}, "invalid"),
        (MEDIATOR, {"matter": "title"}, "barred_matter"),
        (MEDIATOR, {"matter": "parentage"}, "barred_matter"),
    ],
)
def test_agreeing_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(Stage.MEDIATING).act(post, "agree", **WRITTEN, **fields)) == code


def test_nobody_agrees_before_all_have_consented() -> None:
    core = case_at(Stage.SIGNED)
    done(core.act(LEAD, "assign"))
    assert refused(core.act(MEDIATOR, "agree", **WRITTEN, matter="title")) == "needs_consent"


def test_in_a_barred_category_only_use_and_compensation_are_settled() -> None:
    core = case_at(Stage.MEDIATING, steps={"screen": {"category": "0903"}})
    mediator = core.case.mediator.person if core.case.mediator else ""
    assert refused(core.act(mediator, "agree", **WRITTEN)) == "barred_matter"
    done(core.act(mediator, "agree", **WRITTEN, matter="compensation"))


def test_an_agreement_recorded_late_may_name_a_date_that_has_passed_since() -> None:
    core = case_at(Stage.MEDIATING)
    core.pass_time(days=4)
    paid = promise(due="2026-03-04")
    done(core.act(MEDIATOR, "agree", **WRITTEN, promises=[paid], occurred_at=day("2026-03-03")))
    assert core.case.moments["agreed"] == day("2026-03-03")


@pytest.mark.parametrize(
    ("post", "party", "code"),
    [
        (LEAD, "a", "not_allowed"),
        ("mediator@yanlou-justice", "a", "not_holder"),
        ("citizen@a", "b", "not_holder"),
        (MEDIATOR, "z", "unknown_party"),
    ],
)
def test_signing_the_agreement_is_refused(post: str, party: str, code: str) -> None:
    assert refused(case_at(Stage.AGREED).act(post, "sign_agreement", party=party)) == code


def test_nobody_signs_twice_nor_for_a_party_that_left() -> None:
    core = case_at(Stage.SIGNED, parties=parties("applicant", "respondent", "respondent"))
    done(core.act(LEAD, "assign"))
    for party in ("a", "b", "c"):
        done(core.act(MEDIATOR, "consent", party=party, agrees=party != "c"))
    done(core.act(MEDIATOR, "agree", **WRITTEN))
    done(core.act(MEDIATOR, "sign_agreement", party="a"))
    assert refused(core.act(MEDIATOR, "sign_agreement", party="a")) == "already_done"
    assert refused(core.act(MEDIATOR, "sign_agreement", party="c")) == "unknown_party"


def test_a_party_that_will_not_sign_brings_the_case_back_and_nothing_is_stuck() -> None:
    core = case_at(Stage.AGREED)
    core.pass_time(days=3)
    assert types(core.act(MEDIATOR, "consent", party="b", agrees=False)) == ["refused"]
    assert (stage_of(core), core.case.agreement, core.case.refused) == (Stage.MEDIATING, None, True)
    assert core.case.clocks["ladder"].anchor == core.now
    assert core.case.clocks["channel"].anchor == core.now
    done(core.act(LEAD, "channel", route="court", notice="ref"))


def test_with_three_parties_the_others_agree_anew_when_one_will_not_sign() -> None:
    core = case_at(Stage.AGREED, parties=parties("applicant", "respondent", "respondent"))
    done(core.act(MEDIATOR, "consent", party="c", agrees=False))
    assert (stage_of(core), core.case.refused) == (Stage.MEDIATING, False)
    done(core.act(MEDIATOR, "agree", **WRITTEN))
    assert core.case.agreement is not None
    assert core.case.agreement.parties == ("a", "b")


@pytest.mark.parametrize(("post", "code"), [(MEDIATOR, "not_allowed"), ("officer@yanlou-court", "not_holder")])
def test_sealing_is_for_the_lead_or_the_unit_of_the_mediator(post: str, code: str) -> None:
    core = case_at(Stage.AGREED)
    assert refused(core.act(post, "seal")) == code
    assert refused(case_at(Stage.MEDIATING).act(LEAD, "seal")) == "wrong_stage"


def test_confirmation_is_applied_for_jointly_and_ends_its_clock() -> None:
    core = performing()
    assert refused(core.act("citizen@a", "confirm", step="apply", consents=["a"])) == "needs_consent"
    assert refused(core.act(MEDIATOR, "confirm", step="apply", consents=["a", "z"])) == "unknown_party"
    assert refused(core.act(MEDIATOR, "confirm", step="granted")) == "invalid"
    assert types(core.act(MEDIATOR, "confirm", step="apply", consents=BOTH)) == ["confirmation_applied"]
    assert "confirm" not in core.case.clocks
    assert refused(core.act(MEDIATOR, "confirm", step="apply", consents=BOTH)) == "already_done"
    assert types(core.act(LEAD, "confirm", step="granted")) == ["confirmation_granted"]
    assert refused(core.act(LEAD, "confirm", step="rejected")) == "already_done"


@pytest.mark.parametrize(("step", "event"), [("rejected", "confirmation_rejected"), ("granted", "confirmation_granted")])
def test_the_court_answers_an_application(step: str, event: str) -> None:
    core = performing()
    done(core.act(MEDIATOR, "confirm", step="apply", consents=BOTH))
    assert types(core.act(MEDIATOR, "confirm", step=step)) == [event]


def test_the_parties_may_do_without_confirmation() -> None:
    core = performing()
    assert types(core.act(MEDIATOR, "confirm", step="waive", consents=BOTH)) == ["confirmation_waived"]
    assert "confirm" not in core.case.clocks


def test_the_window_for_confirmation_reminds_three_times_and_lapses() -> None:
    core = case_at(Stage.FOLLOWING_UP)
    core.pass_time(days=40)
    reminders = [event.what.alarm for event in core.events if event.what.type == "reminded" and event.what.clock == "confirm"]
    assert reminders == ["remind+7d", "remind+20d", "remind+27d"]
    assert [event.type for event in core.events].count("lapsed") == 1
    assert refused(core.act(MEDIATOR, "confirm", step="apply", consents=BOTH)) == "too_late"


def test_no_court_confirms_an_agreement_about_title() -> None:
    core = case_at(Stage.FOLLOWING_UP, steps={"screen": {"category": "0902"}})
    mediator = core.case.mediator.person if core.case.mediator else ""
    assert "confirm" not in core.case.clocks
    assert refused(core.act(mediator, "confirm", step="apply", consents=BOTH)) == "barred_matter"
    assert refused(core.act("auditor@huaxi-centre", "confirm", step="apply", consents=BOTH)) == "not_allowed"
    assert refused(core.act("officer@yanlou-court", "confirm", step="apply", consents=BOTH)) == "not_holder"
    assert refused(case_at(Stage.AGREED).act(MEDIATOR, "confirm", step="apply", consents=BOTH)) == "wrong_stage"


def test_keeping_the_last_promise_goes_on_to_the_visits() -> None:
    core = performing(promise("p1"), promise("p2"))
    assert types(core.act(MEDIATOR, "perform", promise="p1", proof="ref")) == ["performed"]
    assert stage_of(core) is Stage.PERFORMING
    assert refused(core.act(MEDIATOR, "perform", promise="p1", proof="ref")) == "already_done"
    done(core.act(MEDIATOR, "perform", promise="p2", proof="ref"))
    assert stage_of(core) is Stage.FOLLOWING_UP


@pytest.mark.parametrize("do", ["perform", "default"])
@pytest.mark.parametrize(
    ("post", "number", "code"),
    [(LEAD, "p1", "not_allowed"), ("mediator@yanlou-justice", "p1", "not_holder"), (MEDIATOR, "p9", "invalid")],
)
def test_promises_are_in_the_hands_of_the_mediator(do: str, post: str, number: str, code: str) -> None:
    fields: dict[str, Any] = {"proof": "ref"} if do == "perform" else {}
    assert refused(performing().act(post, do, promise=number, **fields)) == code
    assert refused(case_at(Stage.AGREED).act(MEDIATOR, do, promise="p1", **fields)) == "wrong_stage"


def test_a_promise_reminds_before_is_checked_after_and_is_broken_by_the_clock() -> None:
    core = performing()
    core.move_to(day("2026-04-20"))
    of_p1 = [event for event in core.events if getattr(event.what, "clock", "") == "promise:p1" or event.type == "defaulted"]
    assert [getattr(event.what, "alarm", event.type) for event in of_p1] == ["remind-3d", "check", "defaulted"]
    assert [str(event.when.date()) for event in of_p1] == ["2026-03-17", "2026-03-23", "2026-03-27"]


def test_a_broken_promise_is_owed_until_it_is_kept_after_all() -> None:
    core = performing()
    core.move_to(day("2026-03-31"))
    assert str(core.case.clocks["default"].budget) == "5wd"
    core.move_to(day("2026-04-08"))
    assert [card.kind for card in core.case.cards if card.clock == "default" and card.closed_at is None] == ["yellow"]
    done(core.act(MEDIATOR, "perform", promise="p1", proof="ref"))
    assert "default" not in core.case.clocks
    assert not [card for card in core.case.cards if card.clock == "default" and card.closed_at is None]
    assert stage_of(core) is Stage.FOLLOWING_UP


def test_a_promise_is_broken_by_hand_only_after_its_day() -> None:
    core = performing()
    assert refused(core.act(MEDIATOR, "default", promise="p1")) == "invalid"
    core.move_to(day("2026-03-24"))
    assert types(core.act(MEDIATOR, "default", promise="p1")) == ["defaulted"]
    assert refused(core.act(MEDIATOR, "default", promise="p1")) == "already_done"


def test_with_a_broken_promise_the_legal_route_is_open_and_without_one_it_is_not() -> None:
    core = performing()
    notice: dict[str, Any] = {"route": "payment_order", "notice": "ref"}
    assert refused(core.act(MEDIATOR, "channel", **notice)) == "wrong_stage"
    core.move_to(day("2026-03-31"))
    assert refused(core.act(MEDIATOR, "channel", route="payment_order")) == "needs_notice"
    assert types(core.act(MEDIATOR, "channel", **notice))[-2:] == ["notice_given", "channelled"]
    assert core.case.ended


@pytest.mark.parametrize(("post", "code"), [("clerk@yanlou-centre", "not_allowed"), ("officer@yanlou-court", "not_holder")])
def test_channelling_is_for_lead_and_mediator_and_for_the_centre_while_nobody_leads(post: str, code: str) -> None:
    core = case_at(Stage.SIGNED)
    assert refused(core.act(post, "channel", route="court", notice="ref")) == code
    assert refused(core.act("screener@yanlou-centre", "channel", route="court", notice="ref")) == "not_holder"
    early = case_at(Stage.SCREENED)
    assert types(early.act("screener@yanlou-centre", "channel", route="court", notice="ref")) == ["notice_given", "channelled"]


@pytest.mark.parametrize("post", [LEAD, "citizen@a"])
def test_a_dispute_is_withdrawn_by_a_party_or_the_lead_for_it(post: str) -> None:
    core = case_at(Stage.SIGNED)
    done(core.act(CENTRE, "meet", at=core.now + timedelta(days=1), place="ref"))
    events = types(core.act(post, "withdraw", party="a", reason="ref"))
    assert events == ["task_released", "meeting_called_off", "withdrawn"]
    assert core.case.ended


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        ("police@yanlou-police", {"party": "a", "reason": "ref"}, "not_allowed"),
        (CENTRE, {"party": "a", "reason": "ref"}, "not_holder"),
        ("citizen@b", {"party": "a", "reason": "ref"}, "not_holder"),
        (LEAD, {"party": "z", "reason": "ref"}, "unknown_party"),
        (LEAD, {"party": "a"}, "missing_reason"),
    ],
)
def test_withdrawing_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(Stage.SIGNED).act(post, "withdraw", **fields)) == code


def test_after_an_agreement_nobody_withdraws() -> None:
    assert refused(case_at(Stage.AGREED).act(LEAD, "withdraw", party="a", reason="ref")) == "wrong_stage"


MANY = parties("applicant", "applicant", "respondent", "respondent")


def test_one_of_several_withdraws_and_the_others_go_on() -> None:
    core = case_at(Stage.SIGNED, parties=MANY)
    done(core.act(LEAD, "assign", mediator=MEDIATOR))
    for party in ("b", "c"):
        done(core.act(MEDIATOR, "consent", party=party, agrees=True))
    assert types(core.act(LEAD, "withdraw", party="d", reason="ref")) == ["withdrawn"]
    assert stage_of(core) is Stage.SIGNED
    assert refused(core.act(LEAD, "withdraw", party="d", reason="ref")) == "already_done"
    assert types(core.act("citizen@a", "withdraw", party="a", reason="ref")) == ["withdrawn"]
    assert stage_of(core) is Stage.MEDIATING, "all who are left have agreed"
    done(core.act(MEDIATOR, "agree", form="oral", terms="ref"))
    assert core.case.agreement is not None
    assert core.case.agreement.parties == ("b", "c")


def test_the_last_applicant_takes_the_dispute_back_and_the_other_side_can_not() -> None:
    core = case_at(Stage.SIGNED, parties=MANY)
    for party in ("a", "c"):
        done(core.act(LEAD, "withdraw", party=party, reason="ref"))
    assert refused(core.act("citizen@d", "withdraw", party="d", reason="ref")) == "not_allowed"
    assert refused(core.act(LEAD, "withdraw", party="d")) == "missing_reason"
    assert refused(core.act(LEAD, "withdraw", party="d", reason="ref")) == "needs_notice"
    assert types(core.act("citizen@b", "withdraw", party="b", reason="ref"))[-1] == "withdrawn"
    assert stage_of(core) is Stage.WITHDRAWN


def test_where_nobody_applied_any_party_may_withdraw() -> None:
    core = case_at(Stage.SIGNED, parties=parties("respondent", "third"))
    assert types(core.act(LEAD, "withdraw", party="a", reason="ref"))[-1] == "withdrawn"
    assert core.case.ended


def test_no_agreement_is_made_on_what_is_not_for_mediation() -> None:
    core = case_at(Stage.MEDIATING, steps={"assign": {"mediator": MEDIATOR}})
    done(core.act(CENTRE, "amend", category="1502", reason="ref"))
    assert refused(core.act(MEDIATOR, "agree", form="oral", terms="ref", matter="use")) == "barred_matter"


@pytest.mark.parametrize(
    ("workers", "amount", "due", "told"),
    [
        (5, 8000, "2026-04-03", "rolled back over rest days: 2026-04-04 (off by notice), 2026-04-05 (off by notice)"),
        (5, None, "2026-04-07", "rolled forward over rest days"),
        (0, 8000, "2026-04-07", "rolled forward over rest days"),
    ],
    ids=["a pay-day", "no sum of money", "nobody's wages"],
)
def test_a_sum_promised_to_workers_is_due_before_the_holiday_and_all_else_after_it(
    workers: int, amount: float | None, due: str, told: str
) -> None:
    term = {**promise(due="2026-04-05"), "amount": amount}
    core = case_at(Stage.PERFORMING, steps={"agree": {"promises": [term]}}, people=5, wage_workers=workers)
    clock = core.case.clocks["promise:p1"]
    cal = core.library.bundle(core.case.docs).cal
    assert clock.due is not None
    assert str(cal.ending_date(clock.due.at)) == due
    assert any(told in line for line in explain(clock, core.now, cal).en)


def test_a_correction_of_the_facts_moves_no_pay_day() -> None:
    term = {**promise(due="2026-04-05"), "amount": 8000}
    core = case_at(Stage.PERFORMING, steps={"agree": {"promises": [term]}}, people=5, wage_workers=5)
    before = core.case.clocks["promise:p1"]
    done(core.act(CENTRE, "amend", wage_workers=0, reason="ref"))
    assert core.case.clocks["promise:p1"] == before
