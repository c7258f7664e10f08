"""Rounds on a real server with a real worker: lists by file, batches sent twice and half broken, coverage, schedules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.affair.round.book import Cadence
from models.affair.round.due import RoundsDue
from models.refusal import RefusalCode
from service import upkeep
from service.affairs.desk import Affairs
from service.affairs.rounds.batches import Batches, numbered, rows_from
from service.affairs.rounds.lists import Lists
from service.affairs.rounds.lists import rows_from as list_from
from service.affairs.rounds.schedule import Starter, cadences, keep_rounds, prefix, schedule
from service.affairs.rounds.sources import SOURCES
from service.errors import Refused
from store.affairs.targets import Targets
from store.places import LoadedPlace
from tests.support.running import Desk
from tests.support.waiting import until

GUMENG, BALOU = "520111105202", "520111105205"
FINE = {"exits": "clear", "ebike": "safe", "wiring": "safe"}


@pytest.fixture
def grid(working: Desk) -> Affairs:
    return Affairs(working.office)


async def settled(grid: Affairs, key: str) -> Any:
    """The round once it has no errand under way."""

    async def at_rest() -> Any:
        affair = await grid.load(key)
        live = await grid.engine.state(affair.id) if not affair.ended else {}
        return affair if affair.ended or (not affair.work and live["seq"] == affair.seq) else None

    return await until(at_rest, bool)


async def started(grid: Affairs, *keys: str) -> str:
    """A round over these targets in Gumeng, dealt to its grid."""
    centre = await grid.actor("dispatcher@yanlou-centre")
    targets = [{"key": key, "place": GUMENG, "label": f"商铺{key}"} for key in keys]
    receipt = await grid.open("round", {"plan": "fire", "place": "520111105", "targets": targets}, centre)
    await settled(grid, receipt.affair_id)
    return receipt.affair_id


def row(target: str, number: str, **changes: Any) -> dict[str, Any]:
    return {"id": number, "target": target, "outcome": "visited", "answers": FINE, **changes}


def nested(levels: int) -> dict[str, Any]:
    """What only somebody who tries things out would send."""
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"a": found}
    return found


async def test_a_batch_sent_twice_out_of_order_and_half_broken_doubles_nothing_and_names_the_broken_rows(
    working: Desk, grid: Affairs
) -> None:
    round_id = await started(grid, "a", "b", "c", "d")
    member, office = await grid.actor("grid@yanlou-gumeng"), working.office
    before, now = office.now() - timedelta(days=9), office.now() + timedelta(days=1)
    rows = numbered(
        [
            row("a", "r1"),
            row("b", "r2", outcome="danced"),
            row("nowhere", "r3"),
            row("c", "r4", outcome="skipped", answers={}, skip="closed", text="卷帘门紧闭"),
            row("d", "r5", at=before.isoformat()),
            row("d", "r6", at=now.isoformat()),
            row("a", "r7"),
            {"target": "b"},
            row("b", "r9", answers={**FINE, "exits": "blocked"}, text="货物堵门"),
            row("b", "r10", answers=nested(3_000)),
        ]
    )
    batches = Batches(office, grid)
    named = [
        (2, "outcome", "invalid"),
        (3, "target", "invalid"),
        (5, "at", "invalid"),
        (6, "at", "invalid"),
        (7, "target", "already_done"),
        (8, "id", "invalid"),
        (10, "", "invalid"),
    ]
    first = await batches.take(round_id, rows, member)
    assert (first.taken, first.repeated, [(broken.row, broken.field, broken.reason) for broken in first.broken]) == (3, 0, named)
    again = await batches.take(round_id, rows[::-1], member)
    assert (again.taken, again.repeated, [(broken.row, broken.field, broken.reason) for broken in again.broken]) == (0, 3, named)
    covered = await Lists(office, grid).coverage(round_id)
    assert covered.whole.model_dump() == {"targets": 4, "dealt": 4, "visited": 2, "skipped": 1, "excused": 1, "overdue": 0}
    assert covered.whole.left == 1
    sheet_id = grid.affair_id("sheet", "round", f"{round_id}:1")
    lines = await office.affairs.lines(sheet_id)
    assert [line.type for line in lines].count("finding_opened") == 1
    assert "货物堵门" not in "".join(line.body for line in lines)
    assert [found async for found in upkeep.drift(office, working.cases)] == []


async def test_a_batch_of_somebody_elses_grid_is_named_row_by_row(working: Desk, grid: Affairs) -> None:
    round_id = await started(grid, "a")
    other = await grid.actor("grid@yanlou-balou")
    taken = await Batches(working.office, grid).take(round_id, numbered([row("a", "r1")]), other)
    assert (taken.taken, [broken.reason for broken in taken.broken]) == (0, ["not_holder"])


async def test_a_list_by_file_is_taken_once_its_broken_rows_are_named_and_it_closes_with_the_start(
    working: Desk, grid: Affairs, tmp_path: Path
) -> None:
    centre, lists, office = await grid.actor("dispatcher@yanlou-centre"), Lists(working.office, grid), working.office
    receipt = await grid.open("round", {"plan": "fire", "place": "520111105"}, centre)
    path = tmp_path / "list.csv"
    path.write_text(
        f"key,place,label\na,{GUMENG},甲商铺\nb,{BALOU},乙商铺\n,{GUMENG},无号\nc,520111103200,外镇\na,{GUMENG},甲商铺\n", encoding="utf-8"
    )
    for added, known in ((2, 1), (0, 3)):
        given = await lists.give(receipt.affair_id, list_from(path), centre)
        assert (given.added, given.known) == (added, known)
        assert [(broken.row, broken.field, broken.reason) for broken in given.broken] == [
            (4, "key", "invalid"),
            (5, "place", "unknown_place"),
        ]
    with pytest.raises(Refused) as refused:
        await lists.give(receipt.affair_id, [], await grid.actor("grid@yanlou-gumeng"))
    assert refused.value.refusal.code is RefusalCode.NOT_ALLOWED
    await grid.act(receipt.affair_id, "start", {}, centre)
    with pytest.raises(Refused) as refused:
        await lists.give(receipt.affair_id, list_from(path), centre)
    assert refused.value.refusal.code is RefusalCode.WRONG_STAGE
    affair = await settled(grid, receipt.affair_id)
    assert {place: tally.targets for place, tally in affair.grids.items()} == {GUMENG: 1, BALOU: 1}
    (target,) = (await Targets(office.store).named(affair.id, ["a"])).values()
    assert await office.vault.open_text(target.label or "") == "甲商铺"


def test_a_batch_is_read_from_a_file_with_a_column_for_each_question(tmp_path: Path) -> None:
    path = tmp_path / "batch.csv"
    path.write_text(
        "id,target,outcome,at,exits,finding,text,skip\nr1,a,visited,2026-03-02T10:00,clear,gas,软管老化,\nr2,b,skipped,,,,,closed\n",
        encoding="utf-8",
    )
    assert rows_from(path) == [
        (
            2,
            {
                "id": "r1",
                "target": "a",
                "outcome": "visited",
                "at": "2026-03-02T10:00",
                "text": "软管老化",
                "findings": [{"finding": "gas", "text": "软管老化"}],
                "answers": {"exits": "clear"},
            },
        ),
        (3, {"id": "r2", "target": "b", "outcome": "skipped", "skip": "closed"}),
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_schedules_are_those_of_the_book_and_begin_each_round_once_a_day(working: Desk, grid: Affairs) -> None:
    office = working.office
    assert await keep_rounds(office)
    assert await keep_rounds(office)
    client, name = office.client, prefix(office.settings)
    await client.create_schedule(f"{name}gone", schedule(office, "gone", Cadence(weekdays=(1,), towns=("yanlou",))))
    assert await keep_rounds(office)
    for plan in cadences(office):
        assert (await client.get_schedule_handle(name + plan).describe()).id == name + plan
    due = RoundsDue(plan="presence", due=datetime(2026, 3, 4, 1, 0, tzinfo=UTC))
    first, again = [await Starter(office, grid).begin(due) for _ in range(2)]
    assert first == again
    assert list(first.codes) == ["yanlou"]
    affair = await settled(grid, first.codes["yanlou"])
    assert (affair.targets, len(affair.open)) == (8, 8)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_schedule_counts_by_the_places_clock(working: Desk) -> None:
    made = schedule(working.office, "presence", Cadence(at="09:30", weekdays=(1, 7), towns=("yanlou",)))
    (when,) = made.spec.calendars
    assert [(one.start, one.end) for one in (*when.hour, *when.minute)] == [(1, 1), (30, 30)]
    assert [one.start for one in when.day_of_week] == [1, 0]


def test_every_source_that_a_plan_names_is_there(whole_huaxi: LoadedPlace) -> None:
    plans = whole_huaxi.books["round"].plans  # type: ignore[attr-defined]
    assert {plan.targets.source for plan in plans.values()} <= set(SOURCES)
