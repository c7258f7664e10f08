"""For figures: an index of open cases alone. Lists lose the indexes that only led the planner away from their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = (
    *("town", "stage", "tier", "level", "category", "lead"),
    *("suspended", "yellow_cards", "red_cards", "stage_since", "case_id"),
)
DROPPED = {
    "ix_cases_town_stage": ["town", "stage"],
    "ix_cases_lead_stage": ["lead", "stage"],
    "ix_cases_updated_at_case_id": ["updated_at", "case_id"],
}


def upgrade() -> None:
    running = sa.text("ended_at IS NULL")
    op.create_index("ix_cases_open", "cases", list(OPEN), sqlite_where=running, postgresql_where=running)
    for name in DROPPED:
        op.drop_index(name, "cases")


def downgrade() -> None:
    for name, columns in DROPPED.items():
        op.create_index(name, "cases", columns)
    op.drop_index("ix_cases_open", "cases")
