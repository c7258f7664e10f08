"""Query codes of parties, and the sessions of those who use them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "query_codes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("party", sa.String(length=80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_query_codes_case_id_cases"),
        sa.PrimaryKeyConstraint("digest", name="pk_query_codes"),
        sa.UniqueConstraint("case_id", "party", name="uq_query_codes_case_id_party"),
    )
    op.create_table(
        "citizen_sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("party", sa.String(length=80), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_citizen_sessions"),
    )
    op.create_index("ix_citizen_sessions_seen_at", "citizen_sessions", ["seen_at"])


def downgrade() -> None:
    op.drop_table("citizen_sessions")
    op.drop_table("query_codes")
