"""The order of all inboxes: the earliest due first, what has no limit last, then by record and duty; a place in it as a cursor."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, literal, or_, tuple_

BOUND = 1000
"""How far the lists of a desk are counted: what lies beyond is `999+` on every page, and would cost more than it tells."""

CURSOR = re.compile(r"(-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00)\|([A-Za-z0-9-]{1,80})\|([A-Za-z0-9_.:-]{1,120})", re.ASCII)


def cursor(due: datetime | None, record_id: str, duty_id: str) -> str:
    """Return where a page ends: the duty's place in the order that all inboxes share."""
    return "|".join((due.isoformat() if due else "-", record_id, duty_id))


def behind(after: str, owed: Table, record_id: ColumnElement[str]) -> ColumnElement[bool]:
    """What comes behind a cursor in the order of the inbox, in a table of duties. Raises ValueError for none of ours."""
    found = CURSOR.fullmatch(after)
    if found is None:
        raise ValueError("not a cursor of ours")
    later = tuple_(record_id, owed.c.id) > tuple_(literal(found[2]), literal(found[3]))
    if found[1] == "-":
        return and_(owed.c.due.is_(None), later)
    due = datetime.fromisoformat(found[1])
    return or_(owed.c.due.is_(None), owed.c.due > due, and_(owed.c.due == due, later))
