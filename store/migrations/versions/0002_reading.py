"""For reading: what lists and figures ask for, the index they walk along, and the access log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LISTING = (
    *("opened_at", "case_id", "town", "stage", "tier", "level", "lead", "category", "mediator"),
    *("suspended", "ended_at", "yellow_cards", "red_cards"),
)


def upgrade() -> None:
    # The record fills them with the next publication of each case; `starter.py rebuild` does so at once.
    op.add_column("cases", sa.Column("yellow_cards", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("red_cards", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("stage_since", UtcDateTime(), nullable=True))
    op.create_index("ix_cases_listing", "cases", list(LISTING))
    op.create_index("ix_obligations_due_case_id", "obligations", ["due", "case_id"])
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("look", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
        sa.UniqueConstraint("hash", name="uq_access_log_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_log_case_id_id", "access_log", ["case_id", "id"])
    op.create_index("ix_access_log_person_id", "access_log", ["person", "id"])


def downgrade() -> None:
    op.drop_table("access_log")
    op.drop_index("ix_obligations_due_case_id", "obligations")
    op.drop_index("ix_cases_listing", "cases")
    for name in ("stage_since", "red_cards", "yellow_cards"):
        op.drop_column("cases", name)
