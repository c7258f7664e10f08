"""The appraisal list: ended cases and affairs that need not be kept any longer, and what people decided about them. Nothing here destroys.

Used by `service/secrecy/appraising.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Exists, cast, func, insert, or_, select, type_coerce

from models.affair.keeping import AffairKeeping
from models.erasure import Ended
from store.affairs.tables import affairs
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
        query = (
            select(*(cases.c[name] for name in COLUMNS), until.label("retain_until"))
            .where(cases.c.ended_at.is_not(None), until <= today.isoformat(), *_open(cases.c.case_id, today))
            .order_by(until, cases.c.code)
        )
        async with self._store.read() as db:
            return [Ended.model_validate(dict(row)) for row in (await db.execute(query)).mappings()]

    async def due_affairs(
        self, kinds: Sequence[str], keeping: AffairKeeping, today: date, ended_on: Callable[[datetime], date]
    ) -> list[Ended]:
        """Ended affairs of these kinds in the same state; `ended_on` gives the place's own day of a time."""
        c, found = affairs.c, list[Ended]()
        named = (c.affair_id.label("case_id"), c.kind, c.code, c.stage, c.town, c.ended_at)
        for kind in kinds:
            query = select(*named).where(c.kind == kind, c.ended_at.is_not(None), *_open(c.affair_id, today))
            async with self._store.read() as db:
                rows = (await db.execute(query)).mappings().all() if keeping.years_of(kind) is not None else []
            for row in rows:
                until = keeping.until(kind, ended_on(row["ended_at"]))
                if until is not None and until <= today:
                    found.append(Ended.model_validate({**row, "category": None, "retain_until": until}))
        return sorted(found, key=lambda one: (one.retain_until, one.code))

    async def keep(self, case_id: str, until: date | None, by: str, at: datetime) -> None:
        """Note that a case or an affair is kept on, until a day or for good."""
        row: dict[str, Any] = {"case_id": case_id, "at": at, "by": by, "keep_until": until}
        async with self._store.write() as db:
            await db.execute(insert(appraisals), [row])

    def _until(self) -> ColumnElement[str]:
        """The date out of the stored state, as text: its column is empty for cases that ended before there was one."""
        state = type_coerce(cases.c.state, JSON) if self._store.dialect == "sqlite" else cast(cases.c.state, JSON)
        until: ColumnElement[str] = state["retain_until"].as_string()
        return until


def _open(record: ColumnElement[str], today: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That nobody has decided to keep a record on, by the last decision, and that its words are not destroyed."""
    last = appraisals.alias()
    newest = select(func.max(last.c.id)).where(last.c.case_id == record).scalar_subquery()
    kept: Exists = (
        select(appraisals.c.id)
        .where(appraisals.c.id == newest, or_(appraisals.c.keep_until.is_(None), appraisals.c.keep_until > today))
        .exists()
    )
    gone: Exists = select(erasure_register.c.id).where(erasure_register.c.owner == "case:" + record).exists()
    return ~kept, ~gone
