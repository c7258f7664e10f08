"""The book of facts: which cases have to be told again, the events to tell them from, and the facts as they were told.

Called by `service/kpi/keeping.py`. A case that moves while it is told stays on the list and is told again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, literal_column, select, update

from models.kpi import CaseFact, ItemFact, Told, Whose
from models.record import Line
from store.engine import Store
from store.kpi.tables import STAYS, kpi_cases, kpi_items
from store.records import line_of
from store.tables import cases, events

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNTOLD: ColumnElement[bool] = literal_column("told_seq != seq")
"""Word for word as the index of these cases has it."""

SAID = update(cases).where(cases.c.case_id == bindparam("of_case")).values(told_seq=bindparam("up_to"))
SAME = tuple(name for name in CaseFact.model_fields if name not in {"stayed", "held"})


@dataclass(frozen=True, slots=True)
class Source:
    """A case with all its events, to be told."""

    case_id: str
    source: str
    intake_id: str
    lines: tuple[Line, ...]


class FactBook:
    """The facts in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def untold(self, most: int) -> int:
        """How many cases have moved since they were told, counted up to a bound."""
        some = select(cases.c.case_id).where(UNTOLD).limit(most).subquery()
        async with self._store.read() as db:
            return int(await db.scalar(select(func.count()).select_from(some)) or 0)

    async def sources(self, limit: int) -> list[Source]:
        """Some of the cases that have to be told, with their events."""
        async with self._store.read() as db:
            rows = (await db.execute(select(cases.c.case_id, cases.c.source, cases.c.intake_id).where(UNTOLD).limit(limit))).all()
        return await self._with_lines([(row.case_id, row.source, row.intake_id) for row in rows])

    async def source(self, case_id: str) -> Source | None:
        """One case with its events, or None."""
        query = select(cases.c.case_id, cases.c.source, cases.c.intake_id).where(cases.c.case_id == case_id)
        async with self._store.read() as db:
            row = (await db.execute(query)).first()
        found = await self._with_lines([(row.case_id, row.source, row.intake_id)]) if row is not None else []
        return found[0] if found else None

    async def _with_lines(self, rows: Sequence[tuple[str, str, str]]) -> list[Source]:
        lines: dict[str, list[Line]] = {row[0]: [] for row in rows}
        if lines:
            query = select(events).where(events.c.case_id.in_(lines)).order_by(events.c.case_id, events.c.seq)
            async with self._store.read() as db:
                for row in await db.execute(query):
                    lines[row.case_id].append(line_of(row))
        return [Source(case_id, source, intake_id, tuple(lines[case_id])) for case_id, source, intake_id in rows]

    async def write(self, told: Sequence[tuple[str, int, Told | None]]) -> None:
        """Put the facts of these cases in the place of what was told before: case, last event told, facts."""
        names = sorted(case_id for case_id, _, _ in told)
        if not names:
            return
        async with self._store.write() as db:
            # Two that tell the same case wait for each other; SQLite has one writer in any case.
            await db.execute(select(cases.c.case_id).where(cases.c.case_id.in_(names)).order_by(cases.c.case_id).with_for_update())
            for table in (kpi_items, kpi_cases):
                await db.execute(delete(table).where(table.c.case_id.in_(names)))
            facts = [(case_id, facts) for case_id, _, facts in told if facts is not None]
            if facts:
                await db.execute(insert(kpi_cases), [case_row(case_id, one.case) for case_id, one in facts])
            items = [item_row(case_id, one.case, item) for case_id, one in facts for item in one.items]
            if items:
                await db.execute(insert(kpi_items), items)
            await db.execute(SAID, [{"of_case": case_id, "up_to": seq} for case_id, seq, _ in told])

    async def facts(self, case_ids: Sequence[str]) -> dict[str, CaseFact]:
        """The facts of these cases themselves, by id, without their items."""
        query = select(kpi_cases).where(kpi_cases.c.case_id.in_(case_ids))
        async with self._store.read() as db:
            return {row["case_id"]: case_fact(row) for row in (await db.execute(query)).mappings()} if case_ids else {}

    async def forget(self, case_id: str | None = None) -> None:
        """Have one case, or all, told again."""
        query = update(cases).values(told_seq=0)
        async with self._store.write() as db:
            await db.execute(query if case_id is None else query.where(cases.c.case_id == case_id))

    async def read(self, case_id: str) -> tuple[int, Told | None]:
        """Up to which event a case is told, and its facts."""
        async with self._store.read() as db:
            seq = int(await db.scalar(select(cases.c.told_seq).where(cases.c.case_id == case_id)) or 0)
            row = (await db.execute(select(kpi_cases).where(kpi_cases.c.case_id == case_id))).mappings().first()
            items = (await db.execute(select(kpi_items).where(kpi_items.c.case_id == case_id))).mappings().all()
        return seq, None if row is None else Told(
            case=case_fact(row), items=tuple(sorted((item_fact(item) for item in items), key=lambda item: item.name))
        )


def microseconds(at: datetime | None) -> int | None:
    """A time as a number that can be added to."""
    return None if at is None else (at - EPOCH) // MICROSECOND


def case_row(case_id: str, fact: CaseFact) -> dict[str, Any]:
    """The row of a case."""
    return {
        "case_id": case_id,
        **{name: getattr(fact, name) for name in SAME},
        "opened_us": microseconds(fact.opened_at),
        "ended_us": microseconds(fact.ended_at),
        **{f"stayed_{stage}": fact.stayed.get(stage, 0) for stage in STAYS},
        **{f"held_{whose}": fact.held.get(whose, 0) for whose in Whose},
    }


def item_row(case_id: str, fact: CaseFact, item: ItemFact) -> dict[str, Any]:
    """The row of an item."""
    on_time = item.outcome == "met" and item.done is not None and item.due is not None and item.done <= item.due
    apart = {"town": fact.town, "tier": fact.tier, "category": fact.category}
    return {"case_id": case_id, **{name: getattr(item, name) for name in ItemFact.model_fields}, "on_time": on_time, **apart}


def case_fact(row: Any) -> CaseFact:
    """A case's facts out of its row."""
    stayed = {stage: row[f"stayed_{stage}"] for stage in STAYS if row[f"stayed_{stage}"]}
    held = {whose: row[f"held_{whose}"] for whose in Whose if row[f"held_{whose}"]}
    return CaseFact(**{name: row[name] for name in SAME}, stayed=stayed, held=held)


def item_fact(row: Any) -> ItemFact:
    """An item out of its row."""
    return ItemFact(**{name: row[name] for name in ItemFact.model_fields})
