"""How a publication is laid beside the record and written into it. Called by `Records.publish`, inside its transaction.

It is on the hot path of every action: one look at the case's row, then few statements, and none for what is unchanged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from models.affair.base import Affair
from models.case import Case
from models.record import Duty, Line, Publication, Published, PublishOutcome
from models.words import BEFORE_AGREED, CardKind, Stage
from rules.chain import GENESIS, follows
from rules.marks import Marked, late
from store.codes import allocate
from store.desk.claims import OF_CASES, drop_met
from store.marking import changed_marks, write_marks
from store.prepared import Prepared, Rows
from store.tables import actions, case_access, cases, events, obligations, outbox

Access = Sequence[tuple[str, str]]
"""Whose eyes may rest on a case: pairs of kind (`unit`, `town`, `person`) and value."""


class BadPublication(ValueError):
    """A publication that contradicts itself; a mistake of ours, never a matter of timing."""


class DuplicateIntake(Exception):
    """Another case has this source and intake id already; `case_id` and `code` say which."""

    def __init__(self, case_id: str, code: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id
        self.code = code


@dataclass(frozen=True, slots=True)
class Views:
    """What is written beside the events; `waits` goes with the publication's lines, None = deliver at once."""

    duties: Sequence[Duty]
    access: Access
    next_due: datetime | None
    waits: Sequence[datetime | None]
    silent: bool = False
    """Nobody is told of these events: they are over since long."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a case's row says that is not in the case's state."""

    opened_at: datetime
    updated_at: datetime | None
    late: bool


class Seen(NamedTuple):
    """What is looked at in the row of a case that is in the record already."""

    head: str
    seq: int
    code: str
    stage: str | None
    updated_at: datetime
    duties_sum: str
    access_sum: str
    opened_at: datetime
    lead: str | None
    late: bool


ROW = Prepared(select(*(cases.c[name] for name in Seen._fields)).where(cases.c.case_id == bindparam("case_id")).with_for_update())
SAME_INTAKE = select(cases.c.case_id, cases.c.code).where(
    cases.c.source == bindparam("source"), cases.c.intake_id == bindparam("intake_id")
)
KNOWN_ACTIONS = select(actions.c.action_id).where(
    actions.c.case_id == bindparam("case_id"), actions.c.action_id.in_(bindparam("ids", expanding=True))
)
CONTINUE = Prepared(
    update(actions)
    .where(actions.c.case_id == bindparam("of_case"), actions.c.action_id == bindparam("of_action"))
    .values(last_seq=bindparam("last_seq"), stage=bindparam("stage"))
)
FIRST_ONLY = ("case_id", "source", "intake_id", "code", "opened_at")
LATER = ("told_seq",)
"""Columns that are written once, and those that no publication writes."""

UPDATE_CASE = (
    update(cases)
    .where(cases.c.case_id == bindparam("of_case"))
    .values({column.name: bindparam(column.name) for column in cases.columns if column.name not in (*FIRST_ONLY, *LATER)})
)
WRITE_CASE = Prepared(UPDATE_CASE)
DROP_DUTIES = Prepared(delete(obligations).where(obligations.c.case_id == bindparam("of_case")))
DROP_ACCESS = Prepared(delete(case_access).where(case_access.c.case_id == bindparam("of_case")))
ADD_DUTIES, ADD_ACCESS = Prepared.insert(obligations), Prepared.insert(case_access)
ADD_EVENTS, ADD_ACTIONS, ADD_ENTRIES = Prepared.insert(events), Prepared.insert(actions), Prepared.insert(outbox)


def publish(db: Connection, publication: Publication, views: Views, *, careful: bool) -> Published:
    """Lay a publication beside the record and write what is new; see `Records.publish`.

    `careful` also asks whether the record has an action of the new lines already: after an IntegrityError.
    """
    case = publication.case
    check(publication, views)
    found = ROW.first(db, {"case_id": case.id})
    row = None if found is None else Seen(*found)
    outcome, fresh = compare(row, publication)
    if outcome is PublishOutcome.STORED and careful and _repeats(db, case, fresh):
        outcome = PublishOutcome.DIVERGED
    if outcome is not PublishOutcome.STORED:
        return Published(outcome=outcome, head=row.head if row else GENESIS, seq=row.seq if row else 0, code=row.code if row else None)
    code = row.code if row is not None else _new_code(db, case, fresh[0].at)
    marks = changed_marks(db, case, fresh, row.lead if row is not None else None)
    beside = _beside(case, row, fresh, marks)
    access_sum, duties_sum = _write_case(db, case.model_copy(update={"code": code}), row, views, beside)
    if marks is not None:
        write_marks(db, case, marks)
    if row is None or row.duties_sum != duties_sum:
        _replace(db, case.id, DROP_DUTIES if row else None, ADD_DUTIES, duty_rows(case, views.duties))
        if row is not None:
            drop_met(db, OF_CASES, [(case, views.duties)])
    if row is None or row.access_sum != access_sum:
        _replace(db, case.id, DROP_ACCESS if row else None, ADD_ACCESS, access_rows(case, views.access))
    if fresh:
        waits = views.waits[len(publication.lines) - len(fresh) :]
        _write_lines(db, case, fresh, waits, row.stage if row else None, silent=views.silent)
    return Published(outcome=outcome, head=case.head, seq=case.seq, code=code)


