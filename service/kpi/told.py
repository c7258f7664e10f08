"""What the desk of indicators shows (指标): every number with its denominators, what it is compared with, and the list behind it."""

from __future__ import annotations

from typing import Literal

from models.base import Instant, Model
from models.kpi import Direction, Group, Shows, Whose
from models.period import Period, Step
from models.words import Stage
from service.oversight.figures import Both, Figure
from store.kpi.figures import By


class Number(Model):
    """An indicator over one period; `value` is None of none."""

    value: float | None
    part: Figure | None
    """Above the line; of means and quantiles those of which it is known. None where it is hidden."""
    whole: Figure | None
    hidden: bool = False
    """So few that a statistician is not told."""


class Line(Model):
    """An indicator of the table."""

    id: str
    name: Both
    note: Both
    """Numerator and denominator in plain words."""
    group: Group
    shows: Shows
    direction: Direction
    source: str
    now: Number
    before: Number
    """环比: the period before."""
    year: Number
    """同比: a year earlier."""


class PairSide(Model):
    """One side of one up, one down."""

    name: Both
    now: Number
    year: Number


class KpiTable(Model):
    """The indicators of a period, as of now."""

    as_of: Instant
    behind: int
    """Cases whose newest events are not counted yet; 0 unless very many came at once."""
    period: Period
    before: Period
    year: Period
    town: str | None
    unit: str | None
    category: str | None
    lines: tuple[Line, ...]
    pair: tuple[PairSide, PairSide]
    """Legal services, and disputes between neighbours."""


class SplitRow(Model):
    """One group of a split."""

    key: str
    name: Both
    number: Number


class Split(Model):
    """One indicator by town, unit, class or tier."""

    as_of: Instant
    behind: int
    period: Period
    id: str
    name: Both
    shows: Shows
    by: By
    rows: tuple[SplitRow, ...]
    total: Number


class SeriesPoint(Model):
    """One period of a series."""

    period: Period
    number: Number


class Series(Model):
    """One indicator, period by period, the oldest first."""

    as_of: Instant
    behind: int
    step: Step
    id: str
    name: Both
    shows: Shows
    points: tuple[SeriesPoint, ...]


class Stay(Model):
    """How long cases ended in the period stayed in a stage."""

    stage: Stage
    name: Both
    cases: int | None
    """None where so few that a statistician is not told; then the days are, too."""
    days_mean: float | None
    days_longest: float | None
    share: float | None
    """Percent of all their time."""
    bottleneck: bool
    """The stage that took most of the time."""


class Hand(Model):
    """Whose minutes, over the cases ended in the period."""

    whose: Whose
    name: Both
    cases: int | None
    minutes: int | None
    share: float | None


class KpiDwell(Model):
    """Stays and minutes of the cases that ended in a period."""

    as_of: Instant
    behind: int
    period: Period
    stays: tuple[Stay, ...]
    hands: tuple[Hand, ...]


class Stretch(Model):
    """A stretch of one case in the same hands."""

    since: Instant
    until: Instant
    whose: Whose
    name: Both
    unit: str | None
    unit_name: str
    act: str
    minutes: int
    off_minutes: int


class Ledger(Model):
    """In whose hands a case has been (球在谁手)."""

    case_id: str
    code: str | None
    as_of: Instant
    stretches: tuple[Stretch, ...]
    hands: tuple[Hand, ...]


class Finding(Model):
    """Something to look at twice (待核查): a question, no verdict."""

    check: Literal["perfect", "jump", "month_end", "same_phone", "agreed_after_end", "own_visit"]
    name: Both
    about: Both
    """Which unit or indicator."""
    said: Both
    """What was found, with its numbers."""
    cases: tuple[str, ...] = ()
    """Codes of the cases, at most a hundred."""
    behind: Figure | None = None


class Findings(Model):
    """What the integrity checks of a period found."""

    as_of: Instant
    period: Period
    found: tuple[Finding, ...]
