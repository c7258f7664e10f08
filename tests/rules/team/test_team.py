"""Teams: who may sit in them, who is on duty, what comes round, what their book promises and the engine's tables hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from models.affair.team_book import TeamBook
from models.words import CardKind
from rules.affair.allowed import allowed
from rules.affair.kinds import KINDS
from rules.team.kind import TEAM
from rules.team.roster import agreed, as_the_week_before, gaps, stretch
from rules.team.scopes import disagreements
from service.settings import ROOT
from store.places import load_place
from tests.support.affair import GUMENG, MORNING, CoreAffair
from tests.support.core import actor

PLACE = load_place(ROOT / "places" / "huaxi")
BOOK: TeamBook = PLACE.books["team"]  # type: ignore[assignment]
STATION, VILLAGE = "officer@yanlou-police", "officer@yanlou-gumeng"
TOWN = "520111105"


def grid_team() -> CoreAffair:
    team = CoreAffair(TEAM)
    team.done(VILLAGE, "form", sort="grid", place=GUMENG, unit="yanlou-gumeng")
    return team


def patrol(guards: int = 3) -> CoreAffair:
    """A patrol with as many people without an account, and a captain."""
    team = CoreAffair(TEAM)
    team.done(STATION, "form", sort="patrol", place=TOWN, unit="yanlou-police", number=2)
    team.done(STATION, "seat", seat="c", role="captain", staff="police@yanlou-police")
    for number in range(guards):
        team.done(STATION, "seat", seat=f"p{number}", role="patrol", person=f"person:{number}")
    return team


def shift(day: str | date, *seats: str) -> dict[str, Any]:
    return {"day": str(day), "seats": seats}


def test_what_roles_promise_is_what_the_tables_hold() -> None:
    assert list(disagreements(BOOK)) == []


@pytest.mark.parametrize(
    ("role", "change", "told"),
    [
        ("adviser", {"does": ("dispute.agree",)}, "none of its posts may"),
        ("mediator", {"never": ("dispute.agree",)}, "one of its posts may"),
        ("doctor", {"does": ("household.dance",)}, "no action household.dance"),
        ("member", {"masked": ("names",)}, "names is said never to be seen in full"),
        ("cluster_head", {"does": ("dispute.open",)}, "no account"),
    ],
)
def test_a_promise_that_the_tables_do_not_hold_is_told(role: str, change: dict[str, Any], told: str) -> None:
    roles = {**BOOK.roles, role: BOOK.roles[role].model_copy(update=change)}
    found = list(disagreements(BOOK.model_copy(update={"roles": roles})))
    assert any(role in one and told in one for one in found), found


def test_the_grid_team_is_the_seven_of_the_network() -> None:
    assert tuple(BOOK.roles[role].zh for role in BOOK.sorts["grid"].seats) == PLACE.network.grid_team
    assert list(TEAM.faults(BOOK, PLACE.network)) == []
    fewer = BOOK.sorts["grid"].model_copy(update={"seats": dict(list(BOOK.sorts["grid"].seats.items())[:6])})
    faults = list(TEAM.faults(BOOK.model_copy(update={"sorts": {**BOOK.sorts, "grid": fewer}}), PLACE.network))
    assert [key for key, _ in faults] == ["sorts.grid.seats"]


def test_a_book_that_names_what_is_not_there_is_refused_with_its_key() -> None:
    plain = PLACE.books["team"].model_dump(mode="json", by_alias=True)
    plain["sorts"]["grid"]["seats"]["dancer"] = {}
    with pytest.raises(ValidationError, match=r"sorts\.grid\.seats\.dancer"):
        TeamBook.model_validate(plain)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"sort": "band"}, "invalid sort"),
        ({"unit": "yanlou-police"}, "invalid unit"),
        ({"unit": "yanlou-nowhere"}, "not_holder"),
        ({"place": "520111105209"}, "invalid place"),
        ({"place": "999999"}, "unknown_place place"),
    ],
)
def test_a_team_is_formed_where_its_kind_belongs(fields: dict[str, Any], code: str) -> None:
    given = {"sort": "grid", "place": GUMENG, "unit": "yanlou-gumeng", **fields}
    assert CoreAffair(TEAM).refused(VILLAGE, "form", **given) == code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"role": "steward", "staff": "steward@yanlou-steward"}, "invalid role"),
        ({"role": "member", "person": "person:1"}, "invalid staff"),
        ({"role": "cluster_head", "staff": "grid@yanlou-gumeng"}, "invalid person"),
        ({"role": "member", "staff": "mediator@yanlou-gumeng"}, "invalid staff"),
        ({"role": "member", "staff": "grid@qingyan-gumeng"}, "invalid staff"),
        ({"role": "member", "staff": "grid@yanlou-gumeng#2", "on_roll": False}, "invalid staff"),
        ({"role": "member", "staff": "grid@yanlou-gumeng"}, "same_person"),
        ({"seat": "m", "role": "doctor", "staff": "doctor@yanlou-health"}, "already_done"),
    ],
)
def test_a_seat_is_for_who_fits_it(fields: dict[str, Any], code: str) -> None:
    team = grid_team()
    team.done(VILLAGE, "seat", seat="m", role="member", staff="grid@yanlou-gumeng")
    assert team.refused(VILLAGE, "seat", **{"seat": "x", **fields}) == code
    assert team.refused("officer@yanlou-baigu", "seat", seat="x", role="cluster_head", person="person:2") == "not_holder"


def test_an_empty_seat_is_owed_until_somebody_sits_in_it() -> None:
    team = grid_team()
    assert {duty.id for duty in team.seen().duties if duty.act == "seat"} == {f"vacancy:{role}" for role in BOOK.sorts["grid"].seats}
    team.done(VILLAGE, "seat", seat="h", role="cluster_head", person="person:9")
    assert "vacancy:cluster_head" not in team.state.clocks
    team.move_to(MORNING + timedelta(days=20))
    assert "vacancy:guide" in {card.clock for card in team.state.cards}
    assert team.refused(VILLAGE, "unseat", seat="h") == "missing_reason"
    team.done(VILLAGE, "unseat", seat="h", reason="ref")
    assert team.state.clocks["vacancy:cluster_head"].anchor == team.now
    assert team.refused(VILLAGE, "unseat", seat="h", reason="ref") == "already_done"
    team.done(VILLAGE, "seat", seat="h", role="cluster_head", person="person:10")
    assert team.folds_again()


def test_the_first_day_without_enough_people_is_owed_before_it_comes() -> None:
    team = patrol(2)
    assert team.state.clocks["roster"].due_on == date(2026, 3, 9)
    days = [shift(date(2026, 3, 2) + timedelta(days=number), "c", "p0", "p1") for number in range(10)]
    team.done(STATION, "roster", days=days)
    assert team.state.clocks["roster"].due_on == date(2026, 3, 12)
    assert team.refused(STATION, "roster", days=days[:1]) == "already_done"
    team.done(STATION, "unseat", seat="p1", reason="ref")
    assert "roster" not in team.state.clocks  # two people can't fill three places: now a seat is owed
    team.done(STATION, "seat", seat="p9", role="patrol", person="person:9")
    assert gaps(team.state, BOOK.sorts["patrol"].roster, team.bundle.cal, date(2026, 3, 2), 3) == (  # type: ignore[arg-type]
        date(2026, 3, 2),
        date(2026, 3, 3),
        date(2026, 3, 4),
    )
    assert team.state.clocks["roster"].due_on == date(2026, 3, 3)
    team.move_to(datetime(2026, 3, 4, 2, tzinfo=UTC))
    assert [card.kind for card in team.state.cards if card.clock == "roster"] == [CardKind.YELLOW]
    team.done(STATION, "roster", days=[shift("2026-03-05", "c", "p0", "p9")])
    assert team.state.clocks["roster"].due_on == date(2026, 3, 6)
    assert all(card.closed_at is not None for card in team.state.cards if card.clock == "roster")
    assert team.folds_again()


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ([shift("2026-03-01", "c")], "invalid day"),
        ([shift("2026-09-01", "c")], "invalid day"),
        ([shift("2026-03-03", "c"), shift("2026-03-03", "p0")], "invalid days"),
        ([shift("2026-03-03", "nobody")], "invalid seats"),
        ([shift("2026-03-03", "c", "c")], "invalid seats"),
    ],
)
def test_a_roster_names_members_on_days_to_come(days: list[Any], code: str) -> None:
    assert patrol().refused(STATION, "roster", days=days) == code


def test_a_shift_is_taken_beside_others_and_given_up_is_a_gap() -> None:
    team, day = patrol(), date(2026, 3, 3)
    for seat in ("c", "p0", "p1"):
        team.done(STATION, "join", day=day, seat=seat)
    assert team.state.roster == {"2026-03-03": ("c", "p0", "p1")}
    assert team.state.clocks["roster"].due_on == date(2026, 3, 4)
    assert team.refused(STATION, "join", day=day, seat="p1") == "already_done"
    team.done(STATION, "leave", day=day, seat="p0")
    rule = BOOK.sorts["patrol"].roster
    assert rule is not None
    (shown,) = stretch(team.state, rule, team.bundle.cal, day, 1)
    assert (shown.seats, shown.wanted, shown.missing, shown.works) == (("c", "p1"), 3, 1, True)
    assert team.state.clocks["roster"].due_on == day
    assert team.refused(STATION, "leave", day=day, seat="p0") == "already_done"
    assert team.folds_again()


@pytest.mark.parametrize(
    ("post", "day", "seat", "code"),
    [
        (STATION, "2026-03-01", "c", "invalid day"),
        (STATION, "2026-09-01", "c", "invalid day"),
        (STATION, "2026-03-03", "nobody", "invalid seat"),
        ("police@yanlou-police", "2026-03-03", "c", ""),
        ("mediator@yanlou-gumeng", "2026-03-03", "c", "not_holder"),
    ],
)
def test_a_shift_is_taken_by_who_keeps_the_team_or_sits_in_the_seat(post: str, day: str, seat: str, code: str) -> None:
    if code:
        assert patrol().refused(post, "join", day=day, seat=seat) == code
    else:
        patrol().done(post, "join", day=day, seat=seat)


def test_a_member_of_another_unit_takes_their_own_shift_alone_and_nobody_one_of_a_team_without_a_roster() -> None:
    team = CoreAffair(TEAM)
    team.done("officer@yanlou-justice", "form", sort="dispute", place=TOWN, unit="yanlou-justice", number=3)
    for seat, staff in (("m", "mediator@yanlou-justice"), ("g", "mediator@yanlou-gumeng")):
        team.done("officer@yanlou-justice", "seat", seat=seat, role="dispute_member", staff=staff)
    assert team.refused("mediator@yanlou-gumeng", "join", day="2026-03-03", seat="m") == "not_holder"
    team.done("mediator@yanlou-gumeng", "join", day="2026-03-03", seat="g")
    assert {"join", "leave"} <= set(allowed(TEAM, team.state, actor("mediator@yanlou-gumeng"), team.bundle))
    assert "join" not in allowed(TEAM, team.state, actor("mediator@yanlou-court"), team.bundle)
    assert grid_team().refused(VILLAGE, "join", day="2026-03-03", seat="m") == "invalid day"


@pytest.mark.parametrize(
    ("stands", "seen", "wanted", "found"),
    [
        ((), (), ("a", "b"), ("a", "b")),
        (("a", "b"), ("a", "b"), ("b", "c"), ("b", "c")),
        (("x", "a"), ("a",), ("b",), ("x", "b")),
        (("b",), (), ("b",), ("b",)),
        ((), ("a",), ("a", "b"), ("b",)),
    ],
    ids=["new", "other people", "somebody joined meanwhile", "done already", "somebody left meanwhile"],
)
def test_a_wish_for_a_day_leaves_what_others_have_changed(
    stands: tuple[str, ...], seen: tuple[str, ...], wanted: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert agreed(stands, seen, wanted) == found
    assert agreed(found, seen, wanted) == found, "and done again it changes nothing"


def test_as_the_week_before_names_who_still_sits_there_and_empties_no_day() -> None:
    team = patrol()
    team.done(STATION, "roster", days=[shift("2026-03-03", "c", "p0"), shift("2026-03-04", "p1"), shift("2026-03-12", "p2")])
    team.done(STATION, "unseat", seat="p0", reason="离队")
    rule, cal = BOOK.sorts["patrol"].roster, team.bundle.cal
    assert rule is not None
    week = as_the_week_before(team.state, stretch(team.state, rule, cal, date(2026, 3, 9), 7))
    assert {str(one.day): one.seats for one in week if one.seats} == {"2026-03-10": ("c",), "2026-03-11": ("p1",), "2026-03-12": ("p2",)}


def test_a_grid_team_has_no_roster() -> None:
    assert grid_team().refused(VILLAGE, "roster", days=[shift("2026-03-03")]).startswith("invalid days")


def test_a_drill_comes_round_and_who_was_missing_is_named_by_seat() -> None:
    team = patrol()
    due = team.state.clocks["exercise:emergency"].due
    assert due is not None
    assert due.at.date() == date(2026, 5, 31) + timedelta(days=1)
    team.done(STATION, "plan", drill="d1", exercise="emergency", day="2026-04-01")
    assert team.refused(STATION, "plan", drill="d1", exercise="emergency", day="2026-04-02") == "already_done"
    assert team.refused(STATION, "plan", drill="d2", exercise="safety_work", day="2026-04-02") == "invalid exercise"
    team.move_to(datetime(2026, 4, 2, 2, tzinfo=UTC))
    assert "planned:d1" in {card.clock for card in team.state.cards}
    assert team.refused(STATION, "hold", drill="d1", attended=["nobody"]) == "invalid attended"
    team.done(STATION, "hold", drill="d1", attended=["c", "p0"])
    assert team.state.drills["d1"].missed == ("p1", "p2")
    assert team.state.clocks["exercise:emergency"].anchor == team.now
    assert team.refused(STATION, "hold", drill="d1", attended=["c"]) == "already_done"
    assert team.refused(STATION, "call_off", drill="d1", reason="ref") == "already_done"
    assert team.refused(STATION, "hold", drill="d3", attended=["c"]) == "invalid exercise"


def test_a_drill_that_is_called_off_is_still_owed() -> None:
    team = patrol()
    before = team.state.clocks["exercise:emergency"]
    team.done(STATION, "plan", drill="d1", exercise="emergency", day="2026-04-01")
    assert team.refused(STATION, "call_off", drill="d1") == "missing_reason"
    team.done(STATION, "call_off", drill="d1", reason="ref")
    assert "planned:d1" not in team.state.clocks
    assert team.state.clocks["exercise:emergency"] == before


def test_of_a_group_only_its_purpose_is_kept_and_that_it_was_told() -> None:
    team = patrol()
    team.done(STATION, "group", group="g1", purpose="villagers", seat="c")
    assert set(type(team.state.groups["g1"]).model_fields) == {"purpose", "seat", "since", "told_on"}
    assert "notice:g1" in team.state.clocks
    assert team.refused(STATION, "group", group="g1", purpose="villagers", seat="c") == "already_done"
    assert team.refused(STATION, "group", group="g1", purpose="gossip") == "invalid purpose"
    assert team.refused(STATION, "group", group="g1", purpose="villagers", told_on="2026-03-03") == "invalid told_on"
    team.done(STATION, "group", group="g1", purpose="villagers", seat="c", told_on="2026-03-02")
    assert "notice:g1" not in team.state.clocks
    team.done(STATION, "unseat", seat="c", reason="ref")
    assert team.state.groups["g1"].seat is None
    team.done(STATION, "drop_group", group="g1")
    assert team.state.groups == {}
    assert team.folds_again()


def test_a_member_hands_the_seat_over_to_somebody_of_the_same_post() -> None:
    team = patrol()
    assert ("staff", "police@yanlou-police") in TEAM.found_by(team.state)
    assert team.refused(STATION, "hand_over", receiver="police@yanlou-police#2", reason="ref") == "not_holder"
    holder = "police@yanlou-police"
    assert team.refused(holder, "hand_over", receiver="officer@yanlou-police", reason="ref") == "invalid receiver"
    assert team.refused(holder, "hand_over", receiver="police@yanlou-police#9", on_roll=False, reason="r") == "invalid receiver"
    assert team.refused(holder, "hand_over", receiver="police@yanlou-police#2") == "missing_reason"
    team.done(holder, "hand_over", receiver="police@yanlou-police#2", reason="ref")
    assert team.state.seats["c"].staff == "police@yanlou-police#2"
    assert team.refused(holder, "hand_over", receiver="police@yanlou-police#3", reason="ref") == "not_holder"
    assert team.folds_again()


def test_a_dissolved_team_owes_nothing_and_has_nobody() -> None:
    team = patrol()
    assert team.refused(STATION, "dissolve", ground="merged") == "not_allowed"
    team.done("director@yanlou-centre", "dissolve", ground="merged")
    assert team.state.ended
    assert team.state.clocks == {}
    assert KINDS["team"].in_hands(team.state) == {}
    assert team.refused(STATION, "seat", seat="z", role="patrol", person="person:1") == "wrong_stage dissolved"