def check(publication: Publication, views: Views) -> None:
    """Raise BadPublication when lines, state and what goes with them do not fit each other."""
    case, lines = publication.case, publication.lines
    check_lines(case, publication.prev_head, lines)
    if len(views.waits) != len(lines):
        raise BadPublication("deliver_after does not go with the lines")
    if len({duty.id for duty in views.duties}) != len(views.duties):
        raise BadPublication("two duties have the same id")


def check_lines(state: Case | Affair, prev_head: str, lines: Sequence[Line]) -> None:
    """Raise BadPublication when the lines of any record do not lead to its state."""
    if [line.seq for line in lines] != list(range(state.seq - len(lines) + 1, state.seq + 1)):
        raise BadPublication("the lines do not end at the state's seq, one after another")
    if state.head != (lines[-1].hash if lines else prev_head):
        raise BadPublication("the state's head is not that of the last line")


def compare(row: Seen | None, publication: Publication) -> tuple[PublishOutcome, Sequence[Line]]:
    """What a publication is to the record, and which of its lines the record lacks."""
    return laid_beside(row, publication.prev_head, publication.lines, publication.case.seq)


class Standing(Protocol):
    """Where a record stands."""

    @property
    def head(self) -> str:
        """The hash of its last event."""

    @property
    def seq(self) -> int:
        """The number of its last event."""


def laid_beside(row: Standing | None, prev_head: str, lines: Sequence[Line], seq: int) -> tuple[PublishOutcome, Sequence[Line]]:
    """The same for lines of any record that end at `seq`: `row` says its head and seq, or is None where there is no record yet."""
    if row is None:
        begins = prev_head == GENESIS and bool(lines)
        return (PublishOutcome.STORED, lines) if begins else (PublishOutcome.GAP, ())
    if row.head == prev_head:
        # A run that replayed under other rules holds another state than it once published: its new events hang on that one.
        fits = not lines or follows(row.head, lines[0].body, lines[0].hash)
        return (PublishOutcome.STORED, lines) if fits else (PublishOutcome.DIVERGED, ())
    for index, line in enumerate(lines):
        if line.hash == row.head:
            rest = lines[index + 1 :]
            return (PublishOutcome.STORED, rest) if rest else (PublishOutcome.KNOWN, ())
    before_first = seq - len(lines)
    return (PublishOutcome.GAP if row.seq < before_first else PublishOutcome.DIVERGED), ()


def _beside(case: Case, row: Seen | None, fresh: Sequence[Line], marks: Sequence[Marked] | None) -> Beside:
    """What the row will say beside the state; without new marks the lead is as late as it was."""
    if row is None:
        return Beside(opened_at=fresh[0].at, updated_at=fresh[-1].at, late=late(case, marks or ()))
    updated_at = fresh[-1].at if fresh else row.updated_at
    return Beside(opened_at=row.opened_at, updated_at=updated_at, late=row.late if marks is None else late(case, marks))


def _continued(case: Case, action_id: str, lines: Iterable[Line]) -> bool:
    """Whether an action began in an earlier publication: what it asked for has been answered since."""
    receipt = case.receipt(action_id)
    return receipt is not None and len(receipt.events) > sum(line.action_id == action_id for line in lines)


def _repeats(db: Connection, case: Case, lines: Sequence[Line]) -> bool:
    """Whether one of the lines' actions is in the record already, and would be done twice."""
    case_id = case.id
    named = {line.action_id for line in lines if line.action_id is not None}
    ids = sorted(action_id for action_id in named if not _continued(case, action_id, lines))
    return bool(ids) and (db.execute(KNOWN_ACTIONS, {"case_id": case_id, "ids": ids})).first() is not None


def _new_code(db: Connection, case: Case, at: datetime) -> str:
    """The code of a new case; raises DuplicateIntake when its intake has become another case."""
    other = (db.execute(SAME_INTAKE, {"source": case.source, "intake_id": case.intake_id})).first()
    if other is not None:
        raise DuplicateIntake(other.case_id, other.code)
    return allocate(db, case, at)


def _write_case(db: Connection, case: Case, row: Seen | None, views: Views, beside: Beside) -> tuple[str, str]:
    """Write the case's row; return the digests of access and duties that it now carries."""
    written = columns(case, views, beside)
    if row is not None:
        WRITE_CASE.run(db, [{**written, "of_case": case.id}])
    else:
        first = {"case_id": case.id, "source": case.source, "intake_id": case.intake_id, "code": case.code, "opened_at": beside.opened_at}
        db.execute(insert(cases), {**written, **first})
    return written["access_sum"], written["duties_sum"]


