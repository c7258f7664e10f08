"""How a burst of an affair's events is laid beside the record and written into it, as `store/publishing.py` does for cases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from models.affair.base import Affair
from models.record import Duty, Line, Published, PublishOutcome
from models.words import CardKind
from rules.chain import GENESIS
from store.affairs.own import OWN
from store.affairs.tables import affair_access, affair_actions, affair_duties, affair_events, affair_keys, affair_outbox, affairs
from store.codes import local_year, next_codes
from store.desk.claims import OF_AFFAIRS, drop_met
from store.prepared import Prepared
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


class Seen(NamedTuple):
    """What is looked at in the row of an affair that is in the record already."""

    head: str
    seq: int
    code: str
    stage: str | None
    updated_at: datetime
    duties_sum: str
    access_sum: str
    keys_sum: str


SEEN = select(*(COLUMNS[name] for name in Seen._fields))
ROW = Prepared(SEEN.where(COLUMNS.affair_id == bindparam("affair_id")).with_for_update())
ROWS = (
    SEEN.add_columns(COLUMNS.affair_id)
    .where(COLUMNS.affair_id.in_(bindparam("ids", expanding=True)))
    .order_by(COLUMNS.affair_id)
    .with_for_update()
)
SAME_INTAKE = select(COLUMNS.affair_id, COLUMNS.code).where(
    COLUMNS.kind == bindparam("kind"), COLUMNS.source == bindparam("source"), COLUMNS.intake_id.in_(bindparam("intakes", expanding=True))
)
KNOWN_ACTIONS = select(affair_actions.c.action_id).where(
    affair_actions.c.affair_id == bindparam("affair_id"), affair_actions.c.action_id.in_(bindparam("ids", expanding=True))
)
FIRST_ONLY = frozenset({"affair_id", "kind", "source", "intake_id", "code", "opened_at"})
UPDATE = (
    update(affairs)
    .where(COLUMNS.affair_id == bindparam("of_affair"))
    .values({column.name: bindparam(column.name, type_=column.type) for column in affairs.columns if column.name not in FIRST_ONLY})
)
BESIDE = {"duties_sum": affair_duties, "access_sum": affair_access, "keys_sum": affair_keys}
"""The tables beside an affair's row, by the column that holds their digest."""
ADD, CHANGE = Prepared.insert(affairs), Prepared(UPDATE)
DROPS = {name: Prepared(delete(table).where(table.c.affair_id == bindparam("of_affair"))) for name, table in BESIDE.items()}
ADDS = {name: Prepared.insert(table) for name, table in BESIDE.items()}
ADD_EVENTS, ADD_ACTIONS, ADD_ENTRIES = (Prepared.insert(table) for table in (affair_events, affair_actions, affair_outbox))


@dataclass(slots=True)
class _Plan:
    """What storing one burst comes to, before anything is written."""

    burst: Burst
    views: AffairViews
    row: Seen | None
    outcome: PublishOutcome
    fresh: Sequence[Line]
    code: str | None

    @property
    def published(self) -> Published:
        """The answer."""
        if self.outcome is PublishOutcome.STORED:
            return Published(outcome=self.outcome, head=self.burst.affair.head, seq=self.burst.affair.seq, code=self.code)
        head, seq = (self.row.head, self.row.seq) if self.row is not None else (GENESIS, 0)
        return Published(outcome=self.outcome, head=head, seq=seq, code=self.code)


def publish(db: Connection, burst: Burst, views: AffairViews, *, careful: bool) -> Published:
    """Store what is new, once, whatever is sent twice or late; outcomes are those of `Records.publish`.

    `careful` also asks whether the record has an action of the new lines already: after an IntegrityError. Raises BadPublication,
    DuplicateAffair.
    """
    found = ROW.first(db, {"affair_id": burst.affair.id})
    plan = _planned(burst, views, None if found is None else Seen(*found))
    if careful and plan.outcome is PublishOutcome.STORED and _repeats(db, burst.affair, plan.fresh):
        plan.outcome = PublishOutcome.DIVERGED
    _store(db, [plan])
    return plan.published


def publish_many(db: Connection, bursts: Sequence[tuple[Burst, AffairViews]]) -> list[Published]:
    """Store bursts of as many affairs, each as `publish` would, with few statements for all of them. Raises as `publish`."""
    rows = {row.affair_id: Seen(*row[:-1]) for row in db.execute(ROWS, {"ids": sorted(burst.affair.id for burst, _ in bursts)})}
    plans = [_planned(burst, views, rows.get(burst.affair.id)) for burst, views in bursts]
    _store(db, plans)
    return [plan.published for plan in plans]


def _planned(burst: Burst, views: AffairViews, row: Seen | None) -> _Plan:
    check_lines(burst.affair, burst.prev_head, burst.lines)
    outcome, fresh = laid_beside(row, burst.prev_head, burst.lines, burst.affair.seq)
    return _Plan(burst, views, row, outcome, fresh, row.code if row is not None else None)


