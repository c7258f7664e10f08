"""For rounds: a row for each of their targets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_targets",
        sa.Column("round_id", sa.String(80), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("label", sa.String(200)),
        sa.Column("about_kind", sa.String(24)),
        sa.Column("about", sa.String(80)),
        sa.Column("sheet", sa.Integer()),
        sa.Column("outcome", sa.String(24)),
        sa.Column("result_id", sa.String(80)),
        sa.Column("skip", sa.String(100)),
        sa.Column("excused", sa.Boolean()),
        sa.Column("at", UtcDateTime()),
        sa.ForeignKeyConstraint(["round_id"], ["affairs.affair_id"], name="fk_round_targets_round_id_affairs"),
        sa.PrimaryKeyConstraint("round_id", "key", name="pk_round_targets"),
    )
    op.create_index("ix_round_targets_round_id_place_sheet_key", "round_targets", ["round_id", "place", "sheet", "key"])
    op.create_index("ix_round_targets_round_id_sheet", "round_targets", ["round_id", "sheet"])
    op.create_index("ix_round_targets_about_at", "round_targets", ["about", "at"])


def downgrade() -> None:
    op.drop_table("round_targets")
