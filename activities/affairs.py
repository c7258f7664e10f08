"""Affairs (事务): what a running one has stored, what it reads back, and what it asks others for."""

from __future__ import annotations

from typing import Protocol

from temporalio import activity

from activities.contracts import LOAD_AFFAIR, PUBLISH_AFFAIR, SERVE_AFFAIR
from models.affair.record import AffairKey, AffairPublication, AffairTask, AffairTaskDone, LoadedAffair
from models.record import Published


class AffairDoor(Protocol):
    """The use cases that running affairs need; `service/affairs/` opens it."""

    async def publish(self, publication: AffairPublication) -> Published:
        """Store new events with the views made of them."""
        ...

    async def stored(self, key: AffairKey) -> LoadedAffair:
        """Read an affair back."""
        ...

    async def serve(self, task: AffairTask) -> AffairTaskDone:
        """Do what the work asks, once; asked again, give the same answer. Raises when it can't be known yet."""
        ...


class AffairActivities:
    """Publishing, loading, serving."""

    def __init__(self, door: AffairDoor) -> None:
        self._door = door

    @activity.defn(name=PUBLISH_AFFAIR.name)
    async def publish(self, publication: AffairPublication) -> Published:
        """Store new events in one transaction. Idempotent by (affair, seq) and the heads before and after."""
        return await self._door.publish(publication)

    @activity.defn(name=LOAD_AFFAIR.name)
    async def load(self, key: AffairKey) -> LoadedAffair:
        """Read an affair back. Changes nothing."""
        return await self._door.stored(key)

    @activity.defn(name=SERVE_AFFAIR.name)
    async def serve(self, task: AffairTask) -> AffairTaskDone:
        """Do a piece of pending work. Idempotent by affair and work id: what is done elsewhere carries an id made of both."""
        return await self._door.serve(task)
