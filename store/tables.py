"""The tables, and nothing else: what they mean stands here, how they are filled stands in the modules named.

`events` is the record and only ever grows. `cases`, `obligations`, `actions` and `case_access` are views of it, written
in the same transaction (`store/records.py`). Personal words are in `vault_…` alone, sealed (`store/vault.py`).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)

from store.connect import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

CaseId = String(80)
UnitId = String(80)
StaffId = String(80)
Word = String(24)
Digest = String(64)
AutoId = BigInteger().with_variant(Integer(), "sqlite")

ACCEPTED = "category IS NOT NULL AND stage != 'declined'"
"""Which cases were accepted, word for word as questions ask it: a planner matches an index of a part by its text."""

cases = Table(
    "cases",
    metadata,
    Column("case_id", CaseId, primary_key=True),
    Column("source", String(80), nullable=False),
    Column("intake_id", String(200), nullable=False),
    Column("code", String(80), nullable=False, unique=True),
    Column("survivor", CaseId),  # the case this one was merged into
    Column("place", String(20)),
    Column("town", UnitId),
    Column("centre", UnitId),
    Column("stage", Word),
    Column("tier", Word, nullable=False),
    Column("level", Word),
    Column("lead", UnitId),
    Column("category", String(8)),
    Column("mediator", StaffId),
    Column("happened_on", Date),
    Column("seq", Integer, nullable=False),
    Column("head", Digest, nullable=False),
    Column("chapter", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("next_due", UtcDateTime),
    Column("suspended", Boolean, nullable=False),
    # Digests of what stands in `obligations` and `case_access`, so that an unchanged set is not written again.
    Column("duties_sum", Digest, nullable=False),
    Column("access_sum", Digest, nullable=False),
    Column("state", Text, nullable=False),  # the whole `Case` as JSON
    Column("yellow_cards", Integer, nullable=False, default=0, server_default="0"),  # still open
    Column("red_cards", Integer, nullable=False, default=0, server_default="0"),
    Column("stage_since", UtcDateTime),
    Column("agreed_at", UtcDateTime),  # when the agreement of this chapter took effect
    Column("late", Boolean, nullable=False, default=False, server_default=false()),  # the lead let a limit of its own pass
    Column("took", Integer),  # seconds from registration to the end
    Column("retain_until", Date),
    Column("told_seq", Integer, nullable=False, default=0, server_default="0"),  # up to which event its facts are told (`store/kpi/`)
    UniqueConstraint("source", "intake_id"),
    Index(None, "mediator", "ended_at"),
    Index(None, "place", "happened_on"),
    Index(None, "next_due"),
    # The few cases that have moved since their facts were told.
    Index("ix_cases_untold", "case_id", sqlite_where=text("told_seq != seq"), postgresql_where=text("told_seq != seq")),
    # Lists walk along it, newest registered first, and judge their filters without touching the rows.
    Index(
        "ix_cases_listing",
        *("opened_at", "case_id", "town", "stage", "tier", "level", "lead", "category", "mediator"),
        *("suspended", "ended_at", "yellow_cards", "red_cards", "late", "agreed_at", "retain_until"),
    ),
    # What has come in, ended or been agreed in a period. Those by unit hold no case that has yet to be accepted or to end.
    Index(
        "ix_cases_ended",
        *("ended_at", "lead", "town", "late", "took", "case_id"),
        sqlite_where=text("ended_at IS NOT NULL"),
        postgresql_where=text("ended_at IS NOT NULL"),
    ),
    Index(
        "ix_cases_ended_by_lead",
        *("lead", "ended_at", "town", "late", "took", "case_id"),
        sqlite_where=text("ended_at IS NOT NULL"),
        postgresql_where=text("ended_at IS NOT NULL"),
    ),
    Index(
        "ix_cases_accepted_by_lead",
        *("lead", "opened_at", "town", "case_id"),
        sqlite_where=text(ACCEPTED),
        postgresql_where=text(ACCEPTED),
    ),
    Index(
        "ix_cases_agreed",
        *("agreed_at", "lead", "town", "case_id"),
        sqlite_where=text("agreed_at IS NOT NULL"),
        postgresql_where=text("agreed_at IS NOT NULL"),
    ),
    # Figures are of open cases, a tenth of all, and need nothing but this.
    Index(
        "ix_cases_open",
        *("town", "stage", "tier", "level", "category", "lead", "suspended", "yellow_cards", "red_cards", "stage_since", "case_id"),
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
"""One row per case: the columns that lists ask for, and the whole state."""

code_counters = Table(
    "code_counters",
    metadata,
    Column("prefix", String(60), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
"""The last number given in each town and year (`store/codes.py`)."""

events = Table(
    "events",
    metadata,
    Column("case_id", CaseId, ForeignKey("cases.case_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action_id", String(80)),
    Column("hash", Digest, nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON, exactly as it was hashed
)
"""The record: every event with the hash over the one before and itself."""

actions = Table(
    "actions",
    metadata,
    Column("case_id", CaseId, ForeignKey("cases.case_id"), primary_key=True),
    Column("action_id", String(80), primary_key=True),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("stage", Word),
    Column("person", StaffId),
    Index(None, "person", "case_id"),
)
"""Which events each accepted action led to, and whose it was: the lasting guard against doing it twice."""

obligations = Table(
    "obligations",
    metadata,
    Column("case_id", CaseId, ForeignKey("cases.case_id"), primary_key=True),
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
    # One for all three ways of owing: in person, by a post of the unit, by a role of the town.
    Index(None, "person", "role", "unit", "town", "due"),
    Index(None, "due", "case_id"),
)
"""Who owes what by when, replaced with each publication; the inbox is nothing but these."""

case_access = Table(
    "case_access",
    metadata,
    Column("case_id", CaseId, ForeignKey("cases.case_id"), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("value", String(120), primary_key=True),
    Index(None, "kind", "value", "case_id"),
)
"""Whose eyes may rest on a case: `unit`, `town`, `person` (staff) or `party` (vault reference of a person)."""

marks = Table(
    "marks",
    metadata,
    Column("case_id", CaseId, ForeignKey("cases.case_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("chapter", Integer, nullable=False),
    Column("kind", Word, nullable=False),
    Column("unit", UnitId),
    Column("town", UnitId),
    Column("at", UtcDateTime, nullable=False),
    Column("ref", String(160), nullable=False),
    Index(None, "kind", "unit", "at", "town", "case_id"),
)
"""What the events say of the units that worked on a case, for figures (`rules/marks.py`)."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("case_id", CaseId, ForeignKey("cases.case_id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("deliver_after", UtcDateTime),
    Column("state", Word, nullable=False),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("case_id", "seq"),
    Index(None, "state", "id"),
    sqlite_autoincrement=True,
)
"""The change feed: one row per event; `state` is `new` until it has been delivered."""

