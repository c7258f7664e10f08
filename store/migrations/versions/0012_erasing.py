"""For erasing: requests, the register, the redaction list, appraisals; and the mark of the key store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

AUTO = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("key_homes", sa.Column("mark", sa.String(32), nullable=False), sa.PrimaryKeyConstraint("mark", name="pk_key_homes"))
    op.create_table(
        "erasure_requests",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("ground", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_requests"),
    )
    op.create_index("ix_erasure_requests_subject_state", "erasure_requests", ["subject", "state"])
    op.create_table(
        "erasure_register",
        sa.Column("id", AUTO, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("ground", sa.String(24), nullable=False),
        sa.Column("request", sa.String(36), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("approved_by", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_register"),
        sa.UniqueConstraint("hash", name="uq_erasure_register_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasure_register_owner", "erasure_register", ["owner"])
    op.create_table(
        "redactions",
        sa.Column("text_id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(80), nullable=False),
        sa.Column("listed_at", UtcDateTime(), nullable=False),
        sa.Column("request", sa.String(36), nullable=False),
        sa.Column("decision", sa.String(24)),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("text_id", name="pk_redactions"),
    )
    op.create_index("ix_redactions_decision_case_id", "redactions", ["decision", "case_id"])
    op.create_table(
        "appraisals",
        sa.Column("id", AUTO, nullable=False),
        sa.Column("case_id", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("keep_until", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_appraisals"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_appraisals_case_id_id", "appraisals", ["case_id", "id"])
    op.add_column("vault_texts", sa.Column("original", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("vault_texts", "original")
    for table in ("appraisals", "redactions", "erasure_register", "erasure_requests", "key_homes"):
        op.drop_table(table)
