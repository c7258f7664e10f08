"""Statements of the hot path, made ready once: on SQLite the driver gets their text and values without a detour.

Composing, looking up and wrapping the eight statements of a publication takes SQLAlchemy several times what SQLite itself needs for
them. On PostgreSQL, and while statements are traced, they go the usual way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from sqlite3 import Error
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

from store.watch.statements import traced

SQLITE = sqlite.dialect()

Rows = Sequence[Mapping[str, Any]]
Made = Callable[[Any], Any] | None
"""What a value goes through on its way to the driver or back; None where it stays as it is."""


class Prepared:
    """A statement whose values are all named parameters."""

    def __init__(self, statement: UpdateBase | Select[Any]) -> None:
        compiled: Any = statement.compile(dialect=SQLITE)
        self._statement = statement
        self._text = str(compiled)
        self._given = tuple((name, _in(compiled.binds[name].type)) for name in compiled.positiontup)
        self._found = tuple(_out(column.type) for column in statement.selected_columns) if isinstance(statement, Select) else ()

    @classmethod
    def insert(cls, table: Table) -> Prepared:
        """Return an insert of whole rows, but for a number that the database gives itself."""
        columns = [column for column in table.columns if column is not table.autoincrement_column]
        return cls(insert(table).values({column.name: bindparam(column.name, type_=column.type) for column in columns}))

    def run(self, db: Connection, rows: Rows) -> None:
        """Execute it for each of these rows. Raises what SQLAlchemy raises."""
        if _usual(db):
            db.execute(self._statement, rows)
            return
        values = [self._values(row) for row in rows]
        with _cursor(db, self._text) as cursor:
            if len(values) == 1:
                cursor.execute(self._text, values[0])
            else:
                cursor.executemany(self._text, values)

    def first(self, db: Connection, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Return the first row that it finds, or None. Raises what SQLAlchemy raises."""
        if _usual(db):
            found = db.execute(self._statement, row).first()
            return None if found is None else tuple(found)
        with _cursor(db, self._text) as cursor:
            cursor.execute(self._text, self._values(row))
            line = cursor.fetchone()
        return (
            None if line is None else tuple(value if made is None else made(value) for value, made in zip(line, self._found, strict=True))
        )

    def _values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple([row[name] if made is None else made(row[name]) for name, made in self._given])


def _usual(db: Connection) -> bool:
    return db.dialect.name != SQLITE.name or traced()


@contextmanager
def _cursor(db: Connection, text: str) -> Iterator[Any]:
    """A cursor of the driver, whose errors come as SQLAlchemy's; `text` is the statement, without its values."""
    cursor = db.connection.cursor()
    try:
        yield cursor
    except Error as error:
        raise DBAPIError.instance(text, None, error, Error, hide_parameters=True, dialect=db.dialect) from error
    finally:
        cursor.close()


def _in(kind: TypeEngine[Any]) -> Made:
    return kind.dialect_impl(SQLITE).bind_processor(SQLITE)


def _out(kind: TypeEngine[Any]) -> Made:
    return kind.dialect_impl(SQLITE).result_processor(SQLITE, None)
