"""Figures of the store are those that the facts come to one by one, and the lists behind them hold exactly their cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.kpi import Told
from rules.kpi.counting import Tally, Window, tally
from service.kpi.keeping import catch_up, differs, tell
from service.office import Office
from store.desk.lists import Eyes
from store.kpi.book import FactBook
from store.kpi.figures import KpiFigures, Scope
from tests.service.town import NOW, town

ALL = Eyes(everything=True)
WINDOWS = [
    Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC), NOW),
    Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), NOW),
    Window(NOW - timedelta(days=400), NOW + timedelta(days=1), NOW),
]


@pytest.fixture
async def told(filled: Office) -> Office:
    async for _ in tell(filled):
        pass
    return filled


async def _every(office: Office) -> list[Told]:
    book = FactBook(office.store)
    found = [(await book.read(core.case.id))[1] for core in town()]
    return [one for one in found if one is not None]


async def test_the_store_counts_as_the_core_does(told: Office) -> None:
    every = await _every(told)
    assert len(every) == len(town())
    figures = KpiFigures(told.store)
    for kpi in told.place.kpis.kpis:
        counts = {"whole": kpi.of, "part": kpi.counted_part()}
        counted = (await figures.counted(ALL, counts, WINDOWS, Scope())).get("", {"whole": [0, 0, 0], "part": [0, 0, 0]})
        for number, window in enumerate(WINDOWS):
            wanted = tally(kpi, every, window)
            whole, part = counted["whole"][number], counted["part"][number]
            if kpi.measure is None:
                assert (part, whole) == wanted[:2], (kpi.id, number)
                continue
            known, value = (await figures.measured(ALL, kpi, window, Scope())).get("", (0, None))
            assert Tally(known, whole, value) == wanted, (kpi.id, number)


async def test_what_is_stored_is_what_the_events_tell(told: Office) -> None:
    assert await catch_up(told) == 0
    for core in town()[:20]:
        assert not await differs(told, core.case.id)


async def test_groups_add_up_to_the_whole(told: Office) -> None:
    figures = KpiFigures(told.store)
    counts = {kpi.id: kpi.of for kpi in told.place.kpis.kpis}
    total = (await figures.counted(ALL, counts, WINDOWS, Scope()))[""]
    for by in ("town", "unit", "category", "tier"):
        groups = await figures.counted(ALL, counts, WINDOWS, Scope(), by)
        for name, numbers in total.items():
            assert [sum(row[name][at] for row in groups.values()) for at in range(3)] == numbers, (by, name)
