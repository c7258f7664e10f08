"""The tables of anchors."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, Table, Text

from store.tables import AutoId, CaseId, Digest, metadata

anchors = Table(
    "anchors",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("day", Date, unique=True),  # whose daily anchor it is: one for each day
    Column("body", Text, nullable=False),  # what is hashed, exactly as it was
    Column("changed", Text, nullable=False),  # the list that a field of the body is the digest of
    Column("hash", Digest, nullable=False, unique=True),
    sqlite_autoincrement=True,
)
"""What all chains ended with on one day (`models/anchor.py`); only ever grows, each hash over the one before."""

anchored_ends = Table(
    "anchored_ends",
    metadata,
    Column("case_id", CaseId, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("head", Digest, nullable=False),
)
"""Where each case ended in the newest anchor: what the anchors' lists come to, so that the next one finds what has changed."""
