"""What the happenings of a team change in its state."""

from __future__ import annotations

from typing import Any

from models.affair import team as t
from rules.affair.folding import copied, nothing
from rules.affair.kind import Folding

KEPT_DRILLS = 60
"""How many exercises the state remembers; all of them are in the record."""


def _seated(team: t.Team, what: t.MemberSeated, event: t.TeamEvent) -> dict[str, Any]:
    seat = t.Seat(role=what.role, staff=what.staff, person=what.person, since=what.since)
    return {"seats": {**team.seats, what.seat: seat}}


def _unseated(team: t.Team, what: t.MemberUnseated, event: t.TeamEvent) -> dict[str, Any]:
    seats = {**team.seats, what.seat: team.seats[what.seat].model_copy(update={"until": what.until})}
    roster = {day: tuple(one for one in on_duty if day not in what.freed or one != what.seat) for day, on_duty in team.roster.items()}
    groups = {name: one.model_copy(update={"seat": None}) if one.seat == what.seat else one for name, one in team.groups.items()}
    return {"seats": seats, "roster": roster, "groups": groups}


def _rostered(team: t.Team, what: t.RosterWritten, event: t.TeamEvent) -> dict[str, Any]:
    roster = {day: seats for day, seats in {**team.roster, **what.days}.items() if day >= what.kept_from.isoformat()}
    return {"roster": dict(sorted(roster.items()))}


def _planned(team: t.Team, what: t.DrillPlanned, event: t.TeamEvent) -> dict[str, Any]:
    return _with(team, what.drill, t.Drill(exercise=what.exercise, day=what.day, planned_at=event.when))


def _held(team: t.Team, what: t.DrillHeld, event: t.TeamEvent) -> dict[str, Any]:
    known = team.drills.get(what.drill) or t.Drill(exercise=what.exercise, day=what.day, planned_at=event.when)
    held = {"day": what.day, "held_at": event.when, "attended": what.attended, "missed": what.missed}
    return _with(team, what.drill, known.model_copy(update=held))


def _called_off(team: t.Team, what: t.DrillCalledOff, event: t.TeamEvent) -> dict[str, Any]:
    return _with(team, what.drill, team.drills[what.drill].model_copy(update={"called_off": True}))


def _with(team: t.Team, name: str, drill: t.Drill) -> dict[str, Any]:
    drills = {**team.drills, name: drill}
    over = [key for key, one in drills.items() if not one.open][:-KEPT_DRILLS]
    return {"drills": {key: one for key, one in drills.items() if key not in over}}


def _taken(team: t.Team, what: t.GroupTaken, event: t.TeamEvent) -> dict[str, Any]:
    known = team.groups.get(what.group)
    group = t.Group(purpose=what.purpose, seat=what.seat, since=known.since if known is not None else event.when, told_on=what.told_on)
    return {"groups": {**team.groups, what.group: group}}


def _dropped(team: t.Team, what: t.GroupDropped, event: t.TeamEvent) -> dict[str, Any]:
    return {"groups": {name: group for name, group in team.groups.items() if name != what.group}}


FOLDINGS: dict[str, Folding] = {
    "team_formed": copied,
    "member_seated": _seated,
    "member_unseated": _unseated,
    "roster_written": _rostered,
    "drill_planned": _planned,
    "drill_held": _held,
    "drill_called_off": _called_off,
    "group_taken": _taken,
    "group_dropped": _dropped,
    "team_dissolved": nothing,
}
