"""Lists over all affairs, and what a desk owes in them. Every question carries the eyes that look; one predicate decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, exists, false, func, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from models.record import Duty
from store.affairs.lists import AffairFilter, AffairPage, AffairRow, OwedAffair
from store.affairs.tables import affair_access, affair_actions, affair_duties, affair_keys, affairs
from store.desk.claims import OF_AFFAIRS, claim_of
from store.desk.lists import Eyes, Holder, OwedFilter
from store.desk.order import BOUND, behind, list_cursor, older
from store.desk.queries import owes, scopes_by_kind
from store.engine import Store

LISTED = tuple(affairs.c[name] for name in AffairRow.model_fields)
OWED = tuple(affair_duties.c[name].label(f"duty_{name}") for name in Duty.model_fields)


class AffairQueries:
    """The lists of affairs in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, eyes: Eyes, wanted: AffairFilter, now: datetime, *, after: str | None = None, limit: int = 50) -> AffairPage:
        """A page of affairs, the newest opened first. `after` is the `next` of the page before; raises ValueError when it is not."""
        # What somebody has handled is little among much, and looked at one by one.
        sees = seen_by(eyes) if wanted.handled_by is None else seen(eyes)
        query = select(*LISTED).where(sees, *_conditions(wanted, now))
        if after is not None:
            query = query.where(older(after, affairs.c.opened_at, affairs.c.affair_id))
        query = query.order_by(affairs.c.opened_at.desc(), affairs.c.affair_id.desc()).limit(limit + 1)
        async with self._store.read() as db:
            rows = [_row(row) for row in (await db.execute(query)).mappings()]
        last = rows[limit - 1] if len(rows) > limit else None
        return AffairPage(as_of=now, rows=tuple(rows[:limit]), next=list_cursor(last.opened_at, last.affair_id) if last else None)

    async def counts(self, eyes: Eyes, wanted: AffairFilter, now: datetime) -> dict[str, dict[str, int]]:
        """How many of these affairs there are, by kind and stage."""
        query = select(affairs.c.kind, affairs.c.stage, func.count()).where(seen_by(eyes), *_conditions(wanted, now))
        found: dict[str, dict[str, int]] = {}
        async with self._store.read() as db:
            for kind, stage, count in await db.execute(query.group_by(affairs.c.kind, affairs.c.stage)):
                found.setdefault(kind, {})[stage or ""] = count
        return found

    async def row(self, eyes: Eyes, affair_id: str) -> AffairRow | None:
        """One affair as lists show it, or None when it is not there for these eyes."""
        async with self._store.read() as db:
            row = (await db.execute(select(*LISTED).where(affairs.c.affair_id == affair_id, seen(eyes)))).mappings().first()
        return None if row is None else _row(row)

    async def codes(self, eyes: Eyes, affair_ids: Sequence[str]) -> dict[str, str]:
        """The codes of those of these affairs that are there for these eyes, by id."""
        if not affair_ids:
            return {}
        query = select(affairs.c.affair_id, affairs.c.code).where(affairs.c.affair_id.in_(affair_ids), seen(eyes))
        async with self._store.read() as db:
            return {row.affair_id: row.code for row in await db.execute(query)}

    async def owed(
        self, holder: Holder, eyes: Eyes, wanted: OwedFilter | None = None, *, after: str | None = None, limit: int = 200
    ) -> list[OwedAffair]:
        """What a desk owes in affairs, the earliest due first and what has no limit last; `after` is a cursor of any inbox.

        Raises ValueError for a cursor that is none.
        """
        due = affair_duties.c
        query = select(*OWED, *LISTED, *OF_AFFAIRS.shown).join(affairs, affairs.c.affair_id == due.affair_id)
        query = query.outerjoin(OF_AFFAIRS.claims, OF_AFFAIRS.joined)
        query = query.where(owes(holder, affair_duties), seen(eyes, due.affair_id), *_asked(wanted or OwedFilter(), holder))
        if after is not None:
            query = query.where(behind(after, affair_duties, due.affair_id))
        async with self._store.read() as db:
            rows = (await db.execute(query.order_by(due.due.is_(None), due.due, due.affair_id, due.id).limit(limit))).mappings().all()
        return [OwedAffair(duty=_duty(row), affair=_row(row), claim=claim_of(row)) for row in rows]


async def owed_counts(db: AsyncConnection, holder: Holder, eyes: Eyes, now: datetime) -> tuple[int, int]:
    """How many duties a desk has in affairs, and how many of them are late; counted up to `BOUND`."""
    due = affair_duties.c
    # The earliest first: of more than are counted, all that are late are among them, up to the bound.
    owed = select(due.due).where(owes(holder, affair_duties), seen(eyes, due.affair_id))
    mine = owed.order_by(due.due.is_(None), due.due).limit(BOUND).subquery()
    counted, late = (await db.execute(select(func.count(), func.count().filter(mine.c.due < now)).select_from(mine))).one()
    return counted, late


