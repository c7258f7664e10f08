"""What the integrity checks look for in the facts (数据质量核查): ends, visits and agreements that are not as they should be."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, func, select

from models.kpi import Outcome, Thing
from models.words import Stage
from rules.kpi.counting import Window
from store.desk.lists import Eyes
from store.desk.queries import seen_by
from store.engine import Store
from store.kpi.tables import kpi_cases, kpi_items
from store.tables import case_access, cases

MOST = 100
"""How many cases a finding names."""


class Checks:
    """The looks into the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def ends_by_lead(self, eyes: Eyes, window: Window, last_days: datetime) -> dict[str, tuple[int, int]]:
        """By lead: archived in the window, and of these after `last_days` began."""
        c = kpi_cases.c
        own = [seen_by(eyes, kpi_cases), c.stage == Stage.ARCHIVED, c.ended_at >= window.since, c.ended_at < window.until]
        query = select(c.lead, func.count(), func.sum(case((c.ended_at >= last_days, 1), else_=0))).where(*own).group_by(c.lead)
        async with self._store.read() as db:
            return {row[0] or "": (int(row[1]), int(row[2] or 0)) for row in await db.execute(query)}

    async def agreed_after_end(self, eyes: Eyes, window: Window) -> list[str]:
        """Codes of cases ended in the window before their agreement took effect."""
        c = kpi_cases.c
        own = [seen_by(eyes, kpi_cases), c.ended_at >= window.since, c.ended_at < window.until, c.agreed_at > c.ended_at]
        query = select(cases.c.code).join(kpi_cases, c.case_id == cases.c.case_id).where(*own).order_by(cases.c.code).limit(MOST)
        async with self._store.read() as db:
            return list(await db.scalars(query))

    async def own_visits(self, eyes: Eyes, window: Window) -> list[str]:
        """Codes of cases visited in the window by the mediator of record."""
        i = kpi_items.c
        own = [seen_by(eyes, kpi_items), i.thing == Thing.VISIT, i.at >= window.since, i.at < window.until, i.own.is_(True)]
        query = select(cases.c.code).distinct().join(kpi_items, i.case_id == cases.c.case_id).where(*own)
        async with self._store.read() as db:
            return list(await db.scalars(query.order_by(cases.c.code).limit(MOST)))

    async def confirmed(self, eyes: Eyes, window: Window, limit: int) -> list[tuple[str, str]]:
        """Code and person for each party of the cases with a calm visit in the window, the newest cases first."""
        i = kpi_items.c
        own = [seen_by(eyes, kpi_items), i.thing == Thing.VISIT, i.at >= window.since, i.at < window.until, i.outcome == Outcome.CALM]
        visited = select(i.case_id).where(*own)
        query = (
            select(cases.c.code, case_access.c.value)
            .join(case_access, case_access.c.case_id == cases.c.case_id)
            .where(case_access.c.kind == "party", cases.c.case_id.in_(visited))
            .order_by(cases.c.opened_at.desc(), case_access.c.value)
            .limit(limit)
        )
        async with self._store.read() as db:
            return [(row[0], row[1]) for row in await db.execute(query)]
