"""What is open in somebody's hands (在办事项): running cases and affairs that name a member of staff, for a handover."""

from __future__ import annotations

from sqlalchemy import or_, select

from store.affairs.tables import affair_duties, affair_keys, affairs
from store.engine import Store
from store.tables import cases, obligations

DISPUTE = "dispute"
OWED = select(obligations.c.case_id)
OWED_AFFAIRS = select(affair_duties.c.affair_id)
NAMED = select(affair_keys.c.affair_id).where(affair_keys.c.name == "staff")


async def records_of(store: Store, staff: str, limit: int) -> list[tuple[str, str]]:
    """Ids and kinds of what runs and names this person: as mediator of record, in a duty, or in the state of an affair; the oldest first.

    A `handover` itself is none: whose it is goes by post.
    """
    of_cases = select(cases.c.case_id).where(
        cases.c.ended_at.is_(None), or_(cases.c.mediator == staff, cases.c.case_id.in_(OWED.where(obligations.c.person == staff)))
    )
    of_affairs = select(affairs.c.affair_id, affairs.c.kind).where(
        affairs.c.ended_at.is_(None),
        or_(
            affairs.c.affair_id.in_(NAMED.where(affair_keys.c.value == staff)),
            affairs.c.affair_id.in_(OWED_AFFAIRS.where(affair_duties.c.person == staff)),
        ),
    )
    async with store.read() as db:
        found = [(case_id, DISPUTE) for case_id in await db.scalars(of_cases.order_by(cases.c.opened_at, cases.c.case_id).limit(limit))]
        rows = await db.execute(of_affairs.order_by(affairs.c.opened_at, affairs.c.affair_id).limit(limit))
        found += [(row.affair_id, row.kind) for row in rows]
    return found[:limit]
