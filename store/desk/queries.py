"""Lists over all cases: case list, counts, possible duplicates, loads of mediators. The inbox is in `store/desk/inbox.py`.

Called by services and by assignment. Each answer says as of when it is true. Every question about cases carries the eyes
that look (`Eyes`), and one predicate decides what they see; whoever forgets them sees nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, RowMapping, Table, and_, exists, false, func, or_, select, true, union_all

from store.codes import expanded
from store.desk.conditions import further, overdue
from store.desk.lists import Candidate, CasePage, CaseRow, Eyes, Filter, Holder
from store.desk.order import list_cursor, older
from store.engine import Store
from store.tables import actions, case_access, cases, code_counters, obligations

NEARBY = timedelta(days=30)
"""How far apart two disputes in one place may lie and still be shown as possible duplicates."""

NEWEST = 500
"""How many codes a part of a code stands for at most."""

LISTED = tuple(cases.c[name] for name in CaseRow.model_fields)


class Queries:
    """The lists of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, eyes: Eyes, wanted: Filter, now: datetime, *, after: str | None = None, limit: int = 50) -> CasePage:
        """A page of the case list. `after` is the `next` of the page before; raises ValueError when it is something else."""
        query = select(*LISTED).where(_seen(eyes, wanted), *conditions(wanted, now))
        if after is not None:
            query = query.where(older(after, cases.c.opened_at, cases.c.case_id))
        query = query.order_by(cases.c.opened_at.desc(), cases.c.case_id.desc()).limit(limit + 1)
        async with self._store.read() as db:
            rows = [case_row(row) for row in (await db.execute(query)).mappings()]
        last = rows[limit - 1] if len(rows) > limit else None
        return CasePage(as_of=now, rows=tuple(rows[:limit]), next=list_cursor(last.opened_at, last.case_id) if last else None)

    async def count(self, eyes: Eyes, wanted: Filter, now: datetime) -> int:
        """How many cases a list would hold."""
        query = select(func.count()).select_from(cases).where(_seen(eyes, wanted), *conditions(wanted, now))
        async with self._store.read() as db:
            return int((await db.execute(query)).scalar_one())

    async def counts(
        self, eyes: Eyes, wanted: Filter, now: datetime, by: Literal["stage", "tier", "town", "lead", "level", "category"]
    ) -> dict[str, int]:
        """How many of these cases there are for each value of a column; without a value they count under ``."""
        column = cases.c[by]
        query = select(column, func.count()).where(seen_by(eyes), *conditions(wanted, now)).group_by(column)
        async with self._store.read() as db:
            return {row[0] or "": row[1] for row in await db.execute(query)}

    async def case(self, eyes: Eyes, case_id: str) -> CaseRow | None:
        """One case as lists show it, or None when it is not there for these eyes."""
        async with self._store.read() as db:
            row = (await db.execute(select(*LISTED).where(cases.c.case_id == case_id, seen_by(eyes)))).mappings().first()
        return None if row is None else case_row(row)

    async def codes(self, eyes: Eyes, case_ids: Sequence[str]) -> dict[str, str]:
        """The codes of those of these cases that are there for these eyes, by id."""
        if not case_ids:
            return {}
        query = select(cases.c.case_id, cases.c.code).where(
            cases.c.case_id.in_(case_ids), seen_one_by_one(eyes, cases.c.case_id, cases.c.town)
        )
        async with self._store.read() as db:
            return {row.case_id: row.code for row in await db.execute(query)}

    async def coded(self, eyes: Eyes, part: str, limit: int = 50) -> list[CaseRow]:
        """Cases by a part of their code, the newest first: see `expanded`. Of a town's beginning the last `NEWEST` are looked at."""
        async with self._store.read() as db:
            counters = (await db.execute(select(code_counters.c.prefix, code_counters.c.year, code_counters.c.last))).all()
            codes = expanded(part, [(row.prefix, row.year, row.last) for row in counters], NEWEST)[:NEWEST]
            query = select(*LISTED).where(cases.c.code.in_(codes), seen_one_by_one(eyes, cases.c.case_id, cases.c.town))
            query = query.order_by(cases.c.opened_at.desc(), cases.c.case_id.desc()).limit(limit)
            return [case_row(row) for row in (await db.execute(query)).mappings()] if codes else []

    async def candidates(
        self, eyes: Eyes, place: str, persons: Sequence[str], happened_on: date, *, but: str = "", limit: int = 20
    ) -> list[Candidate]:
        """Cases that may be the same dispute: in the same place, and with a same party or at about the same time.

        `but` is the case that is asked about. A shared party counts also in an ended case, time only in a running one;
        a merged case is left out, for the one that took it in stands for it. Shared parties first, then the newest.
        """
        shared = exists().where(case_access.c.case_id == cases.c.case_id, case_access.c.kind == "party", case_access.c.value.in_(persons))
        near = cases.c.happened_on.between(happened_on - NEARBY, happened_on + NEARBY)
        query = (
            select(*LISTED, shared.label("shared"), near.label("near"))
            .where(cases.c.place == place, cases.c.case_id != but, cases.c.survivor.is_(None), seen_by(eyes))
            .where(or_(shared, and_(near, cases.c.ended_at.is_(None))))
            .order_by(shared.desc(), cases.c.opened_at.desc(), cases.c.case_id)
            .limit(limit)
        )
        async with self._store.read() as db:
            rows = (await db.execute(query)).mappings().all()
        return [_candidate(row) for row in rows]

    async def mediator_loads(self, persons: Sequence[str]) -> dict[str, int]:
        """How many running cases each of these mediators has; 0 for one who has none."""
        query = select(cases.c.mediator, func.count()).where(cases.c.mediator.in_(persons), cases.c.ended_at.is_(None))
        async with self._store.read() as db:
            found = {row[0]: row[1] for row in await db.execute(query.group_by(cases.c.mediator))}
        return {person: found.get(person, 0) for person in persons}


