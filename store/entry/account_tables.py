"""The tables of accounts, sessions, tokens and absences; filled by `store/entry/accounts.py`, `store/entry/sessions.py` and others.

Of a secret there is only what can't be turned back: argon2id of a password, SHA-256 of random ids, a keyed digest of
login names and addresses. What must be read again (a person's label, the second factor) is sealed under the account's key.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from store.connect import UtcDateTime
from store.tables import AutoId, Digest, StaffId, Word, metadata

AccountId = String(36)

accounts = Table(
    "accounts",
    metadata,
    Column("id", AccountId, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("password", String(200)),  # argon2id; none for one who signs in elsewhere
    Column("label", LargeBinary, nullable=False),  # sealed
    Column("state", Word, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("totp", LargeBinary),  # sealed; in force
    Column("totp_offered", LargeBinary),  # sealed; waits for its first code
    Column("totp_step", BigInteger, nullable=False),  # the last step that was used: none counts twice
    Column("created_at", UtcDateTime, nullable=False),
    Column("password_at", UtcDateTime),
)
"""One row per person who may sign in."""

account_posts = Table(
    "account_posts",
    metadata,
    Column("account_id", AccountId, ForeignKey("accounts.id"), primary_key=True),
    Column("staff", StaffId, primary_key=True),
    Column("place", Integer, nullable=False),  # the order they were given in; the first is the one a session begins with
    Column("since", Date),
    Column("until", Date),
    Index(None, "staff"),
)
"""The posts a person holds."""

account_passwords = Table(
    "account_passwords",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("account_id", AccountId, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("password", String(200), nullable=False),
    sqlite_autoincrement=True,
)
"""The last passwords, which may not be taken again."""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", AccountId, ForeignKey("accounts.id"), primary_key=True),
    Column("digest", Digest, primary_key=True),
)
"""Codes that stand in for the second factor; one that was used is gone."""

account_subjects = Table(
    "account_subjects",
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account_id", AccountId, ForeignKey("accounts.id"), nullable=False, index=True),
)
"""Whom an OIDC provider knows under which subject, bound at the first sign-in."""

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Digest, primary_key=True),  # SHA-256 of the id in the cookie
    Column("account_id", AccountId, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("post", StaffId, nullable=False),
    Column("second_factor", Boolean, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("ends_at", UtcDateTime, nullable=False),
)
"""Who is signed in."""

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("account_id", AccountId, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("digest", Digest, nullable=False),
    Column("name", String(100), nullable=False),
    Column("post", StaffId, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)
"""Tokens for programs."""

login_locks = Table(
    "login_locks",
    metadata,
    Column("key", Digest, primary_key=True),  # keyed digest of a login name or of an address
    Column("failed", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, index=True),
    Column("locked_until", UtcDateTime),
)
"""Attempts to sign in that were not followed by success, for known and unknown names alike."""

oidc_flows = Table(
    "oidc_flows",
    metadata,
    Column("state", Digest, primary_key=True),  # SHA-256 of the state sent along
    Column("browser", Digest, nullable=False),  # SHA-256 of the cookie of the browser that began
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("onward", String(300), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
"""Sign-ins on their way to an OIDC provider and back; each is good once."""

absences = Table(
    "absences",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("absent", StaffId, nullable=False),
    Column("stand_in", StaffId),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", Word, nullable=False),
    Column("by", StaffId, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(None, "absent", "until"),
    Index(None, "stand_in", "until"),
)
"""Who is away and who stands in. Read by its dates each time; nothing has to be undone when it is over."""

account_log = Table(
    "account_log",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", AccountId, nullable=False),
    Column("post", StaffId, nullable=False),
    Column("act", Word, nullable=False),
    Column("about", StaffId, nullable=False),  # an account, or the post of an absence
    Column("detail", Text, nullable=False),
    Column("hash", Digest, nullable=False, unique=True),
    Index(None, "about", "id"),
    sqlite_autoincrement=True,
)
"""What was done to accounts, by whom (`store/entry/account_log.py`); only ever grows, each hash over the one before."""
