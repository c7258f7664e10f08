"""For calendar feeds: who has one, what it has told, and an index by which meetings are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MEETING_SET = sa.text("type = 'meeting_set'")


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("post", sa.String(80), nullable=False),
        sa.Column("account", sa.String(36)),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime()),
        sa.Column("revoked_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("digest", name="uq_feeds_digest"),
    )
    op.create_index("ix_feeds_post", "feeds", ["post"])
    op.create_index("ix_feeds_account", "feeds", ["account"])
    op.create_table(
        "feed_entries",
        sa.Column("feed", sa.String(24), nullable=False),
        sa.Column("uid", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("what", sa.String(120), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("gone_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["feed"], ["feeds.id"], name="fk_feed_entries_feed_feeds"),
        sa.PrimaryKeyConstraint("feed", "uid", name="pk_feed_entries"),
    )
    op.create_index("ix_events_meetings", "events", ["at", "case_id"], sqlite_where=MEETING_SET, postgresql_where=MEETING_SET)


def downgrade() -> None:
    op.drop_index("ix_events_meetings", "events")
    op.drop_table("feed_entries")
    op.drop_table("feeds")