async def did_counts(db: AsyncConnection, holder: Holder, eyes: Eyes, did: Sequence[str]) -> tuple[int, int]:
    """In how many affairs a desk has done something and owes nothing now, and in how many it has done something; up to `BOUND`.

    `did` is whose doing counts as the desk's.
    """
    handled = select(affairs.c.affair_id).where(_handled(did), seen(eyes))
    bounded = (query.limit(BOUND).subquery() for query in (handled.where(_owes_nothing(holder)), handled))
    done_in, did_in = (select(func.count()).select_from(part).scalar_subquery() for part in bounded)
    done, counted = (await db.execute(select(done_in, did_in))).one()
    return done, counted


def _handled(did: Sequence[str]) -> ColumnElement[bool]:
    return affairs.c.affair_id.in_(select(affair_actions.c.affair_id).where(affair_actions.c.person.in_(did)))


def _owes_nothing(holder: Holder) -> ColumnElement[bool]:
    return affairs.c.affair_id.not_in(select(affair_duties.c.affair_id).where(owes(holder, affair_duties)))


def _asked(wanted: OwedFilter, holder: Holder) -> list[ColumnElement[bool]]:
    """The filter of an inbox as conditions on duties, their affairs and their claims."""
    due = affair_duties.c
    found: list[ColumnElement[bool]] = [affairs.c.kind == wanted.kind] if wanted.kind is not None else []
    found += [due.act == wanted.act] if wanted.act is not None else []
    found += [affairs.c.town == wanted.town] if wanted.town is not None else []
    found += [due.due < wanted.due_before] if wanted.due_before is not None else []
    return found + OF_AFFAIRS.asked(wanted, holder.person)


def seen(eyes: Eyes, affair_id: ColumnElement[str] = affairs.c.affair_id) -> ColumnElement[bool]:
    """The one predicate that decides which affairs these eyes see: what their scopes open, and what they have begun themselves.

    It is asked of one affair after another, by any column that names it: for few among many. `seen_by` says the same of many.
    """
    if eyes.everything:
        return true()
    begun = affair_actions.c
    own = exists().where(begun.affair_id == affair_id, begun.first_seq == 1, begun.person.in_(eyes.took_in))
    opened = _opened(eyes)
    # Whose eyes are made of no scope at all see nothing, whatever else they have done in other posts.
    return or_(exists().where(affair_access.c.affair_id == affair_id, or_(*opened)), own) if opened else false()


def seen_by(eyes: Eyes) -> ColumnElement[bool]:
    """The same predicate for lists and counts over all affairs: the ids that are seen are read once, by the index."""
    if eyes.everything:
        return true()
    begun = affair_actions.c
    own = select(begun.affair_id).where(begun.person.in_(eyes.took_in), begun.first_seq == 1)
    mine = [select(affair_access.c.affair_id).where(condition) for condition in _opened(eyes)]
    return affairs.c.affair_id.in_(union_all(*mine, own)) if mine else false()


def _opened(eyes: Eyes) -> list[ColumnElement[bool]]:
    """A condition on `affair_access` for each kind of scope."""
    kinds = scopes_by_kind(eyes).items()
    return [and_(affair_access.c.kind == kind, affair_access.c.value.in_(values)) for kind, values in kinds]


def _conditions(wanted: AffairFilter, now: datetime) -> list[ColumnElement[bool]]:
    plain = wanted.model_dump(include={"town", "place"}, exclude_none=True)
    found: list[ColumnElement[bool]] = [affairs.c[name] == value for name, value in plain.items()]
    if wanted.kinds is not None:
        found.append(affairs.c.kind.in_(wanted.kinds))
    if wanted.stages is not None:
        found.append(affairs.c.stage.in_(wanted.stages))
    if wanted.ended is not None:
        found.append(affairs.c.ended_at.is_not(None) if wanted.ended else affairs.c.ended_at.is_(None))
    if wanted.overdue is not None:
        late = affairs.c.affair_id.in_(select(affair_duties.c.affair_id).where(affair_duties.c.due < now))
        found.append(late if wanted.overdue else ~late)
    if wanted.handled_by is not None:
        found.append(_handled(wanted.handled_by))
    if wanted.owes_nothing is not None:
        found.append(_owes_nothing(wanted.owes_nothing))
    if wanted.key is not None:
        name, value = wanted.key
        keyed = select(affair_keys.c.affair_id).where(affair_keys.c.name == name, affair_keys.c.value == value)
        found.append(affairs.c.affair_id.in_(keyed))
    return found


def _row(row: RowMapping) -> AffairRow:
    return AffairRow.model_validate({name: row[name] for name in AffairRow.model_fields})


def _duty(row: RowMapping) -> Duty:
    return Duty.model_validate({name: row[f"duty_{name}"] for name in Duty.model_fields})