def _store(db: Connection, plans: Sequence[_Plan]) -> None:
    """Write what is to be stored, table by table."""
    stored = [plan for plan in plans if plan.outcome is PublishOutcome.STORED]
    _give_codes(db, [plan for plan in stored if plan.row is None])
    beside = [rows_beside(plan.burst.affair, plan.views) for plan in stored]
    sums = [sums_of(rows) for rows in beside]
    _write_rows(db, stored, sums)
    for name in BESIDE:
        # An unchanged set is not written again.
        new = [at for at, plan in enumerate(stored) if plan.row is None or getattr(plan.row, name) != sums[at][name]]
        again = [stored[at] for at in new if stored[at].row is not None]
        _run(DROPS[name], db, [{"of_affair": plan.burst.affair.id} for plan in again])
        _run(ADDS[name], db, [{"affair_id": stored[at].burst.affair.id, **row} for at in new for row in beside[at][name]])
        if name == "duties_sum":
            drop_met(db, OF_AFFAIRS, [(plan.burst.affair, plan.views.duties) for plan in again])
    _write_lines(db, stored)
    for plan in stored:
        kind = plan.burst.affair.kind
        if plan.fresh and kind in OWN:
            OWN[kind].write(db, plan.burst.affair, plan.fresh)


def _run(statement: Prepared, db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        statement.run(db, rows)


def _repeats(db: Connection, affair: Affair, lines: Iterable[Line]) -> bool:
    """Whether one of the lines' actions is in the record already, and would be done twice."""
    ids = sorted({line.action_id for line in lines if line.action_id is not None})
    return bool(ids) and db.execute(KNOWN_ACTIONS, {"affair_id": affair.id, "ids": ids}).first() is not None


def _give_codes(db: Connection, plans: Sequence[_Plan]) -> None:
    """Give new affairs their codes, in order. Raises DuplicateAffair for an intake that has become another affair."""
    intakes: dict[tuple[str, str], list[str]] = {}
    series: dict[tuple[str, int], list[_Plan]] = {}
    for plan in plans:
        affair = plan.burst.affair
        intakes.setdefault((affair.kind, affair.source), []).append(affair.intake_id)
        prefix = f"{(affair.town or 'district').upper()}-{plan.views.mark}"
        series.setdefault((prefix, local_year(plan.fresh[0].at)), []).append(plan)
    for (kind, source), names in intakes.items():
        other = db.execute(SAME_INTAKE, {"kind": kind, "source": source, "intakes": names}).first()
        if other is not None:
            raise DuplicateAffair(other.affair_id, other.code)
    for (prefix, year), of_series in sorted(series.items(), key=lambda item: item[0]):
        for plan, code in zip(of_series, next_codes(db, prefix, year, len(of_series)), strict=True):
            plan.code = code


def _write_rows(db: Connection, plans: Sequence[_Plan], sums: Sequence[Mapping[str, str]]) -> None:
    """Write the affairs' own rows: new ones added, others changed."""
    added, changed = [], []
    for plan, digests in zip(plans, sums, strict=True):
        affair, row = plan.burst.affair, plan.row
        updated_at = plan.fresh[-1].at if plan.fresh else row.updated_at if row is not None else None
        written = {**columns(affair.model_copy(update={"code": plan.code}), plan.views, updated_at), **digests}
        if row is None:
            first = {"affair_id": affair.id, "kind": affair.kind, "source": affair.source, "intake_id": affair.intake_id}
            added.append({**written, **first, "code": plan.code, "opened_at": plan.fresh[0].at})
        else:
            changed.append({**written, "of_affair": affair.id})
    _run(ADD, db, added)
    _run(CHANGE, db, changed)


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


def done_rows(affair_id: str, lines: Iterable[Line], stage: str | None) -> list[dict[str, Any]]:
    """One row for each action among the lines; `stage` is the one before them."""
    return [{"affair_id": row.pop("case_id"), **row} for row in action_rows(affair_id, lines, stage)]


def _write_lines(db: Connection, plans: Sequence[_Plan]) -> None:
    """Write new events with their actions and outbox entries."""
    new = [(plan.burst.affair.id, line) for plan in plans for line in plan.fresh]
    done = [row for plan in plans for row in done_rows(plan.burst.affair.id, plan.fresh, plan.row.stage if plan.row else None)]
    _run(ADD_EVENTS, db, [{"affair_id": affair_id, **line.model_dump()} for affair_id, line in new])
    _run(ADD_ACTIONS, db, done)
    _run(ADD_ENTRIES, db, [{"affair_id": name, "seq": line.seq, "type": line.type, "at": line.at, "state": "new"} for name, line in new])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, default=str).encode()).hexdigest()
