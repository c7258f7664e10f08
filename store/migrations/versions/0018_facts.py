"""For indicators: the facts of cases, and up to which event each case is told. They are told at the next look, or by `rebuild`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UNTOLD = sa.text("told_seq != seq")
TIMES = ("accepted_at", "routed_at", "mediation_ended_at", "agreed_at", "resolved_at", "ended_at")
STAYED = ("registered", "screened", "routed", "signed", "mediating", "agreed", "performing", "following_up", "auditing")
HELD = ("party", "unit", "approval", "off", "suspension")


def upgrade() -> None:
    op.add_column("cases", sa.Column("told_seq", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_cases_untold", "cases", ["case_id"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)
    op.create_table(
        "kpi_cases",
        sa.Column("case_id", sa.String(80), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        *(sa.Column(name, UtcDateTime()) for name in (*TIMES, "festival_at")),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger()),
        *(sa.Column(name, sa.String(24), nullable=False) for name in ("channel", "stage", "tier")),
        *(sa.Column(name, sa.String(80)) for name in ("town", "lead")),
        sa.Column("category", sa.String(8)),
        *(sa.Column(name, sa.String(24), nullable=False) for name in ("intake", "mediation", "confirmation")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("chapter", "hops", "objected", "upheld", "wage_workers")),
        *(sa.Column(name, sa.Integer()) for name in ("contact_minutes", "took_minutes")),
        sa.Column("matter", sa.String(64)),
        *(sa.Column(f"stayed_{name}", sa.Integer(), nullable=False, server_default="0") for name in STAYED),
        *(sa.Column(f"held_{name}", sa.Integer(), nullable=False, server_default="0") for name in HELD),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_kpi_cases_case_id_cases"),
        sa.PrimaryKeyConstraint("case_id", name="pk_kpi_cases"),
    )
    for name in ("opened_at", *TIMES):
        op.create_index(f"ix_kpi_cases_{name}", "kpi_cases", [name])
    matter = ["matter", "opened_us", "channel", "intake"]
    op.create_index("ix_kpi_cases_matter_opened_us_channel_intake", "kpi_cases", matter)
    op.create_table(
        "kpi_items",
        sa.Column("case_id", sa.String(80), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        *(sa.Column(name, sa.String(24), nullable=False) for name in ("thing", "key")),
        sa.Column("unit", sa.String(80)),
        sa.Column("at", UtcDateTime(), nullable=False),
        *(sa.Column(name, UtcDateTime()) for name in ("due", "done")),
        sa.Column("outcome", sa.String(24), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()) for name in ("on_time", "own")),
        sa.Column("town", sa.String(80)),
        sa.Column("tier", sa.String(24), nullable=False),
        sa.Column("category", sa.String(8)),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_kpi_items_case_id_cases"),
        sa.PrimaryKeyConstraint("case_id", "name", name="pk_kpi_items"),
    )
    apart = ["tier", "town", "category", "unit", "case_id"]
    op.create_index("ix_kpi_items_due", "kpi_items", ["thing", "due", "key", "outcome", "on_time", *apart])
    op.create_index("ix_kpi_items_at", "kpi_items", ["thing", "at", "key", "outcome", "own", *apart])


def downgrade() -> None:
    op.drop_table("kpi_items")
    op.drop_table("kpi_cases")
    op.drop_index("ix_cases_untold", "cases")
    op.drop_column("cases", "told_seq")
