"""The tables of calendar feeds. Of the secret address there is a digest alone."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from store.connect import UtcDateTime
from store.entry.account_tables import AccountId
from store.tables import Digest, StaffId, Word, events, metadata

feeds = Table(
    "feeds",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("digest", Digest, nullable=False, unique=True),
    Column("kind", Word, nullable=False),
    Column("post", StaffId, nullable=False, index=True),
    Column("account", AccountId, index=True),
    Column("language", String(2), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)
"""Who may fetch which calendar."""

feed_entries = Table(
    "feed_entries",
    metadata,
    Column("feed", String(24), ForeignKey("feeds.id"), primary_key=True),
    Column("uid", String(200), primary_key=True),
    Column("kind", Word, nullable=False),
    Column("code", String(80), nullable=False),
    Column("what", String(120), nullable=False),
    Column("start", UtcDateTime, nullable=False),
    Column("end", UtcDateTime, nullable=False),
    Column("mark", String(32), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("gone_at", UtcDateTime),
)
"""What each feed has told, so that the next fetch can say what has changed."""

MEETING_SET = text("type = 'meeting_set'")

Index("ix_events_meetings", events.c.at, events.c.case_id, sqlite_where=MEETING_SET, postgresql_where=MEETING_SET)
"""Meetings are few among events, and looked for by all feeds."""
