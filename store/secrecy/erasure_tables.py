"""The tables of erasing: requests, the register, the redaction list, appraisals, and which key store belongs here."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table

from store.connect import UtcDateTime
from store.tables import AutoId, CaseId, Digest, StaffId, Word, metadata

Owner = String(100)
RequestId = String(36)

key_homes = Table(
    "key_homes",
    metadata,
    Column("mark", String(32), primary_key=True),
)
"""A mark of the one key store that opens what is sealed here."""

erasure_requests = Table(
    "erasure_requests",
    metadata,
    Column("id", RequestId, primary_key=True),
    Column("subject", Owner, nullable=False),
    Column("ground", Word, nullable=False),
    Column("state", Word, nullable=False),
    Column("asked_by", StaffId, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("decided_by", StaffId),
    Column("decided_at", UtcDateTime),
    Column("cases", Integer, nullable=False),
    Column("texts", Integer),
    Index(None, "subject", "state"),
)
"""Who has asked for what to be erased, and who has decided (`store/secrecy/erasures.py`)."""

erasure_register = Table(
    "erasure_register",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("owner", Owner, nullable=False),
    Column("ground", Word, nullable=False),
    Column("request", RequestId, nullable=False),
    Column("asked_by", StaffId, nullable=False),
    Column("approved_by", StaffId, nullable=False),
    Column("hash", Digest, nullable=False, unique=True),
    Index(None, "owner"),
    sqlite_autoincrement=True,
)
"""Whose key was destroyed (销毁登记); only ever grows, each hash over the one before. Every start goes by it."""

redactions = Table(
    "redactions",
    metadata,
    Column("text_id", String(36), primary_key=True),
    Column("case_id", CaseId, nullable=False),
    Column("listed_at", UtcDateTime, nullable=False),
    Column("request", RequestId, nullable=False),
    Column("decision", Word),
    Column("decided_by", StaffId),
    Column("decided_at", UtcDateTime),
    Index(None, "decision", "case_id"),
)
"""Free texts that named somebody who was erased (待遮盖清单); without a decision they wait for a person."""

appraisals = Table(
    "appraisals",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("case_id", CaseId, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", StaffId, nullable=False),
    Column("keep_until", Date),  # none = for good
    Index(None, "case_id", "id"),
    sqlite_autoincrement=True,
)
"""Ended cases that were looked at when their time was over, and are kept on (鉴定); the last row of a case counts."""
