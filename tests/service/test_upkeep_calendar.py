"""A yearly notice comes while cases run: what moves is shown first, moved once, and noted on each timeline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from models.party import SYSTEM
from rules.library import Library
from rules.shelf import SHELF
from service import calendars, upkeep
from service.calendars import Outcome
from service.cases import Cases
from service.errors import Refused, Unavailable
from service.office import Office
from service.rehearsal import virtual_server
from store.files import BadFile
from tests.support.running import Desk, desk, settings

LATE = datetime(2026, 12, 29, 1, 30, tzinfo=UTC)
"""A Tuesday whose limits reach into a year that no notice covers yet."""

NOTICE = """
version: CN-2027
years: [2027]
off: [2027-01-01..2027-01-05, 2027-02-05..2027-02-11, 2027-04-05]
make_up: [2027-01-09]
spring_festival: {2027: 2027-02-06}
"""

CHIEF = "director@huaxi-centre"


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with virtual_server() as made:
        with made.with_time_skipping_disabled():
            yield made


@pytest.fixture
async def here(env: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(env.client, settings(tmp_path), start=LATE) as made:
        yield made


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    return written(tmp_path / "notice.yaml")


def written(path: Path, until: str = "2027-01-05", years: str = "2027") -> Path:
    """A notice in a file. No two tests share a calendar: the library is one for the process."""
    text = NOTICE.replace("CN-2027", f"CN-2027-{path.parent.name}").replace("2027-01-05", until).replace("[2027]", f"[{years}]")
    path.write_text(text, encoding="utf-8")
    return path


async def test_what_would_move_is_shown_and_nothing_is_moved(here: Desk, notice: Path) -> None:
    case_id = await here.open(7, happened_on="2026-12-20")
    before = await here.stored(case_id)
    change = await calendars.preview(here.office, notice)
    assert change.cases == 1
    moves = {move.clock: move for move in change.moves}
    mediate = moves["mediate"]
    assert mediate.before == before.clocks["mediate"].due.at  # type: ignore[union-attr]
    assert mediate.firm
    assert await here.stored(case_id) == before
    assert here.office.docs.calendar == before.docs.calendar


async def test_a_notice_moves_the_clocks_of_running_cases_as_it_was_shown(here: Desk, notice: Path) -> None:
    ids = [await here.open(steps, happened_on="2026-12-20") for steps in (1, 3, 7, 7)]
    await here.act(ids[3], "mediator@yanlou-gumeng", "extend", days=2, consents=["a", "b"])
    change = await calendars.preview(here.office, notice)
    done = await calendars.apply(here.office, here.cases, change, await here.cases.actor(CHIEF))
    assert (done.recalendared, done.ended, done.failed) == (4, 0, ())
    assert sorted(item.case_id for item in done.cases) == sorted(ids)
    for case_id in ids:
        stored = await here.stored(case_id)
        assert stored.docs.calendar == change.hash
        assert (await here.types(case_id))[-1] == "recalendared"
        for move in change.moves:
            if move.case_id == case_id:
                due = stored.clocks[move.clock].due
                assert due is not None
                assert (due.at, not due.provisional) == (move.after, move.firm or not due.provisional)
    assert any(move.days > 0 for move in change.moves)
    assert [found async for found in upkeep.drift(here.office, here.cases)] == []
    later = await here.open(happened_on="2026-12-20")
    assert (await here.stored(later)).docs.calendar == change.hash


async def test_done_again_nothing_is_told_twice(here: Desk, notice: Path) -> None:
    case_id = await here.open(3, happened_on="2026-12-20")
    actor = await here.cases.actor(CHIEF)
    await calendars.apply(here.office, here.cases, await calendars.preview(here.office, notice), actor)
    again = await calendars.preview(here.office, notice)
    assert (again.cases, again.moves) == (0, ())
    done = await calendars.apply(here.office, here.cases, again, actor)
    assert done.recalendared == 0
    assert (await here.types(case_id)).count("recalendared") == 1


async def test_broken_off_half_way_it_is_finished_by_the_next_run(here: Desk, notice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [await here.open(2, happened_on="2026-12-20") for _ in range(6)]
    actor = await here.cases.actor(CHIEF)
    change = await calendars.preview(here.office, notice)
    real, sent, stuck = Cases.act, 0, asyncio.Event()

    async def hanging(self: Cases, *args: object, **options: object) -> object:
        nonlocal sent
        sent += 1
        if sent > 3:
            stuck.set()
            await asyncio.Event().wait()
        return await real(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(calendars, "AT_ONCE", 1)
    monkeypatch.setattr(Cases, "act", hanging)
    applying = asyncio.create_task(calendars.apply(here.office, here.cases, change, actor))
    await stuck.wait()
    applying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await applying
    monkeypatch.setattr(Cases, "act", real)
    assert sum([(await here.types(case_id)).count("recalendared") for case_id in ids]) == 3
    rest = await calendars.preview(here.office, notice)
    assert (rest.hash, rest.cases) == (change.hash, 3)
    done = await calendars.apply(here.office, here.cases, rest, actor)
    assert done.recalendared == 3
    assert [(await here.types(case_id)).count("recalendared") for case_id in ids] == [1] * 6


async def test_a_case_that_cannot_be_told_is_named_and_holds_up_no_other(here: Desk, notice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = await here.open(1, happened_on="2026-12-20"), await here.open(1, happened_on="2026-12-20")
    real = Cases.act

    async def flaky(self: Cases, key: str, *args: object, **options: object) -> object:
        if key == bad:
            raise Unavailable("Temporal is away")
        return await real(self, key, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Cases, "act", flaky)
    change = await calendars.preview(here.office, notice)
    done = await calendars.apply(here.office, here.cases, change, await here.cases.actor(CHIEF))
    assert done.failed == ((await here.stored(bad)).code,)
    outcomes = {item.case_id: item.outcome for item in done.cases}
    assert outcomes == {good: Outcome.RECALENDARED, bad: Outcome.FAILED}


async def test_an_earlier_calendar_can_be_put_in_force_again(here: Desk, notice: Path) -> None:
    case_id = await here.open(7, happened_on="2026-12-20")
    actor = await here.cases.actor(CHIEF)
    first = await calendars.apply(here.office, here.cases, await calendars.preview(here.office, notice), actor)
    wrong = written(notice.with_name("wrong.yaml"), until="2027-01-08")
    second = await calendars.apply(here.office, here.cases, await calendars.preview(here.office, wrong), actor)
    third = await calendars.apply(here.office, here.cases, await calendars.preview(here.office, notice), actor)
    assert (first.recalendared, second.recalendared, third.recalendared) == (1, 1, 1)
    assert (await here.types(case_id)).count("recalendared") == 3
    assert [found async for found in upkeep.drift(here.office, here.cases)] == []


async def test_a_notice_that_reached_too_far_is_taken_back_by_the_calendar_before(here: Desk, tmp_path: Path) -> None:
    case_id = await here.open(3, happened_on="2026-12-20")
    before = here.office.docs.calendar
    due = (await here.stored(case_id)).clocks["ladder"].due
    actor = await here.cases.actor(CHIEF)
    far = written(tmp_path / "far.yaml", until="2027-01-08", years="2027, 2028")
    await calendars.apply(here.office, here.cases, await calendars.preview(here.office, far), actor)
    assert (await here.stored(case_id)).clocks["ladder"].due != due
    back = await calendars.preview_known(here.office, before)
    assert [move.days for move in back.moves if move.clock == "ladder"] != [0]
    done = await calendars.apply(here.office, here.cases, back, actor)
    assert (done.recalendared, here.office.docs.calendar) == (1, before)
    assert (await here.stored(case_id)).clocks["ladder"].due == due


async def test_an_import_survives_the_next_start_of_the_office(here: Desk, notice: Path) -> None:
    change = await calendars.preview(here.office, notice)
    await calendars.apply(here.office, here.cases, change, await here.cases.actor(CHIEF))
    again = await Office.open(here.office.settings, here.office.client, here.office.place)
    try:
        assert again.docs.calendar == change.hash
    finally:
        await again.close()


async def test_who_has_not_the_whole_county_in_view_may_not(here: Desk, notice: Path) -> None:
    await here.open(1, happened_on="2026-12-20")
    change = await calendars.preview(here.office, notice)
    for actor in (SYSTEM, await here.cases.actor("director@yanlou-centre"), await here.cases.actor("clerk@yanlou-centre")):
        with pytest.raises(Refused, match="not_allowed"):
            await calendars.apply(here.office, here.cases, change, actor)
    assert await here.office.shelf.in_force("calendar") is None


async def test_a_notice_that_leaves_a_gap_is_refused(here: Desk, tmp_path: Path) -> None:
    path = tmp_path / "gap.yaml"
    path.write_text("version: CN-2028\nyears: [2028]\noff: [2028-01-01]\n", encoding="utf-8")
    with pytest.raises(BadFile, match="no notice covers"):
        await calendars.preview(here.office, path)


async def test_a_worker_that_does_not_know_the_calendar_yet_is_waited_for(here: Desk, notice: Path, tmp_path: Path) -> None:
    """The import runs in a process of its own; the workers learn the document from the store some seconds later."""
    case_id = await here.open(3, happened_on="2026-12-20")
    other = await Office.open(here.office.settings, here.office.client, here.office.place)
    other.library = Library()
    other.shift = here.office.shift
    try:
        await other.refresh()
        change = await calendars.preview(other, notice)

        async def learn() -> None:
            await asyncio.sleep(1.0)
            assert not SHELF.has(change.hash)
            assert await here.office.shelf.fill(SHELF) == 1

        learning = asyncio.create_task(learn())
        done = await calendars.apply(other, Cases(other), change, await here.cases.actor(CHIEF))
        await learning
        assert done.recalendared == 1
        assert (await here.types(case_id))[-1] == "recalendared"
    finally:
        await other.close()
