"""Why a watch has its grade (预警说明): each signal with its points then and now, the thresholds, and what decays when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.affair.record import Told
from models.affair.watch.book import RISING, WatchBook
from models.affair.watch.state import MILLI, Signal, Watch
from models.words import Tier
from rules.affair.kind import AffairBundle
from rules.calendar import WorkingCalendar
from rules.labels import TIERS
from rules.watch import scoring

MOST = 40
"""Signals told one by one, the heaviest first."""


def tell(watch: Watch, bundle: AffairBundle, now: datetime) -> Iterator[Told]:
    """Yield the explanation sentence by sentence: the grade, what it is made of, and when it would fall."""
    if watch.subject is None:
        return
    book, cal = bundle.book, bundle.cal
    found = scoring.standing(watch, book, now)
    zh, en = TIERS[watch.grade]
    points = written(found.score)
    yield Told(zh=f"当前等级{zh}，现时积分{points}。", en=f"Grade {en}; score now {points}.")
    at = [(TIERS[tier], book.grades[tier].at) for tier in RISING]
    yield Told(
        zh="分值线：" + "，".join(f"{names[0]}{points}分" for names, points in at) + "；硬性触发情形直接为红色。",
        en="Thresholds: " + ", ".join(f"{names[1]} {points}" for names, points in at) + "; a hard trigger is red at once.",
    )
    yield from _signals(watch, book, cal, now)
    yield from _sums(watch, book, now)
    if watch.folded:
        yield Told(
            zh=f"另有{watch.folded}条线索已衰减完毕，只留在记录中，不再计分。",
            en=f"{watch.folded} more signals have decayed; they are in the record alone and count no longer.",
        )
    yield from _falls(watch, book, cal, now)


def written(milli: int) -> str:
    """Thousandths of points as they are shown: with one decimal, rounded down."""
    return f"{milli // MILLI}.{milli % MILLI // 100}"


def _signals(watch: Watch, book: WatchBook, cal: WorkingCalendar, now: datetime) -> Iterator[Told]:
    heaviest = sorted(watch.signals, key=lambda signal: (-scoring.weight(signal, book, now), signal.at, signal.id))
    for signal in heaviest[:MOST]:
        yield _signal(signal, book, cal, now)
    if len(heaviest) > MOST:
        rest = sum(scoring.weight(signal, book, now) for signal in heaviest[MOST:])
        more = len(heaviest) - MOST
        yield Told(zh=f"其余{more}条线索合计{written(rest)}分。", en=f"{more} more signals weigh {written(rest)} together.")


def _signal(signal: Signal, book: WatchBook, cal: WorkingCalendar, now: datetime) -> Told:
    day, weighs = cal.local(signal.at).date(), written(scoring.weight(signal, book, now))
    zh, en = _named(signal.type, book)
    if signal.struck:
        return Told(zh=f"{day} {zh}：已剔除，不计分。", en=f"{day} {en}: struck, counts no longer.")
    hard = ("（硬性触发）", " (hard trigger)") if signal.hard else ("", "")
    return Told(
        zh=f"{day} {zh}{hard[0]}：当时{signal.points}分，现为{weighs}分，每{signal.half_life}天减半。",
        en=f"{day} {en}{hard[1]}: {signal.points} points then, {weighs} now, halving every {signal.half_life} days.",
    )


def _sums(watch: Watch, book: WatchBook, now: datetime) -> Iterator[Told]:
    for carried in watch.carried:
        zh, en = _named(carried.type, book)
        weighs = written(scoring.carried_weight(carried, book, now))
        yield Told(zh=f"较早的{zh}{carried.count}次，合计{weighs}分。", en=f"{carried.count} older ones of {en} weigh {weighs} together.")


def _falls(watch: Watch, book: WatchBook, cal: WorkingCalendar, now: datetime) -> Iterator[Told]:
    """Yield when the score alone would no longer reach the grades it reaches now, and when the label runs out."""
    reached = scoring.score(watch, book, now)
    for tier in reversed(RISING):
        if reached < book.grades[tier].at * MILLI:
            continue
        (zh, en), at = TIERS[tier], scoring.falls_below(watch, book, tier, now)
        if at is not None:
            day = cal.local(at).date()
            yield Told(
                zh=f"若无新线索，积分约在{day}降到{zh}线以下。",
                en=f"Without new signals the score falls below {en} about {day}.",
            )
    label = watch.clocks.get("label")
    if watch.grade is not Tier.BLUE and label is not None and label.due is not None:
        day = cal.ending_date(label.due.at)
        yield Told(
            zh=f"标签到{day}为止，届时按剩余积分重新定级。",
            en=f"The label lasts until {day}; the grade is then reckoned anew from what is left.",
        )


def _named(name: str, book: WatchBook) -> tuple[str, str]:
    rule = book.signals.get(name)
    return (name, name) if rule is None else (rule.zh, rule.en)
