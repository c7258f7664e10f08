"""Cells that no spreadsheet takes for a formula, and the note of an export."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.export import ExportFormat, ExportKind, ExportNote
from rules.exporting import FORMULA, LONGEST, read, safe, written


@pytest.mark.parametrize("text", ["=1+1", "+86", "-3", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", "=HYPERLINK(1)"])
def test_what_looks_like_a_formula_is_a_text(text: str) -> None:
    assert safe(text).startswith("'")


@given(st.text(max_size=60))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert not safe(text).startswith(FORMULA)
    assert "\x00" not in safe(text)


@given(st.text(max_size=100), st.text(max_size=300))
def test_a_note_fits_its_line_and_is_read_back(why: str, asked: str) -> None:
    note = ExportNote(id="E20261125-1a2b3c4d", kind=ExportKind.CASES, format=ExportFormat.CSV, rows=12, why=why, asked=asked)
    line = written(note)
    assert len(line) <= LONGEST
    found = read(line)
    assert found is not None
    assert (found.id, found.kind, found.format, found.rows) == (note.id, note.kind, note.format, 12)
    assert found.why == why.replace("|", " ")
    assert asked.startswith(found.asked.removesuffix("…"))


@pytest.mark.parametrize("line", ["", "supervising", "E20261125-1a2b3c4d cases csv x|a|b", "E1 cases csv 1|a|b"])
def test_another_line_is_none(line: str) -> None:
    assert read(line) is None
