"""Meetings of running cases, as far as somebody's eyes may rest on them; with the reference of where each is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from models.base import Model
from models.case import Case, Meeting
from models.event import Event
from models.happening import MeetingSet
from store.desk.lists import Eyes
from store.desk.queries import seen_one_by_one
from store.engine import Store
from store.tables import cases, events


class MeetingRow(Model):
    """A meeting with its case."""

    code: str
    case: Case
    chapter: int
    meeting: Meeting
    place: str
    """Vault reference."""


class Meetings:
    """The meetings of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def seen(self, eyes: Eyes, since: datetime, called_since: datetime, limit: int = 500) -> list[MeetingRow]:
        """Meetings at or after `since` that were called after `called_since`, also those called off, the newest called first."""
        query = (
            select(events.c.body, cases.c.code, cases.c.state)
            .join(cases, cases.c.case_id == events.c.case_id)
            .where(events.c.type == "meeting_set", events.c.at >= called_since, seen_one_by_one(eyes, events.c.case_id, cases.c.town))
            .order_by(events.c.at.desc())
            .limit(limit)
        )
        async with self._store.read() as db:
            rows = (await db.execute(query)).all()
        found = (_row(row.body, row.code, row.state) for row in rows)
        return [row for row in found if row is not None and row.meeting.at >= since]

    async def place(self, case_id: str, meeting_id: str) -> str | None:
        """Vault reference of where a meeting is; None for one that is not there."""
        query = select(events.c.body).where(events.c.case_id == case_id, events.c.type == "meeting_set")
        async with self._store.read() as db:
            bodies = list(await db.scalars(query.order_by(events.c.seq.desc())))
        called = [Event.model_validate_json(body).what for body in bodies]
        return next((what.place for what in called if isinstance(what, MeetingSet) and what.meeting.id == meeting_id), None)


def _row(body: str, code: str, state: str) -> MeetingRow | None:
    """Return the meeting as its case has it now; one that was taken back is there no more."""
    event = Event.model_validate_json(body)
    what = event.what
    case = Case.model_validate_json(state)
    now = next((one for one in case.meetings if isinstance(what, MeetingSet) and one.id == what.meeting.id), None)
    if not isinstance(what, MeetingSet) or now is None or now.at != what.meeting.at:
        return None
    return MeetingRow(code=code, case=case, chapter=event.chapter, meeting=now, place=what.place)
