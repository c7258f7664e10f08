"""For claims on what is owed in affairs, as `claims` holds those on cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "affair_claims",
        sa.Column("affair_id", sa.String(80), nullable=False),
        sa.Column("duty", sa.String(120), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("unit", sa.String(80)),
        *(sa.Column(name, sa.String(80), nullable=False) for name in ("person", "holder")),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["affair_id"], ["affairs.affair_id"], name="fk_affair_claims_affair_id"),
        sa.PrimaryKeyConstraint("affair_id", "duty", name="pk_affair_claims"),
    )


def downgrade() -> None:
    op.drop_table("affair_claims")
