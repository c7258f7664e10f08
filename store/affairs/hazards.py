"""The hazards that were open at a time, for the register."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from store.affairs.queries import seen
from store.affairs.tables import affair_duties, affairs
from store.desk.lists import Eyes
from store.engine import Store

HazardLine = tuple[str, datetime, bool, str]
"""Village, when it was reported, whether a limit of it is over, state."""


async def open_hazards(store: Store, eyes: Eyes, *, as_of: datetime, now: datetime) -> list[HazardLine]:
    """The hazards that were reported by `as_of` and had not ended then; limits are those of `now`."""
    head = affairs.c
    late = head.affair_id.in_(select(affair_duties.c.affair_id).where(affair_duties.c.due < now))
    query = (
        select(head.place, head.opened_at, late.label("late"), head.state)
        .where(seen(eyes), head.kind == "hazard", head.opened_at <= as_of)
        .where(or_(head.ended_at.is_(None), head.ended_at > as_of))
    )
    async with store.read() as db:
        return [(row.place or "", row.opened_at, bool(row.late), row.state) for row in await db.execute(query)]
