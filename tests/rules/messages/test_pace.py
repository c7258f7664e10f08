from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.message import Attempt, DeliveryState, ErrorClass, GateState
from models.message_plan import Pace, Patience
from rules.messages.pace import Breaker, after, allowance, backoff, believed, settle, taken

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
PACE, PATIENCE = Pace(per_minute=60, at_once=4), Patience()
BAD = Attempt(error=ErrorClass.SERVER, status=500)


def failed(times: int) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        now = breaker.open_until or NOW
        breaker = after(breaker, BAD, PACE, PATIENCE, now, 0.0)
    return breaker


def test_three_failures_open_the_breaker_and_one_probe_goes_when_its_time_has_come() -> None:
    assert failed(2).state is GateState.CLOSED
    breaker = failed(3)
    assert breaker.open_until == NOW + timedelta(seconds=5)
    assert allowance(breaker, PACE, 0, NOW + timedelta(seconds=4)) == 0
    assert allowance(breaker, PACE, 0, NOW + timedelta(seconds=5)) == 1
    assert allowance(breaker, PACE, 1, NOW + timedelta(seconds=5)) == 0, "one probe at a time"


def test_each_failed_probe_makes_the_wait_longer_up_to_the_longest() -> None:
    waits = [backoff(step, PATIENCE, 0.0).total_seconds() for step in range(10)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]
    assert backoff(3, PATIENCE, 0.999).total_seconds() >= 20


def test_after_a_probe_gets_through_there_is_no_burst() -> None:
    now = NOW + timedelta(hours=1)
    breaker = after(failed(12), Attempt(status=204), PACE, PATIENCE, now, 0.0)
    assert breaker.state is GateState.CLOSED
    assert allowance(breaker, PACE, 0, now) == 0
    assert allowance(breaker, PACE, 0, now + timedelta(seconds=1)) == 1


def test_a_refused_message_says_nothing_about_the_road() -> None:
    refused = Attempt(error=ErrorClass.REFUSED, status=422)
    assert after(Breaker(failures=2), refused, PACE, PATIENCE, NOW, 0.0) == Breaker(failures=2)
    assert settle(refused, 1, NOW, PATIENCE, NOW, 0.0).state is DeliveryState.DEAD


def test_a_message_is_given_up_when_it_is_old() -> None:
    assert settle(BAD, 99, NOW, PATIENCE, NOW + timedelta(hours=71), 0.0).state is DeliveryState.WAITING
    assert settle(BAD, 99, NOW, PATIENCE, NOW + timedelta(hours=72), 0.0).state is DeliveryState.DEAD


def test_nobody_makes_us_wait_longer_than_an_hour() -> None:
    busy = Attempt(error=ErrorClass.BUSY, status=429, retry_after=10_000_000.0)
    found = after(Breaker(), busy, PACE, PATIENCE, NOW, 0.0)
    assert found.open_until == NOW + timedelta(hours=1)


@given(
    per_minute=st.integers(1, 6000),
    at_once=st.integers(1, 16),
    looks=st.lists(st.floats(0.0, 30.0), min_size=1, max_size=60),
)
def test_whenever_one_looks_the_rate_is_kept(per_minute: int, at_once: int, looks: list[float]) -> None:
    """However often messages are taken and answered at once: never more than the rate and one burst in any stretch of time."""
    pace = Pace(per_minute=per_minute, at_once=at_once)
    breaker, now, moments = Breaker(), NOW, list[datetime]()
    for wait in looks:
        now += timedelta(seconds=wait)
        count = allowance(breaker, pace, 0, now)
        assert count <= at_once
        moments += [now] * count
        breaker = Breaker(next_at=taken(breaker, pace, count, now))
    burst = max(1, min(at_once, per_minute // 60))
    for place, first in enumerate(moments):
        for count, last in enumerate(moments[place:], 1):
            assert count <= burst + (last - first).total_seconds() * per_minute / 60 + 1e-6


def test_moments_that_no_rule_can_have_set_are_not_believed() -> None:
    shut = after(Breaker(), Attempt(error=ErrorClass.BUSY, status=429, retry_after=9999), PACE, PATIENCE, NOW, 0.99)
    slowest = Breaker(next_at=taken(Breaker(), Pace(per_minute=1), 1, NOW))
    for breaker in (shut, slowest, Breaker()):
        assert believed(breaker, NOW) == breaker
    assert believed(replace(shut, open_until=NOW + timedelta(hours=2)), NOW).open_until is None
    fast = replace(slowest, next_at=NOW + timedelta(hours=1))
    assert allowance(fast, PACE, 0, NOW) == 0
    assert allowance(believed(fast, NOW), PACE, 0, NOW) == 1
