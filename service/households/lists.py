"""Lists of households brought by a page (名册上传): checked at the door, kept sealed, tried and brought in by a run of their own.

The work itself is done by `service/households/bringing.py`, called by the run; here somebody brings a list, follows it, and decides.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import IO

from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.household_list import HouseholdList, ListChoice, ListKey, ListStage
from models.paper.record import XLSX
from models.paper.refusal import PaperProblem
from models.party import Actor
from models.refusal import RefusalCode
from service.affairs.desk import Affairs
from service.engine import ONE_TRY, NotRunning, patiently
from service.errors import PaperRefused, refuse
from service.households.importing import HouseholdImporter, check_keeper
from service.households.unnamed import named
from service.importing.sheets import Form, NoColumn, rows_of
from service.office import Office
from service.papers.taking import written
from store.desk.household_lists import HouseholdLists
from store.files import BadFile
from workflows.household_list import HouseholdListWorkflow

LEFT = timedelta(hours=25)
"""After this long nobody comes back for a list whose run never began; those that have one are over by then."""

MOST_ROWS = 100_000
"""Rows of one list; a town has some ten thousand."""

SHOWN = 10
"""Lists of a unit that are listed."""

ENDING = ".xlsx"


class BadList(Exception):
    """A workbook that is no list: it lacks a column in the row that names them, or can't be read at all."""

    def __init__(self, row: int, column: str = "") -> None:
        super().__init__("the list can't be used")
        self.row = row
        self.column = column
        """The head that is missing; empty where nothing can be read."""


class Lists:
    """Lists of households, for one person after another. Every method refuses `not_allowed` to who keeps no household files."""

    def __init__(self, office: Office, affairs: Affairs) -> None:
        self._office = office
        self._affairs = affairs
        self._shelf = HouseholdLists(office.store)

    def form(self, actor: Actor) -> Form:
        """How a list has to be laid out."""
        return HouseholdImporter(self._office, self._affairs, actor, trial=True).form

    async def take(self, actor: Actor, name: str, content: AsyncIterator[bytes], slip: str) -> str:
        """Take a list in and begin to try it; return its id. `slip` is the form's own number: sent twice it is one list.

        Raises PaperRefused for what is no workbook or too large, BadList for one that is not laid out so, Refused `too_many_rows`,
        `invalid` for one without rows, Unavailable.
        """
        form = self.form(actor)
        list_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"household-list|{actor.person}|{slip}"))
        if await self._shelf.get(list_id) is None:
            if not name.lower().endswith(ENDING):
                raise PaperRefused(PaperProblem.TYPE_NOT_TAKEN)
            await self._kept(actor, list_id, content, form)
        await self._begin(list_id)
        return list_id

    async def find(self, actor: Actor, list_id: str) -> HouseholdList | None:
        """Return a list of this person's unit; None where there is none."""
        check_keeper(actor)
        found = await self._shelf.get(list_id)
        return found if found is not None and found.unit == actor.unit else None

    async def recent(self, actor: Actor) -> list[HouseholdList]:
        """Return the last lists of this person's unit."""
        check_keeper(actor)
        return await self._shelf.of(actor.unit, SHOWN)

    async def choose(self, actor: Actor, list_id: str, *, bring: bool) -> bool:
        """Say whether a list that was tried is to be brought in; the first word counts.

        False where there is no such list. Raises Unavailable.
        """
        found = await self.find(actor, list_id)
        if found is None:
            return False
        if found.stage is ListStage.TRIED:
            handle = self._office.client.get_workflow_handle(_run(list_id))

            async def once() -> None:
                await handle.signal(HouseholdListWorkflow.choose, ListChoice(bring=bring), rpc_timeout=ONE_TRY)

            try:
                await patiently(once)
            except NotRunning:  # its time was over, or somebody else was faster: the page says how it stands
                return True
            if bring:
                await self._shelf.note(list_id, {ListStage.TRIED}, stage=ListStage.IMPORTING, seen=0, counts={}, problems=())
        return True

    async def _kept(self, actor: Actor, list_id: str, content: AsyncIterator[bytes], form: Form) -> None:
        office, limits = self._office, self._office.place.papers.known.uploads
        await self._shelf.expire(office.now() - LEFT, office.now())
        with office.converter.unnamed() as file:
            await written(content, file, limits.most_bytes)
            await office.cleaner.clean(file, XLSX, limits.most_pixels)
            rows = await asyncio.to_thread(_rows, file, form)
            if not rows:
                raise refuse(RefusalCode.INVALID, "rows")
            if rows > MOST_ROWS:
                raise refuse(RefusalCode.TOO_MANY_ROWS, str(MOST_ROWS))
            file.seek(0)
            found = HouseholdList(id=list_id, actor=actor, unit=actor.unit, stage=ListStage.TRYING, rows=rows, made_at=office.now())
            await self._shelf.keep(found, await asyncio.to_thread(file.read))

    async def _begin(self, list_id: str) -> None:
        async def once() -> None:
            try:
                await self._office.client.start_workflow(
                    HouseholdListWorkflow.run,
                    ListKey(id=list_id),
                    id=_run(list_id),
                    task_queue=self._office.settings.queue("upkeep"),
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    static_summary="list of households",
                    rpc_timeout=ONE_TRY,
                )
            except WorkflowAlreadyStartedError:
                return

        await patiently(once)


def _run(list_id: str) -> str:
    """The id of its workflow."""
    return f"household-list-{list_id}"


def _rows(file: IO[bytes], form: Form) -> int:
    """How many rows a workbook has, once its heads are right. Raises BadList."""
    count = 0
    try:
        with named(file, ENDING) as path:
            for count, _ in enumerate(rows_of(path, form), start=1):
                if count > MOST_ROWS:
                    break
    except NoColumn as missing:
        raise BadList(missing.head, missing.column) from None
    except BadFile:
        raise BadList(form.head) from None
    return count