documents = Table(
    "documents",
    metadata,
    Column("hash", Digest, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("body", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)
"""Networks, procedures, risk tables and calendars by content hash. Never changed."""

in_force = Table(
    "in_force",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("hash", Digest, ForeignKey("documents.hash"), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("person", StaffId, nullable=False),
    Index(None, "kind", "id"),
    sqlite_autoincrement=True,
)
"""Which document of a kind new cases run under, where somebody has put one in force: the last row of its kind. Only ever grows."""

staff = Table(
    "staff",
    metadata,
    Column("id", StaffId, primary_key=True),
    Column("role", Word, nullable=False),
    Column("unit", UnitId, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("body", Text, nullable=False),  # the whole `Staff` as JSON
    Index(None, "role", "unit"),
)
"""Who holds which post."""

vault_texts = Table(
    "vault_texts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", CaseId, nullable=False),
    Column("action_id", String(80), nullable=False),
    Column("commitment", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_at", UtcDateTime, nullable=False, default=func.now()),
    Column("original", LargeBinary),  # what it was before a redaction that nobody has settled yet
    Index(None, "case_id", "action_id"),
    Index(None, "sealed_at"),
)
"""Free texts under their case's key."""

vault_persons = Table(
    "vault_persons",
    metadata,
    Column("ref", String(48), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Persons, each under a key of their own."""

vault_marks = Table(
    "vault_marks",
    metadata,
    Column("mark", Digest, primary_key=True),
    Column("ref", String(48), ForeignKey("vault_persons.ref"), nullable=False, index=True),
)
"""The blind index: keyed digests by which the same person is found again."""

vault_finds = Table(
    "vault_finds",
    metadata,
    Column("mark", Digest, primary_key=True),
    Column("ref", String(48), ForeignKey("vault_persons.ref"), primary_key=True, index=True),
)
"""Keyed digests of a name alone and of a phone alone, by which a search finds everybody who has it."""

vault_uses = Table(
    "vault_uses",
    metadata,
    Column("case_id", CaseId, primary_key=True),
    Column("action_id", String(80), primary_key=True),
    Column("path", String(200), primary_key=True),
    Column("ref", String(48), ForeignKey("vault_persons.ref"), nullable=False, index=True),
    Column("typed", Digest, nullable=False),  # keyed digest of what was typed there
    Column("sealed_at", UtcDateTime, nullable=False, default=func.now()),
    Index(None, "sealed_at"),
)
"""Which field of which action named which person."""

access_log = Table(
    "access_log",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("person", StaffId, nullable=False),
    Column("role", Word, nullable=False),
    Column("unit", UnitId, nullable=False),
    Column("case_id", CaseId, nullable=False),
    Column("look", Word, nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("hash", Digest, nullable=False, unique=True),
    Index(None, "case_id", "id"),
    Index(None, "person", "id"),
    Index(None, "at", "id"),
    sqlite_autoincrement=True,
)
"""Who looked at which case, when and why (`store/looks.py`); only ever grows, each hash over the one before."""
