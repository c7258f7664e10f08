"""What the desks of supervision show (督导数字): every number with the list behind it. Made by `service/oversight/supervision.py`.

A figure counts cases. `behind` is the list that holds exactly these cases for the same person, None where they may not ask
for it (a statistician sees no single case). A share is always told with both of its numbers.
"""

from __future__ import annotations

from typing import Literal

from models.base import Instant, Model
from models.period import Period, Step
from models.words import Level, Stage, UnitTier
from service.shown import Listed
from store.desk.lists import Filter

Both = tuple[str, str]
"""Chinese and English."""


class Figure(Model):
    """So many cases."""

    value: int
    behind: Filter | None


class Share(Model):
    """So many of so many; `percent` is None of none."""

    part: Figure
    whole: Figure
    percent: float | None


class Mean(Model):
    """Days on average, of so many cases; None of none."""

    days: float | None
    of: Figure


class Slice(Model):
    """The cases of one value of a column; `` and the name 未定 where they have none."""

    key: str
    name: Both
    cases: Figure


class UnitNow(Model):
    """What a unit has in hand (在办负荷)."""

    unit: str
    name: str
    open: Figure
    overdue: Figure
    yellow: Figure
    red: Figure


class StageNow(Model):
    """How long open cases have been in a stage (阶段停留); days are None where that is not known."""

    stage: Stage
    name: Both
    open: Figure
    days_mean: float | None
    days_longest: float | None


class Cockpit(Model):
    """How things stand now. What the role's figures may not be counted by is None or left out."""

    as_of: Instant
    open: Figure
    overdue: Figure
    suspended: Figure
    red: Figure | None
    orange: Figure | None
    yellow_cards: Figure
    """With a yellow card still open."""
    red_cards: Figure
    stages: tuple[StageNow, ...]
    tiers: tuple[Slice, ...]
    levels: tuple[Slice, ...]
    categories: tuple[Slice, ...]
    towns: tuple[Slice, ...]
    units: tuple[UnitNow, ...]


class Point(Model):
    """One period of the course; the last one may still run."""

    period: Period
    registered: Figure
    ended: Figure
    agreed: Figure
    """With an agreement that took effect."""


class Course(Model):
    """How many cases came and went, period by period (趋势), the oldest first."""

    as_of: Instant
    step: Step
    points: tuple[Point, ...]


class Row(Model):
    """One unit or town in a period (统计表的一行). Cases are told by the unit that leads them, marks by the unit they are about."""

    key: str
    """Unit or town; `` = cases that have none yet, or of the district itself."""
    name: str
    tier: UnitTier | None
    open: Figure
    """在办: now."""
    overdue: Figure
    """超期: open, with a limit that has passed."""
    taken_in: Figure
    """本期受理: registered in the period, and accepted."""
    ended: Figure
    """本期办结."""
    on_time: Share
    """按期率: ended in the period and no limit of the lead's own was passed, of those ended and those open and overdue."""
    yellow: Figure | None
    """黄牌: cases in which the unit got one in the period; lifted ones don't count. None = not told of cases without a unit."""
    red: Figure | None
    objected: Figure | None
    """异议: cases in which the unit objected in the period."""
    returned: Figure | None
    """退回: cases in which work of the unit was returned in the period."""
    days: Mean
    """平均办理天数: from registration to the end, of those ended in the period."""
    satisfied: Share | None
    """满意率: of the cases with a reply in the period; a case with a dissatisfied one is not satisfied."""


class League(Model):
    """The table by unit or by town (统计表) for a period."""

    as_of: Instant
    period: Period
    by: Literal["unit", "town"]
    rows: tuple[Row, ...]
    total: Row


class Urgent(Model):
    """A case on the board, with the earliest limit somebody owes something by."""

    case: Listed
    due: Instant | None
    overdue: bool


class LevelCount(Model):
    """The cases of a level in a stage; None = not routed yet."""

    level: Level | None
    name: Both
    cases: Figure


class Column(Model):
    """One stage on the board."""

    stage: Stage
    name: Both
    cases: Figure
    overdue: Figure
    levels: tuple[LevelCount, ...]
    urgent: tuple[Urgent, ...]
    """The cases whose earliest limit comes first."""


class Board(Model):
    """All open cases by stage and level (看板), in the order of the stages."""

    as_of: Instant
    columns: tuple[Column, ...]
