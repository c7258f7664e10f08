"""Lists of households (名册): one step of one list at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from temporalio import activity

from activities.contracts import HOUSEHOLD_LIST
from models.household_list import ListDone, ListTask


class ListWork(Protocol):
    """The use case behind it; `service/households/bringing.py` has it."""

    async def do(self, task: ListTask, beat: Callable[[], None]) -> ListDone:
        """Do a step; `beat` is called whenever some of it is done."""
        ...


class HouseholdListActivities:
    """Trying lists, bringing them in, throwing them away."""

    def __init__(self, work: ListWork) -> None:
        self._work = work

    @activity.defn(name=HOUSEHOLD_LIST.name)
    async def do(self, task: ListTask) -> ListDone:
        """Do a step of a list. Idempotent by list and step: a second attempt passes over the households that are in."""
        return await self._work.do(task, activity.heartbeat)
