"""Clocks: budget and ledger in, due time and alarms out. Every change gives a new clock, derived anew from its ledger.

Called by `decide` and by the workflow's one timer. Which alarms a limit has comes from the procedure; when each of them
rings is in `rules/clock_alarms.py`; how it is told in `rules/clock_explain.py`.

A count of days starts on the day after the anchor's local date. A day is used up exactly if the clock runs at its end:
24:00 for calendar days, office closing for working days. A limit in calendar days, and a promise, that would end on a
rest day rolls forward to the next working day, or back for a pay-day; the other units never roll. A budget of zero days
means by the end of the start day, never before the anchor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.base import Instant
from models.clock import Alarm, AlarmPlan, Budget, Clock, Due, Extension, Suspension, TimeUnit
from models.words import Authority
from rules.calendar import DAY, WorkingCalendar
from rules.clock_alarms import alarm_time
from rules.odometer import Gap, Odometer, advance, odometer, run_between


@dataclass(frozen=True, slots=True)
class Count:
    """A clock laid on the odometer of its unit: where it starts, how far it goes, where it stands still."""

    meter: Odometer
    start: int
    amount: int
    gaps: tuple[Gap, ...]


def unit_of(clock: Clock) -> TimeUnit:
    """The unit it is counted in; a promise is counted in calendar days up to its own date."""
    return TimeUnit.DAYS if clock.due_on else clock.budget.unit


def counting(clock: Clock, cal: WorkingCalendar, now: Instant | None = None) -> Count:
    """The clock on its odometer; a standstill that is still open lasts until now, or is left out without now."""
    meter = odometer(unit_of(clock), cal)
    day = cal.local_date(clock.anchor)
    amount = (clock.due_on - day).days if clock.due_on else clock.budget.amount
    amount += sum(extension.amount for extension in clock.extensions)
    return Count(meter, meter.start(clock.anchor, day), amount * meter.per_unit, meter.gaps(clock.suspensions, now))


def derive(clock: Clock, cal: WorkingCalendar) -> Clock:
    """The clock with its due time and the times of all alarms that have not rung; both None while it stands still."""
    if clock.paused:
        return _still(clock)
    due = _due(clock, cal)
    alarms = [alarm if alarm.rung else _at(alarm, alarm_time(alarm, clock, due, cal)) for alarm in clock.alarms]
    return clock.model_copy(update={"due": due, "alarms": tuple(alarms)})


def start(  # noqa: PLR0913 - a clock has this many facts, and they are known in one place
    id: str,
    limit_key: str,
    budget: Budget,
    anchor: Instant,
    calendar_hash: str,
    cal: WorkingCalendar,
    alarms: Sequence[AlarmPlan] = (),
    *,
    authority: Authority = Authority.PRODUCT_DEFAULT,
    source: str = "",
    round: int = 1,  # noqa: A002 - the word of the model
    due_on: date | None = None,
    backward: bool = False,
) -> Clock:
    """A new clock, derived. Its alarms are taken as plans: none has rung."""
    clock = Clock(
        id=id,
        limit=limit_key,
        round=round,
        budget=budget,
        anchor=anchor,
        calendar=calendar_hash,
        authority=authority,
        source=source,
        backward=backward,
        due_on=due_on,
        alarms=tuple(Alarm(**{**plan.model_dump(), "at": None, "rung": False}) for plan in alarms),
    )
    return derive(clock, cal)


def suspend(clock: Clock, at: Instant, ground: str, by: str) -> Clock:
    """The clock standing still from `at` on; raises ValueError if it does already or did at that time."""
    if clock.paused:
        raise ValueError(f"clock {clock.id} stands still already")
    stretch = Suspension(since=at, ground=ground, by=by)
    last = clock.suspensions[-1].until if clock.suspensions else None
    if last is not None and stretch.since < last:
        raise ValueError(f"clock {clock.id} stood still until {last}")
    return _still(clock.model_copy(update={"suspensions": (*clock.suspensions, stretch)}))


def resume(clock: Clock, at: Instant, cal: WorkingCalendar) -> Clock:
    """The clock running again from `at` on, moved by the time it stood; raises ValueError if it runs or `at` is too early."""
    if not clock.paused:
        raise ValueError(f"clock {clock.id} is running")
    last = clock.suspensions[-1]
    if at < last.since:
        raise ValueError(f"clock {clock.id} stands still only since {last.since}")
    closed = Suspension(since=last.since, until=at, ground=last.ground, by=last.by)
    return derive(clock.model_copy(update={"suspensions": (*clock.suspensions[:-1], closed)}), cal)


def extend(clock: Clock, amount: int, at: Instant, by: str, cal: WorkingCalendar) -> Clock:
    """The clock with `amount` of its own unit added to the budget, before rolling (calendar days for a promise)."""
    added = Extension(amount=amount, at=at, by=by)
    return derive(clock.model_copy(update={"extensions": (*clock.extensions, added)}), cal)


def recalendar(clock: Clock, new_hash: str, new_cal: WorkingCalendar) -> Clock:
    """The clock counted by another calendar from its start on. Alarms that have rung stay as they rang."""
    return derive(clock.model_copy(update={"calendar": new_hash}), new_cal)


def ring(clock: Clock, alarm_id: str) -> Clock:
    """The clock with this alarm marked as rung, which it stays; raises KeyError if it has no such alarm."""
    if all(alarm.id != alarm_id for alarm in clock.alarms):
        raise KeyError(alarm_id)
    alarms = [alarm.model_copy(update={"rung": True}) if alarm.id == alarm_id else alarm for alarm in clock.alarms]
    return clock.model_copy(update={"alarms": tuple(alarms)})


def due_alarms(clock: Clock, now: Instant) -> list[Alarm]:
    """The alarms that are to ring by now and have not, in the order of (at, id)."""
    timed = [(alarm.at, alarm.id, alarm) for alarm in clock.alarms if alarm.at is not None and not alarm.rung]
    return [alarm for at, _, alarm in sorted(timed, key=lambda entry: entry[:2]) if at <= now]


def next_alarm(clocks: Iterable[Clock]) -> datetime | None:
    """When the next alarm of any of the clocks is to ring; None when none will."""
    return min((alarm.at for clock in clocks for alarm in clock.alarms if alarm.at is not None and not alarm.rung), default=None)


def allowed(clock: Clock, cal: WorkingCalendar) -> int:
    """Budget and extensions in whole days for day units, else in minutes; for a promise the days up to its date."""
    count = counting(clock, cal)
    return max(0, count.amount) // count.meter.per_measure


def consumed(clock: Clock, now: Instant, cal: WorkingCalendar) -> int:
    """How much is used up by now, of what is allowed and in the same measure, rounded down."""
    count = counting(clock, cal, now)
    run = run_between(count.start, count.meter.read(now), count.gaps)
    return min(run, max(0, count.amount)) // count.meter.per_measure


def remaining(clock: Clock, now: Instant, cal: WorkingCalendar) -> int:
    """How much is left of what is allowed; 0 from the nominal due time on, also where the due time has rolled further."""
    return allowed(clock, cal) - consumed(clock, now, cal)


def overdue(clock: Clock, now: Instant) -> bool:
    """Whether the due time has passed; at the very instant it has not. Never while the clock stands still."""
    return clock.due is not None and now > clock.due.at


def _still(clock: Clock) -> Clock:
    alarms = tuple(alarm if alarm.rung else _at(alarm, None) for alarm in clock.alarms)
    return clock.model_copy(update={"due": None, "alarms": alarms})


def _at(alarm: Alarm, at: datetime | None) -> Alarm:
    return alarm.model_copy(update={"at": at})


def _due(clock: Clock, cal: WorkingCalendar) -> Due:
    unit, count = unit_of(clock), counting(clock, cal)
    if count.amount == 0 and count.meter.start_day:
        goal = advance(min(count.start, count.meter.read(clock.anchor)), 1, count.gaps)
    else:
        goal = advance(count.start, count.amount, count.gaps)
    nominal = count.meter.reached(goal)
    if unit is TimeUnit.DAYS:
        return _rolled(clock, cal.ending_date(nominal), cal)
    nominal = max(nominal, clock.anchor)
    # Hours and minutes run day and night: no notice can move them.
    provisional = unit in {TimeUnit.WORK_DAYS, TimeUnit.WORK_HOURS} and cal.provisional(cal.ending_date(nominal))
    return Due(nominal=nominal, at=nominal, provisional=provisional)


def _rolled(clock: Clock, nominal: date, cal: WorkingCalendar) -> Due:
    """The end of the nominal day, rolled off rest days."""
    if clock.backward:
        # Nobody can pay before it was promised: then the day itself counts.
        day = cal.previous_working(nominal)
        day = day if day >= cal.local_date(clock.anchor) else nominal
        over = cal.rest_days(day + DAY, nominal)
    else:
        day = cal.next_working(nominal)
        for gap in clock.suspensions:
            # The day it rolled to is owed in full: a standstill at its end moves it on.
            if gap.until is not None and gap.since < cal.midnight_end(day) <= gap.until:
                day = cal.next_working(cal.local_date(gap.until))
        over = cal.rest_days(nominal, day - DAY)
    return Due(
        nominal=cal.midnight_end(nominal),
        at=cal.midnight_end(day),
        provisional=cal.provisional(max(nominal, day)),
        rolled=over,
    )
