"""For affairs: their record and its views, in tables of the same shape as those of cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "affairs",
        sa.Column("affair_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("intake_id", sa.String(200), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("place", sa.String(20)),
        sa.Column("town", sa.String(80)),
        sa.Column("stage", sa.String(40)),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        *(sa.Column(name, UtcDateTime(), nullable=False) for name in ("opened_at", "updated_at")),
        *(sa.Column(name, UtcDateTime()) for name in ("ended_at", "next_due")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("yellow_cards", "red_cards")),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("duties_sum", "access_sum", "keys_sum")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("affair_id", name="pk_affairs"),
        sa.UniqueConstraint("code", name="uq_affairs_code"),
        sa.UniqueConstraint("kind", "source", "intake_id", name="uq_affairs_kind_source_intake_id"),
    )
    op.create_index("ix_affairs_kind_town_opened_at_affair_id", "affairs", ["kind", "town", "opened_at", "affair_id"])
    op.create_index("ix_affairs_kind_place_stage", "affairs", ["kind", "place", "stage"])
    op.create_index("ix_affairs_next_due_kind", "affairs", ["next_due", "kind"])
    _record()
    _views()


def _record() -> None:
    op.create_table(
        "affair_events",
        sa.Column("affair_id", sa.String(80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action_id", sa.String(80)),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        *_of("affair_events", "seq"),
    )
    op.create_table(
        "affair_actions",
        sa.Column("affair_id", sa.String(80), nullable=False),
        sa.Column("action_id", sa.String(80), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("first_seq", "last_seq")),
        sa.Column("stage", sa.String(40)),
        sa.Column("person", sa.String(80)),
        *_of("affair_actions", "action_id"),
    )
    op.create_index("ix_affair_actions_person_affair_id", "affair_actions", ["person", "affair_id"])
    op.create_table(
        "affair_outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("affair_id", sa.String(80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.ForeignKeyConstraint(["affair_id"], ["affairs.affair_id"], name="fk_affair_outbox_affair_id_affairs"),
        sa.PrimaryKeyConstraint("id", name="pk_affair_outbox"),
        sa.UniqueConstraint("affair_id", "seq", name="uq_affair_outbox_affair_id_seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_affair_outbox_state_id", "affair_outbox", ["state", "id"])


def _views() -> None:
    op.create_table(
        "affair_duties",
        sa.Column("affair_id", sa.String(80), nullable=False),
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        *(sa.Column(name, sa.String(80)) for name in ("unit", "person", "town")),
        sa.Column("clock", sa.String(120)),
        sa.Column("due", UtcDateTime()),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("provisional", "holds_ball")),
        *_of("affair_duties", "id"),
    )
    op.create_index("ix_affair_duties_person_role_unit_town_due", "affair_duties", ["person", "role", "unit", "town", "due"])
    op.create_index("ix_affair_duties_due_affair_id", "affair_duties", ["due", "affair_id"])
    op.create_table(
        "affair_access",
        sa.Column("affair_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.String(120), nullable=False),
        *_of("affair_access", "kind", "value"),
    )
    op.create_index("ix_affair_access_kind_value_affair_id", "affair_access", ["kind", "value", "affair_id"])
    op.create_table(
        "affair_keys",
        sa.Column("affair_id", sa.String(80), nullable=False),
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("value", sa.String(160), nullable=False),
        *_of("affair_keys", "name", "value"),
    )
    op.create_index("ix_affair_keys_name_value_affair_id", "affair_keys", ["name", "value", "affair_id"])


def _of(table: str, *key: str) -> tuple[sa.Constraint, ...]:
    """The table's keys: its primary one, and that of its affair."""
    return (
        sa.ForeignKeyConstraint(["affair_id"], ["affairs.affair_id"], name=f"fk_{table}_affair_id_affairs"),
        sa.PrimaryKeyConstraint("affair_id", *key, name=f"pk_{table}"),
    )


def downgrade() -> None:
    for table in ("affair_keys", "affair_access", "affair_duties", "affair_outbox", "affair_actions", "affair_events", "affairs"):
        op.drop_table(table)
