"""Rounds that a schedule begins (定期轮次)."""

from __future__ import annotations

from typing import Protocol

from temporalio import activity

from activities.contracts import BEGIN_ROUNDS
from models.affair.round.due import RoundsBegun, RoundsDue


class RoundStarter(Protocol):
    """The use case that begins rounds; `service/affairs/rounds/schedule.py` opens it."""

    async def begin(self, due: RoundsDue) -> RoundsBegun:
        """Begin the rounds of a plan, one for each of its towns."""
        ...


class RoundActivities:
    """Beginning rounds."""

    def __init__(self, starter: RoundStarter) -> None:
        self._starter = starter

    @activity.defn(name=BEGIN_ROUNDS.name)
    async def begin(self, due: RoundsDue) -> RoundsBegun:
        """Begin the rounds of a plan. Idempotent by plan, town and local day: those that are there stay."""
        return await self._starter.begin(due)
