"""The figures of the cockpit: counted over the cases that somebody's numbers reach, in two statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, select, text

from models.base import Model
from models.words import Tier
from store.desk.conditions import overdue
from store.desk.lists import Eyes
from store.desk.queries import seen_by
from store.engine import Store
from store.tables import cases


class Load(Model):
    """How much a unit leads, and how much of it is late or has a card."""

    unit: str
    open: int
    overdue: int
    cards: int


class Stay(Model):
    """How long open cases have been in a stage."""

    stage: str
    open: int
    days_mean: float
    days_longest: float


class Numbers(Model):
    """The figures."""

    total: int
    open: int
    overdue: int
    suspended: int
    red: int
    orange: int
    yellow_cards: int
    red_cards: int
    by_stage: dict[str, int]
    by_tier: dict[str, int]
    by_level: dict[str, int]
    by_category: dict[str, int]
    by_town: dict[str, int]
    units: tuple[Load, ...]
    stays: tuple[Stay, ...]


class Figures:
    """Counts in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def numbers(self, eyes: Eyes, now: datetime) -> Numbers:
        """Return the figures; all but the total are of open cases."""
        async with self._store.read() as db:
            total = int(await db.scalar(select(func.count()).select_from(cases).where(seen_by(eyes))) or 0)
            rows = (await db.execute(_tally(eyes, now, db.dialect.name))).mappings().all()
        return _summed(total, rows)


GROUPS = ("stage", "tier", "level", "category", "town", "lead")
SUMS = ("open", "overdue", "suspended", "yellow_cards", "red_cards", "timed", "days")


def days_in_stage(now: datetime, dialect: str) -> Any:
    """For how many days a case has been in its stage; null where that is not known."""
    if dialect == "sqlite":
        return func.julianday(now.replace(tzinfo=None).isoformat(sep=" ")) - func.julianday(cases.c.stage_since)
    return func.extract("epoch", literal(now, cases.c.stage_since.type) - cases.c.stage_since) / 86400


def _tally(eyes: Eyes, now: datetime, dialect: str) -> Select[Any]:
    """Open cases counted by everything at once, in one walk along their index."""
    late, days = overdue(now), days_in_stage(now, dialect)
    columns = {name: cases.c[name] for name in GROUPS} | {"category": func.substr(cases.c.category, 1, 2)}
    sums = {
        "open": func.count(),
        "overdue": func.sum(case((late, 1), else_=0)),
        "suspended": func.sum(case((cases.c.suspended, 1), else_=0)),
        "yellow_cards": func.sum(cases.c.yellow_cards),
        "red_cards": func.sum(cases.c.red_cards),
        "timed": func.count(cases.c.stage_since),
        "days": func.coalesce(func.sum(days), 0),
        "longest": func.coalesce(func.max(days), 0),
    }
    named = [column.label(name) for name, column in (columns | sums).items()]
    # Of the columns grouped by, their places are named: a bound parameter would make them other expressions on PostgreSQL.
    return select(*named).where(seen_by(eyes), cases.c.ended_at.is_(None)).group_by(*(text(str(n + 1)) for n in range(len(columns))))


def _summed(total: int, rows: Sequence[Mapping[Any, Any]]) -> Numbers:
    by: dict[str, dict[str, dict[str, float]]] = {name: {} for name in GROUPS}
    every = dict.fromkeys((*SUMS, "longest"), 0.0)
    for row in rows:
        for kept in (every, *(by[name].setdefault(row[name] or "", dict.fromkeys((*SUMS, "longest"), 0.0)) for name in GROUPS)):
            for name in SUMS:
                kept[name] += float(row[name])
            kept["longest"] = max(kept["longest"], float(row["longest"]))
    counts = {f"by_{name}": {value: int(sums["open"]) for value, sums in sorted(by[name].items())} for name in GROUPS if name != "lead"}
    return Numbers.model_validate(
        {
            "total": total,
            **{name: int(every[name]) for name in ("open", "overdue", "suspended", "yellow_cards", "red_cards")},
            **{str(name): counts["by_tier"].get(name, 0) for name in (Tier.RED, Tier.ORANGE)},
            **counts,
            "units": sorted((_load(unit, sums) for unit, sums in by["lead"].items() if unit), key=lambda load: (-load.open, load.unit)),
            "stays": [_stay(stage, sums) for stage, sums in sorted(by["stage"].items()) if sums["timed"]],
        }
    )


def _load(unit: str, sums: Mapping[str, float]) -> Load:
    return Load(unit=unit, open=int(sums["open"]), overdue=int(sums["overdue"]), cards=int(sums["yellow_cards"] + sums["red_cards"]))


def _stay(stage: str, sums: Mapping[str, float]) -> Stay:
    mean = sums["days"] / sums["timed"]
    return Stay(stage=stage, open=int(sums["timed"]), days_mean=round(mean, 2), days_longest=round(sums["longest"], 2))
