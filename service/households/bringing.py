"""The work on a list of households (名册导入): a step of it at a time, told as it goes on, so that a page can show how far it is.

Called by `activities/households.py`. A try that broke off is made anew from the beginning: households that are in are passed over, and
those that an earlier try brought in still count as brought in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from models.household_list import MOST_PROBLEMS, OPEN, HouseholdList, ListDone, ListProblem, ListStage, ListStep, ListTask
from service.affairs.desk import Affairs
from service.errors import Refused
from service.households.importing import Became, HouseholdImported, HouseholdImporter
from service.households.lists import ENDING
from service.households.unnamed import named
from service.office import Office
from store.desk.household_lists import HouseholdLists
from store.files import BadFile

TOLD_EVERY = 200
"""Households between two words about how far it is."""

BROUGHT = (Became.REGISTERED, Became.UPDATED)
"""What an earlier try may have done, and this one finds unchanged."""


class Bringing:
    """Works on lists at one office."""

    def __init__(self, office: Office, affairs: Affairs) -> None:
        self._office = office
        self._affairs = affairs
        self._shelf = HouseholdLists(office.store)

    async def do(self, task: ListTask, beat: Callable[[], None]) -> ListDone:
        """Do a step; one that is done already changes nothing.

        Raises StoreAway, and RuntimeError where somebody changed a household meanwhile.
        """
        found = await self._shelf.get(task.id)
        if found is None or found.stage not in OPEN:
            return ListDone(stage=ListStage.DROPPED if found is None else found.stage)
        content = None if task.step is ListStep.DROP else await self._shelf.content(task.id)
        if content is None:
            return await self._ended(found, ListStage.DROPPED)
        try:
            return await self._through(found, content, beat, trial=task.step is ListStep.TRY)
        except (BadFile, Refused):  # whoever brought it may no longer, or the form of lists is another one by now
            return await self._ended(found, ListStage.DROPPED)

    async def _through(self, found: HouseholdList, content: bytes, beat: Callable[[], None], *, trial: bool) -> ListDone:
        stage = ListStage.TRYING if trial else ListStage.IMPORTING
        tally = Tally(found.counts if found.stage is ListStage.IMPORTING else {})
        importer = HouseholdImporter(self._office, self._affairs, found.actor, trial=trial)
        with self._office.converter.unnamed() as file:
            file.write(content)
            with named(file, ENDING) as path:
                async for one in importer.run(path):
                    tally.add(one)
                    if tally.households % TOLD_EVERY == 0:
                        beat()
                        await self._shelf.note(found.id, OPEN, stage=stage, **tally.told())
        told = tally.told() | {"seen": found.rows}
        if trial and tally.count(Became.READY):
            await self._shelf.note(found.id, OPEN, stage=ListStage.TRIED, **told)
            return ListDone(stage=ListStage.TRIED)
        return await self._ended(found, ListStage.NOTHING if trial else ListStage.DONE, **told)

    async def _ended(self, found: HouseholdList, stage: ListStage, **told: Any) -> ListDone:
        await self._shelf.end(found.id, stage, self._office.now(), **told)
        return ListDone(stage=stage)


class Tally:
    """What has become of the households of a list so far; `before` are the counts of a try that broke off."""

    def __init__(self, before: Mapping[str, int]) -> None:
        self._before = Counter({str(became): before.get(became, 0) for became in BROUGHT})
        self._now: Counter[str] = Counter()
        self._seen = 0
        self._problems: list[ListProblem] = []

    @property
    def households(self) -> int:
        """How many have been gone through."""
        return self._now.total()

    def add(self, one: HouseholdImported) -> None:
        """Count a household."""
        self._now[str(one.became)] += 1
        self._seen += len(one.rows)
        room = MOST_PROBLEMS - len(self._problems)
        self._problems += one.problems[:room]

    def count(self, became: Became) -> int:
        """How many became this."""
        counted = self._now[str(became)]
        if became is Became.SAME:
            return max(0, counted - self._before.total())
        return counted + self._before[str(became)]

    def told(self) -> dict[str, Any]:
        """Return it as it is written down."""
        counts = {str(became): count for became in Became if (count := self.count(became))}
        return {"seen": self._seen, "counts": counts, "problems": [one.model_dump() for one in self._problems]}
