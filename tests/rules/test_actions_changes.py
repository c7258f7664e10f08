"""What offices also do: note, amend, add_party, represent, attach, lift_card, take_back, split, recalendar, rebase."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.case import Case
from models.clock import Budget
from models.words import Stage
from tests.support.core import CoreCase
from tests.support.onward import case_at, done, parties, refused, stage_of, types

CLERK = "clerk@yanlou-centre"
DISPATCHER = "dispatcher@yanlou-centre"
DIRECTOR = "director@yanlou-centre"
LEAD = "officer@yanlou-gumeng"
MEDIATOR = "mediator@yanlou-gumeng"
STRANGER = "officer@yanlou-court"
NEW_PARTY: dict[str, Any] = {"id": "c", "side": "respondent", "kind": "person", "person": "v7"}
PAPER: dict[str, Any] = {"title": "ref", "sha256": "a" * 64, "size": 1}
FIELDS: dict[str, dict[str, Any]] = {
    "note": {"text": "ref"},
    "amend": {"people": 3, "reason": "ref"},
    "add_party": {"party": NEW_PARTY},
    "represent": {"party": "a", "representative": "ref", "authority": "ref"},
    "attach": PAPER,
    "split": {"parties": ["c"], "summary": "ref", "reason": "ref"},
}


@pytest.mark.parametrize("do", FIELDS)
def test_who_stands_in_no_relation_to_the_case_changes_nothing_of_it(do: str) -> None:
    core = case_at(Stage.SIGNED, parties=parties("applicant", "respondent"))
    post = STRANGER if do in {"note", "attach", "add_party", "represent"} else "dispatcher@qingyan-centre"
    assert refused(core.act(post, do, **FIELDS[do])) == "not_holder"


@pytest.mark.parametrize(
    ("do", "post"),
    [
        ("note", "citizen@a"),
        ("amend", LEAD),
        ("add_party", "citizen@a"),
        ("represent", "citizen@a"),
        ("attach", "adviser@yanlou-justice"),
        ("split", LEAD),
        ("lift_card", LEAD),
        ("recalendar", DISPATCHER),
        ("rebase", DISPATCHER),
    ],
)
def test_some_posts_may_not_at_all(do: str, post: str) -> None:
    core = case_at(Stage.SIGNED)
    special: dict[str, dict[str, Any]] = {
        "lift_card": {"card": "contact#1:yellow"},
        "recalendar": {"calendar": "x"},
        "rebase": {"docs": core.case.docs.model_dump(), "reason": "ref"},
    }
    assert refused(core.act(post, do, **{**FIELDS, **special}[do])) == "not_allowed"


@pytest.mark.parametrize("do", ["note", "amend", "represent", "attach"])
def test_an_ended_case_takes_no_more_entries(do: str) -> None:
    core = case_at(Stage.SIGNED)
    done(core.act(LEAD, "withdraw", party="a", reason="ref"))
    assert refused(core.act(CLERK, do, **FIELDS[do])) == "wrong_stage"


def test_a_correction_keeps_what_stood_there_before() -> None:
    core = case_at(Stage.SIGNED)
    events = done(core.act(CLERK, "amend", people=3, happened_on=date(2026, 2, 1), reason="ref"))
    assert [event.type for event in events] == ["amended"]
    assert events[0].what.before == {"people": 2, "happened_on": "2026-02-26"}  # type: ignore[union-attr]
    assert (core.case.people, core.case.happened_on) == (3, date(2026, 2, 1))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": "ref"}, "invalid"),
        ({"happened_on": "2026-03-03", "reason": "ref"}, "invalid"),
        ({"risk_signs": ["bad_mood"], "reason": "ref"}, "invalid"),
        ({"people": 3}, "missing_reason"),
    ],
)
def test_correcting_is_refused(fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(Stage.SIGNED).act(CLERK, "amend", **fields)) == code
    early = case_at(Stage.REGISTERED)
    assert refused(early.act(CLERK, "amend", category="0602", reason="ref")) == "invalid"


def test_a_correction_may_raise_the_tier_and_never_lowers_it() -> None:
    core = case_at(Stage.SIGNED)
    assert types(core.act(CLERK, "amend", people=12, reason="ref")) == ["amended", "graded"]
    assert (core.case.tier, core.case.score) == ("yellow", 20)
    assert types(core.act(CLERK, "amend", people=2, reason="ref")) == ["amended", "graded"]
    assert (core.case.tier, core.case.score, core.case.risk) == ("yellow", 0, ())
    done(core.act(CLERK, "amend", risk_signs=["weapon"], reason="ref"))
    assert (core.case.tier, core.case.level) == ("red", "town")


def test_what_a_person_lowered_is_not_raised_again_by_something_else() -> None:
    core = case_at(Stage.REGISTERED, risk_signs=["weapon"])
    done(core.act(DIRECTOR, "regrade", tier="yellow", reason="ref"))
    done(core.act(CLERK, "amend", summary="ref2", reason="ref"))
    done(core.act(CLERK, "amend", amount=5.0, reason="ref"))
    assert core.case.tier == "yellow"
    done(core.act(CLERK, "amend", risk_signs=["weapon", "stalking"], reason="ref"))
    assert core.case.tier == "red", "a new hard sign is news"


def test_another_category_brings_its_own_limit_from_its_own_start() -> None:
    core = case_at(Stage.SIGNED)
    core.pass_time(hours=30)
    done(core.act(LEAD, "contact", note="ref"))
    done(core.act(LEAD, "assign"))
    for party in ("a", "b"):
        done(core.act(MEDIATOR, "consent", party=party, agrees=True))
    done(core.act(CLERK, "amend", category="0701", reason="ref"))
    clock = core.case.clocks["mediate"]
    assert (clock.limit, clock.anchor) == ("mediate.07", core.case.moments["registered"])


def test_a_party_is_added_once_and_may_raise_the_tier() -> None:
    core = case_at(Stage.MEDIATING)
    child = {**NEW_PARTY, "minor": True}
    assert types(core.act(CLERK, "add_party", party=child)) == ["party_added", "graded"]
    assert refused(core.act(CLERK, "add_party", party=child)) == "already_done"
    assert refused(core.act(MEDIATOR, "agree", form="oral", terms="ref")) == "needs_consent"
    assert refused(case_at(Stage.AGREED).act(CLERK, "add_party", party=child)) == "wrong_stage"


def test_a_party_is_represented() -> None:
    core = case_at(Stage.SIGNED)
    done(core.act(CLERK, "represent", party="b", representative="v9", authority="ref"))
    assert core.case.parties[1].representative == "v9"
    assert refused(core.act(CLERK, "represent", party="z", representative="v9", authority="ref")) == "unknown_party"


def test_a_paper_is_attached_once() -> None:
    core = case_at(Stage.SIGNED)
    done(core.act("citizen@a", "attach", **PAPER))
    assert refused(core.act(LEAD, "attach", **PAPER)) == "already_done"


def late() -> CoreCase:
    """A case whose lead is late with the first contact."""
    core = case_at(Stage.SIGNED)
    core.pass_time(days=1, hours=9)
    return core


def test_a_card_is_lifted_with_a_reason_and_its_record_stays() -> None:
    core = late()
    assert refused(core.act(DISPATCHER, "lift_card", card="contact#1:yellow")) == "missing_reason"
    assert refused(core.act(DISPATCHER, "lift_card", card="contact#9:red", reason="ref")) == "invalid"
    assert refused(core.act("director@qingyan-centre", "lift_card", card="contact#1:yellow", reason="ref")) == "not_holder"
    assert types(core.act(DISPATCHER, "lift_card", card="contact#1:yellow", reason="ref")) == ["card_lifted"]
    assert core.case.cards[0].lifted
    assert refused(core.act(DISPATCHER, "lift_card", card="contact#1:yellow", reason="ref")) == "already_done"


def test_nobody_lifts_their_own_card() -> None:
    core = case_at(Stage.REGISTERED)
    done(core.act("screener@yanlou-centre", "screen", category="0201", accept=True))
    core.pass_time(days=1, hours=9)
    assert core.case.cards[0].role == "dispatcher"
    assert refused(core.act(DISPATCHER, "lift_card", card="route#1:yellow", reason="ref")) == "same_person"
    done(core.act(DIRECTOR, "lift_card", card="route#1:yellow", reason="ref"))


def test_an_action_is_taken_back_within_minutes() -> None:
    core = case_at(Stage.SCREENED)
    before = core.case
    done(core.act(DISPATCHER, "route", level="town"))
    core.pass_time(minutes=9)
    assert types(core.act(DISPATCHER, "take_back", action=core.events[-1].action_id)) == ["taken_back"]
    same = set(Case.model_fields) - {"seq", "head", "recent", "undo", "rounds", "tasks_raised", "clocks"}
    assert {name for name in same if getattr(core.case, name) != getattr(before, name)} == set()
    assert {name: clock.due for name, clock in core.case.clocks.items()} == {name: clock.due for name, clock in before.clocks.items()}


def test_too_late_by_somebody_else_or_after_others_acted_nothing_is_taken_back() -> None:
    core = case_at(Stage.SCREENED)
    routed = done(core.act(DISPATCHER, "route"))[0].action_id
    assert refused(core.act(CLERK, "take_back", action=routed)) == "not_holder"
    core.pass_time(minutes=11)
    assert refused(core.act(DISPATCHER, "take_back", action=routed)) == "too_late"
    core = case_at(Stage.SCREENED)
    routed = done(core.act(DISPATCHER, "route"))[0].action_id
    done(core.act(CLERK, "note", text="ref"))
    assert refused(core.act(DISPATCHER, "take_back", action=routed)) == "already_done"


def test_what_is_not_on_the_list_stays() -> None:
    core = case_at(Stage.ROUTED)
    signed = done(core.act(LEAD, "sign"))[0].action_id
    assert refused(core.act(LEAD, "take_back", action=signed)) == "already_done"
    assert refused(core.act("admin_system@huaxi-centre", "take_back", action=signed)) == "not_allowed"


def test_parties_are_split_off_into_a_case_of_their_own() -> None:
    core = case_at(Stage.SIGNED, parties=parties("applicant", "respondent", "respondent"))
    assert types(core.act(DISPATCHER, "split", **FIELDS["split"])) == ["split_requested"]
    assert [party.id for party in core.case.parties] == ["a", "b"]
    assert core.events[-1].type == "split_off"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"parties": ["z"], "reason": "ref"}, "unknown_party"),
        ({"parties": ["a"], "reason": "ref"}, "invalid"),
        ({"parties": ["b", "c"], "reason": "ref"}, "invalid"),
        ({"parties": ["c"]}, "missing_reason"),
    ],
)
def test_splitting_is_refused(fields: dict[str, Any], code: str) -> None:
    core = case_at(Stage.SIGNED, parties=parties("applicant", "respondent", "respondent"))
    assert refused(core.act(DISPATCHER, "split", summary="ref", **fields)) == code


def test_while_parties_are_leaving_nobody_agrees_and_after_it_mediation_begins() -> None:
    core = case_at(Stage.SIGNED, answers=False, parties=parties("applicant", "respondent", "respondent"))
    done(core.act(LEAD, "assign", mediator=MEDIATOR))
    for party in ("a", "b"):
        done(core.act(MEDIATOR, "consent", party=party, agrees=True))
    done(core.act(DISPATCHER, "split", **FIELDS["split"]))
    assert refused(core.act(DISPATCHER, "split", **FIELDS["split"])) == "already_done"
    assert refused(core.act(MEDIATOR, "agree", form="oral", terms="ref")) == "wrong_stage"
    core.answers = True
    core._serve()
    assert stage_of(core) is Stage.MEDIATING, "those who stay have all agreed"
    done(core.act(MEDIATOR, "agree", form="oral", terms="ref"))


def test_a_split_that_failed_leaves_everybody_where_they_are() -> None:
    core = case_at(Stage.SIGNED, answers=False, parties=parties("applicant", "respondent", "respondent"))
    done(core.act(DISPATCHER, "split", **FIELDS["split"]))
    answer = {"accepted": False, "refusal": "invalid"}
    assert types(core.act("system@system", "answer", work=next(iter(core.case.work)), result=answer)) == ["split_failed"]
    assert len(core.case.parties) == 3


@pytest.mark.parametrize(
    ("sides", "going", "taken"),
    [
        (("applicant", "respondent", "respondent"), ["c"], ["a", "c"]),
        (("applicant", "applicant", "respondent"), ["b"], ["b", "c"]),
        (("applicant", "respondent", "applicant", "respondent"), ["c", "d"], ["c", "d"]),
    ],
)
def test_the_new_case_has_both_sides_of_its_dispute(sides: tuple[str, ...], going: list[str], taken: list[str]) -> None:
    core = case_at(Stage.SIGNED, answers=False, parties=parties(*sides))
    done(core.act(DISPATCHER, "split", parties=going, summary="ref", reason="ref"))
    work = next(iter(core.case.work.values()))
    assert [party["id"] for party in work.detail["parties"]] == taken
    core.answers = True
    core._serve()
    assert [party.id for party in core.case.parties] == [p for p in "abcd"[: len(sides)] if p not in going]


@pytest.mark.parametrize("relation", [{"staff": MEDIATOR}, {"kin": [MEDIATOR]}])
def test_a_mediator_related_to_a_new_party_is_let_go_and_another_is_asked_for(relation: dict[str, Any]) -> None:
    core = case_at(Stage.MEDIATING, steps={"assign": {"mediator": MEDIATOR}})
    assert types(core.act(CLERK, "add_party", party={**NEW_PARTY, **relation})) == ["party_added", "recused", "assignment_requested"]
    assert core.case.mediator is not None
    assert core.case.mediator.person == "mediator@yanlou-justice"
    assert core.case.recused == (MEDIATOR,)


def test_more_workers_than_people_are_a_slip_also_in_a_correction() -> None:
    core = case_at(Stage.SIGNED)
    slips: tuple[dict[str, Any], ...] = ({"wage_workers": 3}, {"people": 1, "wage_workers": 2})
    for fields in slips:
        answer = core.act(CLERK, "amend", **fields, reason="ref")
        assert (refused(answer), getattr(answer, "detail", "")) == ("invalid", "wage_workers")
    done(core.act(CLERK, "amend", people=3, wage_workers=3, reason="ref"))


def test_the_time_to_take_back_is_counted_in_the_unit_it_is_written_in() -> None:
    core = case_at(Stage.REGISTERED)
    procedure = core.library.procedure(core.case.docs.procedure)
    longer = procedure.model_copy(update={"take_back": procedure.take_back.model_copy(update={"within": Budget.model_validate("2h")})})
    core.case = core.case.model_copy(update={"docs": core.case.docs.model_copy(update={"procedure": core.library.add(longer)})})
    screened = done(core.act("screener@yanlou-centre", "screen", category="0804", accept=True))[0].action_id
    core.pass_time(minutes=119)
    assert types(core.act("screener@yanlou-centre", "take_back", action=screened)) == ["taken_back"]
