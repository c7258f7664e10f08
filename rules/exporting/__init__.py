"""What a file that leaves the system says and may hold."""

from __future__ import annotations

import re

from models.export import ExportFormat, ExportKind, ExportNote
from models.words import Role
from rules.visibility import SEARCHERS

EXPORTERS: frozenset[Role] = SEARCHERS
"""Who may take lists and cases out: whoever may search. Which cases and what of them, their lists and cases decide."""

LONGEST = 200
"""Longest note in the access log."""

ID = re.compile(r"E(20\d{6})-[0-9a-f]{8}")
"""The form of an export's id."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet takes for a formula."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no cell of a workbook may hold."""


def safe(text: str) -> str:
    """Return a text as a cell holds it: no spreadsheet takes it for a formula."""
    text = CONTROL.sub("", text)
    return f"'{text}" if text.startswith(FORMULA) else text


def written(note: ExportNote) -> str:
    """Return a note as one line of the access log; what was asked for is cut where it is too long."""
    head = f"{note.id} {note.kind} {note.format} {note.rows}|{note.why.replace('|', ' ')}|"
    room = LONGEST - len(head)
    return head + (note.asked if len(note.asked) <= room else note.asked[: room - 1] + "…")


def read(line: str) -> ExportNote | None:
    """Return the note of a line, or None where it is none."""
    head, _, rest = line.partition("|")
    why, _, asked = rest.partition("|")
    parts = head.split(" ")
    if len(parts) != 4 or ID.fullmatch(parts[0]) is None or not parts[3].isdigit():
        return None
    return ExportNote(id=parts[0], kind=ExportKind(parts[1]), format=ExportFormat(parts[2]), rows=int(parts[3]), why=why, asked=asked)