def owes(holder: Holder, duties: Table = obligations) -> ColumnElement[bool]:
    """The predicate on a table of duties that decides whose they are: by name, by post in the unit, or by role in the scope."""
    owed = duties.c
    anywhere = owed.unit.is_(None) if holder.town is None else and_(owed.unit.is_(None), owed.town == holder.town)
    # Written out to its last branch: each of them has an index, and with one branch inside another SQLite finds none.
    posts = [and_(owed.person.is_(None), owed.role == holder.role, where) for where in (owed.unit == holder.unit, anywhere)]
    return or_(owed.person == holder.person, *posts)


def seen_by(eyes: Eyes, of: Table = cases) -> ColumnElement[bool]:
    """The one predicate that decides what these eyes see; used by every list, count and search.

    `of` is another table that names case and town as `cases` does.
    """
    if eyes.everything and not eyes.closed:
        return true()
    # A town's scope is a column of the case as well, and there it costs nothing: `access` opens each case to its town.
    towns = [value for kind, value in eyes.scopes if kind == "town"]
    found = _wide(eyes, of.c.case_id, of.c.town.in_(towns) if towns else None)
    # One select for each kind: over a list of pairs SQLite uses no index.
    mine = [
        select(case_access.c.case_id).where(case_access.c.kind == kind, case_access.c.value.in_(values))
        for kind, values in scopes_by_kind(eyes).items()
        if kind != "town"
    ]
    if mine:
        found.append(of.c.case_id.in_(union_all(*mine) if len(mine) > 1 else mine[0]))
    return or_(*found) if found else false()


