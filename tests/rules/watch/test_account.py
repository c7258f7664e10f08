"""The account of a watch: what each signal weighs, which thresholds the score reaches until when, and what comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.affair.watch.book import WatchBook
from models.affair.watch.state import MILLI
from models.words import Tier
from rules.affair.kind import bundle
from rules.watch import scoring
from rules.watch.account import Account, Next, account, outlook
from tests.rules.watch.playing import CLERK, DIRECTOR, GRID, Played

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def of(played: Played) -> Account:
    return account(played.watch, bundle(played.watch, played.library, WatchBook), played.now)


def nexts(played: Played) -> list[Next]:
    return list(outlook(played.watch, bundle(played.watch, played.library, WatchBook)))


def test_signals_stand_with_what_they_weighed_and_weigh_the_heaviest_first() -> None:
    played = Played(START)
    played.signal("quarrel", GRID)
    played.signal("police_call")
    played.move_to(START + 29 * DAY)
    found = of(played)
    assert [(one.signal.id, one.signal.points, one.zh) for one in found.signals] == [("s2", 25, "纠纷警情"), ("s1", 10, "走访发现争吵")]
    assert sum(one.milli for one in found.signals) == found.score == scoring.score(played.watch, bundle_book(played), played.now)
    assert [one.lost for one in found.signals] == [100 - one.milli * 100 // (one.signal.points * MILLI) for one in found.signals]
    assert all(0 < one.lost < 50 for one in found.signals)


def bundle_book(played: Played) -> WatchBook:
    book: WatchBook = bundle(played.watch, played.library, WatchBook).book
    return book


def test_thresholds_say_whether_they_are_reached_and_the_day_they_are_not_any_more() -> None:
    played = Played(START)
    played.signal("police_call")
    lines = {line.tier: line for line in of(played).lines}
    assert [(tier, line.at, line.reached) for tier, line in lines.items()] == [
        (Tier.RED, 70, False),
        (Tier.ORANGE, 45, False),
        (Tier.YELLOW, 20, True),
    ]
    falls = lines[Tier.YELLOW].falls
    assert falls is not None
    for day, reached in ((falls - DAY, True), (falls, False)):
        at = datetime(day.year, day.month, day.day, 1, 30, tzinfo=UTC)
        assert (scoring.score(played.watch, bundle_book(played), at) >= 20 * MILLI) is reached
    assert lines[Tier.RED].falls is None


def test_a_struck_signal_weighs_nothing_in_the_account() -> None:
    played = Played(START)
    played.signal("police_call")
    played.signal("quarrel", GRID)
    played.act(DIRECTOR, "strike", signal="s1", reason="r")
    found = of(played)
    assert {one.signal.id: (one.milli, one.signal.struck) for one in found.signals} == {"s2": (10_000, False), "s1": (0, True)}
    assert not any(line.reached for line in found.lines)


def test_what_comes_next_is_what_will_come_without_new_signals() -> None:
    played = Played(START)
    played.signal("police_call")
    played.act(CLERK, "object", text="vault:why")
    found = nexts(played)
    assert [one.what for one in found] == ["visit", "settle", "grade"]
    last = found[-1]
    assert last.grade is Tier.BLUE
    played.act(DIRECTOR, "settle", objection="o1", uphold=False, reason="r")
    played.act(GRID, "visit", outcome="calm")
    played.move_to(last.at + DAY)
    assert played.watch.grade is last.grade
    (end,) = nexts(played)
    assert (end.what, end.grade) == ("end", None)
    played.move_to(end.at + DAY)
    assert played.watch.stage == "quieted"


def test_a_label_that_goes_on_is_foretold_with_the_grade_it_has() -> None:
    played = Played(START)
    played.signal("police_call")
    played.signal("quarrel", GRID)
    foretold = next(one for one in nexts(played) if one.what == "grade")
    played.move_to(foretold.at)
    assert foretold.grade is played.watch.grade is Tier.YELLOW


def test_a_grade_lowered_by_hand_is_not_foretold_to_rise() -> None:
    played = Played(START)
    played.signal("threat_to_life")
    played.act(DIRECTOR, "lower", grade="yellow", reason="r")
    assert next(one.grade for one in nexts(played) if one.what == "grade") in {Tier.BLUE, Tier.YELLOW}
