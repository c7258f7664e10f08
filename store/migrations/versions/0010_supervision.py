"""For supervision: marks of units, what has ended or been agreed in a period and how, how long a file is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LISTING = (
    *("opened_at", "case_id", "town", "stage", "tier", "level", "lead", "category", "mediator"),
    *("suspended", "ended_at", "yellow_cards", "red_cards"),
)
MORE = ("late", "agreed_at", "retain_until")
ENDED, AGREED = sa.text("ended_at IS NOT NULL"), sa.text("agreed_at IS NOT NULL")


def upgrade() -> None:
    # The record fills them with the next publication of each case; `starter.py rebuild` does so at once.
    op.add_column("cases", sa.Column("agreed_at", UtcDateTime(), nullable=True))
    op.add_column("cases", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("took", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("retain_until", sa.Date(), nullable=True))
    op.drop_index("ix_cases_listing", "cases")
    op.create_index("ix_cases_listing", "cases", [*LISTING, *MORE])
    ended = ["ended_at", "lead", "town", "late", "took", "case_id"]
    op.create_index("ix_cases_ended", "cases", ended, sqlite_where=ENDED, postgresql_where=ENDED)
    op.create_index("ix_cases_agreed", "cases", ["agreed_at", "lead", "town", "case_id"], sqlite_where=AGREED, postgresql_where=AGREED)
    op.create_table(
        "marks",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chapter", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=True),
        sa.Column("town", sa.String(length=80), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("ref", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_marks_case_id_cases"),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_marks"),
    )
    op.create_index("ix_marks_kind_at_unit_town_case_id", "marks", ["kind", "at", "unit", "town", "case_id"])
    op.create_index("ix_access_log_at_id", "access_log", ["at", "id"])


def downgrade() -> None:
    op.drop_index("ix_access_log_at_id", "access_log")
    op.drop_table("marks")
    op.drop_index("ix_cases_agreed", "cases")
    op.drop_index("ix_cases_ended", "cases")
    op.drop_index("ix_cases_listing", "cases")
    op.create_index("ix_cases_listing", "cases", list(LISTING))
    for name in ("retain_until", "took", "late", "agreed_at"):
        op.drop_column("cases", name)
