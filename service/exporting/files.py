"""The files themselves: a workbook and a text with commas, written row by row, so that their length costs no memory.

Both carry the same mark: who took it out, when, under which id. In a workbook it is the first and the last row, repeated with the
heads on each printed page, and header and footer of the print; in a text the first and the last line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from models.export import ExportFormat
from rules.exporting import safe
from service.exporting.columns import Cell

WIDTH = 16
"""Of a column, in letters."""

GREY = Font(color="00808080", italic=True)
BOLD = Font(bold=True)


class Sheet(Protocol):
    """A file that grows row by row."""

    def add(self, rows: Iterable[tuple[Cell, ...]]) -> None:
        """Write rows."""

    def close(self) -> None:
        """Write the mark once more and finish the file."""


def begun(path: Path, form: ExportFormat, mark: str, heads: tuple[str, ...]) -> Sheet:
    """Begin a file with its mark and the heads of its columns."""
    return WorkbookSheet(path, mark, heads) if form is ExportFormat.XLSX else CommaSheet(path, mark, heads)


def cell(value: Cell) -> Cell:
    """Return a value as a cell may hold it."""
    return safe(value) if isinstance(value, str) else value


class WorkbookSheet:
    """A workbook with one sheet."""

    def __init__(self, path: Path, mark: str, heads: tuple[str, ...]) -> None:
        self._path = path
        self._mark = mark
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("Jiefen")
        for number in range(len(heads)):
            self._sheet.column_dimensions[chr(ord("A") + number)].width = WIDTH
        self._sheet.freeze_panes = "A3"
        self._sheet.print_title_rows = "1:2"
        for part in (self._sheet.oddHeader, self._sheet.oddFooter):
            part.center.text = mark.replace("&", "&&")
        self._styled((mark,), GREY)
        self._styled(heads, BOLD)

    def add(self, rows: Iterable[tuple[Cell, ...]]) -> None:
        """Write rows."""
        for row in rows:
            self._sheet.append([cell(value) for value in row])

    def close(self) -> None:
        """Write the mark once more and finish the file."""
        self._styled((self._mark,), GREY)
        self._book.save(self._path)

    def _styled(self, row: tuple[Cell, ...], font: Font) -> None:
        made = [WriteOnlyCell(self._sheet, value=cell(value)) for value in row]
        for one in made:
            one.font = font
        self._sheet.append(made)


class CommaSheet:
    """A text with commas, as spreadsheets in Chinese offices open it: UTF-8 with its mark at the beginning."""

    def __init__(self, path: Path, mark: str, heads: tuple[str, ...]) -> None:
        self._mark = mark
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow([f"# {mark}"])
        self._rows.writerow(heads)

    def add(self, rows: Iterable[tuple[Cell, ...]]) -> None:
        """Write rows."""
        self._rows.writerows([cell(value) for value in row] for row in rows)

    def close(self) -> None:
        """Write the mark once more and finish the file."""
        self._rows.writerow([f"# {self._mark}"])
        self._file.close()
