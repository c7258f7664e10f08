"""Closing: visit, audit, sign_off, archive, and reopening."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.words import Stage
from rules import chain
from tests.support.onward import case_at, done, go, parties, promise, refused, stage_of, types

CLERK = "clerk@yanlou-centre"
MEDIATOR = "mediator@yanlou-gumeng"
AUDITOR = "auditor@yanlou-justice"
ARCHIVIST = "archivist@yanlou-justice"
CALM: dict[str, Any] = {"outcome": "calm", "satisfied": True, "by_contact": "phone"}
RED: dict[str, Any] = {"risk_signs": ["weapon"]}
ORANGE: dict[str, Any] = {"people": 35, "risk_signs": ["separation"]}


@pytest.mark.parametrize(("fields", "visits"), [({}, 2), (ORANGE, 2), (RED, 3)], ids=["blue", "orange", "red"])
def test_the_tier_says_how_many_visits_are_owed(fields: dict[str, Any], visits: int) -> None:
    core = case_at(Stage.FOLLOWING_UP, **fields)
    for number in range(1, visits + 1):
        assert stage_of(core) is Stage.FOLLOWING_UP
        done(core.act(CLERK, "visit", **CALM))
        assert core.case.visits[-1].slot == ("visit.first", "visit.second", "visit.third")[number - 1]
    assert stage_of(core) is Stage.AUDITING


@pytest.mark.parametrize(
    ("post", "code"),
    [("citizen@a", "not_allowed"), ("officer@yanlou-court", "not_holder"), (MEDIATOR, "same_person")],
)
def test_visits_are_made_by_anybody_on_the_case_but_the_mediator(post: str, code: str) -> None:
    assert refused(case_at(Stage.FOLLOWING_UP).act(post, "visit", **CALM)) == code
    assert refused(case_at(Stage.AGREED).act(CLERK, "visit", **CALM)) == "wrong_stage"


def test_a_visit_that_reached_nobody_does_not_count() -> None:
    core = case_at(Stage.FOLLOWING_UP)
    done(core.act(CLERK, "visit", outcome="unreachable", by_contact="phone"))
    assert core.case.visits[0].slot is None
    assert {"visit.first", "visit.second"} <= set(core.case.clocks)


@pytest.mark.parametrize("bad", [{"outcome": "relapse"}, {"outcome": "calm", "satisfied": False}], ids=["relapse", "dissatisfied"])
def test_relapse_and_dissatisfaction_reopen_to_another_mediator(bad: dict[str, Any]) -> None:
    core = case_at(Stage.FOLLOWING_UP)
    assert types(core.act(CLERK, "visit", **bad)) == ["visited", "reopened"]
    assert (core.case.stage, core.case.chapter, core.case.former_mediators) == (Stage.SCREENED, 2, (MEDIATOR,))
    assert core.case.agreement is None
    go(core, Stage.SIGNED)
    assert refused(core.act("officer@yanlou-gumeng", "assign", mediator=MEDIATOR)) == "same_person"
    done(core.act("officer@yanlou-gumeng", "assign"))
    assert core.case.mediator is not None
    assert core.case.mediator.person != MEDIATOR


def test_late_visits_get_cards_of_the_clerk() -> None:
    core = case_at(Stage.FOLLOWING_UP)
    core.pass_time(days=9)
    assert [(card.clock, card.kind, card.role) for card in core.case.cards] == [("visit.first", "yellow", "clerk")]


def test_an_audit_that_passes_leads_to_the_archive() -> None:
    core = case_at(Stage.AUDITING)
    assert types(core.act(AUDITOR, "audit", passed=True)) == ["audit_requested"]
    assert core.case.audited
    assert refused(core.act(AUDITOR, "audit", passed=True)) == "already_done"
    assert types(core.act(ARCHIVIST, "archive")) == ["archived"]
    assert core.case.ended


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (AUDITOR, {"passed": True, "back_to": "performing"}, "invalid"),
        (AUDITOR, {"passed": False, "findings": ["ref"], "back_to": "signed"}, "invalid"),
        (CLERK, {"passed": True}, "not_allowed"),
        ("auditor@qingyan-centre", {"passed": True}, "not_holder"),
        (AUDITOR, {"passed": False}, "missing_reason"),
    ],
)
def test_auditing_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(Stage.AUDITING).act(post, "audit", **fields)) == code


def test_no_handler_audits_and_nothing_is_audited_too_early() -> None:
    core = case_at(Stage.AUDITING)
    core.case = core.case.model_copy(update={"handlers": (*core.case.handlers, AUDITOR)})
    assert refused(core.act(AUDITOR, "audit", passed=True)) == "same_person"
    assert refused(case_at(Stage.FOLLOWING_UP).act(AUDITOR, "audit", passed=True)) == "wrong_stage"


def test_a_failed_audit_owes_one_new_visit() -> None:
    core = case_at(Stage.AUDITING)
    core.pass_time(days=1)
    done(core.act(AUDITOR, "audit", passed=False, findings=["ref"]))
    assert (core.case.stage, core.case.visit_again) == (Stage.FOLLOWING_UP, True)
    assert core.case.clocks["visit.again"].anchor == core.now
    done(core.act(CLERK, "visit", **CALM))
    assert (core.case.stage, core.case.visit_again) == (Stage.AUDITING, False)
    assert "visit.again" not in core.case.clocks


def test_a_failed_audit_may_go_back_to_the_promises() -> None:
    core = case_at(Stage.AUDITING, steps={"agree": {"promises": [promise()]}})
    done(core.act(AUDITOR, "audit", passed=False, findings=["ref"], back_to="performing"))
    holder = core.view().holder
    assert holder is not None
    assert (holder.act, holder.role) == ("visit", "clerk"), "all promises are kept: it is the visit that is owed"
    done(core.act(CLERK, "visit", **CALM))
    assert stage_of(core) is Stage.AUDITING


def test_a_failed_audit_may_go_back_to_mediation() -> None:
    core = case_at(Stage.AUDITING)
    core.pass_time(days=1)
    done(core.act(AUDITOR, "audit", passed=False, findings=["ref"], back_to="mediating"))
    assert (core.case.stage, core.case.agreement, core.case.visits) == (Stage.MEDIATING, None, ())
    assert {"mediate", "ladder"} <= set(core.case.clocks)
    assert core.case.clocks["ladder"].anchor == core.now
    go(core, Stage.ARCHIVED)


def test_a_record_that_does_not_bear_it_out_sends_the_case_back() -> None:
    core = case_at(Stage.AUDITING, answers=False, steps={"assign": {"mediator": MEDIATOR}})
    done(core.act(AUDITOR, "audit", passed=True))
    report = {"passed": [], "open": [], "head": "0" * 64, "broken_at": 7}
    events = core.act("system@system", "answer", work=next(iter(core.case.work)), result=report)
    assert types(events) == ["audit_failed"]
    assert stage_of(core) is Stage.FOLLOWING_UP


@pytest.mark.parametrize(
    ("fields", "posts"),
    [(RED, ("leader@yanlou-centre", "police@yanlou-police")), (ORANGE, ("director@yanlou-centre",))],
    ids=["red", "orange"],
)
def test_the_tier_says_who_signs_off_before_the_audit_may_pass(fields: dict[str, Any], posts: tuple[str, ...]) -> None:
    core = case_at(Stage.AUDITING, **fields)
    for post in posts:
        assert refused(core.act(AUDITOR, "audit", passed=True)) == "checklist_open"
        assert types(core.act(post, "sign_off")) == ["signed_off"]
        assert refused(core.act(post, "sign_off")) == "already_done"
    assert types(core.act(AUDITOR, "audit", passed=True)) == ["audit_requested"]


@pytest.mark.parametrize(
    ("post", "code"),
    [("clerk@yanlou-centre", "not_allowed"), ("director@yanlou-centre", "not_allowed"), ("leader@qingyan-centre", "not_holder")],
)
def test_signing_off_a_red_case_is_refused(post: str, code: str) -> None:
    assert refused(case_at(Stage.AUDITING, **RED).act(post, "sign_off")) == code
    assert refused(case_at(Stage.FOLLOWING_UP, **RED).act("leader@yanlou-centre", "sign_off")) == "wrong_stage"


@pytest.mark.parametrize(("post", "code"), [(CLERK, "not_allowed"), ("archivist@qingyan-justice", "not_holder")])
def test_archiving_is_refused(post: str, code: str) -> None:
    core = case_at(Stage.AUDITING)
    assert refused(core.act(ARCHIVIST, "archive")) == "wrong_stage"
    done(core.act(AUDITOR, "audit", passed=True))
    assert refused(core.act(post, "archive")) == code


def test_an_audited_case_is_archived_by_the_clock() -> None:
    core = case_at(Stage.AUDITING)
    done(core.act(AUDITOR, "audit", passed=True))
    core.pass_time(days=20)
    assert stage_of(core) is Stage.AUDITING
    core.pass_time(days=4)
    assert stage_of(core) is Stage.ARCHIVED


def test_what_turned_red_after_its_audit_is_not_archived_by_hand_or_clock() -> None:
    core = case_at(Stage.AUDITING)
    done(core.act(AUDITOR, "audit", passed=True))
    done(core.act("dispatcher@yanlou-centre", "regrade", tier="red", reason="ref"))
    assert refused(core.act(ARCHIVIST, "archive")) == "checklist_open"
    core.pass_time(days=24)
    assert (core.case.stage, core.case.audited) == (Stage.FOLLOWING_UP, False)
    assert {"visit.third", "visit.again"} <= set(core.case.clocks)


def test_the_seal_covers_every_event_before_it() -> None:
    core = case_at(Stage.AUDITING)
    done(core.act("dispatcher@yanlou-centre", "raise_task", unit="yanlou-women", title="ref"))
    done(core.act(AUDITOR, "audit", passed=True))
    events = done(core.act(ARCHIVIST, "archive"))
    assert [event.type for event in events] == ["task_released", "archived"]
    head = chain.GENESIS
    for event in core.events[:-1]:
        head = chain.link(head, chain.canonical(event))
    assert events[-1].what.seal == head  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "form", "years"),
    [({}, "written", 30), ({}, "oral", 10), (RED, "written", None), ({"people": 12}, "oral", None)],
)
def test_how_long_a_file_is_kept_follows_the_rule(fields: dict[str, Any], form: str, years: int | None) -> None:
    core = case_at(Stage.ARCHIVED, steps={"agree": {"form": form}}, **fields)
    until = core.case.retain_until
    assert (until.year - core.now.year if until else None) == years


@pytest.mark.parametrize(
    ("fields", "category"),
    [
        ({}, "0902"),
        ({"parties": parties("applicant", "respondent", minor=True)}, "0201"),
        ({"risk_signs": ["death_or_injury"]}, "0201"),
    ],
    ids=["title", "minors", "death_or_injury"],
)
def test_some_files_are_kept_for_good(fields: dict[str, Any], category: str) -> None:
    core = case_at(Stage.ARCHIVED, steps={"screen": {"category": category}}, **fields)
    assert core.events[-1].what.retention == "permanent"  # type: ignore[union-attr]
    assert core.case.retain_until is None


@pytest.mark.parametrize(
    ("post", "do", "fields"),
    [
        ("screener@yanlou-centre", "screen", {"accept": False, "reason": "ref", "redirect": "court"}),
        ("dispatcher@yanlou-centre", "withdraw", {"party": "a", "reason": "ref"}),
        ("screener@yanlou-centre", "channel", {"route": "court", "notice": "ref"}),
        ("screener@yanlou-centre", "merge", {"into": "OLD-1", "into_case": "old"}),
    ],
)
def test_the_file_of_every_other_end_is_kept_ten_years(post: str, do: str, fields: dict[str, Any]) -> None:
    core = case_at(Stage.REGISTERED)
    done(core.act(post, do, **fields))
    assert core.case.ended
    assert core.case.retain_until == date(2036, 3, 2)
    assert core.events[-1].what.retention == "10y"  # type: ignore[union-attr]


def test_what_ends_on_the_29th_of_february_is_kept_until_a_28th() -> None:
    core = case_at(Stage.REGISTERED, start=datetime(2028, 2, 29, 2, tzinfo=UTC), happened_on="2028-02-01")
    done(core.act("dispatcher@yanlou-centre", "withdraw", party="a", reason="ref"))
    assert core.case.retain_until == date(2038, 2, 28)


@pytest.mark.parametrize("post", [CLERK, "grid@yanlou-gumeng", "citizen@a", "officer@huaxi-petition"])
def test_within_180_days_anybody_of_the_town_or_a_party_reopens(post: str) -> None:
    core = case_at(Stage.ARCHIVED)
    core.pass_time(days=179)
    assert types(core.act(post, "reopen", reason="ref")) == ["reopened"]
    assert (core.case.stage, core.view().reopened) == (Stage.SCREENED, 1)
    assert {"route", "ladder"} <= set(core.case.clocks)
    assert core.case.clocks["route"].anchor == core.now


def test_after_180_days_it_is_too_late_to_reopen() -> None:
    core = case_at(Stage.ARCHIVED)
    core.pass_time(days=185)
    assert refused(core.act(CLERK, "reopen", reason="ref")) == "too_late"


@pytest.mark.parametrize(
    ("post", "reason", "code"),
    [("adviser@yanlou-justice", "ref", "not_allowed"), ("clerk@qingyan-centre", "ref", "not_holder"), (CLERK, "", "missing_reason")],
)
def test_reopening_is_refused(post: str, reason: str, code: str) -> None:
    assert refused(case_at(Stage.ARCHIVED).act(post, "reopen", reason=reason)) == code
    assert refused(case_at(Stage.SIGNED).act(CLERK, "reopen", reason="ref")) == "wrong_stage"


def test_a_declined_case_is_screened_anew_after_reopening() -> None:
    core = case_at(Stage.REGISTERED)
    done(core.act("screener@yanlou-centre", "screen", accept=False, reason="ref", redirect="court"))
    done(core.act(CLERK, "reopen", reason="ref"))
    assert stage_of(core) is Stage.REGISTERED
    assert "screen" in core.case.clocks


def test_a_red_case_reopened_tells_the_police_again_and_calls_its_meetings_off() -> None:
    core = case_at(Stage.FOLLOWING_UP, **RED)
    done(core.act("dispatcher@yanlou-centre", "meet", at=core.now + timedelta(days=3), place="ref"))
    events = types(core.act(CLERK, "visit", outcome="relapse"))
    assert events == ["visited", "meeting_called_off", "reopened", "police_told", "task_raised"]
    assert [task.unit for task in core.case.tasks.values()] == ["yanlou-police"]


def test_a_red_case_of_the_district_itself_is_signed_off_by_the_police_of_the_district() -> None:
    core = case_at(Stage.AUDITING, place="520111", **RED)
    done(core.act("leader@huaxi-centre", "sign_off"))
    done(core.act("police@huaxi-police", "sign_off"))
    assert types(core.act(AUDITOR.replace("yanlou", "huaxi"), "audit", passed=True)) == ["audit_requested"]
