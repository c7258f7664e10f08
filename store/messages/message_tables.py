"""The tables of messages. No address, no name and no text of a message is in any of them but sealed ones."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, text

from store.connect import UtcDateTime
from store.entry.account_tables import AccountId
from store.tables import AutoId, CaseId, Digest, Word, metadata

UNDONE = "state IN ('waiting', 'leased')"
"""What has yet to be sent, word for word as questions ask it: a planner matches an index of a part by its text."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("position", AutoId, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("case_id", CaseId),
    Column("seq", Integer, nullable=False),
    Column("type", String(40), nullable=False),
    Column("gate", String(120), nullable=False),
    Column("receiver", String(200), nullable=False),
    Column("lane", Digest, nullable=False),  # of receiver, medium and case: within it the order is kept
    Column("medium", Word, nullable=False),
    Column("template", String(80), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("foldable", Boolean, nullable=False),  # may go into a digest
    Column("state", Word, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Word),
    Column("status", Integer),
    Column("external_id", String(120), nullable=False),
    Column("count", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("since", UtcDateTime, nullable=False),  # planned, or replayed: from here patience counts
    Column("due_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("leased_by", String(40)),
    Column("leased_until", UtcDateTime),
    Column("replayed_by", String(80)),
    Index(None, "lane", "position", sqlite_where=text(UNDONE), postgresql_where=text(UNDONE)),
    Index(None, "gate", "state", "due_at", sqlite_where=text(UNDONE), postgresql_where=text(UNDONE)),
    Index(None, "state", "position"),
    Index(None, "case_id", "seq"),
    Index(None, "done_at"),
    sqlite_autoincrement=True,
)
"""One row for each message to each receiver: the queue and the log in one."""

gates = Table(
    "gates",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("state", Word, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("open_until", UtcDateTime),
    Column("error", Word),
    Column("next_at", UtcDateTime),
)
"""The roads with their breakers (`rules/messages/pace.py`), shared by all workers."""

contact_cards = Table(
    "contact_cards",
    metadata,
    Column("account_id", AccountId, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # mail and phone, under the account's key
    Column("by_mail", Boolean, nullable=False),
    Column("by_sms", Boolean, nullable=False),
    Column("language", Word),
    Column("updated_at", UtcDateTime, nullable=False),
)
"""How people of the offices want to be told."""

party_wishes = Table(
    "party_wishes",
    metadata,
    Column("person", String(48), primary_key=True),  # vault reference
    Column("by_sms", Boolean, nullable=False),
    Column("token", LargeBinary, nullable=False),  # of the link that ends it, sealed under the person's key
    Column("token_digest", Digest, nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("said_by", String(80), nullable=False),
)
"""Which persons have agreed to text messages, or ended them."""

stopped_phones = Table(
    "stopped_phones",
    metadata,
    Column("digest", Digest, primary_key=True),  # keyed digest of the phone
    Column("at", UtcDateTime, nullable=False),
    Column("said_by", String(80), nullable=False),
)
"""Phones that get no text messages whatever anybody has agreed to (退订名单)."""

entry_codes = Table(
    "entry_codes",
    metadata,
    Column("key", Digest, primary_key=True),  # of the query code
    Column("digest", Digest, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
"""Codes sent by text message for signing in on the query page."""
