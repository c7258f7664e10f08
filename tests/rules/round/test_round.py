"""Rounds in the pure core: what is dealt when, that no target is counted twice or lost, standing still, the end of the time."""

from __future__ import annotations

import random
import secrets
from datetime import timedelta
from typing import Any

import pytest

from models.party import SYSTEM
from rules.round.faults import faults
from rules.round.kind import ROUND
from store.places import load_place
from tests.support.affair import GUMENG, CoreAffair
from tests.support.core import ROOT

CENTRE, MEMBER = "dispatcher@yanlou-centre", "grid@yanlou-gumeng"
BALOU = "520111105205"
TOWN = "520111105"
DIGEST = "0" * 64


def gathering() -> CoreAffair:
    core = CoreAffair(ROUND)
    core.done(CENTRE, "begin", plan="fire", place=TOWN)
    return core


def running(**targets: int) -> CoreAffair:
    """A fire inspection (cap 100, window 2) whose list was counted."""
    core = gathering()
    core.done(CENTRE, "start")
    core.answer(targets={name.removeprefix("p"): count for name, count in targets.items()}, digest=DIGEST)
    return core


def asked(core: CoreAffair) -> list[dict[str, Any]]:
    return [sheet for work in core.state.work.values() if work.kind == "deal_sheets" for sheet in work.detail["sheets"]]


def deal(core: CoreAffair) -> list[dict[str, Any]]:
    """Answer the oldest dealing as the store would."""
    work = next(iter(core.state.work.values()))
    sheets = [{**sheet, "id": f"s{sheet['no']}", "code": f"SH-{sheet['no']}"} for sheet in work.detail["sheets"]]
    core.answer(sheets=sheets)
    return sheets


def tell(core: CoreAffair, sheet: dict[str, Any], **tally: int) -> None:
    core.done(SYSTEM, "sheet_done", no=sheet["no"], place=sheet["place"], size=sheet["size"], tally=tally or {"visited": sheet["size"]})


def test_of_each_grid_as_many_sheets_as_the_window_says_are_open_none_above_the_cap() -> None:
    core = running(p520111105202=250, p520111105205=30)
    assert [(sheet["no"], sheet["place"], sheet["size"]) for sheet in asked(core)] == [(1, GUMENG, 100), (2, GUMENG, 100), (3, BALOU, 30)]
    first, second, small = deal(core)
    assert asked(core) == []
    tell(core, first)
    assert [(sheet["no"], sheet["place"], sheet["size"]) for sheet in asked(core)] == [(4, GUMENG, 50)]
    (last,) = deal(core)
    for sheet in (second, small, last):
        tell(core, sheet)
    assert (core.state.stage, core.state.tally.visited, core.state.targets) == ("closed", 280, 280)
    assert core.folds_again()


def test_a_sheet_that_ends_before_the_round_has_heard_of_it_is_counted_once() -> None:
    core = running(p520111105202=10)
    (sheet,) = asked(core)
    tell(core, sheet)
    assert core.refused(SYSTEM, "sheet_done", no=1, place=GUMENG, size=10, tally={"visited": 10}) == "already_done"
    deal(core)
    assert (core.state.stage, core.state.tally.visited, core.state.open) == ("closed", 10, {})


def test_a_sheet_that_tells_twice_or_that_was_never_dealt_changes_nothing() -> None:
    core = running(p520111105202=110)
    first, second = deal(core)
    tell(core, first)
    assert core.refused(SYSTEM, "sheet_done", no=first["no"], place=GUMENG, size=100, tally={"visited": 100}) == "already_done"
    assert core.refused(SYSTEM, "sheet_done", no=9, place=GUMENG, size=100, tally={"visited": 100}) == "already_done"
    tell(core, second)
    assert core.state.stage == "closed"


