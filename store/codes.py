"""Case codes (案号): `YANLOU-2026-00001`, counted per town and local year, without gaps.

Called by `store/records.py` inside the transaction that stores a case's first events: a code that was not committed was
not given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, Integer, bindparam
from sqlalchemy.sql.dml import ReturningInsert

from models.case import Case
from store.connect import inserting
from store.tables import code_counters

DIGITS = 5
"""How many digits a number is written with, at least."""

LONGEST = 8
"""More digits than any number of a case has: a phone, or the number of a card."""

SHORTEST = 2
"""Fewer letters are the beginning of too many."""

LOCAL = timezone(timedelta(hours=8))
"""The places' own time; China has one."""


def prefix(case: Case) -> str:
    """The first part of the code: the town's id, or the district's for a case of the county itself."""
    return (case.town or (case.centre or "case").removesuffix("-centre")).upper()


def written(name: str, year: int, number: int) -> str:
    """A code as people read it out: prefix, year, five digits or more."""
    return f"{name}-{year}-{number:0{DIGITS}d}"


def expanded(text: str, counters: Sequence[tuple[str, int, int]], limit: int) -> list[str]:
    """The codes that a part of a code may mean, the newest first of each town and year: `YANLOU-2026-0001`, `2026-00012`, `12`.

    `counters` are prefix, year and the last number given. A number alone, or with its year, is that number in every town; what
    begins with a town's prefix is the beginning of a code.
    """
    wanted = "".join(text.upper().split())
    found: list[str] = []
    for name, year, last in counters:
        numbers = _numbers(wanted, name, year, last)
        found += [written(name, year, number) for number in numbers[:limit]]
    return found


def _numbers(wanted: str, name: str, year: int, last: int) -> Sequence[int]:
    """The numbers of one town and year that are meant, the newest first."""
    whole = range(last, 0, -1)
    base = f"{name}-{year}-"
    if base.startswith(wanted):
        return whole if len(wanted) >= SHORTEST else ()
    digits = wanted.removeprefix(base)
    if not (digits.isascii() and digits.isdigit()):
        digits = wanted.removeprefix(f"{year}-")
        if not (digits.isascii() and digits.isdigit()):
            return ()
    elif digits != wanted and len(digits) < DIGITS:
        return _beginning(digits, last)
    return [int(digits)] if len(digits) <= LONGEST and 0 < int(digits) <= last else ()


def _beginning(digits: str, last: int) -> Sequence[int]:
    """The numbers up to the last one that are written with these digits at their beginning, the newest first."""
    found: list[int] = []
    for width in range(max(DIGITS, len(str(last))), DIGITS - 1, -1):
        # Only the shortest are written with zeros in front.
        if width == DIGITS or not digits.startswith("0"):
            span = 10 ** (width - len(digits))
            first = int(digits) * span
            found.extend(range(min(first + span - 1, last), max(first, 1) - 1, -1))
    return found


def allocate(db: Connection, case: Case, at: datetime) -> str:
    """Give the next code of the case's town and local year. The counter stays locked until the transaction ends."""
    return next_code(db, prefix(case), at)


def next_code(db: Connection, name: str, at: datetime) -> str:
    """Give the next code with this prefix, of any record."""
    return next_codes(db, name, local_year(at), 1)[0]


def next_codes(db: Connection, name: str, year: int, count: int) -> list[str]:
    """Give the next codes with this prefix in a local year, as many as are wanted, in their order."""
    last: int = db.execute(NEXT[db.dialect.name], {"prefix": name, "year": year, "count": count}).scalar_one()
    return [written(name, year, number) for number in range(last - count + 1, last + 1)]


def local_year(at: datetime) -> int:
    """The year in whose series a code is counted."""
    return at.astimezone(LOCAL).year


def _next(dialect: str) -> ReturningInsert[Any]:
    more = bindparam("count", type_=Integer)
    first = inserting(dialect, code_counters).values(prefix=bindparam("prefix"), year=bindparam("year"), last=more)
    counted = first.on_conflict_do_update(index_elements=["prefix", "year"], set_={"last": code_counters.c.last + more})
    return counted.returning(code_counters.c.last)


NEXT = {name: _next(name) for name in ("sqlite", "postgresql")}
