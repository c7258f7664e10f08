"""The tables of the desk: who has taken what on, what is not finished, what is being brought in. No part of the record."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from store.affairs.tables import affairs
from store.connect import UtcDateTime
from store.tables import CaseId, StaffId, UnitId, Word, cases, metadata


def _claims(name: str, record_id: Column[str]) -> Table:
    return Table(
        name,
        metadata,
        Column(record_id.name, CaseId, ForeignKey(record_id), primary_key=True),
        Column("duty", String(120), primary_key=True),
        # Which obligation of this name it was: another round, another post, and the claim is over.
        Column("round", Integer, nullable=False),
        Column("role", Word, nullable=False),
        Column("unit", UnitId),
        Column("person", StaffId, nullable=False),
        Column("holder", StaffId, nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )


claims = _claims("claims", cases.c.case_id)
"""Who has taken an obligation of a case on (`store/desk/claims.py`); gone with the obligation."""

affair_claims = _claims("affair_claims", affairs.c.affair_id)
"""The same of affairs."""

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", StaffId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False, index=True),
    Index(None, "owner", "saved_at"),
)
"""Intakes not finished, each sealed under a key of its own (`store/desk/drafts.py`)."""

household_lists = Table(
    "household_lists",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("actor", Text, nullable=False),  # `Actor` as JSON
    Column("unit", UnitId, nullable=False),
    Column("stage", Word, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("counts", Text, nullable=False),
    Column("problems", Text, nullable=False),  # rows, columns and reasons; never what stands in a cell
    Column("made_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("sealed", LargeBinary),  # the file, under a key of its own; gone once the list has ended
    Index(None, "unit", "made_at"),
    Index(None, "stage", "made_at"),
)
"""Lists of households on their way in (`store/desk/household_lists.py`)."""
