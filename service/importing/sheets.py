"""Reading a list row by row: workbooks and texts with commas, of any length in little memory."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.importing import Mapping
from store.files import BadFile

Row = dict[str, Any]


class NoColumn(BadFile):
    """A list lacks a column it has to have."""

    def __init__(self, path: Path, head: int, column: str) -> None:
        self.head = head
        self.column = column
        super().__init__(path, f"row {head}", f'there is no column "{column}"')


@dataclass(frozen=True, slots=True)
class Form:
    """How a list is laid out: its sheet, the row that names the columns, and the columns it has to have."""

    columns: tuple[str, ...]
    head: int = 1
    sheet: str | None = None
    encoding: str | None = None

    @classmethod
    def of(cls, mapping: Mapping) -> Form:
        """The form of a list of old cases."""
        columns = (mapping.id, *(one.column for one in mapping.fields.values() if one.column is not None))
        return cls(columns, mapping.head, mapping.sheet, mapping.encoding)


def rows_of(path: Path, form: Form) -> Iterator[tuple[int, Row]]:
    """Yield each row with its number in the file and its cells by column; empty rows are passed over. Raises BadFile."""
    found = _workbook(path, form) if path.suffix.lower() in {".xlsx", ".xlsm"} else _text(path, form)
    heads: list[str] = []
    for number, cells in found:
        if number < form.head:
            continue
        if number == form.head:
            heads = [str(cell or "").strip() for cell in cells]
            _check(path, form, heads)
        elif any(cell not in {None, ""} for cell in cells):
            yield number, dict(zip(heads, cells, strict=False))
    if not heads:
        raise BadFile(path, "", f"has no row {form.head} with names of columns")


def _check(path: Path, form: Form, heads: list[str]) -> None:
    for column in form.columns:
        if column not in heads:
            raise NoColumn(path, form.head, column)


def _workbook(path: Path, form: Form) -> Iterator[tuple[int, list[Any]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - dear to load, and few processes read a workbook
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise BadFile(path, "", "is no workbook that can be read") from error
    with closing(book):
        if form.sheet is not None and form.sheet not in book.sheetnames:
            raise BadFile(path, "sheet", f'there is no sheet "{form.sheet}"')
        sheet = book[form.sheet] if form.sheet is not None else book[book.sheetnames[0]]
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, list(row)


def _text(path: Path, form: Form) -> Iterator[tuple[int, list[Any]]]:
    encoding = form.encoding or _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                yield number, [cell.strip() for cell in row]
    except (OSError, UnicodeError, LookupError, csv.Error) as error:
        raise BadFile(path, "", f"can't be read as {encoding}") from error


def _encoding(path: Path) -> str:
    """Return UTF-8 where all of it is, else what old Chinese programs write."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            while file.read(1 << 20):
                pass
    except UnicodeError:
        return "gb18030"
    except OSError as error:
        raise BadFile(path, "", "can't be read") from error
    return "utf-8-sig"
