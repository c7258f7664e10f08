"""For events that other systems send: what has arrived, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrivals",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("sender", sa.String(80), nullable=False),
        sa.Column("type", sa.String(200), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(24)),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("town", sa.String(80)),
        sa.Column("case_id", sa.String(80)),
        sa.Column("code", sa.String(80)),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime()),
        sa.Column("settled_by", sa.String(80)),
        sa.Column("sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_arrivals"),
    )
    op.create_index("ix_arrivals_state_at_id", "arrivals", ["state", "at", "id"])


def downgrade() -> None:
    op.drop_table("arrivals")
