"""A list of households on its way in: tried without writing, brought in, broken off and gone on with, its content gone in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.households import SEED, town, write
from models.household_list import HouseholdList, ListStage, ListStep, ListTask
from service.affairs.desk import Affairs
from service.households.bringing import TOLD_EVERY, Bringing, Tally
from service.households.importing import Became, HouseholdImported
from service.office import Office
from store.desk.household_lists import HouseholdLists
from tests.service.households.test_importing import ROW, files, listed

LIST = "8f14e45f-0000-5000-8000-000000000001"


def one(office: Office, folder: Path, *more: dict[str, Any]) -> bytes:
    """A workbook with one household, and more rows."""
    return listed(office, folder / "a.xlsx", ROW, *more).read_bytes()


def many(path: Path) -> tuple[bytes, int]:
    """A workbook with more households than are told of at once, and how many rows it has."""
    rows = write(path, town(150, 80, SEED))
    return path.read_bytes(), rows


async def kept(office: Office, content: bytes, rows: int, post: str = "clerk@yanlou-centre") -> HouseholdLists:
    """Keep a list as the page does."""
    shelf, actor = HouseholdLists(office.store), await Affairs(office).actor(post)
    found = HouseholdList(id=LIST, actor=actor, unit=actor.unit, stage=ListStage.TRYING, rows=rows, made_at=office.now())
    await shelf.keep(found, content)
    return shelf


async def step(office: Office, which: ListStep, beat: Callable[[], None] = lambda: None) -> ListStage:
    office.converter.home.mkdir(parents=True, exist_ok=True)
    return (await Bringing(office, Affairs(office)).do(ListTask(id=LIST, step=which), beat)).stage


async def told(shelf: HouseholdLists) -> HouseholdList:
    found = await shelf.get(LIST)
    assert found is not None
    return found


async def test_a_list_is_tried_without_writing_then_brought_in_and_forgotten(bare_office: Office, tmp_path: Path) -> None:
    content = one(bare_office, tmp_path, {**ROW, "number": "2", "place": "没有的村"})
    shelf = await kept(bare_office, content, 2)
    assert await step(bare_office, ListStep.TRY) is ListStage.TRIED
    tried = await told(shelf)
    assert (tried.counts, tried.seen) == ({"ready": 1, "wrong": 1}, 2)
    assert [(one.row, one.column) for one in tried.problems] == [(3, "村（社区）代码")]
    assert await files(bare_office) == []
    assert await step(bare_office, ListStep.IMPORT) is ListStage.DONE
    done = await told(shelf)
    assert done.counts == {"registered": 1, "wrong": 1}
    assert done.ended_at is not None
    assert len(await files(bare_office)) == 1
    assert await shelf.content(LIST) is None
    # The activity again, as after a lost answer: nothing changes.
    assert await step(bare_office, ListStep.IMPORT) is ListStage.DONE
    assert await told(shelf) == done


async def test_an_import_that_broke_off_goes_on_and_counts_what_was_in_already(bare_office: Office, tmp_path: Path) -> None:
    content, rows = many(tmp_path / "town.xlsx")
    shelf = await kept(bare_office, content, rows)
    await shelf.note(LIST, {ListStage.TRYING}, stage=ListStage.IMPORTING)

    def killed() -> None:
        raise ConnectionResetError

    # It dies before it has told how far it was; what was published by then is in.
    with pytest.raises(ConnectionResetError):
        await step(bare_office, ListStep.IMPORT, killed)
    there = len(await files(bare_office))
    assert there >= TOLD_EVERY
    assert await step(bare_office, ListStep.IMPORT) is ListStage.DONE
    done = await told(shelf)
    assert done.counts == {"same": there, "registered": 230 - there}
    assert len(await files(bare_office)) == 230


def test_what_an_earlier_try_told_of_still_counts_as_brought_in() -> None:
    tally = Tally({"registered": 3, "updated": 1, "same": 7})
    for became in [Became.SAME] * 6 + [Became.REGISTERED]:
        tally.add(HouseholdImported(rows=(1,), became=became))
    assert tally.told()["counts"] == {"registered": 4, "updated": 1, "same": 2}


async def test_a_list_that_nobody_decides_on_is_thrown_away_with_its_key(bare_office: Office, tmp_path: Path) -> None:
    shelf = await kept(bare_office, one(bare_office, tmp_path), 1)
    raw = await shelf.content(LIST)
    assert raw is not None
    await step(bare_office, ListStep.TRY)
    assert await step(bare_office, ListStep.DROP) is ListStage.DROPPED
    assert await shelf.content(LIST) is None
    assert await bare_office.store.keys.existing([f"household-list:{LIST}"]) == {}
    assert await step(bare_office, ListStep.IMPORT) is ListStage.DROPPED
    assert await files(bare_office) == []


async def test_what_never_got_a_run_is_thrown_away_by_the_next_list(bare_office: Office, tmp_path: Path) -> None:
    shelf = await kept(bare_office, one(bare_office, tmp_path), 1)
    now = bare_office.now()
    assert await shelf.expire(now - timedelta(hours=25), now) == 0
    assert await shelf.expire(now + timedelta(seconds=1), now) == 1
    assert (await told(shelf)).stage is ListStage.DROPPED


async def test_who_may_no_longer_keep_files_brings_nothing_in(bare_office: Office, tmp_path: Path) -> None:
    shelf = await kept(bare_office, one(bare_office, tmp_path), 1, "mediator@yanlou-gumeng")
    assert await step(bare_office, ListStep.TRY) is ListStage.DROPPED
    assert await shelf.content(LIST) is None
