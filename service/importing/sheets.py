"""Reading a list row by row: workbooks and texts with commas, of any length in little memory."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from models.importing import Mapping
from store.files import BadFile

Row = dict[str, Any]


def rows_of(path: Path, mapping: Mapping) -> Iterator[tuple[int, Row]]:
    """Yield each row with its number in the file and its cells by column; empty rows are passed over. Raises BadFile."""
    found = _workbook(path, mapping) if path.suffix.lower() in {".xlsx", ".xlsm"} else _text(path, mapping)
    heads: list[str] = []
    for number, cells in found:
        if number < mapping.head:
            continue
        if number == mapping.head:
            heads = [str(cell or "").strip() for cell in cells]
            _check(path, mapping, heads)
        elif any(cell not in {None, ""} for cell in cells):
            yield number, dict(zip(heads, cells, strict=False))
    if not heads:
        raise BadFile(path, "", f"has no row {mapping.head} with names of columns")


def _check(path: Path, mapping: Mapping, heads: list[str]) -> None:
    wanted = [mapping.id, *(one.column for one in mapping.fields.values() if one.column is not None)]
    for column in wanted:
        if column not in heads:
            raise BadFile(path, f"row {mapping.head}", f'there is no column "{column}"')


def _workbook(path: Path, mapping: Mapping) -> Iterator[tuple[int, list[Any]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - dear to load, and few processes read a workbook
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise BadFile(path, "", "is no workbook that can be read") from error
    with closing(book):
        if mapping.sheet is not None and mapping.sheet not in book.sheetnames:
            raise BadFile(path, "sheet", f'there is no sheet "{mapping.sheet}"')
        sheet = book[mapping.sheet] if mapping.sheet is not None else book[book.sheetnames[0]]
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, list(row)


def _text(path: Path, mapping: Mapping) -> Iterator[tuple[int, list[Any]]]:
    encoding = mapping.encoding or _encoding(path)
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
