"""The targets of rounds (巡查对象). A round and its sheets keep counts and ids; who and where stands here, a row for each target."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from store.connect import UtcDateTime
from store.tables import CaseId, Word, metadata

round_targets = Table(
    "round_targets",
    metadata,
    Column("round_id", CaseId, ForeignKey("affairs.affair_id"), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("place", String(20), nullable=False),
    Column("label", String(200)),  # vault reference
    Column("about_kind", Word),
    Column("about", String(80)),  # id of the affair it is
    # The number of the sheet it was dealt to; 0 = its time was over before.
    Column("sheet", Integer),
    # A view of the events of its sheet, written with them.
    Column("outcome", Word),
    Column("result_id", String(80)),
    Column("skip", String(100)),
    Column("excused", Boolean),
    Column("at", UtcDateTime),
    Index(None, "round_id", "place", "sheet", "key"),
    Index(None, "round_id", "sheet"),
    Index(None, "about", "at"),
)
"""A row for each target of a round, from the day it was put on the list."""
