"""The table of arrivals. No part of the record: what an arrival became is a case, and has its own."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, Text

from store.connect import UtcDateTime
from store.tables import CaseId, StaffId, UnitId, Word, metadata

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", String(36), primary_key=True),  # made of sender, source and id of the event: the guard against a second delivery
    Column("sender", UnitId, nullable=False),
    Column("type", String(200), nullable=False),
    Column("state", Word, nullable=False),
    Column("reason", Word),
    Column("detail", Text, nullable=False),
    Column("town", UnitId),
    Column("case_id", CaseId),
    Column("code", String(80)),
    Column("at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("settled_by", StaffId),
    Column("sealed", LargeBinary),  # the event itself, under a key of its own; gone once it is settled
    Index(None, "state", "at", "id"),
)
"""What has arrived, and what became of it (`store/arrivals/arrivals.py`)."""
