"""How a road is used: its rate, its breaker, and what an attempt means for the message and for the road. Pure; `store/messages/` keeps it.

The breaker: after some failures in a row nothing is sent but one probe at a time, later and later, up to a longest wait. A
probe that gets through closes it, and what has piled up goes out at the road's own rate, one after another: no burst.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.message import Attempt, DeliveryState, ErrorClass, GateState
from models.message_plan import Pace, Patience

LONGEST_RETRY_AFTER = 3600.0
"""Seconds that a receiver may make us wait by `Retry-After`; more is taken as this."""

LONGEST_OWN_WAIT = 60.0
"""Seconds after which a message is tried again when only it has failed."""

FAULTS = 8
"""Attempts after which a message that our own code stumbles over is given up."""

FREE_AHEAD = timedelta(minutes=2)
"""Further ahead than this no rate puts the moment when a road is free again (one message a minute is the slowest)."""

SHUT_AHEAD = timedelta(seconds=1.1 * LONGEST_RETRY_AFTER)
"""The same for a road that a receiver has shut; a longer wait of one's own is probed that early."""

LEASE_AHEAD = timedelta(minutes=2)
"""The same for a lease: the longest time-out is a minute."""

RETRY_AHEAD = timedelta(seconds=2 * LONGEST_OWN_WAIT)
"""The same for a message that failed, unless its receiver asked for more."""

OF_MESSAGE = frozenset({ErrorClass.REFUSED})
"""Errors that say nothing about the road, and will not go away."""

OF_RECEIVER = frozenset({ErrorClass.STOPPED, ErrorClass.NO_ADDRESS})
"""Errors after which there is nobody to tell."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """A road's own state."""

    state: GateState = GateState.CLOSED
    failures: int = 0
    open_until: datetime | None = None
    error: ErrorClass | None = None
    next_at: datetime | None = None
    """When the road is free again by its rate."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a message."""

    state: DeliveryState
    due_at: datetime


def believed(breaker: Breaker, now: datetime) -> Breaker:
    """Return the road without moments that none of the rules here can have set: a worker whose clock was wrong wrote them."""
    shut, free = breaker.open_until, breaker.next_at
    return replace(
        breaker,
        open_until=None if shut is not None and shut - now > SHUT_AHEAD else shut,
        next_at=None if free is not None and free - now > FREE_AHEAD else free,
    )


def burst(pace: Pace) -> int:
    """How many messages may go at the same moment: those of a second, at most as many as may be on their way."""
    return max(1, min(pace.at_once, pace.per_minute // 60))


def interval(pace: Pace) -> timedelta:
    """The time from one message to the next at full speed."""
    return timedelta(minutes=1) / pace.per_minute


def allowance(breaker: Breaker, pace: Pace, in_flight: int, now: datetime) -> int:
    """How many messages may be taken now."""
    if breaker.state is GateState.DISABLED:
        return 0
    if breaker.state is GateState.OPEN:
        waiting = breaker.open_until is not None and now < breaker.open_until
        return 0 if waiting or in_flight else 1
    ahead = max(timedelta(), (breaker.next_at or now) - now)
    free = burst(pace) - math.ceil(ahead / interval(pace))
    return max(0, min(free, pace.at_once - in_flight))


def taken(breaker: Breaker, pace: Pace, count: int, now: datetime) -> datetime:
    """When the road is free again after so many were taken."""
    return max(breaker.next_at or now, now) + count * interval(pace)


def after(breaker: Breaker, attempt: Attempt, pace: Pace, patience: Patience, now: datetime, chance: float) -> Breaker:
    """The road after an attempt. `chance` in [0, 1) spreads the waits, so that many instances do not return at once."""
    error = attempt.error
    if breaker.state is GateState.DISABLED or error in OF_MESSAGE | OF_RECEIVER | {ErrorClass.FAULT}:
        return breaker
    if error is None:
        return _got_through(breaker, pace, now)
    if error is ErrorClass.GONE:
        return Breaker(GateState.DISABLED, breaker.failures, None, error, breaker.next_at)
    if breaker.state is GateState.OPEN and breaker.open_until is not None and now < breaker.open_until:
        # Others that were on their way when it opened.
        return breaker
    if error is ErrorClass.BUSY:
        wait = timedelta(seconds=_asked(attempt, patience) * (1 + chance / 10))
        return Breaker(GateState.OPEN, breaker.failures, now + wait, error, breaker.next_at)
    failures = breaker.failures + 1
    if failures < patience.failures_to_open and breaker.state is GateState.CLOSED:
        return Breaker(GateState.CLOSED, failures, None, error, breaker.next_at)
    return Breaker(GateState.OPEN, failures, now + backoff(failures - patience.failures_to_open, patience, chance), error, breaker.next_at)


def backoff(step: int, patience: Patience, chance: float) -> timedelta:
    """The wait before a probe: doubled each time up to the longest, then up to half of it taken off by chance."""
    seconds = min(patience.first_wait_seconds * 2.0 ** min(max(step, 0), 40), patience.longest_wait_seconds)
    return timedelta(seconds=seconds * (1 - chance / 2))


def settle(attempt: Attempt, attempts: int, since: datetime, patience: Patience, now: datetime, chance: float) -> Settled:
    """What becomes of a message after its `attempts`-th attempt; `since` is when it was planned, or last replayed."""
    error = attempt.error
    if error is None:
        return Settled(DeliveryState.SENT, now)
    if error in OF_RECEIVER:
        return Settled(DeliveryState.DROPPED, now)
    old = now - since >= timedelta(hours=patience.give_up_hours)
    if error in OF_MESSAGE or old or (error is ErrorClass.FAULT and attempts >= FAULTS):
        return Settled(DeliveryState.DEAD, now)
    if error is ErrorClass.BUSY:
        return Settled(DeliveryState.WAITING, now + timedelta(seconds=_asked(attempt, patience)))
    seconds = min(patience.first_wait_seconds * 2.0 ** min(attempts - 1, 20), LONGEST_OWN_WAIT, patience.longest_wait_seconds)
    return Settled(DeliveryState.WAITING, now + timedelta(seconds=seconds * (1 - chance / 2)))


def _asked(attempt: Attempt, patience: Patience) -> float:
    return min(max(attempt.retry_after or patience.first_wait_seconds, 0.0), LONGEST_RETRY_AFTER)


def _got_through(breaker: Breaker, pace: Pace, now: datetime) -> Breaker:
    """Closed; where it was open, what has piled up begins at the road's rate and not with a burst."""
    held = now + burst(pace) * interval(pace) if breaker.state is GateState.OPEN else breaker.next_at
    return Breaker(GateState.CLOSED, 0, None, None, held)
