"""For papers: the register, sealed content, templates, numbers, signatures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.String(160), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(80)),
        sa.Column("template", sa.String(64)),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(120), nullable=False),
        sa.Column("ending", sa.String(8), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("owners", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_papers"),
        sa.UniqueConstraint("case_id", "kind", "about", "version", name="uq_papers_case_id_kind_about_version"),
    )
    op.create_table(
        "paper_parts",
        sa.Column("paper_id", sa.String(36), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "n", name="pk_paper_parts"),
    )
    op.create_table(
        "paper_templates",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_paper_templates"),
    )
    op.create_table(
        "paper_counters",
        sa.Column("prefix", sa.String(120), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name="pk_paper_counters"),
    )
    op.create_table(
        "paper_signatures",
        sa.Column("paper_id", sa.String(36), nullable=False),
        sa.Column("signer", sa.String(80), nullable=False),
        sa.Column("how", sa.String(24), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "signer", name="pk_paper_signatures"),
    )


def downgrade() -> None:
    for table in ("paper_signatures", "paper_counters", "paper_templates", "paper_parts", "papers"):
        op.drop_table(table)
