"""Making the views of a case anew from its events, and comparing them with what is stored. Called by `service/upkeep.py`.

The events are the record; the case's row, its obligations, access and actions are views of it (`store/tables.py`). Only
`opened_at` and the case's identity (source, intake, code) are not in the events and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Column, Connection, Table, bindparam, delete, insert, select

from models.case import Case
from models.record import Line
from rules.marks import late
from store.desk.claims import OF_CASES, drop_met
from store.engine import Store
from store.marking import mark_rows, marks_of
from store.publishing import UPDATE_CASE, Beside, Views, access_rows, action_rows, columns, duty_rows
from store.replaying import differences
from store.tables import actions, case_access, cases, events, marks, obligations

ROW = select(cases).where(cases.c.case_id == bindparam("case_id"))
BESIDE = (obligations, case_access, actions, marks)
"""The views that are not in the case's row."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the record keeps of a case beside its events: who it is, where its chain should end, its state as it is stored."""

    case_id: str
    source: str
    intake_id: str
    code: str
    seq: int
    head: str
    ended: bool
    text: str

    @property
    def state(self) -> Case | None:
        """The stored state, or None when the text is none."""
        try:
            return Case.model_validate_json(self.text)
        except ValidationError:
            return None


class Rebuilding:
    """Views against events."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def kept(self, case_id: str) -> Kept | None:
        """What is kept of a case, or None."""
        async with self._store.read() as db:
            row = (await db.execute(ROW, {"case_id": case_id})).first()
        if row is None:
            return None
        return Kept(
            case_id=row.case_id,
            source=row.source,
            intake_id=row.intake_id,
            code=row.code,
            seq=row.seq,
            head=row.head,
            ended=row.ended_at is not None,
            text=row.state,
        )

    async def compare(self, case: Case, lines: Sequence[Line], views: Views) -> tuple[str, ...] | None:
        """Names of the views that differ from those made anew; None when the record has moved on meanwhile."""
        async with self._store.read() as db:
            found = await db.run_sync(partial(_differing, case=case, lines=lines, views=views))
            # Each statement sees the newest commit: one that came between would look like a difference.
            still = await db.run_sync(partial(ends_with, owner=events.c.case_id, record_id=case.id, lines=lines))
        return found if still else None

    async def rewrite(self, case: Case, lines: Sequence[Line], views: Views) -> tuple[str, ...] | None:
        """Put views made anew in the place of the stored ones, in one transaction; the answer is as `compare` gives it."""
        return await self._store.write_at_once(partial(_rewrite, case=case, lines=lines, views=views))


def _rewrite(db: Connection, *, case: Case, lines: Sequence[Line], views: Views) -> tuple[str, ...] | None:
    # The lock that a publication takes as well: none comes between.
    row = db.execute(ROW.with_for_update(), {"case_id": case.id}).first()
    changed = _differing(db, case=case, lines=lines, views=views)
    if not changed or row is None:
        return changed
    db.execute(UPDATE_CASE, {**_columns(case, lines, views, row.opened_at), "of_case": case.id})
    for table, rows in _beside(case, lines, views):
        db.execute(delete(table).where(table.c.case_id == case.id))
        if rows:
            db.execute(insert(table), rows)
    drop_met(db, OF_CASES, [(case, views.duties)])
    return changed


def _differing(db: Connection, *, case: Case, lines: Sequence[Line], views: Views) -> tuple[str, ...] | None:
    if not ends_with(db, events.c.case_id, case.id, lines):
        return None
    row = db.execute(ROW, {"case_id": case.id}).mappings().one()
    made = _columns(case, lines, views, row["opened_at"])
    found = [f"cases.{name}" for name, value in made.items() if name != "state" and row[name] != value]
    found.extend(_state(row["state"], case))
    for table, rows in _beside(case, lines, views):
        stored = db.execute(select(table).where(table.c.case_id == case.id)).mappings()
        if comparable(table, stored) != comparable(table, rows):
            found.append(table.name)
    return tuple(found)


def _columns(case: Case, lines: Sequence[Line], views: Views, opened_at: datetime) -> dict[str, Any]:
    beside = Beside(opened_at=opened_at, updated_at=lines[-1].at, late=late(case, marks_of(lines)))
    return columns(case, views, beside)


def ends_with(db: Connection, owner: Column[str], record_id: str, lines: Sequence[Line]) -> bool:
    """Whether these are all lines of a record still; `owner` is the column of a table of events that names the record."""
    of = owner.table.c
    last = db.execute(select(of.seq, of.hash).where(owner == record_id).order_by(of.seq.desc()).limit(1)).first()
    return last is not None and bool(lines) and (last.seq, last.hash) == (lines[-1].seq, lines[-1].hash)


def _state(text: str, case: Case) -> list[str]:
    try:
        stored = Case.model_validate_json(text)
    except ValidationError:
        return ["state"]
    return [f"state.{name}" for name in differences(stored, case)]


def _beside(case: Case, lines: Sequence[Line], views: Views) -> Iterable[tuple[Table, Sequence[Mapping[str, Any]]]]:
    made = (duty_rows(case, views.duties), access_rows(case, views.access), action_rows(case.id, lines, None))
    return zip(BESIDE, (*made, mark_rows(case, marks_of(lines))), strict=True)


def comparable(table: Table, rows: Iterable[Mapping[Any, Any]]) -> list[str]:
    """Rows in a form that compares: in one order, each value as it is written."""
    return sorted(repr([_plain(row[column.name]) for column in table.columns]) for row in rows)


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, (bool, int)) else str(value)
