"""Whistles in the pure core: who may blow, whom it calls, who joins, who is replaced, how it climbs and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.affair.base import Link
from rules.whistle.kind import WHISTLE
from tests.support.affair import GUMENG, MORNING, CoreAffair
from tests.support.core import actor

GRID, HOUSING, ENFORCE, POLICE = "grid@yanlou-gumeng", "officer@yanlou-housing", "officer@yanlou-enforce", "police@yanlou-police"
COMMITTEE, CENTRE = "officer@yanlou-gumeng", "dispatcher@yanlou-centre"
EVENING = datetime(2026, 3, 5, 13, 40, tzinfo=UTC)
"""21:40 on a Thursday in Huaxi."""


def blown(start: datetime = MORNING, **changes: Any) -> CoreAffair:
    """A whistle that has been blown; `crowded_letting` calls housing, enforcement and police."""
    core = CoreAffair(WHISTLE, start)
    core.done(GRID, "blow", **fields(**changes))
    return core


def fields(**changes: Any) -> dict[str, Any]:
    return {"place": GUMENG, "item": "crowded_letting", "text": "t", "tried": "t", **changes}


def working(start: datetime = MORNING) -> CoreAffair:
    core = blown(start)
    for post in (HOUSING, ENFORCE, POLICE):
        core.done(post, "arrive")
    return core


def resolved(start: datetime = MORNING) -> CoreAffair:
    core = working(start)
    for post in (HOUSING, ENFORCE, POLICE):
        core.done(post, "resolve_part", text="t")
    return core


def units(core: CoreAffair) -> list[str]:
    return [call.unit for call in core.state.calls]


@pytest.mark.parametrize(
    ("post", "changes", "refusal"),
    [
        (GRID, {"tried": ""}, "missing_reason tried"),
        (GRID, {"item": "nothing"}, "invalid item"),
        (GRID, {"item": None}, "invalid units"),
        (GRID, {"item": None, "units": ["yanlou-police"]}, "invalid level"),
        (GRID, {"level": "nothing"}, "invalid level"),
        (GRID, {"item": "gas_unsafe", "level": "ordinary"}, "invalid level"),
        (GRID, {"occurred_at": MORNING}, "invalid occurred_at"),
        (GRID, {"place": "999999999999"}, "unknown_place place"),
        (GRID, {"place": "520111105203"}, "not_holder"),
        ("officer@yanlou-police", {}, "not_allowed"),
        ("dispatcher@qingyan-centre", {}, "not_holder"),
        (GRID, {"units": ["yanlou-nothing"]}, "unknown_unit yanlou-nothing"),
        (GRID, {"units": ["qingyan-police"]}, "invalid units (qingyan-police)"),
        (GRID, {"units": ["yanlou-gumeng"]}, "invalid units (yanlou-gumeng)"),
        (GRID, {"of": "NO-SUCH-CASE"}, "invalid of"),
    ],
)
def test_a_whistle_that_is_not_in_order_is_refused(post: str, changes: dict[str, Any], refusal: str) -> None:
    core = CoreAffair(WHISTLE)
    assert core.refused(post, "blow", **fields(**changes)) == refusal
    assert core.events == []


def test_the_units_of_the_item_are_called_at_once_each_with_its_limit_to_answer() -> None:
    core = blown()
    assert core.types == ["whistle_blown", "unit_called", "unit_called", "unit_called"]
    assert units(core) == ["yanlou-housing", "yanlou-enforce", "yanlou-police"]
    assert {duty.id: duty.act for duty in core.seen().duties} == {
        "answer:yanlou-housing": "respond",
        "answer:yanlou-enforce": "respond",
        "answer:yanlou-police": "respond",
        "rung": "call_unit",
    }


@pytest.mark.parametrize(
    ("item", "level", "limit"),
    [("violence_brewing", None, {"minutes": 30}), ("gas_unsafe", None, {"hours": 2}), ("noise", "priority", {"hours": 2})],
)
def test_the_answer_is_owed_by_the_level_day_and_night(item: str, level: str | None, limit: dict[str, float]) -> None:
    core = blown(EVENING, item=item, level=level)
    due = core.state.clocks[f"answer:{core.state.calls[0].unit}"].due
    assert due.at == EVENING + timedelta(**limit)


def test_the_author_may_call_other_units_than_those_of_the_item_and_link_a_case() -> None:
    link = Link(kind="dispute", id="c", code="YANLOU-2026-00001", why="about")
    core = blown(units=["yanlou-market", "huaxi-petition", "yanlou-market"], of=link.code, found=link)
    assert units(core) == ["yanlou-market", "huaxi-petition"]
    assert ("case", "c") in WHISTLE.found_by(core.state)


def test_work_begins_when_enough_have_arrived_and_coming_counts_as_answering() -> None:
    core = blown(EVENING, item="violence_brewing")
    core.done(POLICE, "arrive")
    assert core.state.stage == "called"
    assert core.refused(POLICE, "resolve_part", text="t") == "wrong_stage called"
    core.done("officer@yanlou-justice", "respond", coming_at=EVENING + timedelta(hours=1))
    assert core.state.stage == "called"
    core.done("officer@yanlou-justice", "arrive")
    assert core.state.stage == "working"
    assert core.state.calls[0].answered_at == core.state.calls[0].arrived_at == EVENING


def test_who_checks_in_may_say_when_they_came_but_not_before_they_were_called() -> None:
    core = blown()
    core.pass_time(hours=3)
    assert core.refused(HOUSING, "arrive", occurred_at=MORNING - timedelta(minutes=1)) == "invalid occurred_at"
    core.done(HOUSING, "arrive", occurred_at=MORNING + timedelta(hours=2))
    assert core.state.call("yanlou-housing").arrived_at == MORNING + timedelta(hours=2)
    assert core.refused(HOUSING, "arrive") == "already_done"


def test_a_time_of_coming_moves_no_limit_and_lies_ahead() -> None:
    core = blown()
    assert core.refused(HOUSING, "respond", coming_at=MORNING - timedelta(hours=1)) == "invalid coming_at"
    core.done(HOUSING, "respond")
    core.done(ENFORCE, "respond", coming_at=MORNING + timedelta(days=20))
    clocks = core.state.clocks
    assert clocks["arrive:yanlou-housing"].due == clocks["arrive:yanlou-enforce"].due


def test_it_is_resolved_when_enough_have_resolved_their_part() -> None:
    core = working()
    assert core.refused("officer@yanlou-court", "resolve_part", text="t") == "not_holder"
    for post in (HOUSING, ENFORCE):
        core.done(post, "resolve_part", text="t")
    assert core.state.stage == "working"
    core.done(POLICE, "resolve_part", text="t")
    assert core.state.stage == "resolved"
    assert list(core.state.clocks) == ["conclude"]
    holder = core.seen().holder
    assert holder is not None
    assert (holder.act, holder.person) == ("conclude", GRID)


def test_a_silent_unit_is_replaced_once_by_the_unit_one_level_up_and_still_owes_its_answer() -> None:
    core = blown(EVENING, item="violence_brewing")
    core.done(POLICE, "arrive")
    core.pass_time(minutes=45)
    justice, stand_in = core.state.call("yanlou-justice"), core.state.call("huaxi-justice")
    assert (justice.state, stand_in.part, stand_in.why) == ("silent", "yanlou-justice", "substitute")
    assert "answer:yanlou-justice" in core.state.clocks
    assert core.state.clocks["answer:huaxi-justice"].due.at == core.now + timedelta(minutes=30)
    core.done("officer@huaxi-justice", "arrive")
    assert core.state.stage == "working"
    core.done("officer@huaxi-justice", "resolve_part", text="t")
    assert "answer:yanlou-justice" not in core.state.clocks
    core.done(POLICE, "resolve_part", text="t")
    assert core.state.stage == "resolved"
    assert core.types.count("unit_silent") == 1


def test_a_fallback_of_the_network_comes_before_the_level_above() -> None:
    core = blown(units=["yanlou-court"])
    core.pass_time(days=3)
    assert units(core)[:2] == ["yanlou-court", "huaxi-court"]


def test_a_chain_of_silent_units_ends_and_calls_nobody_twice() -> None:
    core = blown(EVENING, item="violence_brewing")
    core.pass_time(days=10)
    called = units(core)
    assert len(called) == len(set(called))
    assert set(called) == {"yanlou-police", "yanlou-justice", "huaxi-police", "huaxi-justice", "yanlou-centre", "huaxi-centre"}
    assert core.types.count("unit_silent") == len(called)
    assert core.folds_again()


def test_it_climbs_each_level_once_and_the_centre_there_is_called_in() -> None:
    core = working()
    core.pass_time(days=8)
    core.done(CENTRE, "respond")
    core.pass_time(days=60)
    climbs = [event.what.model_dump(include={"to", "unit"}) for event in core.events if event.type == "whistle_climbed"]
    assert climbs == [{"to": "town", "unit": "yanlou-centre"}, {"to": "county", "unit": "huaxi-centre"}]
    assert [call.part for call in core.state.calls if call.why == "climbed"] == [None, None]
    cards = [card.id for card in core.state.cards]
    assert len(cards) == len(set(cards))
    top = {card.id: card.role for card in core.state.cards if card.clock == "rung"}
    assert top == {"rung#3:yellow": "leader", "rung#3:red": "leader"}


def test_after_an_outage_a_level_has_its_own_time_before_the_next_one_is_called() -> None:
    core = working()
    core.sleep(days=120)
    assert core.state.rung == "town"
    assert core.state.call("huaxi-centre") is None


def test_what_is_not_done_comes_back_once_more_then_a_level_higher_and_at_the_top_no_more() -> None:
    core = resolved()
    assert core.refused(GRID, "conclude", done=False) == "missing_reason"
    assert core.refused(GRID, "conclude", done=False, text="t", units=["yanlou-women"]) == "invalid units (yanlou-women)"
    for rung in ("village", "town", "county"):
        core.done(GRID, "conclude", done=False, text="t", units=["yanlou-police"])
        assert (core.state.stage, core.state.rung) == ("working", rung)
        core.done(POLICE, "resolve_part", text="t")
    assert core.refused(GRID, "conclude", done=False, text="t") == "already_done"
    core.done(GRID, "conclude", done=True)
    assert core.state.stage == "closed"
    assert core.types.count("whistle_climbed") == 2


def test_silence_of_the_author_confirms() -> None:
    core = resolved()
    core.pass_time(days=6)
    assert (core.state.stage, core.state.deemed) == ("closed", True)
    assert core.state.clocks == {}


def test_nobody_else_concludes_or_takes_back_or_rates() -> None:
    core = resolved()
    other = actor("grid@yanlou-gumeng").model_copy(update={"person": "grid@yanlou-gumeng#2"})
    assert core.refused(other, "conclude", done=True) == "not_holder"
    assert core.refused(CENTRE, "rate_unit", unit="yanlou-police", stars=5) == "not_holder"
    fresh = blown()
    assert fresh.refused(other, "withdraw_whistle", reason="t") == "not_holder"
    fresh.done(GRID, "withdraw_whistle", reason="t")
    assert fresh.state.stage == "withdrawn"


def test_what_is_no_item_waits_for_the_grid_director_or_the_centre_and_never_for_its_author() -> None:
    core = blown(item=None, level="priority", units=["yanlou-market"])
    assert (core.state.stage, core.state.calls) == ("proposed", ())
    holder = core.seen().holder
    assert holder is not None
    assert (holder.act, holder.unit) == ("endorse", "yanlou-gumeng")
    both = actor(COMMITTEE).model_copy(update={"also": (GRID,)})
    assert core.refused(both, "endorse") == "same_person"
    assert core.refused("officer@yanlou-market", "endorse") == "not_holder"
    assert core.refused(CENTRE, "endorse", item="nothing") == "invalid item"
    core.done(COMMITTEE, "endorse")
    assert (core.state.stage, core.state.level, units(core)) == ("called", "priority", ["yanlou-market"])


def test_the_centre_may_say_which_item_it_is() -> None:
    core = blown(item=None, level="ordinary", units=["yanlou-market"])
    core.done(CENTRE, "endorse", item="food")
    assert (core.state.item, core.state.level, units(core)) == ("food", "priority", ["yanlou-market", "yanlou-health"])


def test_it_may_be_turned_down_with_a_reason_until_work_begins() -> None:
    core = blown()
    assert core.refused(CENTRE, "turn_down") == "missing_reason"
    core.done(COMMITTEE, "turn_down", reason="t")
    assert (core.state.stage, core.state.ended) == ("turned_down", True)
    assert working().refused(CENTRE, "turn_down", reason="t") == "wrong_stage working"


def test_a_unit_that_is_added_has_a_part_and_one_that_is_released_has_none() -> None:
    core = working()
    core.done(CENTRE, "call_unit", unit="yanlou-women", reason="t")
    assert core.refused(CENTRE, "call_unit", unit="yanlou-women", reason="t") == "already_done"
    for post in (HOUSING, ENFORCE, POLICE):
        core.done(post, "resolve_part", text="t")
    assert core.state.stage == "working"
    assert core.refused(GRID, "release_unit", unit="yanlou-women", reason="t") == "not_allowed"
    core.done(CENTRE, "release_unit", unit="yanlou-women", reason="t")
    assert core.state.stage == "resolved"


def test_the_last_part_is_not_released() -> None:
    core = blown(item="street_trade")
    assert core.refused(CENTRE, "release_unit", unit="yanlou-enforce", reason="t") == "checklist_open"


def test_author_and_units_rate_each_other_once() -> None:
    core = resolved()
    core.done(GRID, "conclude", done=True)
    assert core.refused(GRID, "rate_unit", unit="yanlou-police", stars=2) == "missing_reason"
    core.done(GRID, "rate_unit", unit="yanlou-police", stars=2, text="t")
    assert core.refused(GRID, "rate_unit", unit="yanlou-police", stars=5) == "already_done"
    assert core.refused(POLICE, "rate_whistle", useful=False) == "missing_reason"
    core.done(POLICE, "rate_whistle", useful=False, text="t")
    assert core.refused("officer@yanlou-court", "rate_whistle", useful=True) == "not_holder"
    call = core.state.call("yanlou-police")
    assert (call.stars, call.useful, core.state.ended) == (2, False, True)


def test_a_case_is_opened_once_and_linked() -> None:
    core = working()
    case = {
        "summary": "t",
        "happened_on": "2026-03-01",
        "people": 1,
        "parties": [{"id": "a", "side": "applicant", "kind": "person", "person": "p"}],
    }
    core.done(GRID, "open_case", **case)
    assert core.refused("clerk@yanlou-centre", "open_case", **case) == "already_done"
    core.answer(refused="not_allowed")
    core.done("clerk@yanlou-centre", "open_case", **case)
    core.answer(link={"kind": "dispute", "id": "c", "code": "C", "why": "opened"})
    assert core.refused(GRID, "open_case", **case) == "already_done"
    assert core.state.linked("c") is not None


def test_it_is_open_to_its_grid_town_and_units_and_to_nobody_else() -> None:
    core = blown()
    found = set(WHISTLE.access(core.state, core.bundle))
    assert {("place", GUMENG), ("town", "yanlou"), ("unit", "yanlou-police"), ("person", GRID)} <= found
    assert not any(value == "yanlou-court" for _, value in found)