def test_what_came_onto_no_sheet_when_the_time_is_over_is_overdue_and_the_sum_is_whole() -> None:
    core = running(p520111105202=450)
    sheets = deal(core)
    core.pass_time(days=20)
    assert core.state.lapsing
    assert core.refused(CENTRE, "pause", reason="t") == "too_late"
    tell(core, sheets[0], visited=60, skipped=10, excused=9, overdue=30)
    assert asked(core) == []
    core.answer(overdue={GUMENG: 250})
    assert core.state.stage == "running"
    tell(core, sheets[1], overdue=100)
    assert core.state.stage == "closed"
    assert core.state.tally.model_dump() == {"visited": 60, "skipped": 10, "excused": 9, "overdue": 380}
    assert core.types.count("round_time_over") == 1
    assert core.folds_again()


def test_a_sheet_that_was_being_dealt_when_the_time_was_over_counts_with_what_was_left_for_it() -> None:
    core = running(p520111105202=150)
    core.pass_time(days=20)
    planned = asked(core)
    core.answer(sheets=[{**planned[0], "id": "s1", "code": "SH-1"}, {**planned[1], "size": 0}])
    core.answer(overdue={GUMENG: 50})
    tell(core, planned[0], overdue=100)
    assert (core.state.stage, core.state.tally.overdue) == ("closed", 150)


def test_standing_still_deals_nothing_tells_the_sheets_and_moves_the_due_time() -> None:
    core = running(p520111105202=450)
    first, _ = deal(core)
    due = core.state.clocks["due"].due.at
    assert core.refused(CENTRE, "pause", reason="") == "missing_reason"
    assert core.refused(MEMBER, "pause", reason="t") == "not_allowed"
    assert core.refused("dispatcher@huanghelu-centre", "pause", reason="t") == "not_holder"
    core.done(CENTRE, "pause", reason="防汛")
    assert [work.detail for work in core.state.work.values()] == [{"do": "pause", "sheets": ["s1", "s2"]}]
    assert core.refused(CENTRE, "resume") == "wrong_stage work"
    core.answer(told=2)
    tell(core, first)
    assert asked(core) == []
    core.sleep(days=30)
    assert core.state.stage == "running"
    core.done(CENTRE, "resume")
    assert core.state.clocks["due"].due.at >= due + timedelta(days=29)
    assert [sheet["no"] for sheet in asked(core)] == [3]


def test_sheets_that_are_dealt_while_it_is_being_paused_are_told_as_well() -> None:
    core = running(p520111105202=10)
    core.done(CENTRE, "pause", reason="防汛")
    deal(core)
    assert [work.detail for work in core.state.work.values()] == [{"do": "pause", "sheets": ["s1"]}]


def test_a_refused_errand_stops_the_dealing_until_somebody_resumes_it() -> None:
    core = running(p520111105202=10)
    core.answer(refused="invalid", detail="")
    assert (core.state.stuck, asked(core)) == ("invalid", [])
    assert "resume" in {duty.act for duty in core.seen().duties}
    core.done(CENTRE, "resume")
    assert (core.state.stuck, len(asked(core))) == (None, 1)


def test_a_list_that_can_not_be_used_leads_back_to_gathering_and_an_empty_one_to_the_end() -> None:
    core = gathering()
    assert [duty.act for duty in core.seen().duties] == ["start"]
    core.done(CENTRE, "start")
    core.answer(refused="unknown_place", detail="targets (a)")
    assert (core.state.stage, core.state.stuck) == ("gathering", "unknown_place")
    core.done(CENTRE, "start")
    core.answer(targets={}, digest=DIGEST)
    assert core.state.stage == "closed"


@pytest.mark.parametrize(
    ("post", "fields", "refusal"),
    [
        (CENTRE, {"plan": "nothing"}, "invalid plan"),
        (MEMBER, {}, "not_allowed"),
        ("dispatcher@huanghelu-centre", {}, "not_holder"),
        (CENTRE, {"targets": [{"key": "a", "place": GUMENG}, {"key": "a", "place": BALOU}]}, "invalid targets (a key twice)"),
    ],
)
def test_who_may_not_begin_a_round_and_what_is_no_round(post: str, fields: dict[str, Any], refusal: str) -> None:
    core = CoreAffair(ROUND)
    assert core.refused(post, "begin", **{"plan": "fire", "place": TOWN, **fields}) == refusal


