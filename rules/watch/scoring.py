"""What signals weigh over time (线索衰减). Whole numbers alone, so that every machine comes to the same grade.

A signal weighs half after its half-life, a quarter after two. Between, a table of the sixteenth parts of a halving is joined by
straight lines; that is less than 0.03 % off the curve. Only whole days count, so that what comes on one day adds up in full. Points are
in thousandths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.affair.watch.book import RISING, WatchBook
from models.affair.watch.state import MILLI, Carried, Signal, Watch
from models.words import Tier

ONE = 1_000_000
TABLE = (
    *(1_000_000, 957_603, 917_004, 878_126, 840_896, 805_245, 771_105, 738_413, 707_107),
    *(677_128, 648_420, 620_929, 594_604, 569_394, 545_254, 522_137, 500_000),
)
"""2^(-n/16) in millionths."""
PARTS = len(TABLE) - 1
GONE = 40
"""After so many half-lives nothing is left of any number of points."""
FAR = 3650
"""Days that a fall is looked ahead."""

DAY = timedelta(days=1)


def decayed(milli: int, half_life: int, since: datetime, now: datetime) -> int:
    """What is left of points after the whole days from `since` to `now`, with a half-life in days; all of them before `since`."""
    halvings, rest = divmod(max(0, (now - since) // DAY), half_life)
    if halvings >= GONE:
        return 0
    part, within = divmod(rest * PARTS, half_life)
    factor = TABLE[part] - (TABLE[part] - TABLE[part + 1]) * within // half_life
    return int((milli * factor // ONE) >> halvings)


def weight(signal: Signal, book: WatchBook, now: datetime) -> int:
    """What a signal weighs now: nothing once it is struck, or below what counts."""
    return 0 if signal.struck else _counting(decayed(signal.points * MILLI, signal.half_life, signal.at, now), book)


def carried_weight(carried: Carried, book: WatchBook, now: datetime) -> int:
    """What a sum of older signals of one type weighs now."""
    return _counting(decayed(carried.milli, carried.half_life, carried.at, now), book)


def score(watch: Watch, book: WatchBook, now: datetime) -> int:
    """The sum of what everything weighs now."""
    signals = sum(weight(signal, book, now) for signal in watch.signals)
    return signals + sum(carried_weight(carried, book, now) for carried in watch.carried)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a watch stands: grade, score, and whether a hard trigger decided."""

    grade: Tier
    score: int
    hard: bool


def standing(watch: Watch, book: WatchBook, now: datetime) -> Standing:
    """The grade that follows from the signals now. A hard trigger makes it red for as long as a red label lasts."""
    reached = score(watch, book, now)
    lasts = book.grades[Tier.RED].lasts.span
    hard = any(signal.hard and not signal.struck and signal.at + lasts > now for signal in watch.signals)
    return Standing(Tier.RED if hard else tier_of(reached, book), reached, hard)


def tier_of(milli: int, book: WatchBook) -> Tier:
    """The grade that a score alone reaches."""
    reached = [tier for tier in RISING if milli >= book.grades[tier].at * MILLI]
    return reached[-1] if reached else Tier.BLUE


def falls_below(watch: Watch, book: WatchBook, tier: Tier, now: datetime) -> datetime | None:
    """The first time, in whole days from now, at which the score no longer reaches a grade; None where that is ten years away."""
    at = book.grades[tier].at * MILLI

    def reaches(days: int) -> bool:
        return score(watch, book, now + days * DAY) >= at

    if reaches(FAR):
        return None
    low, high = 0, FAR
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if reaches(middle) else (low, middle)
    return now + low * DAY


@dataclass(frozen=True, slots=True)
class Folded:
    """What is dropped from a state, and what goes on as sums."""

    signals: tuple[str, ...]
    folded: int
    carried: tuple[Carried, ...]


def folding(watch: Watch, book: WatchBook, now: datetime) -> Folded | None:
    """What can go: signals that no longer count, also struck ones that would not; of more than are kept, the weakest. None = nothing."""
    left = {signal.id: _counting(decayed(signal.points * MILLI, signal.half_life, signal.at, now), book) for signal in watch.signals}
    gone = [signal for signal in watch.signals if not left[signal.id]]
    alive = [signal for signal in watch.signals if left[signal.id]]
    # The weakest first, the oldest first of those that weigh the same.
    spare = sorted(alive, key=lambda signal: left[signal.id])[: max(0, len(alive) - book.keep)]
    sums = [carried for carried in watch.carried if carried_weight(carried, book, now)]
    over = sum(carried.count for carried in watch.carried) - sum(carried.count for carried in sums)
    if not gone and not spare and not over:
        return None
    struck = sum(1 for signal in spare if signal.struck)
    carried = _summed(sums, [signal for signal in spare if not signal.struck], now)
    dropped = tuple(signal.id for signal in (*gone, *spare))
    return Folded(dropped, watch.folded + len(gone) + over + struck, carried)


def _summed(sums: Iterable[Carried], spare: Iterable[Signal], now: datetime) -> tuple[Carried, ...]:
    """Add signals to the sums of their type and half-life, all of them brought to now."""
    found = {(one.type, one.half_life): one for one in sums}
    for signal in spare:
        key = (signal.type, signal.half_life)
        old = found.get(key, Carried(type=signal.type, half_life=signal.half_life, count=0, milli=0, at=now))
        brought = decayed(old.milli, old.half_life, old.at, now)
        own = decayed(signal.points * MILLI, signal.half_life, signal.at, now)
        found[key] = Carried(type=signal.type, half_life=signal.half_life, count=old.count + 1, milli=brought + own, at=now)
    return tuple(found[key] for key in sorted(found))


def _counting(milli: int, book: WatchBook) -> int:
    return milli if milli >= book.forget_below * MILLI else 0
