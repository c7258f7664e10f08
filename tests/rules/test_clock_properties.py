"""Clocks against an oracle that knows no shortcuts: it walks day by day, or half hour by half hour.

Promised: what ran within working time, and what remains, together are the budget, through any suspensions, extensions
and changes of the calendar; a longer budget is never due earlier; no alarm rings twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import Calendar
from models.clock import AlarmKind, AlarmPlan, Budget, Clock, TimeUnit
from rules import clock as clocks
from rules.calendar import WorkingCalendar

LOCAL = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
STEP = timedelta(minutes=30)
FIRST = datetime(2026, 9, 14, tzinfo=LOCAL)

Gap = tuple[datetime, datetime]


def days(*texts: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


@dataclass(frozen=True)
class Oracle:
    """Rest days as plain sets; everything else is walking."""

    off: frozenset[date]
    made_up: frozenset[date]

    def calendar(self) -> WorkingCalendar:
        until = date(2026, 12, 31)
        early = tuple(day for day in self.off if day <= until)
        late = tuple(day for day in self.off if day > until)
        return WorkingCalendar(Calendar(version="x", published_until=until, off=early, expected_off=late, make_up=tuple(self.made_up)))

    def worked(self, day: date) -> bool:
        return day in self.made_up or (day.weekday() < 5 and day not in self.off)

    def end(self, day: date, unit: TimeUnit) -> datetime:
        if unit is TimeUnit.WORK_DAYS:
            return datetime.combine(day, time(17), LOCAL)
        return datetime.combine(day + DAY, time(), LOCAL)

    def counts(self, day: date, unit: TimeUnit, gaps: list[Gap]) -> bool:
        if unit is TimeUnit.WORK_DAYS and not self.worked(day):
            return False
        return not any(since < self.end(day, unit) <= until for since, until in gaps)

    def open(self, at: datetime) -> bool:
        return self.worked(at.date()) and at.hour in {9, 10, 11, 13, 14, 15, 16}

    def runs(self, at: datetime, unit: TimeUnit, gaps: list[Gap]) -> bool:
        if unit is TimeUnit.WORK_HOURS and not self.open(at):
            return False
        return not any(since <= at < until for since, until in gaps)

    def due(self, unit: TimeUnit, anchor: datetime, amount: int, gaps: list[Gap]) -> datetime:
        if unit not in {TimeUnit.DAYS, TimeUnit.WORK_DAYS}:
            return self.due_at(unit, anchor, amount, gaps)
        day, left = anchor.date(), amount
        if amount == 0:
            left = 1
            day -= DAY
            while self.end(day + DAY, unit) <= anchor:
                day += DAY
        while left:
            day += DAY
            left -= self.counts(day, unit, gaps)
        while unit is TimeUnit.DAYS and not (self.worked(day) and self.counts(day, unit, gaps)):
            day += DAY
        return self.end(day, unit)

    def due_at(self, unit: TimeUnit, anchor: datetime, minutes: int, gaps: list[Gap]) -> datetime:
        at, left = anchor, minutes
        while left > 0:
            left -= 30 * self.runs(at, unit, gaps)
            at += STEP
        return at

    def consumed(self, unit: TimeUnit, anchor: datetime, now: datetime, gaps: list[Gap]) -> int:
        found = 0
        if unit in {TimeUnit.DAYS, TimeUnit.WORK_DAYS}:
            day = anchor.date() + DAY
            while self.end(day, unit) <= now:
                found += self.counts(day, unit, gaps)
                day += DAY
            return found
        at = anchor
        while at < now:
            found += 30 * self.runs(at, unit, gaps)
            at += STEP
        return found


OLD = Oracle(
    off=days(*(f"2026-09-{n}" for n in (25, 26, 27)), *(f"2026-10-0{n}" for n in range(1, 8)), "2027-01-01"),
    made_up=days("2026-09-20", "2026-10-10"),
)
NEW = Oracle(
    off=days(*(f"2026-09-{n}" for n in (25, 26)), *(f"2026-10-0{n}" for n in range(1, 7)), "2026-11-11", "2027-01-01", "2027-01-04"),
    made_up=days("2026-09-27", "2026-10-17"),
)
READY = {"old": OLD.calendar(), "new": NEW.calendar()}

ALARMS = (
    AlarmPlan(id="remind", kind=AlarmKind.REMIND, fraction=0.8),
    AlarmPlan(id="day3", kind=AlarmKind.REMIND, after_anchor=Budget(amount=3, unit=TimeUnit.DAYS)),
    AlarmPlan(id="before", kind=AlarmKind.REMIND, before_due=Budget(amount=2, unit=TimeUnit.DAYS)),
    AlarmPlan(id="yellow", kind=AlarmKind.YELLOW, fraction=1.0),
    AlarmPlan(id="red", kind=AlarmKind.RED, after_due=Budget(amount=3, unit=TimeUnit.WORK_DAYS)),
    AlarmPlan(id="expire", kind=AlarmKind.EXPIRE),
)


@dataclass
class Life:
    """A clock as it is moved, and beside it what the oracle has to know."""

    clock: Clock
    oracle: Oracle
    cal: WorkingCalendar
    anchor: datetime
    now: datetime
    gaps: list[Gap] = field(default_factory=list)
    since: datetime | None = None
    added: int = 0
    rung: list[str] = field(default_factory=list)

    def gaps_now(self) -> list[Gap]:
        return [*self.gaps, (self.since, self.now)] if self.since else self.gaps

    def do(self, deed: str, amount: int) -> None:
        if deed == "stop" and self.since is None:
            self.clock, self.since = clocks.suspend(self.clock, self.now, "appraisal", "m"), self.now
        elif deed == "go" and self.since is not None:
            self.clock = clocks.resume(self.clock, self.now, self.cal)
            self.gaps.append((self.since, self.now))
            self.since = None
        elif deed == "extend":
            self.clock = clocks.extend(self.clock, amount, self.now, "m", self.cal)
            self.added += amount
        elif deed in READY:
            self.oracle, self.cal = (NEW if deed == "new" else OLD), READY[deed]
            self.clock = clocks.recalendar(self.clock, deed, self.cal)
        elif deed == "ring":
            for alarm in clocks.due_alarms(self.clock, self.now):
                self.clock = clocks.ring(self.clock, alarm.id)
                self.rung.append(alarm.id)


def measure(unit: TimeUnit, amount: int) -> int:
    return amount * {TimeUnit.HOURS: 60, TimeUnit.WORK_HOURS: 60}.get(unit, 1)


STEPS = {TimeUnit.MINUTES: 30}
UNITS = st.sampled_from(list(TimeUnit))
DEEDS = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.sampled_from(["stop", "go", "extend", "old", "new", "ring", "look"]),
        st.integers(1, 6),
    ),
    max_size=12,
)
ANCHORS = st.integers(0, 1400).map(lambda steps: FIRST + steps * STEP)


@settings(max_examples=250, deadline=None)
@given(unit=UNITS, anchor=ANCHORS, amount=st.integers(0, 30), deeds=DEEDS)
def test_running_time_and_what_remains_are_the_budget(
    unit: TimeUnit, anchor: datetime, amount: int, deeds: list[tuple[int, str, int]]
) -> None:
    amount *= STEPS.get(unit, 1)
    clock = clocks.start("c", "l", Budget(amount=amount, unit=unit), anchor, "old", READY["old"], ALARMS)
    life = Life(clock, OLD, READY["old"], anchor, anchor)
    for wait, deed, more in deeds:
        life.now += wait * STEP
        life.do(deed, more * STEPS.get(unit, 1))
        check(life, unit, amount)
    assert len(life.rung) == len(set(life.rung))


def check(life: Life, unit: TimeUnit, amount: int) -> None:
    total = measure(unit, amount + life.added)
    ran = life.oracle.consumed(unit, life.anchor, life.now, life.gaps_now())
    assert clocks.consumed(life.clock, life.now, life.cal) == min(ran, total)
    assert clocks.remaining(life.clock, life.now, life.cal) == max(total - ran, 0)
    assert clocks.derive(life.clock, life.cal) == life.clock
    assert Clock.model_validate_json(life.clock.model_dump_json()) == life.clock
    if life.since is None:
        assert life.clock.due is not None
        assert life.clock.due.at == life.oracle.due(unit, life.anchor, total, life.gaps)
        assert life.clock.due.at >= life.clock.due.nominal
    else:
        assert life.clock.due is None
        assert clocks.due_alarms(life.clock, life.now + 10_000 * DAY) == []


@settings(max_examples=150, deadline=None)
@given(unit=UNITS, anchor=ANCHORS, amount=st.integers(0, 60), gap=st.tuples(st.integers(0, 300), st.integers(0, 300)), back=st.booleans())
def test_a_longer_budget_is_never_due_earlier(unit: TimeUnit, anchor: datetime, amount: int, gap: tuple[int, int], *, back: bool) -> None:
    dues = []
    for each in (amount, amount + 1):
        clock = clocks.start("c", "l", Budget(amount=each, unit=unit), anchor, "old", READY["old"], backward=back)
        clock = clocks.suspend(clock, anchor + gap[0] * STEP, "appraisal", "m")
        clock = clocks.resume(clock, anchor + sum(gap) * STEP, READY["old"])
        assert clock.due is not None
        dues.append(clock.due.at)
    assert dues[0] <= dues[1]


@settings(max_examples=150, deadline=None)
@given(unit=UNITS, anchor=ANCHORS, amount=st.integers(1, 30), gap=st.tuples(st.integers(0, 300), st.integers(0, 300)))
def test_four_fifths_of_the_running_time_are_over_when_the_reminder_rings(
    unit: TimeUnit, anchor: datetime, amount: int, gap: tuple[int, int]
) -> None:
    clock = clocks.start("c", "l", Budget(amount=amount, unit=unit), anchor, "old", READY["old"], [ALARMS[0]])
    stood = (anchor + gap[0] * STEP, anchor + sum(gap) * STEP)
    clock = clocks.resume(clocks.suspend(clock, stood[0], "appraisal", "m"), stood[1], READY["old"])
    at, due = clock.alarms[0].at, clock.due
    if at is None:  # its moment had passed when the clock ran again
        return
    assert due is not None
    axis = TimeUnit.WORK_HOURS if unit in {TimeUnit.WORK_DAYS, TimeUnit.WORK_HOURS} else TimeUnit.HOURS
    whole = OLD.consumed(axis, anchor, due.at.astimezone(LOCAL), [stood])
    part = OLD.consumed(axis, anchor, at.astimezone(LOCAL), [stood])
    assert abs(part - whole * 0.8) <= 30
