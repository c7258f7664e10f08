"""Batches of results that were written down without a connection (批量补录): for one round, over as many of its sheets as they name.

Safe to send twice and in any order: each row has the client's own id, and a row that is there already is counted as repeated. Rows that
can't be taken are named with their number, the field and a refusal's code; all others are taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ConfigDict

from models.affair.round.sheet import MOST_IN_A_BATCH, Broken
from models.base import Model
from models.party import Actor
from models.refusal import RefusalCode
from rules.round.sheet import SHEET
from service.affairs import door
from service.affairs.desk import Affairs
from service.door import localised
from service.errors import Refused, refuse
from service.importing.sheets import Form, rows_of
from service.office import Office
from store.affairs.targets import TargetRow, Targets
from store.files import BadFile

MOST_ROWS = 5_000
"""Most rows of one batch."""

COLUMNS = ("id", "target", "outcome")
"""Columns that a file has to have; `at`, `skip`, `text`, `finding` are known too, and any other is a question."""

PLAIN = (*COLUMNS, "at", "skip", "text")

Row = Mapping[str, Any]


class Taken(Model):
    """What became of a batch: how many rows were taken, how many were there already, and which can't be taken."""

    model_config = ConfigDict(title="BatchTaken")

    taken: int = 0
    repeated: int = 0
    broken: tuple[Broken, ...] = ()


def rows_from(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Read a batch from a file (CSV or XLSX), each row with its number there; no more than is too many. Raises BadFile."""
    return [(number, _row_of(cells)) for number, cells in islice(rows_of(path, Form(columns=COLUMNS)), MOST_ROWS + 1)]


async def rows_in(name: str, content: AsyncIterator[bytes]) -> list[tuple[int, dict[str, Any]]]:
    """Read a batch that comes as a file of this name; on disk it stands only while it is read. Refuses `invalid`: file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"results{'.xlsx' if name.lower().endswith(('.xlsx', '.xlsm')) else '.csv'}"
        path.write_bytes(b"".join([part async for part in content]))
        try:
            return await asyncio.to_thread(rows_from, path)
        except BadFile:
            raise refuse(RefusalCode.INVALID, "file") from None


def _row_of(cells: Mapping[str, Any]) -> dict[str, Any]:
    filled = {name: _text(value) for name, value in cells.items() if name and value not in {None, ""}}
    row: dict[str, Any] = {name: filled[name] for name in PLAIN if name in filled}
    if "finding" in filled:
        row["findings"] = [{"finding": filled["finding"], "text": filled.get("text", "")}]
    answers = {name: value for name, value in filled.items() if name not in {*PLAIN, "finding"}}
    return {**row, "answers": answers} if answers else row


def _text(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


class Batches:
    """Takes batches for one round after another."""

    def __init__(self, office: Office, affairs: Affairs) -> None:
        self._office = office
        self._affairs = affairs
        self._targets = Targets(office.store)

    async def take(self, key: str, rows: Sequence[tuple[int, Row]], actor: Actor) -> Taken:
        """Take a batch for a round, or for the round of a sheet, by its code or id. Raises UnknownAffair, Refused, Unavailable."""
        if len(rows) > MOST_ROWS:
            raise refuse(RefusalCode.INVALID, f"rows (at most {MOST_ROWS})")
        affair = await self._affairs.load(key)
        round_id = str(getattr(affair, "round", None) or affair.id)
        broken: list[Broken] = []
        good = [row for number, plain in rows if (row := self._formed(number, plain, actor, broken)) is not None]
        known = await self._targets.named(round_id, (row["target"] for row in good))
        sheets: dict[int, list[dict[str, Any]]] = {}
        repeated = 0
        for row in good:
            target = known.get(row["target"])
            if target is not None and target.result_id == row["id"]:
                repeated += 1
            elif (fault := _misplaced(row, target)) is not None:
                broken.append(fault)
            elif target is not None and target.sheet is not None:
                sheets.setdefault(target.sheet, []).append(row)
        done = Taken(repeated=repeated, broken=tuple(broken))
        for number, mine in sorted(sheets.items()):
            sheet_id = self._affairs.affair_id("sheet", "round", f"{round_id}:{number}")
            for first in range(0, len(mine), MOST_IN_A_BATCH):
                done = _both(done, await self._send(sheet_id, mine[first : first + MOST_IN_A_BATCH], actor))
        return done.model_copy(update={"broken": tuple(sorted(done.broken, key=lambda row: (row.row, row.id)))})

    def _formed(self, number: int, plain: Row, actor: Actor, broken: list[Broken]) -> dict[str, Any] | None:
        """Return a row in its form; one that has none is named instead, by its first fault."""
        row = {**plain, "row": number}
        try:
            if "at" in row:
                row["at"] = localised("at", row["at"], self._office.bundle.cal)
            door.take(SHEET, "enter", {"entries": [row]}, actor=actor, action_id="form", cal=self._office.bundle.cal)
        except Refused as refused:
            field = refused.refusal.detail.partition(" ")[0].removeprefix("entries.0.").partition(".")[0]
            broken.append(Broken(row=number, id=_id_of(plain), field=field, reason=str(refused.refusal.code)))
            return None
        except RecursionError:
            # Nested deeper than anything of ours: no form, and no reason to lose the other rows.
            broken.append(Broken(row=number, id=_id_of(plain), reason=str(RefusalCode.INVALID)))
            return None
        return row

    async def _send(self, sheet_id: str, rows: list[dict[str, Any]], actor: Actor) -> Taken:
        """Send rows of one sheet as one action, named by what is in them: the same rows again are the same action."""
        text = json.dumps(rows, sort_keys=True, default=str, ensure_ascii=False)
        action_id = f"batch-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
        try:
            await self._affairs.act(sheet_id, "enter", {"entries": rows}, actor, action_id=action_id)
        except Refused as refused:
            code = str(refused.refusal.code)
            return Taken(broken=tuple(Broken(row=row["row"], id=row["id"], field="target", reason=code) for row in rows))
        return await self._told(sheet_id, action_id, {str(row["id"]) for row in rows})

    async def _told(self, sheet_id: str, action_id: str, ids: set[str]) -> Taken:
        """Return what the record says of these rows."""
        lines = await self._office.affairs.lines(sheet_id)
        line = next(line for line in lines if line.action_id == action_id and line.type == "batch_entered")
        what = json.loads(line.body)["what"]
        broken = tuple(Broken.model_validate(row) for row in what["broken"])
        taken = sum(result["id"] in ids for result in what["results"])
        return Taken(taken=taken, repeated=int(what["repeated"]), broken=broken)


def _id_of(plain: Row) -> str:
    """The client's id, where it looks like one: anything else may be anything."""
    given = plain.get("id")
    return given[:80] if isinstance(given, str) and given.isascii() and given.isprintable() else ""


def _misplaced(row: Mapping[str, Any], target: TargetRow | None) -> Broken | None:
    """Why a row's target is on no sheet; None where it is on one."""
    if target is None:
        reason = RefusalCode.INVALID
    elif target.sheet is None:
        reason = RefusalCode.WRONG_STAGE
    elif target.sheet == 0:
        reason = RefusalCode.TOO_LATE
    else:
        return None
    return Broken(row=row["row"], id=row["id"], field="target", reason=str(reason))


def _both(one: Taken, other: Taken) -> Taken:
    return Taken(taken=one.taken + other.taken, repeated=one.repeated + other.repeated, broken=(*one.broken, *other.broken))


def numbered(rows: Iterable[Row]) -> list[tuple[int, Row]]:
    """Rows with their places, from 1 on."""
    return list(enumerate(rows, start=1))