def columns(case: Case, views: Views, beside: Beside) -> dict[str, Any]:
    """The columns of a case's row that follow from its state and its events, all but those written once (`FIRST_ONLY`)."""
    return {
        **{name: getattr(case, name) for name in _SAME},
        "mediator": case.mediator.person if case.mediator else None,
        "survivor": case.merging.into_case if case.merging and case.stage is Stage.MERGED else None,
        "updated_at": beside.updated_at,
        "next_due": views.next_due,
        "suspended": case.standing is not None,
        "yellow_cards": _open_cards(case, CardKind.YELLOW),
        "red_cards": _open_cards(case, CardKind.RED),
        "stage_since": case.moments.get(ARRIVED.get(case.stage, "") if case.stage else ""),
        "agreed_at": case.agreement.effective_at if case.agreement else None,
        "late": beside.late,
        "took": int((case.ended_at - beside.opened_at).total_seconds()) if case.ended_at else None,
        "duties_sum": _digest([case.town, *(duty.model_dump(mode="json") for duty in views.duties)]),
        "access_sum": _digest([list(pair) for pair in _scopes(case, views.access)]),
        "state": case.model_dump_json(),
    }


def _open_cards(case: Case, kind: CardKind) -> int:
    return sum(card.kind is kind and card.closed_at is None for card in case.cards)


ARRIVED = {
    **{stage: str(stage) for stage in BEFORE_AGREED},
    Stage.AGREED: "agreed",
    Stage.PERFORMING: "agreement_effective",
    Stage.FOLLOWING_UP: "agreement_effective",
    Stage.AUDITING: "followed_up",
}
"""The moment by which it is told how long a case has been in its stage; follow-up counts from the agreement's effect."""

_SAME = (
    *("place", "town", "centre", "stage", "tier", "level", "lead", "category"),
    *("happened_on", "seq", "head", "chapter", "ended_at", "retain_until"),
)
"""Columns that are fields of the case under the same name."""


def _write_lines(
    db: Connection, case: Case, fresh: Sequence[Line], waits: Sequence[datetime | None], stage: str | None, *, silent: bool
) -> None:
    """Write new events with their actions and outbox entries; `stage` is the one before them."""
    case_id = case.id
    done = action_rows(case_id, fresh, stage)
    begun = [row for row in done if not _continued(case, row["action_id"], fresh)]
    ADD_EVENTS.run(db, [{"case_id": case_id, **line.model_dump()} for line in fresh])
    if begun:
        ADD_ACTIONS.run(db, begun)
    for row in done:
        if row not in begun:
            CONTINUE.run(db, [{"of_case": case_id, "of_action": row["action_id"], "last_seq": row["last_seq"], "stage": row["stage"]}])
    ADD_ENTRIES.run(db, [_entry(case_id, line, wait, silent=silent) for line, wait in zip(fresh, waits, strict=True)])


def _entry(case_id: str, line: Line, wait: datetime | None, *, silent: bool) -> dict[str, Any]:
    entry = {"case_id": case_id, "seq": line.seq, "type": line.type, "at": line.at}
    return entry | {"deliver_after": wait, "state": "planned" if silent else "new", "attempts": 0}


def action_rows(case_id: str, fresh: Iterable[Line], stage: str | None) -> list[dict[str, Any]]:
    """One row for each action among the lines: its first and last event, and the stage it left the case in."""
    found: dict[str, dict[str, Any]] = {}
    for line in fresh:
        body = json.loads(line.body)
        stage = body.get("stage") or stage
        if line.action_id is not None:
            first = {"case_id": case_id, "action_id": line.action_id, "first_seq": line.seq, "person": body.get("actor", {}).get("person")}
            action = found.setdefault(line.action_id, first)
            action |= {"last_seq": line.seq, "stage": stage}
    return list(found.values())


def duty_rows(case: Case, duties: Sequence[Duty]) -> list[dict[str, Any]]:
    """The rows of `obligations` for these duties."""
    return [{"case_id": case.id, "town": case.town, **duty.model_dump()} for duty in duties]


def access_rows(case: Case, access: Access) -> list[dict[str, Any]]:
    """The rows of `case_access`."""
    return [{"case_id": case.id, "kind": kind, "value": value} for kind, value in _scopes(case, access)]


def _scopes(case: Case, access: Access) -> list[tuple[str, str]]:
    """The access given, and each party's to its own case, by which possible duplicates are found as well."""
    own = [("party", party.person) for party in case.parties if party.person is not None]
    return sorted({*access, *own})


def _replace(db: Connection, case_id: str, drop: Prepared | None, add: Prepared, rows: Rows) -> None:
    """Put these rows in the place of those the case has in a table."""
    if drop is not None:
        drop.run(db, [{"of_case": case_id}])
    if rows:
        add.run(db, rows)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
