"""The ladder: who may raise a case, when the clock does, what waits on each rung, and the leader at the top."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.refusal import Refusal
from models.words import Stage
from tests.support.core import CoreCase
from tests.support.onward import case_at, done, refused, types

LEAD = "officer@yanlou-gumeng"
CENTRE = "dispatcher@yanlou-centre"
COUNTY = "dispatcher@huaxi-centre"


def test_the_handler_raises_a_case_and_the_centre_leads_at_once() -> None:
    core = case_at(Stage.ROUTED)
    core.pass_time(hours=1)
    done(core.act(LEAD, "escalate", reason="ref"))
    assert (core.case.level, core.case.lead, core.case.stage) == ("town", "yanlou-centre", Stage.SIGNED)
    assert core.case.clocks["contact"].anchor == core.now
    assert "yanlou-gumeng" in {task.unit for task in core.case.tasks.values()}, "the old lead stays as an assisting unit"


def test_the_upper_level_pulls_a_case_up() -> None:
    core = case_at(Stage.SIGNED)
    for level in ("town", "joint", "county"):
        done(core.act(COUNTY, "escalate", reason="ref"))
        assert core.case.level == level
    assert core.case.centre == "huaxi-centre"


@pytest.mark.parametrize(
    ("post", "reason", "code"),
    [
        ("clerk@yanlou-centre", "ref", "not_allowed"),
        ("officer@yanlou-justice", "ref", "not_holder"),
        ("dispatcher@qingyan-centre", "ref", "not_holder"),
        (LEAD, "", "missing_reason"),
    ],
)
def test_raising_is_refused(post: str, reason: str, code: str) -> None:
    assert refused(case_at(Stage.SIGNED).act(post, "escalate", reason=reason)) == code


def test_after_an_agreement_there_is_nothing_to_raise() -> None:
    assert refused(case_at(Stage.AGREED).act(LEAD, "escalate", reason="ref")) == "wrong_stage"


def test_a_climb_that_is_under_way_is_not_asked_for_again() -> None:
    core = case_at(Stage.SIGNED, answers=False)
    assert types(core.act(LEAD, "escalate", reason="ref")) == ["escalation_requested"]
    assert refused(core.act(LEAD, "escalate", reason="ref")) == "already_done"


def test_from_the_grid_a_case_climbs_to_its_village_before_the_town() -> None:
    core = case_at(Stage.ROUTED, steps={"route": {"level": "grid"}})
    core.pass_time(days=1, hours=9)
    assert (core.case.level, core.case.lead, core.case.stage) == ("village", "yanlou-gumeng", Stage.SIGNED)
    assert "yanlou-gumeng" not in {task.unit for task in core.case.tasks.values()}, "the lead is the same: nothing is handed on"
    core.pass_time(days=4)
    assert (core.case.level, core.case.lead) == ("town", "yanlou-centre")


def test_unrouted_cases_climb_too() -> None:
    core = case_at(Stage.REGISTERED)
    core.pass_time(days=60)
    assert (core.case.level, core.case.stage, core.case.lead) == ("county", Stage.REGISTERED, None)
    assert (core.case.centre, core.case.leader_charged) == ("huaxi-centre", True)
    done(core.act("screener@huaxi-centre", "screen", category="0201", accept=True))
    done(core.act(COUNTY, "route"))
    assert core.case.level == "county"


def test_an_unrouted_case_has_no_joint_meeting_to_call() -> None:
    core = case_at(Stage.SCREENED)
    core.pass_time(days=12)
    assert core.case.level == "joint"
    assert "joint_meeting" not in core.case.clocks


def test_a_dispute_of_the_district_itself_starts_at_the_top() -> None:
    core = case_at(Stage.REGISTERED, place="520111")
    assert str(core.case.clocks["ladder"].budget) == "15wd"
    core.pass_time(days=30)
    assert (core.case.leader_charged, core.case.level) == (True, None)


def test_each_rung_is_climbed_once_and_at_the_top_the_leader_is_charged_once() -> None:
    core = case_at(Stage.SIGNED)
    core.pass_time(days=200)
    levels = [str(event.what.level) for event in core.events if event.what.type == "escalated"]
    assert levels == ["town", "joint", "county"]
    assert [event.type for event in core.events].count("leader_charged") == 1
    holder = core.view().holder
    assert holder is not None
    assert (holder.role, holder.unit) == ("leader", "huaxi-centre")
    assert refused(core.act(COUNTY, "escalate", reason="ref")) == "already_done"


def test_two_failed_sessions_raise_the_level_and_the_count_starts_anew() -> None:
    core = case_at(Stage.MEDIATING)
    mediator = core.case.mediator.person if core.case.mediator else ""
    assert types(core.act(mediator, "record", outcome="failed", text="ref")) == ["session_recorded"]
    assert types(core.act(mediator, "record", outcome="failed", text="ref")) == ["session_recorded", "escalation_requested"]
    assert (core.case.level, core.case.sessions_failed, core.case.stage) == ("town", 0, Stage.MEDIATING)
    done(core.act(mediator, "record", outcome="failed", text="ref"))
    assert core.case.level == "town"


def joint() -> CoreCase:
    core = case_at(Stage.SIGNED, steps={"screen": {"category": "0602"}})
    done(core.act(CENTRE, "escalate", reason="ref"))
    assert core.case.level == "joint"
    return core


def test_at_the_joint_level_the_three_and_the_departments_are_called_to_a_meeting() -> None:
    core = joint()
    units = {task.unit for task in core.case.tasks.values()}
    assert {"yanlou-police", "yanlou-justice", "yanlou-court", "yanlou-housing"} <= units
    assert str(core.case.clocks["joint_meeting"].budget) == "3wd"
    done(core.act(CENTRE, "meet", at=core.now + timedelta(hours=3), place="ref", joint=True))
    assert "joint_meeting" not in core.case.clocks


def test_a_joint_meeting_convenes_the_three_and_whoever_is_chosen() -> None:
    core = joint()
    done(core.act(CENTRE, "meet", at=core.now + timedelta(hours=3), place="ref", joint=True, units=["yanlou-housing", "yanlou-police"]))
    done(core.act(CENTRE, "meet", at=core.now + timedelta(hours=4), place="ref", units=["yanlou-women"]))
    assert [meeting.units for meeting in core.case.meetings] == [
        ("yanlou-police", "yanlou-justice", "yanlou-court", "yanlou-housing"),
        ("yanlou-women",),
    ]


def test_the_joint_meeting_takes_place_within_its_limit_and_once_that_is_over_at_any_time() -> None:
    core = joint()
    assert refused(core.act(CENTRE, "meet", at=core.now + timedelta(days=30), place="ref", joint=True)) == "too_late"
    done(core.act(CENTRE, "meet", at=core.now + timedelta(days=30), place="ref"))
    assert "joint_meeting" in core.case.clocks
    core.pass_time(days=4)
    assert "joint_meeting#1:yellow" in [card.id for card in core.case.cards]
    done(core.act(CENTRE, "meet", at=core.now + timedelta(days=2), place="ref", joint=True))
    assert "joint_meeting" not in core.case.clocks
    assert all(card.closed_at for card in core.case.cards if card.clock == "joint_meeting")


def test_a_joint_meeting_called_off_is_owed_again() -> None:
    core = joint()
    done(core.act(CENTRE, "meet", at=core.now + timedelta(hours=3), place="ref", joint=True))
    done(core.act(CENTRE, "call_off", meeting="m1", reason="ref"))
    assert "joint_meeting" in core.case.clocks


def test_a_red_case_has_to_meet_within_a_day() -> None:
    core = joint()
    done(core.act(CENTRE, "regrade", tier="red", reason="ref"))
    assert str(core.case.clocks["joint_meeting"].budget) == "24h"


def test_an_answer_that_comes_after_an_agreement_or_an_end_changes_nothing() -> None:
    core = case_at(Stage.MEDIATING, answers=False, steps={"assign": {"mediator": "mediator@yanlou-gumeng"}})
    done(core.act(LEAD, "escalate", reason="ref"))
    work = next(iter(core.case.work.values()))
    done(core.act("mediator@yanlou-gumeng", "agree", form="written", terms="ref"))
    assert not core.case.work
    late = core.act("system@system", "answer", work=work.id, result=core._answer(work.kind, work.detail))
    assert refused(late) == "already_done"
    other = case_at(Stage.SIGNED, answers=False)
    done(other.act(LEAD, "escalate", reason="ref"))
    done(other.act(LEAD, "withdraw", party="a", reason="ref"))
    late = other.act("system@system", "answer", work="escalate:9", result={})
    assert isinstance(late, Refusal)
    assert not other.case.work


def test_routing_drops_a_climb_that_is_still_being_looked_up() -> None:
    core = case_at(Stage.SCREENED, answers=False)
    done(core.act(CENTRE, "escalate", reason="ref"))
    done(core.act(CENTRE, "route", level="county"))
    assert not core.case.work
    assert core.case.level == "county"


def test_a_suspension_stops_the_ladder() -> None:
    core = case_at(Stage.MEDIATING)
    mediator = core.case.mediator.person if core.case.mediator else ""
    done(core.act(mediator, "suspend", ground="appraisal", evidence="ref"))
    core.pass_time(days=30)
    assert "escalated" not in [event.type for event in core.events]
