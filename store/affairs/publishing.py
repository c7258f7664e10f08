"""How a burst of an affair's events is laid beside the record and written into it, as `store/publishing.py` does for cases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from models.affair.base import Affair
from models.record import Duty, Line, Published, PublishOutcome
from models.words import CardKind
from rules.chain import GENESIS
from store.affairs.own import OWN
from store.affairs.tables import affair_access, affair_actions, affair_duties, affair_events, affair_keys, affair_outbox, affairs
from store.codes import next_code
from store.publishing import action_rows, check_lines, laid_beside

Pairs = Sequence[tuple[str, str]]


class DuplicateAffair(Exception):
    """Another affair of the kind has this source and intake id already; `affair_id` and `code` say which."""

    def __init__(self, affair_id: str, code: str) -> None:
        super().__init__(affair_id)
        self.affair_id = affair_id
        self.code = code


@dataclass(frozen=True, slots=True)
class AffairViews:
    """What is written beside the events. `mark` are the letters of the kind's codes."""

    mark: str
    duties: Sequence[Duty]
    access: Pairs
    keys: Pairs
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class Burst:
    """The newest state with its events that are not stored yet."""

    affair: Affair
    prev_head: str
    lines: Sequence[Line]


COLUMNS = affairs.c
SEEN = select(
    *(COLUMNS.head, COLUMNS.seq, COLUMNS.code, COLUMNS.stage, COLUMNS.updated_at, COLUMNS.duties_sum, COLUMNS.access_sum, COLUMNS.keys_sum)
)
ROW = SEEN.where(COLUMNS.affair_id == bindparam("affair_id")).with_for_update()
SAME_INTAKE = select(COLUMNS.affair_id, COLUMNS.code).where(
    COLUMNS.kind == bindparam("kind"), COLUMNS.source == bindparam("source"), COLUMNS.intake_id == bindparam("intake_id")
)
KNOWN_ACTIONS = select(affair_actions.c.action_id).where(
    affair_actions.c.affair_id == bindparam("affair_id"), affair_actions.c.action_id.in_(bindparam("ids", expanding=True))
)
FIRST_ONLY = frozenset({"affair_id", "kind", "source", "intake_id", "code", "opened_at"})
UPDATE = (
    update(affairs)
    .where(COLUMNS.affair_id == bindparam("of_affair"))
    .values({column.name: bindparam(column.name) for column in affairs.columns if column.name not in FIRST_ONLY})
)
BESIDE = {"duties_sum": affair_duties, "access_sum": affair_access, "keys_sum": affair_keys}
"""The tables beside an affair's row, by the column that holds their digest."""
DROPS = {name: delete(table).where(table.c.affair_id == bindparam("of_affair")) for name, table in BESIDE.items()}


def publish(db: Connection, burst: Burst, views: AffairViews, *, careful: bool) -> Published:
    """Store what is new, once, whatever is sent twice or late; outcomes are those of `Records.publish`.

    `careful` also asks whether the record has an action of the new lines already: after an IntegrityError. Raises BadPublication,
    DuplicateAffair.
    """
    affair, lines = burst.affair, burst.lines
    check_lines(affair, burst.prev_head, lines)
    row = db.execute(ROW, {"affair_id": affair.id}).first()
    outcome, fresh = laid_beside(row, burst.prev_head, lines, affair.seq)
    if outcome is PublishOutcome.STORED and careful and _repeats(db, affair, fresh):
        outcome = PublishOutcome.DIVERGED
    if outcome is not PublishOutcome.STORED:
        return Published(outcome=outcome, head=row.head if row else GENESIS, seq=row.seq if row else 0, code=row.code if row else None)
    code = row.code if row is not None else _new_code(db, affair, views.mark, fresh[0].at)
    beside = rows_beside(affair, views)
    sums = sums_of(beside)
    updated_at = fresh[-1].at if fresh else row.updated_at if row is not None else None
    written = columns(affair.model_copy(update={"code": code}), views, updated_at) | sums
    if row is None:
        first = {name: getattr(affair, name) for name in ("kind", "source", "intake_id")}
        db.execute(insert(affairs), {**written, **first, "affair_id": affair.id, "code": code, "opened_at": fresh[0].at})
    else:
        db.execute(UPDATE, {**written, "of_affair": affair.id})
    for name, rows in beside.items():
        if row is None or getattr(row, name) != sums[name]:
            _replace(db, affair.id, name, rows, first=row is None)
    if fresh:
        _write_lines(db, affair.id, fresh, row.stage if row else None)
        if affair.kind in OWN:
            OWN[affair.kind].write(db, affair, fresh)
    return Published(outcome=outcome, head=affair.head, seq=affair.seq, code=code)


