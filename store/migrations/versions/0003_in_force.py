"""Which document is in force for new cases, by whom and since when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "in_force",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_in_force"),
        sa.ForeignKeyConstraint(["hash"], ["documents.hash"], name="fk_in_force_hash_documents"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_in_force_kind_id", "in_force", ["kind", "id"])


def downgrade() -> None:
    op.drop_table("in_force")
