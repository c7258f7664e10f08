"""Counting every indicator a second time (复核): each case's events are told anew and counted one by one, beside the store's figures."""

from __future__ import annotations

from models.kpi import Told
from models.period import Period
from rules.kpi.counting import Tally, Window, percent, tally
from rules.periods import bounds
from service.kpi.keeping import facts_of
from service.office import Office
from store.desk.lists import Eyes
from store.kpi.book import FactBook
from store.kpi.figures import KpiFigures, Scope

EVERYTHING = Eyes(everything=True)


async def recount(office: Office, period: Period) -> tuple[int, tuple[str, ...]]:
    """Return how many cases were counted, and the indicators whose figures differ. All facts have to be told. Raises StoreAway."""
    book, every = FactBook(office.store), list[Told]()
    async for case_id in office.records.case_ids():
        source = await book.source(case_id)
        facts = facts_of(office, source) if source is not None else None
        every.extend([facts] if facts is not None else [])
    since, until = bounds(period, office.bundle.cal)
    window, figures, wrong = Window(since, until, office.now()), KpiFigures(office.store), []
    for kpi in office.place.kpis.kpis:
        counts = {"whole": kpi.of, "part": kpi.counted_part()}
        counted = (await figures.counted(EVERYTHING, counts, [window], Scope())).get("", {"whole": [0], "part": [0]})
        whole, part = counted["whole"][0], counted["part"][0]
        stored = Tally(part, whole, percent(part, whole) if kpi.part is not None else float(whole))
        if kpi.measure is not None:
            known, value = (await figures.measured(EVERYTHING, kpi, window, Scope())).get("", (0, None))
            stored = Tally(known, whole, value)
        if stored != tally(kpi, every, window):
            wrong.append(kpi.id)
    return len(every), tuple(wrong)
