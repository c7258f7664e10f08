"""A clock (时限): a budget and a ledger. The due time is derived by `rules/clock.py` and carried for the reader."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.base import Instant, Model
from models.words import Authority


class TimeUnit(StrEnum):
    """The unit of a budget. Days end at 24:00, working days at office closing, the others at the minute."""

    MINUTES = "minutes"  # day and night
    HOURS = "hours"  # day and night
    WORK_HOURS = "work_hours"  # within office hours
    DAYS = "days"  # calendar days 自然日
    WORK_DAYS = "work_days"  # 工作日


SUFFIX = {
    "min": TimeUnit.MINUTES,
    "h": TimeUnit.HOURS,
    "wh": TimeUnit.WORK_HOURS,
    "d": TimeUnit.DAYS,
    "wd": TimeUnit.WORK_DAYS,
}
"""How budgets are written in the data: `90min`, `24h`, `6wh`, `30d`, `5wd`."""


class Budget(Model):
    """An amount of time in one unit, written `5wd` in the data."""

    amount: int = Field(ge=0, le=4000)
    unit: TimeUnit

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: object) -> object:
        """Take the short form; raises ValueError for anything else that is no mapping."""
        if not isinstance(value, str):
            return value
        digits = value.strip().lstrip("+")
        number = digits.rstrip("abcdefghijklmnopqrstuvwxyz")
        suffix = digits[len(number) :]
        if not number.isdigit() or suffix not in SUFFIX:
            raise ValueError(f"a limit looks like 5wd, 30d, 24h, 90min or 6wh, not {value!r}")
        return {"amount": int(number), "unit": SUFFIX[suffix]}

    @property
    def span(self) -> timedelta:
        """The stretch of time it is by the clock. Raises ValueError for units that only a calendar can count."""
        if self.unit in {TimeUnit.WORK_HOURS, TimeUnit.WORK_DAYS}:
            raise ValueError(f"{self} takes a calendar")
        return timedelta(**{str(self.unit): self.amount})

    def __str__(self) -> str:
        short = next(key for key, unit in SUFFIX.items() if unit is self.unit)
        return f"{self.amount}{short}"


class AlarmKind(StrEnum):
    """What a clock does when one of its alarms rings."""

    REMIND = "remind"  # 提醒: an event, no card
    CHECK = "check"  # 到期核查: the handler is to look, no card
    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌
    EXPIRE = "expire"  # the limit's own consequence: deemed_signed, escalated, defaulted, lapsed, review_due, archive …


class AlarmPlan(Model):
    """When an alarm is to ring, told by the procedure. At most one of the four ways; none of them means at the due time."""

    id: str
    kind: AlarmKind
    fraction: float | None = Field(default=None, gt=0, le=1)
    """Share of the running time from anchor to due, 0.8 = when 80 % of it is used up: office time for working units."""
    after_due: Budget | None = None
    """`3wd`: closing of the third working day after the due day; `1d`: same clock time a day later, rolled forward."""
    before_due: Budget | None = None
    """`3d` or `3wd`: opening of the day that many days before the due day; other units count back to the minute."""
    after_anchor: Budget | None = None
    """`7d` or `7wd`: opening of the seventh day after the start day; other units count to the minute."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [name for name in ("fraction", "after_due", "before_due", "after_anchor") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise ValueError(f"an alarm rings in one way, not by {' and '.join(ways)}")
        return self


class Alarm(AlarmPlan):
    """One alarm of a clock. It rings once in the life of the clock, however often the clock is moved."""

    at: Instant | None = None
    """When it rings or rang. None while the clock stands still, and for a reminder whose moment had passed before the
    clock started or ran again: a reminder is not rung late."""
    rung: bool = False


class Suspension(Model):
    """A stretch in which a clock stood still (中止), open while `until` is None."""

    since: Instant
    until: Instant | None = None
    ground: str
    by: str


class Extension(Model):
    """Time added to the budget, before rolling (延长), in the clock's own unit."""

    amount: int = Field(gt=0)
    at: Instant
    by: str


class Due(Model):
    """A due time with the way to it. `nominal` is before rolling, `at` is what counts."""

    nominal: Instant
    at: Instant
    provisional: bool = False
    """True where the calendar's published horizon ends before it: the date may move when the yearly notice comes."""
    rolled: tuple[date, ...] = ()
    """The rest days it rolled over, or back over for a pay-day."""


class Clock(Model):
    """One running limit of one case. Comments and edits never move it; only its ledger, its calendar and a rebase do."""

    id: str
    """`sign`, `mediate`, `ladder`, `task:t2`, `promise:p1`, `visit.first` …; one of each at a time."""
    limit: str
    """Key of the limit in the procedure it comes from, e.g. `mediate.07`."""
    round: int = 1
    """How many times a clock of this id has been started in the case; part of every alarm's identity."""
    budget: Budget
    anchor: Instant
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extension, ...] = ()
    calendar: str
    """Content hash of the calendar it counts by."""
    authority: Authority = Authority.PRODUCT_DEFAULT
    source: str = ""
    backward: bool = False
    """True for a pay-day that rolls back to the last working day before (保障农民工工资支付条例 14)."""
    due_on: date | None = None
    """For a promise: the agreed date itself; then the budget is zero and only rolling applies."""
    due: Due | None = None
    """Derived; None while it stands still."""
    alarms: tuple[Alarm, ...] = ()

    @property
    def paused(self) -> bool:
        """Whether it stands still now."""
        return bool(self.suspensions) and self.suspensions[-1].until is None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for first, second in zip(self.suspensions, self.suspensions[1:], strict=False):
            if first.until is None or second.since < first.until:
                raise ValueError("suspensions must be closed and in order")
        return self
