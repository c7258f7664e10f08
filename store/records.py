"""The record of each case: publishing to it, and reading it back.

`publish` is called by the activity of the same name, for each burst of events of a running case; the others by
activities and services. All of a publication goes into one transaction, or nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError

from models.case import Case
from models.record import ActReceipt, Duty, Line, Publication, Published
from models.words import Stage
from store.engine import Store
from store.publishing import Access, BadPublication, DuplicateIntake, Views, publish
from store.tables import actions, cases, events

__all__ = ["BadPublication", "DuplicateIntake", "Records"]

ATTEMPTS = 3
"""How often a publication is tried when another one of the same case or intake comes between."""

PAGE = 200
"""How many cases are read at a time when all are."""

LOAD = select(cases.c.state).where(cases.c.case_id == bindparam("case_id"))
BY_INTAKE = select(cases.c.case_id).where(cases.c.source == bindparam("source"), cases.c.intake_id == bindparam("intake_id"))
FIND = select(cases.c.case_id, cases.c.survivor).where(or_(cases.c.case_id == bindparam("key"), cases.c.code == bindparam("key")))
LINES = select(events).where(events.c.case_id == bindparam("case_id")).order_by(events.c.seq)
RECEIPT = (
    select(actions.c.last_seq, actions.c.stage, cases.c.code, events.c.type)
    .join(cases, cases.c.case_id == actions.c.case_id)
    .join(
        events,
        (events.c.case_id == actions.c.case_id)
        & events.c.seq.between(actions.c.first_seq, actions.c.last_seq)
        & (events.c.action_id == actions.c.action_id),
    )
    .where(actions.c.case_id == bindparam("case_id"), actions.c.action_id == bindparam("action_id"))
    .order_by(events.c.seq)
)


class Records:
    """The record in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def publish(
        self,
        publication: Publication,
        *,
        duties: Sequence[Duty] = (),
        access: Access = (),
        next_due: datetime | None = None,
        deliver_after: Sequence[datetime | None] | None = None,
        silent: bool = False,
    ) -> Published:
        """Store the new events with the views made of them, once, whatever is sent twice or late.

        `duties` and `access` replace those before; `deliver_after` goes with `publication.lines`, None = at once; of `silent` ones
        nobody is told. The
        answer is `stored` (also when a part was there already), `known` (all of it was), `gap` (the record lacks events
        before the first line: send them, too) or `diverged` (the record went another way, or has an action that the
        lines hold again: start again from the record). Head, seq and code are always the record's own; for a gap without any
        record the head is the chain's beginning. Raises BadPublication, DuplicateIntake, StoreAway.
        """
        waits = [None] * len(publication.lines) if deliver_after is None else deliver_after
        views = Views(duties, access, next_due, waits, silent)
        for attempt in range(ATTEMPTS):
            try:
                return await self._store.write_at_once(partial(publish, publication=publication, views=views, careful=attempt > 0))
            except IntegrityError:
                # Somebody else has just stored the same case, intake or action: the next look finds it.
                if attempt == ATTEMPTS - 1:
                    raise
            except DuplicateIntake as twin:
                # The other one is this very case, stored between two looks of the same transaction.
                if twin.case_id != publication.case.id or attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    async def load(self, case_id: str) -> Case | None:
        """The case as it was last published, or None."""
        async with self._store.read() as db:
            state = await db.scalar(LOAD, {"case_id": case_id})
        return None if state is None else Case.model_validate_json(state)

    async def find(self, key: str) -> str | None:
        """The case id for a case code or a case id. The code of a merged case finds the one that took it in."""
        async with self._store.read() as db:
            row = (await db.execute(FIND, {"key": key.strip()})).first()
            met: list[str] = []
            # Only a code is followed: who asks for a merged case by its id means that case.
            while row is not None and row.survivor is not None and key != row.case_id and row.case_id not in met:
                met.append(row.case_id)
                row = (await db.execute(FIND, {"key": row.survivor})).first()
        return None if row is None else str(row.case_id)

    async def by_intake(self, source: str, intake_id: str) -> str | None:
        """The case id for an intake of a source, or None."""
        async with self._store.read() as db:
            found: str | None = await db.scalar(BY_INTAKE, {"source": source, "intake_id": intake_id})
        return found

    async def lines(self, case_id: str) -> list[Line]:
        """All events of a case in order, exactly as they were stored; empty for an unknown case."""
        async with self._store.read() as db:
            rows = (await db.execute(LINES, {"case_id": case_id})).all()
        return [line_of(row) for row in rows]

    async def unreadable(self, case_id: str) -> int | None:
        """The number of the first event with a column that holds no value of its kind, or None: somebody else has written there."""
        numbers = select(events.c.seq).where(events.c.case_id == case_id).order_by(events.c.seq)
        async with self._store.read() as db:
            for seq in (await db.scalars(numbers)).all():
                try:
                    (await db.execute(select(events).where(events.c.case_id == case_id, events.c.seq == seq))).all()
                except ValueError:
                    return int(seq)
        return None

    async def line(self, case_id: str, seq: int) -> tuple[Line, str] | None:
        """One event exactly as it was stored, and the code of its case; None where there is none."""
        query = LINES.add_columns(cases.c.code).join(cases, cases.c.case_id == events.c.case_id).where(events.c.seq == seq)
        async with self._store.read() as db:
            row = (await db.execute(query, {"case_id": case_id})).first()
        return None if row is None else (line_of(row), str(row.code))

    async def opener(self, case_id: str) -> str | None:
        """Who took the case in, by the first event, or None for an unknown case."""
        async with self._store.read() as db:
            body: str | None = await db.scalar(select(events.c.body).where(events.c.case_id == case_id, events.c.seq == 1))
        return None if body is None else str(json.loads(body)["actor"]["person"])

    async def receipt(self, case_id: str, action_id: str) -> ActReceipt | None:
        """What an action led to, or None when the record knows no such action."""
        async with self._store.read() as db:
            rows = (await db.execute(RECEIPT, {"case_id": case_id, "action_id": action_id})).all()
        if not rows:
            return None
        return ActReceipt(
            action_id=action_id,
            case_id=case_id,
            code=rows[0].code,
            seq=rows[0].last_seq,
            stage=None if rows[0].stage is None else Stage(rows[0].stage),
            events=tuple(row.type for row in rows),
        )

    async def replace_state(self, case: Case) -> bool:
        """Put a state that was folded anew in the place of the stored one.

        False, and nothing done, when the record has moved on meanwhile: fold again. Duties and access stay as they are until the
        next publication.
        """
        replaced = update(cases).where(cases.c.case_id == case.id, cases.c.seq == case.seq, cases.c.head == case.head)
        async with self._store.write() as db:
            result = await db.execute(replaced.values(state=case.model_dump_json()))
        return result.rowcount == 1

    async def case_ids(self) -> AsyncIterator[str]:
        """Ids of all cases, in their order, read page by page."""
        last = ""
        while True:
            query = select(cases.c.case_id).where(cases.c.case_id > last).order_by(cases.c.case_id).limit(PAGE)
            async with self._store.read() as db:
                page = (await db.scalars(query)).all()
            for case_id in page:
                yield case_id
            if len(page) < PAGE:
                return
            last = page[-1]

    async def running_cases(self) -> AsyncIterator[Case]:
        """All cases that have not ended, in the order of their ids, read page by page."""
        last = ""
        while True:
            query = select(cases.c.case_id, cases.c.state).where(cases.c.case_id > last, cases.c.ended_at.is_(None))
            async with self._store.read() as db:
                page = (await db.execute(query.order_by(cases.c.case_id).limit(PAGE))).all()
            for row in page:
                yield Case.model_validate_json(row.state)
            if len(page) < PAGE:
                return
            last = page[-1].case_id


def line_of(row: Row[*tuple[Any, ...]]) -> Line:
    """An event exactly as it was stored."""
    return Line(seq=row.seq, type=row.type, at=row.at, action_id=row.action_id, hash=row.hash, body=row.body)
