"""Whole states of several cases at once, for desks that look into each: audits, trials of rules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import select

from models.case import Case
from store.desk.lists import Eyes, Filter
from store.desk.queries import conditions, seen_by
from store.engine import Store
from store.tables import cases

AT_ONCE = 200
"""How many states are read with one statement."""


class States:
    """States in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, case_ids: Sequence[str]) -> dict[str, Case]:
        """The states of these cases by id; unknown ones are left out."""
        found: dict[str, Case] = {}
        for start in range(0, len(case_ids), AT_ONCE):
            part = case_ids[start : start + AT_ONCE]
            async with self._store.read() as db:
                rows = (await db.execute(select(cases.c.case_id, cases.c.state).where(cases.c.case_id.in_(part)))).all()
            found |= {row.case_id: Case.model_validate_json(row.state) for row in rows}
        return found

    async def each(self, case_ids: Sequence[str]) -> AsyncIterator[Case]:
        """Yield the states of these cases one after another, read `AT_ONCE` at a time; unknown ones are left out."""
        for start in range(0, len(case_ids), AT_ONCE):
            for case in (await self.of(case_ids[start : start + AT_ONCE])).values():
                yield case

    async def ids(self, eyes: Eyes, wanted: Filter, now: datetime, limit: int) -> list[str]:
        """Ids of the cases that meet a filter, the one registered last first, so many at most."""
        query = select(cases.c.case_id).where(seen_by(eyes), *conditions(wanted, now))
        async with self._store.read() as db:
            found = await db.scalars(query.order_by(cases.c.opened_at.desc(), cases.c.case_id.desc()).limit(limit))
            return list(found)
