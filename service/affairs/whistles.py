"""Figures of whistles (吹哨报到用时) for somebody: computed from the record when asked, of what their numbers are made of."""

from __future__ import annotations

import asyncio
from datetime import datetime

from models.affair.whistle.figures import GroupedBy, WhistleFigures
from models.party import Actor
from models.refusal import RefusalCode
from rules.whistle.figures import COUNTED, Told, groups
from service.errors import refuse
from service.sighted import Sighted
from store.affairs.whistles import whistle_lines


class Whistles(Sighted):
    """Figures over one office."""

    async def whistle_figures(
        self, actor: Actor, by: GroupedBy, *, since: datetime, until: datetime, as_of: datetime | None = None
    ) -> WhistleFigures:
        """How many whistles were blown from `since` to `until`, and how long units took, as the record stood at `as_of` (now).

        Of what somebody's figures are made of, as all statistics are. Refuses `not_allowed`, and `invalid` for a time that is none.
        """
        now = self._office.now()
        as_of = min(as_of or now, now)
        if not since < until:
            raise refuse(RefusalCode.INVALID, "until")
        eyes = await self.numbers(actor)
        lines = await whistle_lines(self._office.store, eyes, COUNTED, since=since, until=until, as_of=as_of)
        # Thousands of lines take a second to read: other requests go on meanwhile.
        whole, found = await asyncio.to_thread(groups, [Told(*line) for line in lines], by)
        return WhistleFigures(by=by, since=since, until=until, as_of=as_of, whole=whole, groups=found)
