"""Who is on duty (值班): who sits in a team, and the first day on which there are not enough of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from models.affair.team import Team
from models.affair.team_book import RosterRule, TeamSort
from rules.calendar import WorkingCalendar

BEGIN = timedelta(days=7)
"""How long after its first members a team has time for its first roster."""

WEEK = timedelta(days=7)


def seated(team: Team, role: str | None = None) -> set[str]:
    """The seats that are held, of one role or of all."""
    return {name for name, seat in team.seats.items() if seat.held and role in {None, seat.role}}


def short(team: Team, sort: TeamSort) -> tuple[str, ...]:
    """The roles of which there are fewer than the least (空缺)."""
    return tuple(role for role, rule in sort.seats.items() if len(seated(team, role)) < rule.least)


def days_on_duty(rule: RosterRule, first: date, cal: WorkingCalendar) -> Iterator[date]:
    """The days on which somebody has to be on duty, from a day on, without end."""
    day = first
    while True:
        if not rule.work_days_only or cal.is_working(day):
            yield day
        day += timedelta(days=1)


def first_gap(team: Team, rule: RosterRule, cal: WorkingCalendar) -> date | None:
    """The first day without enough people; None while the team has not got enough of them.

    Counted from the day after the roster was last written: what is past by then can't be filled any more.
    """
    if len(seated(team)) < rule.each_day:
        return None
    written = cal.local_date(team.moments["rostered"])
    first = written + (timedelta(days=1) if team.roster else BEGIN)
    return next(day for day in days_on_duty(rule, first, cal) if len(team.roster.get(day.isoformat(), ())) < rule.each_day)


def gaps(team: Team, rule: RosterRule, cal: WorkingCalendar, first: date, days: int) -> tuple[date, ...]:
    """The days of a stretch on which there are not enough people (缺岗), for calendars."""
    last = first + timedelta(days=days)
    found: list[date] = []
    for day in days_on_duty(rule, first, cal):
        if day >= last:
            return tuple(found)
        if len(team.roster.get(day.isoformat(), ())) < rule.each_day:
            found.append(day)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One day of a roster: who is on duty, and how many are to be; nobody on a day that needs nobody."""

    day: date
    seats: tuple[str, ...]
    wanted: int
    works: bool
    """Whether it is a working day."""

    @property
    def missing(self) -> int:
        """How many are missing."""
        return max(0, self.wanted - len(self.seats))


def stretch(team: Team, rule: RosterRule, cal: WorkingCalendar, first: date, days: int) -> tuple[OnDuty, ...]:
    """Every day of a stretch with who is on duty (值班日历)."""
    found = []
    for day in (first + timedelta(days=n) for n in range(days)):
        works = cal.is_working(day)
        wanted = rule.each_day if works or not rule.work_days_only else 0
        found.append(OnDuty(day, team.roster.get(day.isoformat(), ()), wanted, works))
    return tuple(found)


def as_the_week_before(team: Team, days: Iterable[OnDuty]) -> tuple[OnDuty, ...]:
    """These days with who was on duty seven days before each (照上周排), of those who still sit in the team.

    A day that needs nobody stays as it is, and so does one before which nobody was on duty.
    """
    held = seated(team)
    found = []
    for one in days:
        before = tuple(seat for seat in team.roster.get((one.day - WEEK).isoformat(), ()) if seat in held)
        found.append(replace(one, seats=before) if one.wanted and before else one)
    return tuple(found)


def agreed(stands: Collection[str], seen: Collection[str], wanted: Collection[str]) -> tuple[str, ...]:
    """Who is on duty once somebody's wish for a day is done, who saw `seen` and wants `wanted`.

    What others have changed since stays: only what differs between the two is added to what stands, or taken from it.
    """
    kept = tuple(seat for seat in stands if seat in wanted or seat not in seen)
    return (*kept, *(seat for seat in wanted if seat not in seen and seat not in kept))
