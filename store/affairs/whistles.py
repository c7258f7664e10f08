"""The lines that figures of whistles are made of: those of one time, as the record stood at another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from store.affairs.queries import seen
from store.affairs.tables import affair_events, affairs
from store.desk.lists import Eyes
from store.engine import Store

WhistleLine = tuple[str, str, str, str, str]
"""Id of the whistle, place, town, type of the event, body."""


async def whistle_lines(
    store: Store, eyes: Eyes, types: Sequence[str], *, since: datetime, until: datetime, as_of: datetime
) -> list[WhistleLine]:
    """The events of these types of the whistles blown in `since` to `until` (left out) and recorded by `as_of`, whistle by whistle."""
    head, line = affairs.c, affair_events.c
    query = (
        select(head.affair_id, head.place, head.town, line.type, line.body)
        .join(affair_events, line.affair_id == head.affair_id)
        .where(seen(eyes), head.kind == "whistle", head.opened_at >= since, head.opened_at < until)
        .where(line.type.in_(types), line.at <= as_of)
        .order_by(head.affair_id, line.seq)
    )
    async with store.read() as db:
        rows = (await db.execute(query)).all()
    return [(row.affair_id, row.place or "", row.town or "", row.type, row.body) for row in rows]
