"""The appraisal list: ended cases that need not be kept any longer, and what people decided about them. Nothing here destroys.

Used by `service/secrecy/appraising.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, cast, func, insert, or_, select, type_coerce

from models.erasure import Ended
from store.engine import Store
from store.secrecy.erasure_tables import appraisals, erasure_register
from store.tables import cases

COLUMNS = ("case_id", "code", "stage", "category", "town", "ended_at")


class Retention:
    """Ended cases and the time they are kept, in one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def due(self, today: date) -> list[Ended]:
        """Ended cases whose date has passed, that nobody has decided to keep on and whose words are not destroyed; the oldest first."""
        until = self._until()
        of_case = appraisals.alias()
        last = select(func.max(of_case.c.id)).where(of_case.c.case_id == cases.c.case_id).correlate(cases).scalar_subquery()
        kept = (
            select(appraisals.c.id)
            .where(appraisals.c.id == last, or_(appraisals.c.keep_until.is_(None), appraisals.c.keep_until > today))
            .exists()
        )
        gone = select(erasure_register.c.id).where(erasure_register.c.owner == "case:" + cases.c.case_id).exists()
        query = (
            select(*(cases.c[name] for name in COLUMNS), until.label("retain_until"))
            .where(cases.c.ended_at.is_not(None), until <= today.isoformat(), ~kept, ~gone)
            .order_by(until, cases.c.code)
        )
        async with self._store.read() as db:
            return [Ended.model_validate(dict(row)) for row in (await db.execute(query)).mappings()]

    async def keep(self, case_id: str, until: date | None, by: str, at: datetime) -> None:
        """Note that a case is kept on, until a day or for good."""
        row: dict[str, Any] = {"case_id": case_id, "at": at, "by": by, "keep_until": until}
        async with self._store.write() as db:
            await db.execute(insert(appraisals), [row])

    def _until(self) -> ColumnElement[str]:
        """The date out of the stored state, as text: its column is empty for cases that ended before there was one."""
        state = type_coerce(cases.c.state, JSON) if self._store.dialect == "sqlite" else cast(cases.c.state, JSON)
        until: ColumnElement[str] = state["retain_until"].as_string()
        return until
