"""Logs that can be proved: tables that only grow, each line's hash over the one before, with one writer at a time.

Used by `store/looks.py` (who looked at a case) and `store/entry/account_log.py` (what was done to accounts).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, Table, insert, select, text

from models.words import Algorithm
from rules.chain import GENESIS, follows, link
from rules.digests import MARK, NoAlgorithm, algorithm_of
from store.engine import Store, chosen

__all__ = ["GENESIS", "Checked", "Wrong", "add", "alone", "checked", "first_break", "put_back", "text_of"]

BATCH = 1000
"""Lines read at a time when a chain is verified."""


class Wrong(StrEnum):
    """What can be wrong with a line."""

    MISSING = "missing"
    """A line of this number is not there."""
    CHANGED = "changed"
    """It does not follow from the one before: its fields, its hash or its place are not those it was written with."""


def text_of(fields: Sequence[str], line: Mapping[str, object]) -> str:
    """What of a line is hashed: its fields as JSON, and its number where the hash says how it was made (the first ones did neither)."""
    named = fields if algorithm_of(str(line["hash"])) is None else ("id", *fields)
    return json.dumps({name: str(line[name]) for name in named}, ensure_ascii=False, sort_keys=True)


def alone(db: Connection, lock: int) -> None:
    """Keep other writers of a log out until this transaction ends; SQLite has one writer anyway."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock})


def add(db: Connection, table: Table, lock: int, fields: Sequence[str], line: Mapping[str, object]) -> int:
    """Add a line in the transaction at hand and return its number. `lock` is the advisory lock of this log on PostgreSQL.

    Numbers follow each other without a gap, so that one that is missing shows.
    """
    alone(db, lock)
    last = db.execute(select(table.c.id, table.c.hash).order_by(table.c.id.desc()).limit(1)).first()
    algorithm = chosen(db)
    number, before = (last.id + 1, last.hash) if last is not None else (1, GENESIS)
    numbered = {**line, "id": number, "hash": f"{algorithm}{MARK}"}
    db.execute(insert(table), {**numbered, "hash": link(before, text_of(fields, numbered), algorithm)})
    return number


def put_back(db: Connection, table: Table, fields: Sequence[str], line: Mapping[str, object]) -> None:
    """Add a line that was here before, with its own number and hash. Raises ValueError where it does not follow from the last one here."""
    last = db.scalar(select(table.c.hash).order_by(table.c.id.desc()).limit(1)) or GENESIS
    if not _follows(last, fields, line):
        raise ValueError(f"line {line['id']} does not follow from the one before")
    db.execute(insert(table), [line])


@dataclass(frozen=True, slots=True)
class Checked:
    """A chain gone through: how many lines were read, the hash of the last that fits, and the number of the first that does not."""

    lines: int
    head: str
    broken_at: int | None
    what: Wrong | None = None


async def checked(store: Store, table: Table, fields: Sequence[str]) -> Checked:
    """Recompute a chain from its first line to the last, or to the first that does not fit the one before. Raises NoAlgorithm."""
    head, last, lines = GENESIS, 0, 0
    query = select(table).order_by(table.c.id).limit(BATCH)
    while True:
        try:
            rows = await _rows(store, query)
        except ValueError:
            rows = await _readable(store, table, query)
        for row in rows:
            lines += 1
            if MARK in row["hash"] and row["id"] > last + 1:
                return Checked(lines, head, last + 1, Wrong.MISSING)
            # A number below the first one is none of ours.
            if row["id"] <= last or not _follows(head, fields, row):
                return Checked(lines, head, int(row["id"]), Wrong.CHANGED)
            head, last = row["hash"], row["id"]
        if len(rows) < BATCH:
            return Checked(lines, head, None)
        query = select(table).where(table.c.id > last).order_by(table.c.id).limit(BATCH)


async def _rows(store: Store, query: Select[Any]) -> list[dict[str, Any]]:
    async with store.read() as db:
        return [dict(row) for row in (await db.execute(query)).mappings()]


async def _readable(store: Store, table: Table, query: Select[Any]) -> list[dict[str, Any]]:
    """The same lines one by one; of one that holds no value of its kind, nothing but number and hash."""
    found: list[dict[str, Any]] = []
    for number in [row["id"] for row in await _rows(store, query.with_only_columns(table.c.id))]:
        try:
            found += await _rows(store, select(table).where(table.c.id == number))
        except ValueError:
            found.append({**dict.fromkeys(table.columns.keys()), "id": number, "hash": "unreadable"})
    return found


def _follows(before: str, fields: Sequence[str], row: Mapping[str, object]) -> bool:
    try:
        return follows(before, text_of(fields, row), str(row["hash"]))
    except NoAlgorithm as error:
        if str(error) in set(Algorithm):
            raise
        return False


async def first_break(store: Store, table: Table, fields: Sequence[str]) -> int | None:
    """The number of the first line that does not fit the one before, or None when the whole chain holds. Raises NoAlgorithm."""
    return (await checked(store, table, fields)).broken_at
