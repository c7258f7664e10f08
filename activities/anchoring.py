"""Anchoring (锚定): the anchor of a day made and written as a file, and then given to the site's own command."""

from __future__ import annotations

from typing import Protocol

from temporalio import activity

from activities.contracts import ANCHOR, STAMP
from models.anchor import AnchorDue, Anchored


class Notary(Protocol):
    """The use cases of anchors; `service/` has them."""

    async def daily(self, due: AnchorDue) -> Anchored:
        """Make the anchor of the local day this time lies in, once, and write its file."""
        ...

    async def stamp(self, anchored: Anchored) -> None:
        """Give the file to the site's command, where there is one."""
        ...


class AnchoringActivities:
    """Making anchors."""

    def __init__(self, notary: Notary) -> None:
        self._notary = notary

    @activity.defn(name=ANCHOR.name)
    async def anchor(self, due: AnchorDue) -> Anchored:
        """Make the daily anchor. Idempotent by its local day: a second attempt finds it and writes the same file again."""
        return await self._notary.daily(due)

    @activity.defn(name=STAMP.name)
    async def stamp(self, anchored: Anchored) -> Anchored:
        """Give the file to the site's command, where there is one. At least once: a stamp too many does no harm."""
        await self._notary.stamp(anchored)
        return anchored
