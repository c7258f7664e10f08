"""What a road is: given a delivery, it makes one attempt. Each kind has a module of its own; the pump knows no more than this."""

from __future__ import annotations

from typing import Protocol

from models.message import Attempt, Delivery


class Road(Protocol):
    """A kind of road."""

    async def send(self, delivery: Delivery) -> Attempt:
        """Make one attempt. Raises for nothing that the other side does; what it raises is a fault of ours, or StoreAway."""
        ...
