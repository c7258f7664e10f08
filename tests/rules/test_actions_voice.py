"""What parties say of how they are served: ratings that move nothing, complaints that must be replied to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import happening as h
from models.clock import Budget
from models.words import Role, Stage, Tier
from rules.allowed import allowed
from rules.obligations import duties
from rules.telling import named_to, told_to
from rules.visibility import Group, Show, sight
from tests.support.core import CoreCase, actor
from tests.support.onward import case_at, done, go, lead_post, parties, refused, stage_of, types

DIRECTOR = "director@yanlou-centre"
CLERK = "clerk@yanlou-centre"
MINE: dict[str, Any] = {"party": "a", "text": "ref"}
GOOD: dict[str, Any] = {"party": "a", "satisfied": True}


def owed_replies(core: CoreCase) -> list[tuple[str, Role, str | None]]:
    procedure = core.library.procedure(core.case.docs.procedure)
    return [(duty.id, duty.role, duty.unit) for duty in duties(core.case, procedure) if duty.act == "reply"]


def offered(core: CoreCase, post: str) -> set[str]:
    return set(allowed(core.case, actor(post), core.context))


def test_a_rating_is_taken_once_of_each_party_when_there_is_something_to_rate() -> None:
    core = case_at(Stage.PERFORMING, steps={"agree": {"promises": [{"id": "p1", "debtor": "b", "what": "ref", "due": "2026-03-20"}]}})
    assert refused(core.act("citizen@a", "rate", **GOOD)) == "wrong_stage"
    go(core, Stage.FOLLOWING_UP)
    before = core.case
    assert types(core.act("citizen@a", "rate", **GOOD)) == ["rated"]
    assert core.case.clocks == before.clocks
    assert refused(core.act("citizen@a", "rate", **GOOD)) == "already_done"
    assert types(core.act("citizen@b", "rate", party="b", satisfied=False, text="ref")) == ["rated"]
    assert [(rating.party, rating.satisfied, rating.text) for rating in core.case.ratings] == [("a", True, None), ("b", False, "ref")]
    assert stage_of(core) is Stage.FOLLOWING_UP


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (CLERK, GOOD, "not_allowed"),
        ("mediator@yanlou-gumeng", GOOD, "not_allowed"),
        ("citizen@b", GOOD, "not_holder"),
        ("citizen@stranger", {"party": "stranger", "satisfied": True}, "not_holder"),
    ],
)
def test_only_the_party_itself_rates(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(Stage.FOLLOWING_UP).act(post, "rate", **fields)) == code


def test_a_rating_is_open_for_some_days_after_the_end_and_in_each_chapter_anew() -> None:
    core = case_at(Stage.ARCHIVED)
    assert "rate" in offered(core, "citizen@a")
    ended = core.case.ended_at
    assert types(core.act("citizen@a", "rate", **GOOD)) == ["rated"]
    assert (core.case.ended_at, core.case.stage, core.case.clocks) == (ended, Stage.ARCHIVED, {})
    core.pass_time(days=8)
    assert refused(core.act("citizen@b", "rate", party="b", satisfied=True)) == "too_late"
    assert "rate" not in offered(core, "citizen@b")
    done(core.act(CLERK, "reopen", reason="ref"))
    assert core.case.ratings == ()


def test_a_complaint_on_a_running_case_moves_nothing_and_the_director_owes_a_reply() -> None:
    core = case_at(Stage.MEDIATING)
    before = core.case
    assert types(core.act("citizen@b", "complain", party="b", text="ref")) == ["complained"]
    assert {name: clock for name, clock in core.case.clocks.items() if name != "complaint:c1"} == before.clocks
    assert core.case.clocks["complaint:c1"].budget == Budget.model_validate("5wd")
    assert owed_replies(core) == [("complaint:c1", Role.DIRECTOR, "yanlou-centre")]
    holder = core.view().holder
    assert holder is not None
    assert holder.act == "agree"
    assert refused(core.act("citizen@b", "complain", party="b", text="ref")) == "already_done"
    assert types(core.act("citizen@a", "complain", **MINE)) == ["complained"]
    assert types(core.act(DIRECTOR, "reply", text="ref")) == ["replied"]
    assert [(item.id, item.replied_at is None) for item in core.case.complaints] == [("c1", False), ("c2", True)]
    assert types(core.act("leader@yanlou-centre", "reply", complaint="c2", text="ref")) == ["replied"]
    assert owed_replies(core) == []
    assert core.case.clocks == before.clocks
    assert types(core.act("citizen@b", "complain", party="b", text="ref")) == ["complained"]


@pytest.mark.parametrize(
    ("post", "do", "fields", "code"),
    [
        ("citizen@a", "complain", {"party": "b", "text": "ref"}, "not_holder"),
        (CLERK, "complain", {"party": "z", "text": "ref"}, "unknown_party"),
        ("clerk@qingyan-centre", "complain", MINE, "not_holder"),
        ("mediator@yanlou-gumeng", "complain", MINE, "not_allowed"),
        (DIRECTOR, "reply", {"complaint": "c7", "text": "ref"}, "invalid"),
        (DIRECTOR, "reply", {"text": "ref"}, "already_done"),
        ("director@qingyan-centre", "reply", {"complaint": "c7", "text": "ref"}, "not_holder"),
        ("officer@yanlou-gumeng", "reply", {"text": "ref"}, "not_allowed"),
    ],
)
def test_who_may_complain_and_reply(post: str, do: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(Stage.MEDIATING).act(post, do, **fields)) == code


def test_the_centre_writes_down_a_complaint_made_at_the_window() -> None:
    core = case_at(Stage.SIGNED)
    assert types(core.act(CLERK, "complain", **MINE)) == ["complained"]
    assert owed_replies(core) == [("complaint:c1", Role.DIRECTOR, "yanlou-centre")]


def test_a_reply_that_does_not_come_raises_cards() -> None:
    core = case_at(Stage.FOLLOWING_UP)
    done(core.act("citizen@a", "complain", **MINE))
    core.pass_time(days=8)
    cards = [(card.kind, card.role, card.unit) for card in core.case.cards if card.clock == "complaint:c1"]
    assert cards == [("yellow", Role.DIRECTOR, "yanlou-centre")]
    done(core.act(DIRECTOR, "reply", text="ref"))
    assert all(card.closed_at is not None for card in core.case.cards if card.clock == "complaint:c1")


def test_no_case_is_closed_while_a_complaint_waits() -> None:
    core = case_at(Stage.AUDITING)
    done(core.act("citizen@a", "complain", **MINE))
    answer = core.act("auditor@huaxi-centre", "audit", passed=True)
    assert refused(answer) == "checklist_open"
    done(core.act(DIRECTOR, "reply", text="ref"))
    done(core.act("auditor@huaxi-centre", "audit", passed=True))
    done(core.act("citizen@a", "complain", **MINE))
    assert refused(core.act("archivist@yanlou-justice", "archive")) == "checklist_open"
    core.pass_time(days=40)
    assert stage_of(core) is Stage.FOLLOWING_UP
    assert owed_replies(core) == [("complaint:c2", Role.DIRECTOR, "yanlou-centre")]


def test_a_complaint_opens_an_ended_case_again_within_the_window() -> None:
    core = case_at(Stage.ARCHIVED)
    core.pass_time(days=100)
    assert types(core.act("citizen@a", "complain", **MINE)) == ["reopened", "complained"]
    assert (core.case.stage, core.case.chapter) == (Stage.SCREENED, 2)
    assert owed_replies(core) == [("complaint:c1", Role.DIRECTOR, "yanlou-centre")]
    reopened = next(event.what for event in core.events if isinstance(event.what, h.Reopened))
    assert reopened.reason == "code:complaint", "the words stay with the complaint"
    later = case_at(Stage.ARCHIVED)
    later.pass_time(days=190)
    assert refused(later.act("citizen@a", "complain", **MINE)) == "too_late"


def test_an_open_complaint_outlives_the_end_and_is_replied_to_there() -> None:
    core = case_at(Stage.MEDIATING)
    done(core.act("citizen@b", "complain", party="b", text="ref"))
    due = core.case.clocks["complaint:c1"].due
    assert types(core.act("citizen@a", "withdraw", party="a", reason="ref"))[-1] == "withdrawn"
    assert core.view().holder is None
    assert [(duty.act, duty.due, duty.holds_ball) for duty in core.view().duties] == [("reply", due.at if due else None, False)]
    ended = core.case.ended_at
    core.now += timedelta(days=30)
    assert types(core.act(DIRECTOR, "reply", text="ref")) == ["replied"]
    assert core.view().duties == ()
    assert (core.case.stage, core.case.ended_at, core.case.clocks) == (Stage.WITHDRAWN, ended, {})


def test_a_complaint_goes_with_the_case_into_the_next_chapter() -> None:
    core = case_at(Stage.FOLLOWING_UP)
    done(core.act("citizen@b", "complain", party="b", text="ref"))
    done(core.act(CLERK, "visit", outcome="relapse"))
    assert core.case.chapter == 2
    assert owed_replies(core) == [("complaint:c1", Role.DIRECTOR, "yanlou-centre")]


def test_a_case_with_an_open_complaint_is_not_merged_into_another() -> None:
    core = case_at(Stage.SIGNED, answers=False)
    done(core.act("citizen@a", "complain", **MINE))
    into: dict[str, Any] = {"into": "OTHER-1", "into_case": "other"}
    assert refused(core.act("dispatcher@yanlou-centre", "merge", **into)) == "checklist_open"
    done(core.act(DIRECTOR, "reply", text="ref"))
    assert types(core.act("dispatcher@yanlou-centre", "merge", **into)) == ["merging"]


def test_a_case_under_a_procedure_without_the_limit_owes_the_reply_all_the_same() -> None:
    core = case_at(Stage.MEDIATING)
    procedure = core.library.procedure(core.case.docs.procedure)
    older = {name: limit for name, limit in procedure.limits.items() if name not in {"complaint", "rate"}}
    name = core.library.add(procedure.model_copy(update={"limits": older}))
    core.case = core.case.model_copy(update={"docs": core.case.docs.model_copy(update={"procedure": name})})
    done(core.act("citizen@a", "complain", **MINE))
    assert "complaint:c1" not in core.case.clocks
    assert owed_replies(core) == [("complaint:c1", Role.DIRECTOR, "yanlou-centre")]


def test_the_other_side_can_not_withdraw_a_dispute_it_has_not_brought() -> None:
    core = case_at(Stage.SIGNED)
    assert refused(core.act("citizen@b", "withdraw", party="b", reason="ref")) == "not_allowed"
    assert "withdraw" not in offered(core, "citizen@b")
    assert "withdraw" in offered(core, "citizen@a")
    assert types(core.act("citizen@a", "withdraw", party="a", reason="ref"))[-1] == "withdrawn"


def test_complaints_are_told_to_the_centre_s_heads_and_never_to_who_may_be_complained_about() -> None:
    core = case_at(Stage.MEDIATING)
    done(core.act("citizen@a", "complain", **MINE))
    network = core.library.bundle(core.case.docs).network
    complained = core.events[-1]
    for post in (DIRECTOR, "leader@yanlou-centre", "director@huaxi-centre", "auditor@yanlou-justice"):
        seen = sight(core.case, actor(post), network)
        assert seen.full(Group.COMPLAINTS), post
        assert told_to(complained, seen)
        assert named_to(actor(post).role, complained.type), post
    for post in ("mediator@yanlou-gumeng", "officer@yanlou-gumeng", CLERK, "dispatcher@yanlou-centre", "citizen@a", "citizen@b"):
        seen = sight(core.case, actor(post), network)
        assert not seen.sees(Group.COMPLAINTS), post
        assert not told_to(complained, seen)
        assert not named_to(actor(post).role, complained.type), post
    restricted = case_at(Stage.MEDIATING, parties=parties("applicant", "respondent", minor=True))
    assert sight(restricted.case, actor("auditor@yanlou-justice"), network).show(Group.COMPLAINTS) is Show.MASKED


def test_a_complaint_in_a_red_case_opens_it_again_with_its_alarm() -> None:
    core = case_at(Stage.MEDIATING, risk_signs=["weapon"])
    done(core.act(lead_post(core.case), "channel", route="court", notice="ref"))
    assert core.case.tier is Tier.RED
    assert {"reopened", "police_told", "complained"} <= set(types(core.act("citizen@a", "complain", **MINE)))
