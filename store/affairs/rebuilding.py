"""Making the views of an affair anew from its events, and comparing them with what is stored: as `store/rebuilding.py` for cases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from models.affair.base import Affair
from models.record import Line
from store.affairs.own import OWN
from store.affairs.publishing import BESIDE, UPDATE, AffairViews, columns, done_rows, rows_beside, sums_of
from store.affairs.tables import affair_actions, affair_events, affairs
from store.desk.claims import OF_AFFAIRS, drop_met
from store.engine import Store
from store.rebuilding import comparable, ends_with

ROW = select(affairs).where(affairs.c.affair_id == bindparam("affair_id"))


@dataclass(frozen=True, slots=True)
class KeptAffair:
    """What the record keeps of an affair beside its events: who it is, where its chain should end, its state as it is stored."""

    affair_id: str
    kind: str
    source: str
    intake_id: str
    code: str
    seq: int
    head: str
    ended: bool
    text: str


class AffairRebuilding:
    """Views against events."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def kept(self, affair_id: str) -> KeptAffair | None:
        """What is kept of an affair, or None."""
        async with self._store.read() as db:
            row = (await db.execute(ROW, {"affair_id": affair_id})).first()
        if row is None:
            return None
        return KeptAffair(
            affair_id=row.affair_id,
            kind=row.kind,
            source=row.source,
            intake_id=row.intake_id,
            code=row.code,
            seq=row.seq,
            head=row.head,
            ended=row.ended_at is not None,
            text=row.state,
        )

    async def compare(self, affair: Affair, lines: Sequence[Line], views: AffairViews) -> tuple[str, ...] | None:
        """Names of the views that differ from those made anew; None when the record has moved on meanwhile."""
        async with self._store.read() as db:
            found = await db.run_sync(partial(_differing, affair=affair, lines=lines, views=views))
            # Each statement sees the newest commit: one that came between would look like a difference.
            still = await db.run_sync(partial(ends_with, owner=affair_events.c.affair_id, record_id=affair.id, lines=lines))
        return found if still else None

    async def rewrite(self, affair: Affair, lines: Sequence[Line], views: AffairViews) -> tuple[str, ...] | None:
        """Put views made anew in the place of the stored ones, in one transaction; the answer is as `compare` gives it."""
        return await self._store.write_at_once(partial(_rewrite, affair=affair, lines=lines, views=views))


def _rewrite(db: Connection, *, affair: Affair, lines: Sequence[Line], views: AffairViews) -> tuple[str, ...] | None:
    # The lock that a publication takes as well: none comes between.
    db.execute(ROW.with_for_update(), {"affair_id": affair.id}).first()
    changed = _differing(db, affair=affair, lines=lines, views=views)
    if not changed:
        return changed
    db.execute(UPDATE, {**_row(affair, lines, views), "of_affair": affair.id})
    for table, rows in _beside(affair, lines, views):
        db.execute(delete(table).where(table.c.affair_id == affair.id))
        if rows:
            db.execute(insert(table), rows)
    if affair.kind in OWN:
        OWN[affair.kind].write(db, affair, lines)
    drop_met(db, OF_AFFAIRS, [(affair, views.duties)])
    return changed


def _differing(db: Connection, *, affair: Affair, lines: Sequence[Line], views: AffairViews) -> tuple[str, ...] | None:
    if not ends_with(db, affair_events.c.affair_id, affair.id, lines):
        return None
    row = db.execute(ROW, {"affair_id": affair.id}).mappings().one()
    made = _row(affair, lines, views)
    found = [f"affairs.{name}" for name, value in made.items() if name != "state" and row[name] != value]
    found += [] if _alike(row["state"], made["state"]) else ["affairs.state"]
    for table, rows in _beside(affair, lines, views):
        stored = db.execute(select(table).where(table.c.affair_id == affair.id)).mappings()
        if comparable(table, stored) != comparable(table, rows):
            found.append(table.name)
    own = OWN.get(affair.kind)
    if own is not None and own.differs(db, affair, lines):
        found.append(own.name)
    return tuple(found)


def _alike(stored: str, made: str) -> bool:
    """Whether two states say the same. What an event says by name is sorted in its text, and was in another order when it was decided."""
    try:
        return bool(json.loads(stored) == json.loads(made))
    except ValueError:
        return False


def _row(affair: Affair, lines: Sequence[Line], views: AffairViews) -> dict[str, Any]:
    return columns(affair, views, lines[-1].at) | sums_of(rows_beside(affair, views))


def _beside(affair: Affair, lines: Sequence[Line], views: AffairViews) -> Iterable[tuple[Table, Sequence[Mapping[str, Any]]]]:
    for name, rows in rows_beside(affair, views).items():
        yield BESIDE[name], [{"affair_id": affair.id, **row} for row in rows]
    yield affair_actions, done_rows(affair.id, lines, None)