def test_in_whatever_order_answers_and_sheets_come_every_target_is_counted_once() -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown with a failure
    chance = random.Random(seed)  # noqa: S311 - which comes first
    places = [
        place.code for place in load_place(ROOT / "places" / "huaxi").network.places.values() if place.town == "yanlou" and place.unit
    ]
    core = running(**{f"p{place}": chance.randrange(1, 700) for place in places})
    targets = core.state.targets
    over = chance.randrange(5, 60)
    for turn in range(2_000):
        walking = [sheet.model_dump() for sheet in core.state.open.values()]
        if core.state.ended:
            break
        if turn == over and not core.state.lapsing:
            core.pass_time(days=20)
        elif core.state.work and (not walking or chance.random() < 0.5):
            answer_one(core)
        elif walking:
            sheet = chance.choice(walking)
            visited = chance.randrange(sheet["size"] + 1)
            tell(core, sheet, visited=visited, overdue=sheet["size"] - visited)
        for grid in core.state.grids.values():
            assert grid.tally.ended <= grid.targets, f"seed {seed}"
    assert core.state.stage == "closed", f"seed {seed}"
    assert core.state.tally.ended == targets, f"seed {seed}"
    assert core.folds_again()


def answer_one(core: CoreAffair) -> None:
    """Answer the oldest errand as the store would: what lapses is what no sheet has taken by then."""
    work = next(iter(core.state.work.values()))
    if work.kind == "deal_sheets":
        deal(core)
    else:
        core.answer(overdue=left(core))


def left(core: CoreAffair) -> dict[str, int]:
    """Targets on no sheet, also on none that is being dealt."""
    coming: dict[str, int] = {}
    for sheet in asked(core):
        coming[sheet["place"]] = coming.get(sheet["place"], 0) + sheet["size"]
    rest = {place: grid.targets - grid.dealt - coming.get(place, 0) for place, grid in core.state.grids.items()}
    return {place: count for place, count in rest.items() if count}


@pytest.mark.parametrize(
    ("path", "value", "key", "reason"),
    [
        (("plans", "fire", "walks", "unit"), "nobody", "plans.fire.walks.unit", 'unknown kind of unit "nobody"'),
        (("plans", "fire", "due", "expire"), False, "plans.fire.due.expire", "has to be true: at its end whatever is left is overdue"),
        (("plans", "fire", "skips"), ["bored"], "plans.fire.skips", 'unknown reason "bored"'),
        (("plans", "fire", "findings"), ["gold"], "plans.fire.findings", 'unknown finding "gold"'),
        (("plans", "fire", "caps"), {"1": 5}, "plans.fire.caps.1", "unknown place"),
        (("plans", "presence", "cadence", "at"), "07:00", "plans.presence.cadence.at", "not before 08:00"),
        (("plans", "presence", "cadence", "weekdays"), [8], "plans.presence.cadence.weekdays", "from 1 to 7"),
        (("plans", "presence", "cadence", "towns"), ["atlantis"], "plans.presence.cadence.towns", 'unknown town "atlantis"'),
    ],
)
def test_a_wrong_book_is_named_by_key_and_reason(path: tuple[str, ...], value: object, key: str, reason: str) -> None:
    place = load_place(ROOT / "places" / "huaxi")
    plain = place.books["round"].model_dump(mode="json", by_alias=True)
    *way, last = path
    spot = plain
    for part in way:
        spot = spot[part]
    spot[last] = value
    found = list(faults(type(place.books["round"]).model_validate(plain), place.network))  # type: ignore[arg-type]
    assert [name for name, _ in found] == [key]
    assert found[0][1].startswith(reason)
