"""Delivery to another case (案件间往来): be absorbed by it, or open it for parties split off."""

from __future__ import annotations

from typing import Protocol

from temporalio import activity

from activities.contracts import DELIVER
from models.record import Delivery, DeliveryAnswer


class Door(Protocol):
    """The use cases a case may ask for on its own behalf; `service/` opens it."""

    async def deliver(self, delivery: Delivery) -> DeliveryAnswer:
        """Do what the delivery asks, once; asked again, give the same answer. Raises when it can't be known yet."""
        ...


class DeliveryActivities:
    """Reaching other cases."""

    def __init__(self, door: Door) -> None:
        self._door = door

    @activity.defn(name=DELIVER.name)
    async def deliver(self, delivery: Delivery) -> DeliveryAnswer:
        """Deliver. Idempotent by case and work id: the action at the other end carries an id made of both."""
        return await self._door.deliver(delivery)
