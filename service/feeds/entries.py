"""What stands in a feed: what the inbox of its post shows, and the meetings that the post is called to."""

from __future__ import annotations

from datetime import timedelta

from models.feed import Entry, EntryKind, FeedKind
from models.party import Actor
from models.record import Duty
from rules.authority import LEADS
from rules.feeds.changes import of_affair
from service.feeds.writing import LASTS, duty_uid, invited, meeting_uid
from service.sighted import Sighted
from store.affairs.lists import OwedAffair
from store.desk.inbox import Inboxes
from store.desk.lists import Holder, InboxRow
from store.feeds.meetings import MeetingRow, Meetings

MOST = 500
"""Most meetings, and most limits of a desk in cases and in affairs; the most urgent are taken."""

LEAD_UP = timedelta(minutes=30)
"""How long before a limit its entry begins, so that it ends with the limit, on the right day."""

PAST = timedelta(days=7)
"""How long a meeting stays after it was."""

CALLED = timedelta(days=180)
"""How long ago a meeting may have been called."""

READS_UNIT = LEADS
"""Roles that act for a unit, and may have its calendar."""


class Entries(Sighted):
    """Collects entries for one post after another."""

    async def of(self, actor: Actor, kind: FeedKind) -> tuple[Entry, ...]:
        """Return the entries of somebody's own calendar, or of their unit's as far as they see it. Raises StoreAway."""
        eyes, now = await self.eyes(actor), self._office.now()
        holders = [self._holder(actor)] if kind is FeedKind.PERSONAL else await self._posts(actor)
        owed: dict[str, Entry] = {}
        for holder in holders:
            page = await Inboxes(self._office.store).page(holder, eyes, now, limit=MOST)
            affairs = await self._office.affair_queries.owed(holder, eyes, limit=MOST)
            limits = (*(_of_case(row) for row in page.rows), *(_of_affair(row) for row in affairs))
            owed |= {entry.uid: entry for entry in limits if entry is not None}
        called = await Meetings(self._office.store).seen(eyes, now - PAST, now - CALLED, MOST)
        mine = [row for row in called if _concerns(row, actor, kind)]
        places = await self._office.vault.open_texts([row.place for row in mine])
        return (*owed.values(), *(_meeting(row, places.get(row.place, "")) for row in mine))

    async def _posts(self, actor: Actor) -> list[Holder]:
        """Return everybody's desk in the unit."""
        unit = self._network.unit(actor.unit)
        if unit is None:
            return []
        people = [person for role in unit.roles for person in await self._office.roll.holders(role, [unit.id])]
        return [Holder(role=person.role, unit=unit.id, town=unit.town, person=person.id) for person in people]


def _of_case(row: InboxRow) -> Entry | None:
    """Return a limit that somebody has to meet in a case; what has none stands in no calendar."""
    duty = row.duty
    return _owed(duty, row.case.code, duty.clock or duty.id, EntryKind.VISIT if duty.act == "visit" else EntryKind.DEADLINE)


def _of_affair(row: OwedAffair) -> Entry | None:
    """Return the same in an affair."""
    duty = row.duty
    return _owed(duty, row.affair.code, of_affair(row.affair.kind, duty.clock or duty.id), EntryKind.DEADLINE)


def _owed(duty: Duty, code: str, what: str, kind: EntryKind) -> Entry | None:
    if duty.due is None:
        return None
    return Entry(
        uid=duty_uid(code, duty.id),
        kind=kind,
        code=code,
        what=what,
        start=duty.due - LEAD_UP,
        end=duty.due,
        provisional=duty.provisional,
    )


def _concerns(row: MeetingRow, actor: Actor, kind: FeedKind) -> bool:
    """Whether somebody is called: the mediator in person, who acts for a unit with the unit, a centre to the joint meetings it calls."""
    case, meeting = row.case, row.meeting
    if case.mediator is not None and case.mediator.person == actor.holder:
        return True
    units = {*invited(case, meeting), *([case.centre] if meeting.joint else [])}
    return actor.unit in units and (kind is FeedKind.UNIT or actor.role in READS_UNIT or actor.unit in meeting.units)


def _meeting(row: MeetingRow, place: str) -> Entry:
    return Entry(
        uid=meeting_uid(row.code, row.chapter, row.meeting.id),
        kind=EntryKind.MEETING,
        code=row.code,
        what="joint_meeting" if row.meeting.joint else "meeting",
        start=row.meeting.at,
        end=row.meeting.at + LASTS,
        place=place,
        off=row.meeting.off or row.case.ended,
    )
