"""For finding: who did an action, and by which name or phone a person is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("actions", sa.Column("person", sa.String(length=80), nullable=True))
    op.create_index("ix_actions_person_case_id", "actions", ["person", "case_id"])
    op.create_table(
        "vault_finds",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["ref"], ["vault_persons.ref"], name="fk_vault_finds_ref_vault_persons"),
        sa.PrimaryKeyConstraint("mark", "ref", name="pk_vault_finds"),
    )
    op.create_index("ix_vault_finds_ref", "vault_finds", ["ref"])


def downgrade() -> None:
    op.drop_table("vault_finds")
    op.drop_index("ix_actions_person_case_id", "actions")
    op.drop_column("actions", "person")
