"""Every single-record change of every chained log is found, and the record is named: on the database itself, by raw SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from models.anchor import KeptAnchor
from service.proof.checking import check_anchors, check_logs, read_copies
from service.upkeep import verify_all
from tests.service.proof.conftest import Small

LOGS = ("access_log", "account_log", "erasure_register", "anchors")
RECORDS = ("events", "affair_events")
CHAINED = (*RECORDS, *LOGS)

Row = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What a check named: the chain, and the record in it."""

    chain: str
    record: int


async def found(small: Small, name: str, copies: Sequence[KeptAnchor] = ()) -> set[Found]:
    """Everything that the checks of this chain name."""
    named = {Found(finding.chain, finding.record) for finding in (await check_anchors(small.office, copies)).findings}
    if name in RECORDS:
        return named | {Found(name, finding.seq) async for report in verify_all(small.office) for finding in report.findings}
    return named | {Found(report.chain, finding.record) async for report in check_logs(small.office) for finding in report.findings}


class Table:
    """A table under the hands of somebody who can write to the file."""

    def __init__(self, small: Small, name: str) -> None:
        self.name = name
        self.db = sqlite3.connect(small.file, isolation_level=None)
        self.db.execute("PRAGMA busy_timeout=5000")
        self.key = "seq" if name in RECORDS else "id"
        others = {"events": f"case_id != '{small.cases[1].case.id}'", "affair_events": f"affair_id != '{small.affairs[1].state.id}'"}
        where = f"WHERE {others[name]}" if name in RECORDS else ""
        self.where = where
        cursor = self.db.execute(f"SELECT * FROM {name} {where} ORDER BY {self.key}")  # noqa: S608
        self.columns = [column[0] for column in cursor.description]
        self.rows = [dict(zip(self.columns, row, strict=True)) for row in cursor]

    def put(self, rows: Sequence[Row]) -> None:
        """Let these rows be all there are, whatever constraints say but the keys."""
        with self.db:
            self._put(rows)

    def _put(self, rows: Sequence[Row]) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute(f"DELETE FROM {self.name} {self.where}")  # noqa: S608
        for row in rows:
            self.db.execute(f"INSERT INTO {self.name} VALUES ({', '.join('?' * len(row))})", [row[name] for name in self.columns])  # noqa: S608


@contextmanager
def tampered(table: Table, rows: Sequence[Row]) -> Iterator[None]:
    table.put(rows)
    try:
        yield
    finally:
        table.put(table.rows)


def others(value: Any) -> list[Any]:
    """The value with one byte changed, at its end, in its middle or at its beginning; or one where there was none."""
    if value is None:
        return ["2026-01-01"]
    if isinstance(value, int):
        return [value + 1000, -value]
    return [value[:at] + _turned(value[at]) + value[at + 1 :] for at in (-1 % len(value), len(value) // 2, 0)] if value else ["x"]


def _turned(char: str) -> str:
    return "1" if char == "0" else "0" if char.isdigit() else "x" if char != "x" else "y"


def other(value: Any) -> Any:
    return others(value)[0]


def foreign(table: Table, row: Row, number: int) -> Row:
    """A copy of a row as another one; what has to be unique is."""
    fresh = {**row, table.key: number}
    return fresh | {name: other(row[name]) for name in ("hash", "day") if name in row and table.name not in RECORDS}


def numbers(table: Table) -> list[int]:
    return [row[table.key] for row in table.rows]


async def test_what_nobody_touched_is_whole(pristine: Small) -> None:
    for name in CHAINED:
        assert await found(pristine, name) == set()
    assert {name: len(Table(pristine, name).rows) for name in CHAINED} == {
        "events": 5,
        "affair_events": 3,
        "access_log": 4,
        "account_log": 4,
        "erasure_register": 4,
        "anchors": 3,
    }


@pytest.mark.parametrize("name", CHAINED)
async def test_one_byte_of_any_field_of_any_record(pristine: Small, name: str) -> None:
    table = Table(pristine, name)
    for index, row in enumerate(table.rows):
        for column in table.columns:
            for value in others(row[column]):
                changed = [*table.rows[:index], {**row, column: value}, *table.rows[index + 1 :]]
                with tampered(table, changed):
                    named = {Found(name, row[table.key]), *([Found(name, value)] if column == table.key else [])}
                    assert named & await found(pristine, name), (column, row[table.key], value)
    assert await found(pristine, name) == set()


@pytest.mark.parametrize("name", CHAINED)
async def test_a_record_that_was_taken_away(pristine: Small, name: str) -> None:
    table = Table(pristine, name)
    for index, number in enumerate(numbers(table)):
        # Only a copy that lies elsewhere knows of the last anchor.
        copies = read_copies(pristine.office.settings.anchors_folder) if name == "anchors" else []
        with tampered(table, table.rows[:index] + table.rows[index + 1 :]):
            assert Found(name, number) in await found(pristine, name, copies), number


@pytest.mark.parametrize("name", CHAINED)
async def test_a_record_that_was_put_in_or_doubled(pristine: Small, name: str) -> None:
    table = Table(pristine, name)
    end = numbers(table)[-1] + 1
    for row in table.rows:
        with tampered(table, [*table.rows, foreign(table, row, end)]):
            assert Found(name, end) in await found(pristine, name), row[table.key]
        if name != "anchors":
            with tampered(table, [foreign(table, row, 0), *table.rows]):
                assert {Found(name, 0), Found(name, 1)} & await found(pristine, name), row[table.key]


@pytest.mark.parametrize("name", CHAINED)
async def test_two_records_in_each_others_place(pristine: Small, name: str) -> None:
    table = Table(pristine, name)
    for index in range(len(table.rows) - 1):
        one, two = table.rows[index], table.rows[index + 1]
        swapped = [*table.rows]
        swapped[index], swapped[index + 1] = {**two, table.key: one[table.key]}, {**one, table.key: two[table.key]}
        with tampered(table, swapped):
            assert Found(name, one[table.key]) in await found(pristine, name), index
