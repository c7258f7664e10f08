"""Dwellings: what may be let, who checks in, what an inspection finds, when letting is suspended and resumed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.affair.base import Link
from models.party import SYSTEM, Actor
from models.words import Role
from rules.affair.kinds import KINDS
from rules.affair.views import beside
from rules.dwelling.kind import DWELLING
from rules.hazard.kind import HAZARD
from service.settings import ROOT
from store.places import load_place
from tests.support.affair import GUMENG, CoreAffair

PLACE = load_place(ROOT / "places" / "huaxi")
GRID, POLICE, CENTRE = "grid@yanlou-gumeng", "police@yanlou-police", "dispatcher@yanlou-centre"
TENANT = Actor(person="citizen:tenant", role=Role.CITIZEN, unit="tenant")
ROOMS = (
    {"id": "r1", "area": 12, "floor": 1, "use": "room"},
    {"id": "r2", "area": 9, "floor": 1, "use": "room"},
    {"id": "k", "area": 8, "floor": 0, "use": "kitchen"},
)
CODE = "a" * 64


def enrolled() -> CoreAffair:
    """A building with two rooms and a kitchen, on file since the morning."""
    house = CoreAffair(DWELLING)
    house.done(GRID, "enrol", place=GUMENG, number="3-12", address="vault:1", landlord_person="person:1", rooms=ROOMS)
    return house


def let(house: CoreAffair, lease: str = "l1", **fields: Any) -> CoreAffair:
    """The same with a lease."""
    given = {
        "rooms": ("r1",),
        "since": "2026-03-02",
        "until": "2026-09-01",
        "headcount": 2,
        "tenants": ({"id": "t", "person": "person:2"},),
    }
    house.done(GRID, "let", lease=lease, **{**given, **fields})
    return house


def hazard(number: int = 1) -> dict[str, Any]:
    """A hazard that tells of itself."""
    return Link(kind="hazard", id=f"h{number}", code=f"HZ-{number}", why="about").model_dump()


def owed(house: CoreAffair) -> set[str]:
    return {duty.id for duty in house.seen().duties}


def test_the_end_of_a_lease_is_owed_from_its_reminder_on_and_its_date_stands_from_the_first_day() -> None:
    house = let(enrolled())
    (end,) = [clock for clock in house.seen().clocks if clock.id == "lease:l1"]
    assert end.due is not None
    assert "lease:l1" not in owed(house)
    house.move_to(end.due - timedelta(days=8))
    assert "lease:l1" not in owed(house)
    house.move_to(end.due - timedelta(days=6))
    assert "lease:l1" in owed(house)
    house.done(GRID, "prolong", lease="l1", until="2027-09-01")
    assert "lease:l1" not in owed(house)


def test_a_lease_that_ends_before_it_could_remind_is_owed_at_once() -> None:
    assert "lease:l1" in owed(let(enrolled(), until="2026-03-05"))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"rooms": ("k",)}, "住房租赁条例"),
        ({"headcount": 3}, "m² / 3"),
        ({"rooms": ("r9",)}, "rooms (r9)"),
        ({"until": "2026-03-01"}, "until"),
    ],
)
def test_a_lease_that_breaks_a_rule_of_the_book_is_refused_with_its_source(fields: dict[str, Any], expected: str) -> None:
    given = {"lease": "l1", "rooms": ("r1",), "since": "2026-03-02", "headcount": 1, "tenants": ({"id": "t", "person": "person:2"},)}
    found = enrolled().refused(GRID, "let", **{**given, **fields})
    assert found.startswith("invalid")
    assert expected in found


def test_what_the_book_only_flags_is_entered_and_has_to_be_looked_at() -> None:
    house = enrolled()
    house.done(GRID, "amend", rooms=({"id": "r1", "area": 30, "floor": 1, "use": "room"},))
    house.pass_time(hours=1)
    let(house, headcount=3)
    assert [flag.rule for flag in house.state.leases["l1"].flags] == ["room"]
    assert "look:l1" in house.state.clocks
    house.pass_time(hours=1)
    house.done(GRID, "inspect", failed=())
    assert "look:l1" not in house.state.clocks


def test_a_room_is_let_once_and_is_not_dropped_while_it_is_let() -> None:
    house = let(enrolled())
    again = {"lease": "l2", "rooms": ("r1",), "since": "2026-03-02", "headcount": 1, "tenants": ({"id": "t", "person": "person:3"},)}
    assert house.refused(GRID, "let", **again) == "invalid rooms (r1)"
    assert house.refused(GRID, "amend", drop=("r1",)) == "invalid drop (r1)"
    house.done(GRID, "end_lease", lease="l1")
    assert house.state.leases["l1"].present == ()
    house.done(GRID, "let", **again)


def test_a_tenant_checks_in_by_the_code_alone_and_the_grid_confirms() -> None:
    house = let(enrolled())
    given = {"lease": "l1", "occupant": "o1", "person": "person:3"}
    assert house.refused(TENANT, "check_in", **given).startswith("not_allowed")
    house.done(GRID, "give_code", lease="l1", digest=CODE)
    assert ("check_in", CODE) in beside(DWELLING, house.state, house.bundle).keys
    assert house.refused(TENANT, "check_in", **given, digest="b" * 64).startswith("not_allowed")
    house.done(TENANT, "check_in", **given, digest=CODE)
    assert house.refused(TENANT, "check_in", **{**given, "occupant": "o2"}, digest=CODE) == "already_done"
    assert "confirm:l1.o1" in house.state.clocks
    assert house.refused(GRID, "confirm", lease="l1", occupant="o1", lives_there=False) == "missing_reason"
    house.done(GRID, "confirm", lease="l1", occupant="o1", lives_there=True)
    assert "confirm:l1.o1" not in house.state.clocks
    house.pass_time(days=15)
    assert house.refused(TENANT, "check_in", lease="l1", occupant="o4", person="person:5", digest=CODE) == "too_late"
    house.done(GRID, "end_lease", lease="l1")
    assert all(name != "check_in" for name, _ in beside(DWELLING, house.state, house.bundle).keys)


def test_failed_checks_open_one_hazard_each_and_the_tier_follows() -> None:
    house = enrolled()
    house.done(GRID, "inspect", failed=({"check": "wiring", "text": "vault:2"},))
    assert (house.state.tier, house.seen().stage) == ("yellow", "open")
    ask = next(iter(house.state.work.values()))
    assert ask.detail["fields"] == {"place": GUMENG, "item": "wiring", "severity": "minor", "of": house.state.code, "text": "vault:2"}
    house.done(SYSTEM, "hazard_found", found=hazard(), item="wiring", severity="minor")
    house.answer(link={**hazard(), "why": "opened"})
    assert [one.affair for one in house.state.findings.values()] == ["h1"]
    assert [link.id for link in house.state.links] == ["h1"]
    house.pass_time(days=3)
    house.done(GRID, "inspect", failed=({"check": "wiring"}, {"check": "exits"}))
    assert (len(house.state.findings), len(house.state.work), house.state.tier) == (2, 1, "orange")
    assert house.state.clocks["visit"].budget.amount == 7
    house.done(SYSTEM, "hazard_closed", found=hazard())
    assert house.refused(SYSTEM, "hazard_closed", found=hazard()) == "already_done"
    assert house.state.points == 30
    assert house.folds_again()


def test_red_suspends_letting_until_all_is_mended_and_somebody_has_looked() -> None:
    house = enrolled()
    house.done(GRID, "inspect", failed=({"check": "gas"},))
    house.done(SYSTEM, "hazard_found", found=hazard(), item="gas", severity="grave")
    assert (house.seen().stage, house.state.tier, house.state.clocks["visit"].budget.amount) == ("suspended", "red", 1)
    lease = {"lease": "l1", "rooms": ("r1",), "since": "2026-03-02", "headcount": 1, "tenants": ({"id": "t", "person": "person:2"},)}
    assert house.refused(GRID, "let", **lease).startswith("wrong_stage")
    house.done(GRID, "inspect", failed=({"check": "gas"},))
    assert house.seen().stage == "suspended"
    house.done(SYSTEM, "hazard_closed", found=hazard())
    assert (house.seen().stage, house.state.tier, house.state.points) == ("suspended", "red", 0)
    house.done(GRID, "inspect", failed=())
    assert (house.seen().stage, house.state.tier, house.state.reds) == ("open", "green", 0)
    house.done(GRID, "let", **lease)


def test_three_red_inspections_in_a_row_are_for_the_centre_once() -> None:
    house = enrolled()
    for _ in range(3):
        house.done(GRID, "inspect", failed=({"check": "gas"},))
        house.pass_time(days=1)
    assert house.types.count("clearing_asked") == 1
    assert [work.detail["kind"] for work in house.state.work.values()] == ["hazard", "whistle"]
    assert house.seen().duties[0].act in {"decide_clearing", "inspect"}
    house.done(GRID, "inspect", failed=({"check": "gas"},))
    assert house.types.count("clearing_asked") == 1
    assert house.refused(CENTRE, "decide_clearing") == "missing_reason"
    house.done(CENTRE, "decide_clearing", reason="vault:9")
    assert house.refused(CENTRE, "decide_clearing", reason="vault:9") == "already_done"
    assert "clearing" not in house.state.clocks


def test_a_hazard_found_again_twice_suspends_letting_whatever_the_tier() -> None:
    house = enrolled()
    house.done(SYSTEM, "hazard_found", found=hazard(), item="exits", severity="serious")
    assert (house.state.tier, house.seen().stage) == ("orange", "open")
    house.done(SYSTEM, "hazard_again", found=hazard(), times=1)
    assert house.seen().stage == "open"
    house.done(SYSTEM, "hazard_again", found=hazard(), times=2, suspends=True)
    assert (house.state.tier, house.seen().stage) == ("red", "suspended")


def test_a_hazard_tells_its_dwelling_what_becomes_of_it() -> None:
    found = CoreAffair(HAZARD)
    link = Link(kind="dwelling", id="d1", code="DW-1", why="about")
    found.done(GRID, "report", place=GUMENG, item="exits", text="vault:1", of="DW-1", found=link.model_dump())
    told = []
    for passed in (False, False, True):
        found.answer()
        found.done("officer@yanlou-gumeng", "fix", text="vault:2")
        found.done(GRID, "inspect", passed=passed, text="vault:3")
        (work,) = found.state.work.values()
        told.append((work.detail["to"], work.detail["do"], work.detail["fields"].get("suspends"), work.actor.role))
    assert told == [
        ("d1", "hazard_again", False, Role.SYSTEM),
        ("d1", "hazard_again", True, Role.SYSTEM),
        ("d1", "hazard_closed", None, Role.SYSTEM),
    ]


def test_nobody_but_a_hazard_says_that_it_is_gone() -> None:
    house = enrolled()
    for do, fields in (("hazard_closed", {}), ("hazard_found", {"item": "gas", "severity": "grave"}), ("hazard_again", {"times": 1})):
        assert house.refused(GRID, do, found=hazard(), **fields).startswith("not_allowed")


def test_a_finding_whose_hazard_could_not_be_opened_goes_with_the_next_inspection() -> None:
    house = enrolled()
    house.done(GRID, "inspect", failed=({"check": "gas"},))
    house.answer(refused="invalid", detail="item")
    house.pass_time(hours=2)
    house.done(GRID, "inspect", failed=())
    assert (house.state.findings, house.seen().stage) == ({}, "open")


def test_tenants_go_into_a_household_file_by_reference() -> None:
    house = let(enrolled())
    house.done(GRID, "check_in", lease="l1", occupant="a", person="person:3")
    house.done(GRID, "register_tenants", lease="l1")
    detail = next(iter(house.state.work.values())).detail
    assert detail["persons"] == {"members.0.person": "person:2", "members.1.person": "person:3"}
    members = tuple({**one, "person": "person:0"} for one in detail["fields"]["members"])
    file = CoreAffair(KINDS["household"])
    file.done(GRID, "register", **{**detail["fields"], "members": members})
    assert [one.relation for one in file.state.members.values()] == ["head", "tenant"]


def test_a_building_stays_on_the_list_while_it_is_let_or_unsafe() -> None:
    house = let(enrolled())
    assert house.refused("officer@yanlou-gumeng", "close", ground="not_let") == "checklist_open leases.l1"
    house.done(GRID, "end_lease", lease="l1")
    house.done("officer@yanlou-gumeng", "close", ground="not_let")
    assert (house.state.ended, house.state.clocks) == (True, {})


def test_nobody_sees_it_by_being_of_the_town_and_most_roles_read_no_names() -> None:
    kinds = {kind for kind, _ in beside(DWELLING, enrolled().state, enrolled().bundle).access}
    assert kinds == {"unit", "place"}
    assert set(Role) - set(DWELLING.shows) == {Role.GRID, Role.OFFICER, Role.CLERK, Role.DISPATCHER, Role.DIRECTOR, Role.POLICE}


def test_the_police_inspect_and_do_not_keep_the_list() -> None:
    house = enrolled()
    house.done(POLICE, "inspect", headcount=4, failed=())
    assert house.refused(POLICE, "end_lease", lease="l1").startswith("not_allowed")
    assert house.refused("grid@yanlou-baigu", "inspect", failed=()).startswith("not_holder")


def test_the_visit_is_late_when_nobody_came_for_the_days_of_the_tier() -> None:
    house = enrolled()
    house.pass_time(days=22)
    assert house.seen().cards == ("yellow",)
    assert house.state.clocks["visit"].due.at - house.state.moments["inspected"] >= timedelta(days=21)


def test_the_checklist_names_items_severities_and_relations_that_the_other_books_have() -> None:
    books: Any = PLACE.books
    book, hazards = books["dwelling"], books["hazard"]
    assert {one.hazard for one in book.checks.values()} <= set(hazards.items)
    assert set(book.points) == set(hazards.severities)
    assert {book.register_as.head, book.register_as.other} <= set(books["household"].relations)
    assert book.reds.whistle in books["whistle"].items
