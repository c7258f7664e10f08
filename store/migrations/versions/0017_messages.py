"""Messages: the queue and log of deliveries, the roads, contact cards, what parties have agreed to, codes for signing in.

What stands in the outbox by now was never sent to anybody, and is not sent late: it is marked as passed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AUTO = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNDONE = sa.text("state IN ('waiting', 'leased')")


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("position", AUTO, nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(80)),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("gate", sa.String(120), nullable=False),
        sa.Column("receiver", sa.String(200), nullable=False),
        sa.Column("lane", sa.String(64), nullable=False),
        sa.Column("medium", sa.String(24), nullable=False),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("foldable", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(24)),
        sa.Column("status", sa.Integer()),
        sa.Column("external_id", sa.String(120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime()),
        sa.Column("leased_by", sa.String(40)),
        sa.Column("leased_until", UtcDateTime()),
        sa.Column("replayed_by", sa.String(80)),
        sa.PrimaryKeyConstraint("position", name="pk_deliveries"),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_lane_position", "deliveries", ["lane", "position"], sqlite_where=UNDONE, postgresql_where=UNDONE)
    op.create_index(
        "ix_deliveries_gate_state_due_at", "deliveries", ["gate", "state", "due_at"], sqlite_where=UNDONE, postgresql_where=UNDONE
    )
    op.create_index("ix_deliveries_state_position", "deliveries", ["state", "position"])
    op.create_index("ix_deliveries_case_id_seq", "deliveries", ["case_id", "seq"])
    op.create_index("ix_deliveries_done_at", "deliveries", ["done_at"])
    op.create_table(
        "gates",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", UtcDateTime()),
        sa.Column("error", sa.String(24)),
        sa.Column("next_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_gates"),
    )
    op.create_table(
        "contact_cards",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("by_sms", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(24)),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_contact_cards"),
    )
    op.create_table(
        "party_wishes",
        sa.Column("person", sa.String(48), nullable=False),
        sa.Column("by_sms", sa.Boolean(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("said_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_party_wishes"),
        sa.UniqueConstraint("token_digest", name="uq_party_wishes_token_digest"),
    )
    op.create_table(
        "stopped_phones",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("said_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_stopped_phones"),
    )
    op.create_table(
        "entry_codes",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_entry_codes"),
    )
    op.execute("UPDATE outbox SET state = 'passed' WHERE state = 'new'")


def downgrade() -> None:
    for table in ("entry_codes", "stopped_phones", "party_wishes", "contact_cards", "gates", "deliveries"):
        op.drop_table(table)
