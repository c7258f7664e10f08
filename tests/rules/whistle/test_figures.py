"""Figures of whistles: medians and bands from the record, with what they are of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.affair.whistle.figures import GroupedBy
from rules.whistle.figures import COUNTED, Told, groups
from rules.whistle.kind import WHISTLE
from tests.support.affair import GUMENG, MORNING, CoreAffair

GRID = "grid@yanlou-gumeng"
ENFORCE = "officer@yanlou-enforce"


def dumping(*, arrive: int | None = None, resolve: int | None = None, end: bool = False) -> CoreAffair:
    """A whistle to one unit, which answers after ten minutes and takes the other steps after so many."""
    core = CoreAffair(WHISTLE)
    core.done(GRID, "blow", place=GUMENG, item="dumping", text="t", tried="t")
    core.pass_time(minutes=10)
    core.done(ENFORCE, "respond")
    if arrive is not None:
        core.move_to(MORNING + timedelta(minutes=arrive))
        core.done(ENFORCE, "arrive")
    if resolve is not None:
        core.move_to(MORNING + timedelta(minutes=resolve))
        core.done(ENFORCE, "resolve_part", text="t")
    if end:
        core.done(GRID, "conclude", done=True)
    return core


def told(cores: Iterable[CoreAffair], as_of: datetime | None = None) -> list[Told]:
    return [
        Told(str(number), core.state.place, core.state.town, line.type, line.body)
        for number, core in enumerate(cores)
        for line in core.lines
        if line.type in COUNTED and (as_of is None or line.at <= as_of)
    ]


def test_median_and_band_are_of_those_who_took_the_step_and_the_others_are_counted() -> None:
    cores = [dumping(arrive=minutes, resolve=minutes * 10, end=True) for minutes in (20, 30, 40, 100)] + [dumping(), dumping(arrive=50)]
    gone = CoreAffair(WHISTLE)
    gone.done(GRID, "blow", place=GUMENG, item="dumping", text="t", tried="t")
    gone.done(GRID, "withdraw_whistle", reason="t")
    whole, _ = groups(told([*cores, gone]), GroupedBy.ITEM)
    assert (whole.whistles, whole.closed, whole.turned_down) == (7, 4, 1)
    assert whole.answer.model_dump() == {"of": 7, "done": 6, "open": 0, "undone": 1, "p25": 10.0, "median": 10.0, "p75": 10.0}
    assert whole.arrive.model_dump() == {"of": 7, "done": 5, "open": 1, "undone": 1, "p25": 30.0, "median": 40.0, "p75": 50.0}
    assert whole.resolve.model_dump() == {"of": 7, "done": 4, "open": 2, "undone": 1, "p25": 200.0, "median": 300.0, "p75": 400.0}


def test_a_part_that_came_back_counts_by_when_it_was_resolved_at_last() -> None:
    core = dumping(arrive=20, resolve=30)
    core.done(GRID, "conclude", done=False, text="t")
    whole, _ = groups(told([core]), GroupedBy.ITEM)
    assert (whole.returned, whole.resolve.done, whole.resolve.open) == (1, 0, 1)
    core.pass_time(minutes=60)
    core.done(ENFORCE, "resolve_part", text="t")
    whole, _ = groups(told([core]), GroupedBy.ITEM)
    assert whole.resolve.median == 90.0


def test_a_check_in_told_later_counts_by_its_own_time() -> None:
    core = dumping()
    core.pass_time(hours=5)
    core.done(ENFORCE, "arrive", occurred_at=MORNING + timedelta(minutes=40))
    whole, _ = groups(told([core]), GroupedBy.ITEM)
    assert whole.arrive.median == 40.0


def test_the_record_as_it_stood_gives_the_figures_as_they_stood() -> None:
    core = dumping(arrive=20, resolve=300)
    whole, _ = groups(told([core], MORNING + timedelta(minutes=100)), GroupedBy.ITEM)
    assert (whole.arrive.done, whole.resolve.done, whole.resolve.open) == (1, 0, 1)


def test_a_centre_in_charge_owes_an_answer_and_no_part() -> None:
    core = dumping(arrive=20)
    core.pass_time(days=8)
    whole, _ = groups(told([core]), GroupedBy.ITEM)
    assert whole.climbed == 1
    assert (whole.answer.of, whole.arrive.of) == (2, 1), "the town's centre was called in, and has no part"


def test_groups_stand_in_the_order_of_their_keys_and_none_is_a_person() -> None:
    off_list = CoreAffair(WHISTLE)
    off_list.done(GRID, "blow", place=GUMENG, item=None, level="ordinary", units=["yanlou-market"], text="t", tried="t")
    noise = CoreAffair(WHISTLE)
    noise.done(GRID, "blow", place=GUMENG, item="noise", text="t", tried="t")
    lines = told([noise, dumping(arrive=20), off_list])
    assert [group.key for group in groups(lines, GroupedBy.ITEM)[1]] == ["dumping", "noise", "unlisted"]
    assert [group.key for group in groups(lines, GroupedBy.PLACE)[1]] == [GUMENG]
    assert [group.key for group in groups(lines, GroupedBy.TOWN)[1]] == ["yanlou"]
