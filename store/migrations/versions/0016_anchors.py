"""For anchors: what all chains ended with on one day, and where each case ended in the newest one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AUTO = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "anchors",
        sa.Column("id", AUTO, nullable=False),
        sa.Column("day", sa.Date()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_anchors"),
        sa.UniqueConstraint("day", name="uq_anchors_day"),
        sa.UniqueConstraint("hash", name="uq_anchors_hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "anchored_ends",
        sa.Column("case_id", sa.String(80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_anchored_ends"),
    )


def downgrade() -> None:
    op.drop_table("anchored_ends")
    op.drop_table("anchors")
