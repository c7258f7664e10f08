"""The tables of papers: the register, the sealed content in parts, templates by hash, numbers, signatures.

What lies open here says nothing about anybody: kinds, numbers, digests, sizes and posts. Words and content are sealed under keys of
the case and of the persons named (`store/papers/sealing.py`).
"""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from store.connect import UtcDateTime
from store.tables import CaseId, Digest, StaffId, UnitId, Word, metadata

PaperId = String(36)
KindId = String(40)

papers = Table(
    "papers",
    metadata,
    Column("id", PaperId, primary_key=True),
    Column("case_id", CaseId, nullable=False),
    Column("kind", KindId, nullable=False),
    Column("about", String(160), nullable=False),
    Column("version", Integer, nullable=False),
    Column("number", String(80)),
    Column("template", Digest),
    Column("sha256", Digest, nullable=False),
    Column("size", Integer, nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("ending", String(8), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", StaffId, nullable=False),
    Column("role", Word, nullable=False),
    Column("unit", UnitId, nullable=False),
    Column("owners", Text, nullable=False),  # JSON: whose keys seal it
    Column("words", LargeBinary, nullable=False),  # sealed: its facts, or its name
    Column("parts", Integer, nullable=False),
    UniqueConstraint("case_id", "kind", "about", "version"),
)
"""Every paper that was made or taken in. Only ever grows; a new version is a row of its own."""

paper_parts = Table(
    "paper_parts",
    metadata,
    Column("paper_id", PaperId, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""The content of a paper, sealed part by part."""

paper_templates = Table(
    "paper_templates",
    metadata,
    Column("hash", Digest, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Templates that papers were made from, as they were."""

paper_counters = Table(
    "paper_counters",
    metadata,
    Column("prefix", String(120), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
"""The last number given of each town and series in a year."""

paper_signatures = Table(
    "paper_signatures",
    metadata,
    Column("paper_id", PaperId, primary_key=True),
    Column("signer", String(80), primary_key=True),
    Column("how", Word, nullable=False),
    Column("on", Date, nullable=False),
    Column("recorded_by", StaffId, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)
"""Who signed a paper, by party or post."""
