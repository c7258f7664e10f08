"""The facts that indicators count (`rules/kpi/telling.py`): a view of the events, told after them and not on the way of an action.

`cases.told_seq` says up to which event a case is told; where it lags, the case is told again (`store/kpi/book.py`).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
)

from models.kpi import Whose
from models.words import ENDS, Stage
from store.connect import UtcDateTime
from store.tables import CaseId, Digest, UnitId, Word, metadata

STAYS = tuple(stage for stage in Stage if stage not in ENDS)
"""Stages that a case can stay in."""

kpi_cases = Table(
    "kpi_cases",
    metadata,
    Column("case_id", CaseId, ForeignKey("cases.case_id"), primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("accepted_at", UtcDateTime),
    Column("routed_at", UtcDateTime),
    Column("mediation_ended_at", UtcDateTime),
    Column("agreed_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("festival_at", UtcDateTime),
    # The same two times in microseconds: what came again within so many days is a sum, which the databases write differently.
    Column("opened_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger),
    Column("channel", Word, nullable=False),
    Column("stage", Word, nullable=False),
    Column("tier", Word, nullable=False),
    Column("town", UnitId),
    Column("lead", UnitId),
    Column("category", String(8)),
    Column("intake", Word, nullable=False),
    Column("mediation", Word, nullable=False),
    Column("confirmation", Word, nullable=False),
    Column("chapter", Integer, nullable=False),
    Column("hops", Integer, nullable=False),
    Column("objected", Integer, nullable=False),
    Column("upheld", Integer, nullable=False),
    Column("wage_workers", Integer, nullable=False),
    Column("contact_minutes", Integer),
    Column("took_minutes", Integer),
    Column("matter", Digest),
    *(Column(f"stayed_{stage}", Integer, nullable=False, default=0, server_default="0") for stage in STAYS),
    *(Column(f"held_{whose}", Integer, nullable=False, default=0, server_default="0") for whose in Whose),
    *(Index(None, f"{time}_at") for time in ("opened", "accepted", "routed", "mediation_ended", "agreed", "resolved", "ended")),
    Index(None, "matter", "opened_us", "channel", "intake"),
)
"""What is counted of each case, one row for each (`models/kpi.py`: `CaseFact`)."""

kpi_items = Table(
    "kpi_items",
    metadata,
    Column("case_id", CaseId, ForeignKey("cases.case_id"), primary_key=True),
    Column("name", String(160), primary_key=True),
    Column("thing", Word, nullable=False),
    Column("key", Word, nullable=False),
    Column("unit", UnitId),
    Column("at", UtcDateTime, nullable=False),
    Column("due", UtcDateTime),
    Column("done", UtcDateTime),
    Column("outcome", Word, nullable=False),
    Column("on_time", Boolean, nullable=False, default=False, server_default=false()),
    Column("own", Boolean, nullable=False, default=False, server_default=false()),
    Column("town", UnitId),
    Column("tier", Word, nullable=False),
    Column("category", String(8)),
    # Figures walk along them and touch no row.
    Index("ix_kpi_items_due", "thing", "due", "key", "outcome", "on_time", "tier", "town", "category", "unit", "case_id"),
    Index("ix_kpi_items_at", "thing", "at", "key", "outcome", "own", "tier", "town", "category", "unit", "case_id"),
)
"""Steps, promises, visits, ratings and services of cases (`models/kpi.py`: `ItemFact`), with what they are told apart by."""

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("first", Date, nullable=False),
    Column("town", UnitId, nullable=False),  # `` = of the whole district: a unique index holds no two empty ones apart
    Column("as_of", UtcDateTime, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("docx", LargeBinary, nullable=False),
    Column("xlsx", LargeBinary, nullable=False),
    UniqueConstraint("first", "town"),
)
"""The monthly bulletins: numbers alone, none of them small, so they lie open. One for each month and town, and the district."""
