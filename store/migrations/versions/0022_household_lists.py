"""For lists of households on their way in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "household_lists",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("stage", sa.String(24), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_household_lists"),
    )
    op.create_index("ix_household_lists_unit_made_at", "household_lists", ["unit", "made_at"])
    op.create_index("ix_household_lists_stage_made_at", "household_lists", ["stage", "made_at"])


def downgrade() -> None:
    op.drop_table("household_lists")
