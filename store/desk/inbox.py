"""The inbox (我的待办): what a desk owes with who has claimed it, and how long its lists are.

Called by `service/desk/inbox.py`. As everywhere, nobody is shown a case that their eyes may not rest on, whatever they owe in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, Select, func, select

from models.record import Duty
from store.affairs.queries import did_counts, owed_counts
from store.desk.claims import OF_CASES, claim_of
from store.desk.lists import Counts, Eyes, Holder, Inbox, InboxRow, OwedFilter
from store.desk.order import BOUND, behind, cursor
from store.desk.queries import LISTED, case_row, owes, seen_one_by_one
from store.engine import Store
from store.tables import actions, cases, obligations

OWED = tuple(obligations.c[name] for name in Duty.model_fields)
CASE = tuple(column.label(f"case_{column.name}") for column in LISTED)


class Inboxes:
    """The inboxes of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(
        self,
        holder: Holder,
        eyes: Eyes,
        now: datetime,
        wanted: OwedFilter | None = None,
        *,
        overdue: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> Inbox:
        """A page of what a desk owes, the earliest due first and what has no limit last; with `overdue` only what is late.

        `after` is the `next` of the page before; raises ValueError when it is something else.
        """
        owed = obligations.c
        query = (
            select(*OWED, *CASE, *OF_CASES.shown)
            .join(cases, cases.c.case_id == owed.case_id)
            .outerjoin(OF_CASES.claims, OF_CASES.joined)
            .where(owes(holder), seen_one_by_one(eyes, owed.case_id, owed.town), *_conditions(wanted or OwedFilter(), holder))
            .order_by(owed.due.is_(None), owed.due, owed.case_id, owed.id)
            .limit(limit + 1)
        )
        if overdue:
            query = query.where(owed.due < now)
        if after is not None:
            query = query.where(behind(after, obligations, owed.case_id))
        async with self._store.read() as db:
            rows = (await db.execute(query)).mappings().all()
        found = tuple(_row(row, now) for row in rows[:limit])
        return Inbox(as_of=now, rows=found, next=_end(found[-1]) if len(rows) > limit else None)

    async def counts(self, holder: Holder, eyes: Eyes, did: Sequence[str], now: datetime) -> Counts:
        """How long the lists of a desk are, each counted up to `BOUND`; `did` is whose doing counts as the desk's own.

        They are of cases and of affairs. Cheap enough to be asked again and again.
        """
        owed = obligations.c
        mine = select(owed.due).where(owes(holder), seen_one_by_one(eyes, owed.case_id, owed.town))
        did_in = select(actions.c.case_id).where(actions.c.person.in_(did), seen_one_by_one(eyes, actions.c.case_id)).distinct()
        # Looked up in a list made once; asked of each case the planner would walk all that the desk owes again and again.
        done_in = did_in.where(actions.c.case_id.not_in(select(owed.case_id).where(owes(holder))))
        first = mine.limit(BOUND).subquery()
        late = func.count().filter(first.c.due < now)
        async with self._store.read() as db:
            counted, overdue, done = (await db.execute(select(func.count(), late, _bounded(done_in)).select_from(first))).one()
            # Beyond the bound the first are not all; what is done has been handled.
            if counted == BOUND:
                overdue = (await db.execute(select(_bounded(mine.where(owed.due < now))))).scalar_one()
            handled = BOUND if done == BOUND else (await db.execute(select(_bounded(did_in)))).scalar_one()
            of_cases = (counted, overdue, done, handled)
            of_affairs = (*await owed_counts(db, holder, eyes, now), *await did_counts(db, holder, eyes, did))
        names = ("owed", "overdue", "done", "handled")
        return Counts(**{name: min(one + also, BOUND) for name, one, also in zip(names, of_cases, of_affairs, strict=True)})


def _bounded(query: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.limit(BOUND).subquery()).scalar_subquery()


def _conditions(wanted: OwedFilter, holder: Holder) -> list[ColumnElement[bool]]:
    """The filter as conditions on obligations, their cases and their claims."""
    plain = wanted.model_dump(include={"stage", "tier", "town"}, exclude_none=True)
    found = [cases.c[name] == value for name, value in plain.items()]
    if wanted.category is not None:
        found.append(cases.c.category.startswith(wanted.category, autoescape=True))
    if wanted.act is not None:
        found.append(obligations.c.act == wanted.act)
    if wanted.due_before is not None:
        found.append(obligations.c.due < wanted.due_before)
    return found + OF_CASES.asked(wanted, holder.person)


def _end(row: InboxRow) -> str:
    return cursor(row.duty.due, row.case.case_id, row.duty.id)


def _row(row: RowMapping, now: datetime) -> InboxRow:
    duty = Duty.model_validate({name: row[name] for name in Duty.model_fields})
    return InboxRow(duty=duty, case=case_row(row, "case_"), overdue=duty.due is not None and duty.due < now, claim=claim_of(row))
