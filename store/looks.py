"""The access log (访问日志): who looked at which case, when and why. It only grows, and each line's hash covers the one before.

Written by `service/reading.py` before what was looked at is answered. A commit takes its turn, so there is one chain.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from models.base import Instant, Model
from models.party import Actor
from models.words import Role
from store import chained
from store.affairs.tables import affairs
from store.chained import Checked, checked
from store.desk.conditions import within
from store.engine import Store
from store.tables import access_log, cases

CHAIN_LOCK = 0x6A69656C
"""PostgreSQL's advisory lock for the end of the chain."""

FIELDS = ("at", "person", "role", "unit", "case_id", "look", "purpose")


class Look(Model):
    """One look at one case."""

    at: Instant
    person: str
    role: Role
    unit: str
    case_id: str
    look: str
    """What was looked at: `detail`, `timeline`, `explain`, `export` …"""
    purpose: str = ""

    @classmethod
    def of(cls, actor: Actor, look: str, case_id: str, at: datetime, purpose: str = "") -> Look:
        """Return a look by somebody in their post; `case_id` is empty where it is at no case."""
        return Look(at=at, person=actor.person, role=actor.role, unit=actor.unit, case_id=case_id, look=look, purpose=purpose)


class LoggedLook(Look):
    """A look as it stands in the log."""

    id: int
    hash: str


class CodedLook(LoggedLook):
    """A look with the code of its case or affair; None where it was at neither."""

    code: str | None


class LookFilter(Model):
    """Which looks are asked for; None asks nothing."""

    person: str | None = None
    code: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    town: str | None = None
    """At cases of this town alone."""
    look: str | None = None
    units: tuple[str, ...] | None = None
    """By people of these units."""
    begins: str | None = None
    """With a purpose that begins so."""


class Looks:
    """The access log in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def write(self, look: Look) -> None:
        """Add a line to the log. Raises StoreAway."""

        def work(db: Connection) -> None:
            chained.add(db, access_log, CHAIN_LOCK, FIELDS, look.model_dump())

        await self._store.write_at_once(work)

    async def of_case(self, case_id: str, *, before: int | None = None, limit: int = 100) -> list[LoggedLook]:
        """Looks at a case, the newest first; `before` is the id of the last one of the page before."""
        query = select(access_log).where(access_log.c.case_id == case_id)
        if before is not None:
            query = query.where(access_log.c.id < before)
        async with self._store.read() as db:
            return [_look(row) for row in await db.execute(query.order_by(access_log.c.id.desc()).limit(limit))]

    async def purpose(self, person: str, case_id: str, since: datetime) -> str:
        """The last purpose that somebody has stated for looking at a case since a time; empty where there is none."""
        log = access_log.c
        stated = (log.case_id == case_id, log.person == person, log.at >= since, log.purpose != "")
        query = select(log.purpose).where(*stated).order_by(log.id.desc()).limit(1)
        async with self._store.read() as db:
            return str(await db.scalar(query) or "")

    async def of_person(self, person: str, *, since: datetime, limit: int = 100) -> list[LoggedLook]:
        """What somebody has looked at since a time, the newest first."""
        query = select(access_log).where(access_log.c.person == person, access_log.c.at >= since)
        async with self._store.read() as db:
            return [_look(row) for row in await db.execute(query.order_by(access_log.c.id.desc()).limit(limit))]

    async def page(self, wanted: LookFilter, *, before: int | None = None, limit: int = 100) -> list[CodedLook]:
        """Looks of any case, the newest first, each with its case's code; `before` is the id of the last one of the page before."""
        found: list[ColumnElement[bool]] = [access_log.c.id < before] if before is not None else []
        found += within(access_log.c.at, wanted.since, wanted.until)
        found += [access_log.c.person == wanted.person] if wanted.person is not None else []
        if wanted.code is not None:
            named = select(cases.c.case_id).where(cases.c.code == wanted.code)
            found.append(access_log.c.case_id.in_(named.union_all(select(affairs.c.affair_id).where(affairs.c.code == wanted.code))))
        found += [or_(cases.c.town == wanted.town, affairs.c.town == wanted.town)] if wanted.town is not None else []
        found += [access_log.c.look == wanted.look] if wanted.look is not None else []
        found += [access_log.c.unit.in_(wanted.units)] if wanted.units is not None else []
        found += [access_log.c.purpose.startswith(wanted.begins, autoescape=True)] if wanted.begins is not None else []
        query = select(access_log, func.coalesce(cases.c.code, affairs.c.code).label("code")).where(*found)
        query = query.outerjoin(cases, cases.c.case_id == access_log.c.case_id)
        query = query.outerjoin(affairs, affairs.c.affair_id == access_log.c.case_id)
        async with self._store.read() as db:
            rows = (await db.execute(query.order_by(access_log.c.id.desc()).limit(limit))).mappings()
            return [CodedLook.model_validate(dict(row)) for row in rows]

    async def with_before(self, case_id: str) -> list[tuple[int, str, str, str]]:
        """The looks at a case as they are proved, the oldest first: number, hash of the line before, the text that is hashed, its hash."""
        earlier = access_log.alias()
        before = select(earlier.c.hash).where(earlier.c.id < access_log.c.id).order_by(earlier.c.id.desc()).limit(1).scalar_subquery()
        query = select(access_log, before.label("before")).where(access_log.c.case_id == case_id).order_by(access_log.c.id)
        async with self._store.read() as db:
            rows = [dict(row) for row in (await db.execute(query)).mappings()]
        return [(row["id"], row["before"] or chained.GENESIS, chained.text_of(FIELDS, row), row["hash"]) for row in rows]

    async def check(self) -> Checked:
        """The whole chain recomputed."""
        return await checked(self._store, access_log, FIELDS)

    async def verify(self) -> int | None:
        """The id of the first line that does not fit the one before, or None when the whole chain holds."""
        return await chained.first_break(self._store, access_log, FIELDS)


def _look(row: Row[tuple[object, ...]]) -> LoggedLook:
    return LoggedLook.model_validate(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's public name for it
