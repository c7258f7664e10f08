"""The cases of a board: of each stage those whose earliest limit comes first, in one statement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from models.base import Instant, Model
from store.desk.lists import CaseRow, Eyes, Filter
from store.desk.queries import LISTED, conditions, seen_by
from store.engine import Store
from store.tables import cases, obligations


class UrgentRow(Model):
    """A case, and by when somebody owes something in it; None where nothing has a date."""

    case: CaseRow
    due: Instant | None


class Boards:
    """Boards in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def urgent(self, eyes: Eyes, wanted: Filter, now: datetime, most: int) -> list[UrgentRow]:
        """Of the cases that meet a filter, the first so many of each stage, by their earliest limit; then the older case."""
        due = select(obligations.c.case_id, func.min(obligations.c.due).label("due")).group_by(obligations.c.case_id).subquery("owed")
        order = (due.c.due.is_(None), due.c.due, cases.c.opened_at, cases.c.case_id)
        place = func.row_number().over(partition_by=cases.c.stage, order_by=order).label("place")
        found = (
            select(cases.c.case_id, due.c.due, place)
            .outerjoin(due, due.c.case_id == cases.c.case_id)
            .where(seen_by(eyes), *conditions(wanted, now))
            .subquery("found")
        )
        # The row itself is read for the few that are shown, not for all that are sorted.
        query = (
            select(*LISTED, found.c.due)
            .join(found, found.c.case_id == cases.c.case_id)
            .where(found.c.place <= most)
            .order_by(cases.c.stage, found.c.place)
        )
        async with self._store.read() as db:
            rows = (await db.execute(query)).mappings().all()
        return [UrgentRow(case=CaseRow.model_validate({name: row[name] for name in CaseRow.model_fields}), due=row["due"]) for row in rows]
