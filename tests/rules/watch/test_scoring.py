"""What signals weigh over time: halving, folding, sums, and the grade that follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.affair.watch.book import WatchBook
from models.affair.watch.state import MILLI, Signal, SignalChannel, Watch
from models.words import Tier
from rules.watch import scoring
from tests.rules.watch.playing import blank, book

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def made(number: int, *, points: int = 20, half_life: int = 90, days: int = 0, **more: object) -> Signal:
    known = {"id": f"s{number}", "type": "police_call", "points": points, "half_life": half_life, "at": NOW - days * DAY}
    return Signal.model_validate({**known, "channel": SignalChannel.CALL, "by": "somebody", **more})


def with_signals(*signals: Signal) -> Watch:
    return blank().model_copy(update={"signals": signals, "counted": len(signals), "stage": "watching"})


def test_points_halve_with_each_half_life_and_never_grow() -> None:
    left = [scoring.decayed(64 * MILLI, 30, NOW, NOW + n * DAY) for n in range(400)]
    assert [left[n] for n in (0, 30, 60, 90, 300)] == [64_000, 32_000, 16_000, 8_000, 62]
    assert left == sorted(left, reverse=True)


@given(st.integers(1, 100), st.integers(1, 3650), st.integers(0, 4000))
@settings(max_examples=200, deadline=None)
def test_what_is_left_is_the_curve_to_a_thousandth(points: int, half_life: int, days: int) -> None:
    exact = points * MILLI * 2 ** (-days / half_life)
    assert abs(scoring.decayed(points * MILLI, half_life, NOW, NOW + days * DAY) - exact) <= 1 + exact / MILLI


def test_what_came_within_a_day_adds_up_in_full_and_what_is_ahead_has_not_decayed() -> None:
    assert scoring.decayed(5 * MILLI, 30, NOW, NOW + timedelta(hours=23)) == 5 * MILLI
    assert scoring.decayed(5 * MILLI, 30, NOW, NOW - DAY) == 5 * MILLI


@pytest.mark.parametrize(("points", "grade"), [(19, Tier.BLUE), (20, Tier.YELLOW), (44, Tier.YELLOW), (45, Tier.ORANGE), (70, Tier.RED)])
def test_a_score_reaches_the_grade_of_its_threshold(points: int, grade: Tier) -> None:
    assert scoring.standing(with_signals(made(1, points=points)), book(), NOW).grade is grade


def test_a_hard_trigger_is_red_whatever_the_score_for_as_long_as_a_red_label_lasts() -> None:
    watch = with_signals(made(1, points=1, half_life=1, hard=True))
    lasts = book().grades[Tier.RED].lasts.amount
    assert scoring.standing(watch, book(), NOW + (lasts - 1) * DAY).grade is Tier.RED
    assert scoring.standing(watch, book(), NOW + lasts * DAY).grade is Tier.BLUE


def test_a_struck_signal_weighs_nothing_and_triggers_nothing() -> None:
    found = scoring.standing(with_signals(made(1, points=70, hard=True, struck=True)), book(), NOW)
    assert (found.grade, found.score) == (Tier.BLUE, 0)


def test_signals_that_count_no_longer_are_dropped_without_moving_the_score() -> None:
    watch = with_signals(made(1, days=2000), made(2, days=1), made(3, days=2000, struck=True))
    found = scoring.folding(watch, book(), NOW)
    assert found is not None
    assert (found.signals, found.folded, found.carried) == (("s1", "s3"), 2, ())
    assert scoring.folding(with_signals(made(2, days=1)), book(), NOW) is None


def test_of_more_signals_than_are_kept_the_weakest_go_on_as_a_sum_that_decays_as_they_would() -> None:
    few = book().model_copy(update={"keep": 10})
    watch = with_signals(*(made(n, days=n) for n in range(1, 16)))
    found = scoring.folding(watch, few, NOW)
    assert found is not None
    assert found.signals == ("s15", "s14", "s13", "s12", "s11")
    assert [one.count for one in found.carried] == [5]
    after = watch.model_copy(
        update={"signals": tuple(s for s in watch.signals if s.id not in found.signals), "carried": found.carried, "folded": found.folded}
    )
    for days in (0, 7, 45, 200):
        now = NOW + days * DAY
        assert scoring.score(after, few, now) == pytest.approx(scoring.score(watch, few, now), rel=0.01)


@given(st.lists(st.tuples(st.integers(1, 70), st.integers(1, 200), st.integers(0, 900), st.booleans()), max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_signal_is_lost_by_folding(rows: list[tuple[int, int, int, bool]]) -> None:
    few: WatchBook = book().model_copy(update={"keep": 10})
    signals = [made(n, points=p, half_life=h, days=d, struck=s) for n, (p, h, d, s) in enumerate(rows, start=1)]
    watch = with_signals(*signals)
    found = scoring.folding(watch, few, NOW)
    if found is None:
        assert len(watch.signals) <= few.keep
        return
    left = len(watch.signals) - len(found.signals)
    assert left + sum(one.count for one in found.carried) + found.folded == watch.counted
    assert left <= few.keep


def test_the_day_on_which_a_score_falls_below_a_grade_is_the_first_on_which_it_does() -> None:
    watch = with_signals(made(1, points=25), made(2, points=25))
    at = scoring.falls_below(watch, book(), Tier.ORANGE, NOW)
    assert at is not None
    assert scoring.score(watch, book(), at) < 45 * MILLI <= scoring.score(watch, book(), at - DAY)
