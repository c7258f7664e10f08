"""For figures by unit: indexes led by the unit, of accepted and of ended cases alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ENDED = sa.text("ended_at IS NOT NULL")
ACCEPTED = sa.text("category IS NOT NULL AND stage != 'declined'")
MARKS = {
    "ix_marks_kind_at_unit_town_case_id": ["kind", "at", "unit", "town", "case_id"],
    "ix_marks_kind_unit_at_town_case_id": ["kind", "unit", "at", "town", "case_id"],
}
BEFORE, AFTER = MARKS


def upgrade() -> None:
    ended = ["lead", "ended_at", "town", "late", "took", "case_id"]
    op.create_index("ix_cases_ended_by_lead", "cases", ended, sqlite_where=ENDED, postgresql_where=ENDED)
    accepted = ["lead", "opened_at", "town", "case_id"]
    op.create_index("ix_cases_accepted_by_lead", "cases", accepted, sqlite_where=ACCEPTED, postgresql_where=ACCEPTED)
    op.drop_index(BEFORE, "marks")
    op.create_index(AFTER, "marks", MARKS[AFTER])


def downgrade() -> None:
    op.drop_index(AFTER, "marks")
    op.create_index(BEFORE, "marks", MARKS[BEFORE])
    op.drop_index("ix_cases_accepted_by_lead", "cases")
    op.drop_index("ix_cases_ended_by_lead", "cases")
