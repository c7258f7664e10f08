"""The marks of a case in the store: read with a publication that tells of some, and made anew by `rebuild`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from models.case import Case
from models.event import Event
from models.record import Line
from rules.marks import TELLING, Marked, marked
from store.tables import marks

OF_CASE = select(*(marks.c[name] for name in Marked.model_fields)).where(marks.c.case_id == bindparam("case_id")).order_by(marks.c.seq)
DROP = delete(marks).where(marks.c.case_id == bindparam("of_case"))


def marks_of(lines: Iterable[Line], before: Sequence[Marked] = (), lead: str | None = None) -> tuple[Marked, ...]:
    """The marks after these lines; lines that tell nothing of units are not read."""
    return marked(before, lead, (Event.model_validate_json(line.body) for line in lines if line.type in TELLING))


def changed_marks(db: Connection, case: Case, fresh: Sequence[Line], lead: str | None) -> tuple[Marked, ...] | None:
    """The case's marks after new lines, or None where these tell nothing; `lead` is who led before them."""
    if not any(line.type in TELLING for line in fresh):
        return None
    before = tuple(Marked.model_validate(dict(row)) for row in db.execute(OF_CASE, {"case_id": case.id}).mappings())
    return marks_of(fresh, before, lead)


def mark_rows(case: Case, made: Iterable[Marked]) -> list[dict[str, Any]]:
    """The rows of `marks`."""
    return [{"case_id": case.id, "town": case.town, **mark.model_dump()} for mark in made]


def write_marks(db: Connection, case: Case, made: Sequence[Marked]) -> None:
    """Put these marks in the place of those the case has."""
    db.execute(DROP, {"of_case": case.id})
    if made:
        db.execute(insert(marks), mark_rows(case, made))
