"""The tables of affairs. `affair_events` is the record and only ever grows; the others are views of it, written with it.

They have the shape of those of cases (`store/tables.py`) and stand beside them: what is asked of cases a thousand times a day
never walks over twenty thousand visits.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from store.connect import UtcDateTime
from store.tables import AutoId, CaseId, Digest, StaffId, UnitId, Word, metadata

affairs = Table(
    "affairs",
    metadata,
    Column("affair_id", CaseId, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("source", String(80), nullable=False),
    Column("intake_id", String(200), nullable=False),
    Column("code", String(80), nullable=False, unique=True),
    Column("place", String(20)),
    Column("town", UnitId),
    Column("stage", String(40)),
    Column("seq", Integer, nullable=False),
    Column("head", Digest, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("next_due", UtcDateTime),
    Column("yellow_cards", Integer, nullable=False),  # still open
    Column("red_cards", Integer, nullable=False),
    # Digests of what stands in the tables beside, so that an unchanged set is not written again.
    Column("duties_sum", Digest, nullable=False),
    Column("access_sum", Digest, nullable=False),
    Column("keys_sum", Digest, nullable=False),
    Column("state", Text, nullable=False),  # the whole state of its kind as JSON
    UniqueConstraint("kind", "source", "intake_id"),
    Index(None, "kind", "town", "opened_at", "affair_id"),
    Index(None, "kind", "place", "stage"),
    Index(None, "next_due", "kind"),
)
"""One row per affair: the columns that lists ask for, and the whole state."""

affair_events = Table(
    "affair_events",
    metadata,
    Column("affair_id", CaseId, ForeignKey("affairs.affair_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action_id", String(80)),
    Column("hash", Digest, nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON, exactly as it was hashed
)
"""The record: every event with the hash over the one before and itself."""

affair_actions = Table(
    "affair_actions",
    metadata,
    Column("affair_id", CaseId, ForeignKey("affairs.affair_id"), primary_key=True),
    Column("action_id", String(80), primary_key=True),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("stage", String(40)),
    Column("person", StaffId),
    Index(None, "person", "affair_id"),
)
"""Which events each accepted action led to, and whose it was: the lasting guard against doing it twice."""

affair_duties = Table(
    "affair_duties",
    metadata,
    Column("affair_id", CaseId, ForeignKey("affairs.affair_id"), primary_key=True),
    Column("id", String(120), primary_key=True),
    Column("act", String(40), nullable=False),
    Column("role", Word, nullable=False),
    Column("unit", UnitId),
    Column("person", StaffId),
    Column("town", UnitId),
    Column("clock", String(120)),
    Column("due", UtcDateTime),
    Column("provisional", Boolean, nullable=False),
    Column("holds_ball", Boolean, nullable=False),
    Index(None, "person", "role", "unit", "town", "due"),
    Index(None, "due", "affair_id"),
)
"""Who owes what by when in affairs, replaced with each publication; the inbox is these and those of cases."""

affair_access = Table(
    "affair_access",
    metadata,
    Column("affair_id", CaseId, ForeignKey("affairs.affair_id"), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("value", String(120), primary_key=True),
    Index(None, "kind", "value", "affair_id"),
)
"""Whose eyes may rest on an affair, as `case_access` says it of cases."""

affair_keys = Table(
    "affair_keys",
    metadata,
    Column("affair_id", CaseId, ForeignKey("affairs.affair_id"), primary_key=True),
    Column("name", Word, primary_key=True),
    Column("value", String(160), primary_key=True),
    Index(None, "name", "value", "affair_id"),
)
"""What an affair is found by besides its code: a household's number, the subject of a watch, a linked record."""

affair_outbox = Table(
    "affair_outbox",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("affair_id", CaseId, ForeignKey("affairs.affair_id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", Word, nullable=False),
    UniqueConstraint("affair_id", "seq"),
    Index(None, "state", "id"),
    sqlite_autoincrement=True,
)
"""The change feed of affairs: one row per event; `state` is `new` until somebody has been told."""
