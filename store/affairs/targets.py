"""The targets of rounds: put on the list, counted, dealt to sheets, and what came of each. Used by `service/affairs/rounds/`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, update

from models.affair.base import Affair
from models.base import Instant, Model
from models.record import Line
from store.affairs.tables import affairs
from store.affairs.target_tables import round_targets
from store.connect import inserting
from store.engine import Store

COLUMNS = round_targets.c
WRITTEN = ("outcome", "result_id", "skip", "excused", "at")
"""Columns that are a view of a sheet's events."""

TELLING = frozenset({"target_visited", "target_skipped", "batch_entered", "targets_overdue"})
"""Events that say what came of targets."""

OUTCOME = (
    update(round_targets)
    .where(COLUMNS.round_id == bindparam("of_round"), COLUMNS.key == bindparam("of_key"))
    .values({name: bindparam(name) for name in WRITTEN})
)
OVERDUE = "overdue"
WRITES = 500
"""Rows of one statement; SQLite takes no more than some ten thousand parameters."""


class Target(Model):
    """One target on a list (对象)."""

    key: str
    place: str
    label: str | None = None
    """Vault reference of the words it is known by."""
    about_kind: str | None = None
    about: str | None = None


class TargetRow(Target):
    """A target with what came of it."""

    sheet: int | None
    outcome: str | None
    result_id: str | None
    skip: str | None
    excused: bool | None
    at: Instant | None


class Coverage(Model):
    """How far a grid or a round is (覆盖率): `visited` + `skipped` + `overdue` + `left` = `targets`, the denominator."""

    targets: int
    dealt: int
    visited: int
    skipped: int
    excused: int
    """Of those skipped: with a good reason."""
    overdue: int

    @property
    def left(self) -> int:
        """Targets that nothing has come of yet."""
        return self.targets - self.visited - self.skipped - self.overdue


class ListClosed(Exception):
    """The round no longer takes targets: its list was counted."""


