"""The order of all inboxes, and that of all lists of records; a place in either as a cursor.

An inbox begins with the earliest due, and what has no limit comes last, then by record and duty; a list with the newest opened.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, literal, or_, tuple_

BOUND = 1000
"""How far the lists of a desk are counted: what lies beyond is `999+` on every page, and would cost more than it tells."""

CURSOR = re.compile(r"(-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00)\|([A-Za-z0-9-]{1,80})\|([A-Za-z0-9_.:-]{1,120})", re.ASCII)
LIST_CURSOR = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00)\|([A-Za-z0-9-]{1,80})", re.ASCII)


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


def list_cursor(opened_at: datetime, record_id: str) -> str:
    """Return where a page of a list ends: the record's place in the order that all lists share."""
    return f"{opened_at.isoformat()}|{record_id}"


def older(after: str, opened_at: ColumnElement[datetime], record_id: ColumnElement[str]) -> ColumnElement[bool]:
    """What comes behind a cursor in the order of a list. Raises ValueError for none of ours."""
    found = LIST_CURSOR.fullmatch(after)
    if found is None:
        raise ValueError("not a cursor of ours")
    return tuple_(opened_at, record_id) < tuple_(datetime.fromisoformat(found[1]), found[2])
