"""The desk: claims on obligations, intakes that are not finished, and one index by which each inbox is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


OWED = "ix_obligations_person_role_unit_town_due"
DROPPED = {
    "ix_obligations_person_due": ["person", "due"],
    "ix_obligations_role_town_due": ["role", "town", "due"],
    "ix_obligations_role_unit_due": ["role", "unit", "due"],
}


def upgrade() -> None:
    op.create_index(OWED, "obligations", ["person", "role", "unit", "town", "due"])
    for name in DROPPED:
        op.drop_index(name, "obligations")
    op.create_table(
        "claims",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("duty", sa.String(length=120), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=True),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_claims_case_id"),
        sa.PrimaryKeyConstraint("case_id", "duty", name="pk_claims"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_saved_at", "drafts", ["saved_at"])
    op.create_index("ix_drafts_owner_saved_at", "drafts", ["owner", "saved_at"])


def downgrade() -> None:
    op.drop_table("drafts")
    op.drop_table("claims")
    for name, columns in DROPPED.items():
        op.create_index(name, "obligations", columns)
    op.drop_index(OWED, "obligations")
