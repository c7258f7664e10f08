"""Case codes (案号): `YANLOU-2026-00001`, counted per town and local year, without gaps.

Called by `store/records.py` inside the transaction that stores a case's first events: a code that was not committed was
not given.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from models.case import Case
from store.tables import code_counters

LOCAL = timezone(timedelta(hours=8))
"""The places' own time; China has one."""


def prefix(case: Case) -> str:
    """The first part of the code: the town's id, or the district's for a case of the county itself."""
    return (case.town or (case.centre or "case").removesuffix("-centre")).upper()


def written(name: str, year: int, number: int) -> str:
    """A code as people read it out: prefix, year, five digits or more."""
    return f"{name}-{year}-{number:05d}"


def allocate(db: Connection, case: Case, at: datetime) -> str:
    """Give the next code of the case's town and local year. The counter stays locked until the transaction ends."""
    name, year = prefix(case), at.astimezone(LOCAL).year
    number: int = (db.execute(NEXT[db.dialect.name], {"prefix": name, "year": year})).scalar_one()
    return written(name, year, number)


def _next(dialect: str) -> ReturningInsert[Any]:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    first = insert(code_counters).values(prefix=bindparam("prefix"), year=bindparam("year"), last=1)
    counted = first.on_conflict_do_update(index_elements=["prefix", "year"], set_={"last": code_counters.c.last + 1})
    return counted.returning(code_counters.c.last)


NEXT = {name: _next(name) for name in ("sqlite", "postgresql")}
