"""The account of a watch (预警账目): what each signal weighs and weighed, the thresholds, and where the grade goes next.

The sentences of `telling.py` say the same for people and machines; here it is in parts, for tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from models.affair.watch.book import RISING, WatchBook
from models.affair.watch.state import MILLI, Carried, Signal, Watch
from models.words import TIERS, Tier
from rules.affair.kind import AffairBundle
from rules.watch import scoring


@dataclass(frozen=True, slots=True)
class Weighed:
    """One signal and what it weighs now, in thousandths of points; nothing once it is struck."""

    signal: Signal
    zh: str
    en: str
    milli: int

    @property
    def lost(self) -> int:
        """How much of it has decayed (已衰减), in percent of what it weighed at first."""
        return 100 - self.milli * 100 // (self.signal.points * MILLI)


@dataclass(frozen=True, slots=True)
class Summed:
    """Older signals of one type that go on as a sum, and what they weigh now, in thousandths of points."""

    carried: Carried
    zh: str
    en: str
    milli: int


@dataclass(frozen=True, slots=True)
class Line:
    """A threshold (分值线) in points, whether the score reaches it, and the day on which it would fall below it without new signals."""

    tier: Tier
    at: int
    reached: bool
    falls: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that a grade is made of."""

    score: int
    """Thousandths of points."""
    hard: bool
    """Whether a hard trigger (硬性触发) makes it red."""
    signals: tuple[Weighed, ...]
    """The heaviest first."""
    sums: tuple[Summed, ...]
    lines: tuple[Line, ...]
    """From red down."""
    folded: int
    """Signals that are in the record alone."""


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next where nothing else happens: something is due to be done, a label runs out, or it ends."""

    what: Literal["settle", "visit", "grade", "end"]
    at: datetime
    grade: Tier | None = None
    """The grade it then has, where its label runs out."""


def account(watch: Watch, bundle: AffairBundle, now: datetime) -> Account:
    """Return what the grade of a watch is made of now."""
    book: WatchBook = bundle.book
    found = scoring.standing(watch, book, now)
    signals = [Weighed(signal, *_named(signal.type, book), scoring.weight(signal, book, now)) for signal in watch.signals]
    return Account(
        score=found.score,
        hard=found.hard,
        signals=tuple(sorted(signals, key=lambda one: (-one.milli, one.signal.at, one.signal.id))),
        sums=tuple(Summed(one, *_named(one.type, book), scoring.carried_weight(one, book, now)) for one in watch.carried),
        lines=tuple(_line(watch, bundle, tier, found.score, now) for tier in reversed(RISING)),
        folded=watch.folded,
    )


def outlook(watch: Watch, bundle: AffairBundle) -> tuple[Next, ...]:
    """Return what comes next without new signals, the earliest first."""
    found = []
    for name, clock in watch.clocks.items():
        what = WHAT.get(name.partition(":")[0])
        if what is not None and clock.due is not None:
            at = clock.due.at
            found.append(Next(what, at, _later(watch, bundle.book, at) if what == "grade" else None))
    return tuple(sorted(found, key=lambda one: (one.at, one.what)))


WHAT: dict[str, Literal["settle", "visit", "grade", "end"]] = {"objection": "settle", "visit": "visit", "label": "grade", "quiet": "end"}
"""By clock, what its end is for whoever reads a list."""


def _later(watch: Watch, book: WatchBook, at: datetime) -> Tier:
    """The grade when a label runs out: never a higher one."""
    found = scoring.standing(watch, book, at).grade
    return min(found, watch.grade, key=TIERS.index)


def _line(watch: Watch, bundle: AffairBundle, tier: Tier, score: int, now: datetime) -> Line:
    book: WatchBook = bundle.book
    reached = score >= book.grades[tier].at * MILLI
    falls = scoring.falls_below(watch, book, tier, now) if reached else None
    return Line(tier, book.grades[tier].at, reached, bundle.cal.local_date(falls) if falls is not None else None)


def _named(name: str, book: WatchBook) -> tuple[str, str]:
    rule = book.signals.get(name)
    return (name, name) if rule is None else (rule.zh, rule.en)
