"""Bulletins (月报): those of a month made and kept, each once."""

from __future__ import annotations

from typing import Protocol

from temporalio import activity

from activities.contracts import MAKE_BULLETINS
from models.bulletin import BulletinDue, BulletinsMade


class Editor(Protocol):
    """The use cases of bulletins; `service/` has them."""

    async def monthly(self, due: BulletinDue) -> BulletinsMade:
        """Make the bulletins of the month before this time that are not there yet."""
        ...


class BulletinActivities:
    """Making bulletins."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    @activity.defn(name=MAKE_BULLETINS.name)
    async def make(self, due: BulletinDue) -> BulletinsMade:
        """Make the bulletins of a month. Idempotent by month and town: a second attempt goes on where the first one stopped."""
        return await self._editor.monthly(due)
