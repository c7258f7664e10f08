"""What other rules would do to the clocks of a running case, worked out and thrown away. Used by `service/oversight/trials.py`.

A case is carried over to the rules in question as `rebase` would do it, once to those it runs under and once to the tried ones;
what differs is the doing of the change alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from models.base import Instant, Model
from models.case import Case
from models.clock import Clock
from models.procedure import Procedure
from rules.library import Bundle
from rules.limits import settle


class Shift(Model):
    """A clock whose due time would be another; None = it does not run, or stands still."""

    clock: str
    limit: str
    """Key of the limit it comes from; of a clock that would end, the limit it came from."""
    before: Instant | None
    after: Instant | None
    days: int | None
    """From one date to the other, as the place counts them; None where only one of the two is there."""


class Difference(Model):
    """What differs in one case."""

    shifts: tuple[Shift, ...]
    """By the clocks' ids."""
    alarms: bool
    """Whether a reminder or a card would come at another time, also where no due time moves."""


def difference(case: Case, bundle: Bundle, procedure: Procedure, now: datetime) -> Difference:
    """Return what would be another under this procedure than under the one a case runs under."""
    as_is, tried = _clocks(case, bundle, now), _clocks(case, replace(bundle, procedure=procedure), now)
    found = (_shift(clock_id, case, as_is, tried, bundle) for clock_id in sorted({*as_is, *tried}))
    alarms = any(_alarms(as_is.get(clock_id)) != _alarms(clock) for clock_id, clock in tried.items())
    return Difference(shifts=tuple(shift for shift in found if shift is not None), alarms=alarms)


def _shift(clock_id: str, case: Case, as_is: dict[str, Clock], tried: dict[str, Clock], bundle: Bundle) -> Shift | None:
    one, other = as_is.get(clock_id), tried.get(clock_id)
    before, after = _due(case.clocks.get(clock_id)), _due(other)
    same = (one is None) == (other is None)
    if same and after in {_due(one), before}:
        return None
    limit = other.limit if other is not None else one.limit if one is not None else ""
    return Shift(clock=clock_id, limit=limit, before=before, after=after, days=_days(before, after, bundle))


def _clocks(case: Case, bundle: Bundle, now: datetime) -> dict[str, Clock]:
    effects = settle(case, bundle, now, rebased=True)
    kept = {clock_id: clock for clock_id, clock in case.clocks.items() if clock_id not in effects.stopped}
    return kept | {clock.id: clock for clock in effects.clocks}


def _due(clock: Clock | None) -> datetime | None:
    return clock.due.at if clock is not None and clock.due is not None else None


def _alarms(clock: Clock | None) -> list[tuple[str, datetime | None]]:
    return [(alarm.id, alarm.at) for alarm in clock.alarms] if clock is not None else []


def _days(before: datetime | None, after: datetime | None, bundle: Bundle) -> int | None:
    if before is None or after is None:
        return None
    return (bundle.cal.ending_date(after) - bundle.cal.ending_date(before)).days
