"""Alembic's entry: runs the migrations on the connection that `store/schema.py` hands over."""

from __future__ import annotations

from alembic import context

import store.affairs.tables
import store.affairs.target_tables
import store.arrivals.arrival_tables
import store.desk.desk_tables
import store.entry.account_tables
import store.entry.citizen_tables
import store.feeds.feed_tables
import store.kpi.tables
import store.messages.message_tables
import store.papers.paper_tables
import store.secrecy.erasure_tables  # noqa: F401 - their tables belong to the metadata
from store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