def _repeats(db: Connection, affair: Affair, lines: Iterable[Line]) -> bool:
    """Whether one of the lines' actions is in the record already, and would be done twice."""
    ids = sorted({line.action_id for line in lines if line.action_id is not None})
    return bool(ids) and db.execute(KNOWN_ACTIONS, {"affair_id": affair.id, "ids": ids}).first() is not None


def _new_code(db: Connection, affair: Affair, mark: str, at: datetime) -> str:
    other = db.execute(SAME_INTAKE, {"kind": affair.kind, "source": affair.source, "intake_id": affair.intake_id}).first()
    if other is not None:
        raise DuplicateAffair(other.affair_id, other.code)
    return next_code(db, f"{(affair.town or 'district').upper()}-{mark}", at)


def columns(affair: Affair, views: AffairViews, updated_at: datetime | None) -> dict[str, Any]:
    """The columns of an affair's row that follow from its state and its events, all but those written once and the digests."""
    open_cards = [card.kind for card in affair.cards if card.closed_at is None]
    return {
        "place": affair.place,
        "town": affair.town,
        "stage": affair.stage,
        "seq": affair.seq,
        "head": affair.head,
        "updated_at": updated_at,
        "ended_at": affair.ended_at,
        "next_due": views.next_due,
        "yellow_cards": open_cards.count(CardKind.YELLOW),
        "red_cards": open_cards.count(CardKind.RED),
        "state": affair.model_dump_json(),
    }


def rows_beside(affair: Affair, views: AffairViews) -> dict[str, list[dict[str, Any]]]:
    """The rows of the tables beside, by the column that holds their digest."""
    return {
        "duties_sum": [{"town": affair.town, **duty.model_dump()} for duty in views.duties],
        "access_sum": [{"kind": kind, "value": value} for kind, value in sorted(set(views.access))],
        "keys_sum": [{"name": name, "value": value} for name, value in sorted(set(views.keys))],
    }


def sums_of(beside: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """The digests of what stands in the tables beside, by the columns that hold them."""
    return {name: _digest([list(item.values()) for item in rows]) for name, rows in beside.items()}


def _replace(db: Connection, affair_id: str, name: str, rows: Sequence[Mapping[str, Any]], *, first: bool) -> None:
    if not first:
        db.execute(DROPS[name], {"of_affair": affair_id})
    if rows:
        db.execute(insert(BESIDE[name]), [{"affair_id": affair_id, **row} for row in rows])


def done_rows(affair_id: str, lines: Iterable[Line], stage: str | None) -> list[dict[str, Any]]:
    """One row for each action among the lines; `stage` is the one before them."""
    return [{"affair_id": row.pop("case_id"), **row} for row in action_rows(affair_id, lines, stage)]


def _write_lines(db: Connection, affair_id: str, fresh: Sequence[Line], stage: str | None) -> None:
    """Write new events with their actions and outbox entries; `stage` is the one before them."""
    done = done_rows(affair_id, fresh, stage)
    db.execute(insert(affair_events), [{"affair_id": affair_id, **line.model_dump()} for line in fresh])
    if done:
        db.execute(insert(affair_actions), done)
    entries = [{"affair_id": affair_id, "seq": line.seq, "type": line.type, "at": line.at, "state": "new"} for line in fresh]
    db.execute(insert(affair_outbox), entries)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, default=str).encode()).hexdigest()
