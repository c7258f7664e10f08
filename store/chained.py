"""Logs that can be proved: tables that only grow, each line's hash over the one before, with one writer at a time.

Used by `store/looks.py` (who looked at a case) and `store/entry/account_log.py` (what was done to accounts).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, insert, select, text

from store.engine import Store

GENESIS = "0" * 64

BATCH = 1000
"""Lines read at a time when a chain is verified."""


def link(before: str, fields: Sequence[str], line: Mapping[str, object]) -> str:
    """The hash of a line: of the one before and its own fields."""
    own = json.dumps({name: str(line[name]) for name in fields}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{before}\n{own}".encode()).hexdigest()


def alone(db: Connection, lock: int) -> None:
    """Keep other writers of a log out until this transaction ends; SQLite has one writer anyway."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock})


def add(db: Connection, table: Table, lock: int, fields: Sequence[str], line: Mapping[str, object]) -> None:
    """Add a line in the transaction at hand. `lock` is the advisory lock of this log on PostgreSQL."""
    alone(db, lock)
    before = db.scalar(select(table.c.hash).order_by(table.c.id.desc()).limit(1)) or GENESIS
    db.execute(insert(table), {**line, "hash": link(before, fields, line)})


@dataclass(frozen=True, slots=True)
class Checked:
    """A chain gone through: how many lines were read, the hash of the last that fits, and the id of the first that does not."""

    lines: int
    head: str
    broken_at: int | None


async def checked(store: Store, table: Table, fields: Sequence[str]) -> Checked:
    """Recompute a chain from its first line to the last, or to the first that does not fit the one before."""
    head, last, lines = GENESIS, 0, 0
    while True:
        query = select(table).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
        async with store.read() as db:
            rows = [dict(row) for row in (await db.execute(query)).mappings()]
        for row in rows:
            lines += 1
            if row["hash"] != link(head, fields, row):
                return Checked(lines, head, int(row["id"]))
            head, last = row["hash"], row["id"]
        if not rows:
            return Checked(lines, head, None)


async def first_break(store: Store, table: Table, fields: Sequence[str]) -> int | None:
    """The id of the first line that does not fit the one before, or None when the whole chain holds."""
    return (await checked(store, table, fields)).broken_at