def seen_one_by_one(eyes: Eyes, case_id: ColumnElement[str], town: ColumnElement[str | None] | None = None) -> ColumnElement[bool]:
    """The same predicate asked of one case after another, by any columns that name it and its town: for few cases among many."""
    if eyes.everything and not eyes.closed:
        return true()
    by_kind = scopes_by_kind(eyes)
    towns = by_kind.pop("town", [])
    by_town = exists().where(case_access.c.case_id == case_id, case_access.c.kind == "town", case_access.c.value.in_(towns))
    found = _wide(eyes, case_id, None if not towns else by_town if town is None else town.in_(towns))
    opened = [and_(case_access.c.kind == kind, case_access.c.value.in_(values)) for kind, values in by_kind.items()]
    if opened:
        found.append(exists().where(case_access.c.case_id == case_id, or_(*opened)))
    return or_(*found) if found else false()


def _wide(eyes: Eyes, case_id: ColumnElement[str], in_town: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    """What a town, or everything, opens: all of it but the reserved cases that it is closed for."""
    wide = true() if eyes.everything else in_town
    if wide is None:
        return []
    # Reserved cases are few: the database reads them once, by the index, and looks each case up among them.
    closed = select(case_access.c.case_id).where(case_access.c.kind == "reserved", case_access.c.value.in_(eyes.closed))
    own = select(actions.c.case_id).where(actions.c.person.in_(eyes.took_in), actions.c.first_seq == 1)
    return [and_(wide, or_(case_id.not_in(closed), case_id.in_(own)))] if eyes.closed else [wide]


def scopes_by_kind(eyes: Eyes) -> dict[str, list[str]]:
    """The values of the scopes of each kind."""
    found: dict[str, list[str]] = {}
    for kind, value in eyes.scopes:
        found.setdefault(kind, []).append(value)
    return found


def _seen(eyes: Eyes, wanted: Filter) -> ColumnElement[bool]:
    """The predicate in the form that goes with a filter: what somebody has handled is looked at case by case."""
    return seen_by(eyes) if wanted.handled_by is None else seen_one_by_one(eyes, cases.c.case_id, cases.c.town)


def conditions(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    """The filter as conditions on `cases`."""
    plain = wanted.model_dump(include={"town", "stage", "tier", "lead", "mediator", "suspended", "level", "place"}, exclude_none=True)
    found = [cases.c[name] == value for name, value in plain.items()]
    if wanted.category is not None:
        found.append(cases.c.category.startswith(wanted.category, autoescape=True))
    if wanted.handled_by is not None:
        # No column, but an expression: of somebody's thousands of cases the newest are found along the list, not fetched and sorted.
        found.append(cases.c.case_id.concat("").in_(select(actions.c.case_id).where(actions.c.person.in_(wanted.handled_by))))
    if wanted.owes_nothing is not None:
        found.append(cases.c.case_id.not_in(select(obligations.c.case_id).where(owes(wanted.owes_nothing))))
    if wanted.due_before is not None:
        found.append(cases.c.next_due < wanted.due_before)
    if wanted.places is not None:
        found.append(cases.c.place.in_(wanted.places))
    if wanted.parties is not None:
        of_party = select(case_access.c.case_id).where(case_access.c.kind == "party", case_access.c.value.in_(wanted.parties))
        found.append(cases.c.case_id.in_(of_party))
    if wanted.card is not None:
        found.append(cases.c[f"{wanted.card}_cards"] > 0)
    if wanted.ended is not None:
        found.append(cases.c.ended_at.is_not(None) if wanted.ended else cases.c.ended_at.is_(None))
    if wanted.overdue is not None:
        late = overdue(now)
        found.append(late if wanted.overdue else ~late)
    return [*found, *further(wanted, now)]


def case_row(row: RowMapping, prefix: str = "") -> CaseRow:
    """A case out of a row that was selected as `LISTED`, its columns with this prefix."""
    return CaseRow.model_validate({name: row[prefix + name] for name in CaseRow.model_fields})


def _candidate(row: RowMapping) -> Candidate:
    why: list[Literal["same_party", "same_time"]] = ["same_party"] if row["shared"] else []
    return Candidate(case=case_row(row), why=tuple(why + (["same_time"] if row["near"] else [])))
