"""The tables of parties that follow their own case; filled by `store/entry/citizens.py`.

Of a query code there is a keyed digest, by which it is found, and the code itself sealed under its person's key, so that the
slip can be printed again until that person is erased. Of a session there is a digest of its id alone.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint

from store.connect import UtcDateTime
from store.tables import CaseId, Digest, metadata

PartyId = String(80)

query_codes = Table(
    "query_codes",
    metadata,
    Column("digest", Digest, primary_key=True),
    Column("case_id", CaseId, ForeignKey("cases.case_id"), nullable=False),
    Column("party", PartyId, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    UniqueConstraint("case_id", "party"),
)
"""The query code of each party of each case, made when it is first asked for."""

citizen_sessions = Table(
    "citizen_sessions",
    metadata,
    Column("digest", Digest, primary_key=True),  # SHA-256 of the id in the cookie
    Column("case_id", CaseId, nullable=False),
    Column("party", PartyId, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("ends_at", UtcDateTime, nullable=False),
)
"""Which parties are looking at their case now."""