class Targets:
    """The targets in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, round_id: str, found: Sequence[Target], *, stage: str) -> int:
        """Put targets on the list of a round in this stage, each key once; return how many were new. Raises ListClosed, StoreAway."""

        def work(db: Connection) -> int:
            row = db.execute(select(affairs.c.stage).where(affairs.c.affair_id == round_id).with_for_update()).first()
            if row is None or row.stage != stage:
                raise ListClosed(round_id)
            before = _count(db, round_id)
            put = inserting(db.dialect.name, round_targets).on_conflict_do_nothing()
            for first in range(0, len(found), WRITES):
                db.execute(put, [{"round_id": round_id, **target.model_dump()} for target in found[first : first + WRITES]])
            return _count(db, round_id) - before

        return await self._store.write_at_once(work)

    async def counted(self, round_id: str) -> tuple[dict[str, int], str]:
        """How many targets there are by place, and a digest over all of them in order."""
        query = select(*(COLUMNS[name] for name in Target.model_fields)).where(COLUMNS.round_id == round_id)
        counts: dict[str, int] = {}
        digest = hashlib.sha256()
        async with self._store.read() as db:
            for row in await db.execute(query.order_by(COLUMNS.place, COLUMNS.key)):
                counts[row.place] = counts.get(row.place, 0) + 1
                digest.update(json.dumps(list(row), ensure_ascii=False).encode())
        return counts, digest.hexdigest()

    async def deal(self, round_id: str, place: str, no: int, size: int) -> tuple[str, ...]:
        """Give the next targets of a place to a sheet, at most `size`; asked again, the same ones."""

        def work(db: Connection) -> tuple[str, ...]:
            mine = select(COLUMNS.key).where(COLUMNS.round_id == round_id, COLUMNS.sheet == no).order_by(COLUMNS.key)
            given = tuple(db.scalars(mine))
            if given:
                return given
            free = select(COLUMNS.key).where(COLUMNS.round_id == round_id, COLUMNS.place == place, COLUMNS.sheet.is_(None))
            keys = tuple(db.scalars(free.order_by(COLUMNS.key).limit(size).with_for_update()))
            if keys:
                db.execute(update(round_targets).where(COLUMNS.round_id == round_id, COLUMNS.key.in_(keys)).values(sheet=no))
            return keys

        return await self._store.write_at_once(work)

    async def lapse(self, round_id: str, at: Instant) -> dict[str, int]:
        """End as overdue whatever came onto no sheet; how many by place. Asked again, the same."""

        def work(db: Connection) -> dict[str, int]:
            here = COLUMNS.round_id == round_id
            db.execute(update(round_targets).where(here, COLUMNS.sheet.is_(None)).values(sheet=0, outcome=OVERDUE, excused=False, at=at))
            query = select(COLUMNS.place, func.count().label("targets")).where(here, COLUMNS.sheet == 0).group_by(COLUMNS.place)
            return {row.place: row.targets for row in db.execute(query)}

        return await self._store.write_at_once(work)

    async def coverage(self, round_id: str) -> dict[str, Coverage]:
        """How far a round is in each of its places."""

        def number(condition: Any) -> Any:
            return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

        query = select(
            COLUMNS.place,
            func.count().label("targets"),
            number(COLUMNS.sheet > 0).label("dealt"),
            *(number(COLUMNS.outcome == name).label(name) for name in ("visited", "skipped", OVERDUE)),
            number(COLUMNS.excused.is_(True)).label("excused"),
        )
        query = query.where(COLUMNS.round_id == round_id).group_by(COLUMNS.place).order_by(COLUMNS.place)
        async with self._store.read() as db:
            rows = (await db.execute(query)).mappings().all()
        return {row["place"]: Coverage(**{name: row[name] for name in Coverage.model_fields}) for row in rows}

    async def of_sheet(self, round_id: str, no: int) -> list[TargetRow]:
        """The targets of a sheet, in the order of the list."""
        return await self._rows(COLUMNS.round_id == round_id, COLUMNS.sheet == no)

    async def named(self, round_id: str, keys: Iterable[str]) -> dict[str, TargetRow]:
        """These targets of a round by their keys; unknown ones are left out."""
        wanted = sorted(set(keys))
        found: list[TargetRow] = []
        for first in range(0, len(wanted), WRITES):
            found += await self._rows(COLUMNS.round_id == round_id, COLUMNS.key.in_(wanted[first : first + WRITES]))
        return {row.key: row for row in found}

    async def _rows(self, *conditions: Any) -> list[TargetRow]:
        query = select(*(COLUMNS[name] for name in TargetRow.model_fields)).where(*conditions).order_by(COLUMNS.key)
        async with self._store.read() as db:
            return [TargetRow.model_validate(dict(row)) for row in (await db.execute(query)).mappings()]


def _count(db: Connection, round_id: str) -> int:
    return db.scalar(select(func.count()).select_from(round_targets).where(COLUMNS.round_id == round_id)) or 0


def write_outcomes(db: Connection, sheet: Affair, lines: Iterable[Line]) -> None:
    """Write what came of targets beside the events that say so; the same events again write the same."""
    outcomes = _outcomes(lines)
    if outcomes:
        rows = [{"of_round": _round_of(sheet), "of_key": key, **row} for key, row in outcomes.items()]
        db.execute(OUTCOME, rows)


def outcomes_differ(db: Connection, sheet: Affair, lines: Iterable[Line]) -> bool:
    """Whether what stands beside a sheet's targets is something else than its events say."""
    number = sheet.model_dump(include={"no"})["no"]
    query = select(COLUMNS.key, *(COLUMNS[name] for name in WRITTEN)).where(COLUMNS.round_id == _round_of(sheet), COLUMNS.sheet == number)
    stored = {row["key"]: {name: row[name] for name in WRITTEN} for row in db.execute(query).mappings() if row["outcome"] is not None}
    return stored != _outcomes(lines)


def _round_of(sheet: Affair) -> str:
    return str(sheet.model_dump(include={"round"})["round"])


def _outcomes(lines: Iterable[Line]) -> dict[str, dict[str, Any]]:
    """What came of each target, by its key."""
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line.type not in TELLING:
            continue
        what = json.loads(line.body)["what"]
        if line.type == "targets_overdue":
            blank = {"outcome": OVERDUE, "result_id": None, "skip": None, "excused": False, "at": line.at}
            found |= dict.fromkeys(what["targets"], blank)
        else:
            results = what["results"] if line.type == "batch_entered" else [what["result"]]
            found |= {result["target"]: _outcome(result) for result in results}
    return found


def _outcome(result: dict[str, Any]) -> dict[str, Any]:
    plain = {"outcome": result["outcome"], "result_id": result["id"], "skip": result.get("skip"), "excused": bool(result.get("excused"))}
    return {**plain, "at": datetime.fromisoformat(result["at"])}
