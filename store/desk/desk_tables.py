"""The tables of the desk: who has taken what on, and intakes that are not finished. No part of the record, nor made from it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from store.connect import UtcDateTime
from store.tables import CaseId, StaffId, UnitId, Word, metadata

claims = Table(
    "claims",
    metadata,
    Column("case_id", CaseId, ForeignKey("cases.case_id"), primary_key=True),
    Column("duty", String(120), primary_key=True),
    # Which obligation of this name it was: another round, another post, and the claim is over.
    Column("round", Integer, nullable=False),
    Column("role", Word, nullable=False),
    Column("unit", UnitId),
    Column("person", StaffId, nullable=False),
    Column("holder", StaffId, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""Who has taken an obligation on (`store/desk/claims.py`); gone with the obligation."""

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
