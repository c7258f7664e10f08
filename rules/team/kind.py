"""The kind `team` (队伍): whose it is, what it owes, who sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from models.affair import team as t
from models.affair.record import Told
from models.affair.team_book import TeamBook
from models.network import Network
from models.party import Actor
from models.words import Role
from rules.affair.common import EVERYBODY, SUPERVISORS
from rules.affair.kind import AffairBundle, AffairSpec, Kind, Owes, Want
from rules.affair.units import centres, of_centre
from rules.staff_ids import unit_of
from rules.team import actions
from rules.team.actions import sort_of
from rules.team.folding import FOLDINGS
from rules.team.labels import LABELS
from rules.team.roster import first_gap, gaps, seated, short

KEEPERS = frozenset({Role.OFFICER, Role.GRID, Role.POLICE, Role.STEWARD, Role.CLERK, Role.DISPATCHER, Role.DIRECTOR, Role.LEADER})
"""Who keeps teams: their own units, and the centre in charge."""

RUNNING: frozenset[str | None] = frozenset({"active"})
SHOWN_GAPS = 14
"""Days ahead whose gaps are told."""


def _keeps(team: t.Team, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """The team's own unit, or the centre in charge."""
    if isinstance(act, t.FormTeam):
        place = bundle.network.place(act.place)
        if place is None:
            return True  # the rule itself names what is wrong
        return actor.unit in (act.unit, *centres(place.town, bundle.network))
    return actor.unit == team.unit or of_centre(team, actor, bundle)


def _shifts(team: t.Team, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """Who keeps the team, and whoever sits in the seat that is on duty; before one is named, in any."""
    if _keeps(team, actor, act, bundle):
        return True
    mine = {name for name, seat in team.seats.items() if seat.held and seat.staff == actor.holder}
    return act.seat in mine if isinstance(act, (t.JoinShift, t.LeaveShift)) else bool(mine)


def _wants(team: t.Team, bundle: AffairBundle) -> Mapping[str, Want]:
    book: TeamBook = bundle.book
    sort, formed = sort_of(team, book), team.moments["formed"]
    wants: dict[str, Want] = {}
    for role, rule in sort.seats.items():
        if len(seated(team, role)) < rule.least:
            wants[f"vacancy:{role}"] = Want("vacancy", book.vacancy, team.moments.get(f"vacant:{role}", formed))
    for name in sort.exercises:
        exercise = book.exercises[name]
        wants[f"exercise:{name}"] = Want("exercise", exercise.limit, team.moments.get(f"exercise:{name}", formed), budget=exercise.every)
    for name, drill in team.drills.items():
        if drill.open:
            wants[f"planned:{name}"] = Want("planned", book.planned, drill.planned_at, due_on=drill.day)
    for name, group in team.groups.items():
        if group.told_on is None:
            wants[f"notice:{name}"] = Want("notice", book.notice, group.since)
    gap = None if sort.roster is None else first_gap(team, sort.roster, bundle.cal)
    if sort.roster is not None and gap is not None:
        written = team.moments["rostered"]
        # A day of rest is seen to on the working day before: no limit of the roster rolls over the very day it is about.
        before = max(bundle.cal.previous_working(gap), bundle.cal.local_date(written))
        wants["roster"] = Want("roster", sort.roster.limit, written, due_on=before)
    return wants


ACTS = {"vacancy": "seat", "exercise": "hold", "planned": "hold", "notice": "group", "roster": "roster"}


def _owes(team: t.Team, clock: str, bundle: AffairBundle) -> Owes:
    return Owes(ACTS[clock.partition(":")[0]], sort_of(team, bundle.book).keeper, team.unit)


def _staff(team: t.Team) -> Mapping[str, str]:
    return {f"seats.{name}.staff": seat.staff for name, seat in team.seats.items() if seat.held and seat.staff is not None}


def _access(team: t.Team, bundle: AffairBundle) -> tuple[tuple[str, str], ...]:
    """Its town, place and unit, the centre, and the units and persons of its members."""
    network, staff = bundle.network, tuple(_staff(team).values())
    units = [team.unit, *centres(team.town, network)]
    units += [unit_of(person) for person in staff]
    found = [("unit", unit) for unit in units if unit] + [("person", person) for person in staff]
    found += [("town", team.town)] if team.town is not None else []
    found += [("place", team.place)] if team.place else []
    found += [("party", seat.person) for seat in team.seats.values() if seat.person is not None]
    return tuple(dict.fromkeys(found))


def _keys(team: t.Team) -> tuple[tuple[str, str], ...]:
    return (("team", f"{team.unit}|{team.sort}|{team.number}"),)


def _tells(team: t.Team, bundle: AffairBundle, now: datetime) -> Iterator[Told]:
    """Which days have nobody, and which seats are empty."""
    book: TeamBook = bundle.book
    sort = sort_of(team, book)
    for role in short(team, sort):
        named, held, least = book.roles[role], len(seated(team, role)), sort.seats[role].least
        yield Told(zh=f"{named.zh}空缺：应有 {least} 人，现有 {held} 人", en=f"{named.en}: {held} of at least {least}")
    if sort.roster is not None and not team.ended:
        empty = gaps(team, sort.roster, bundle.cal, bundle.cal.local_date(now), SHOWN_GAPS)
        if empty:
            days = ", ".join(day.isoformat() for day in empty)
            yield Told(
                zh=f"今后 {SHOWN_GAPS} 天缺岗：{days}（每天应有 {sort.roster.each_day} 人）",
                en=f"Days without enough people in the next {SHOWN_GAPS}: {days} ({sort.roster.each_day} each day)",
            )


def _faults(book: TeamBook, network: Network) -> Iterator[tuple[str, str]]:
    """Kinds of units that are none, keepers that their units have not got, and a grid team that is not the network's."""
    kinds = {unit.kind: unit for unit in network.units.values()}
    for name, sort in book.sorts.items():
        for kind in sort.units:
            if kind not in kinds:
                yield f"sorts.{name}.units", f'unknown kind of unit "{kind}"'
            elif sort.keeper not in kinds[kind].roles:
                yield f"sorts.{name}.keeper", f"a {kind} has no {sort.keeper}"
    grid = book.sorts.get("grid")
    if grid is not None and network.grid_team:
        names = tuple(book.roles[role].zh for role in grid.seats)
        if names != network.grid_team:
            yield "sorts.grid.seats", f"the network's grid_team is {', '.join(network.grid_team)}"


TEAM = Kind(
    name="team",
    zh="队伍",
    en="Team",
    mark="TM",
    state=t.Team,
    event=t.TeamEvent,
    actions=TypeAdapter(t.TeamAction),
    book=TeamBook,
    opens="form",
    ends=frozenset({"dissolved"}),
    specs={
        "form": AffairSpec(actions.form, KEEPERS, frozenset({None}), holds=_keeps, fault=actions.form_fault),
        "seat": AffairSpec(actions.seat, KEEPERS, RUNNING, holds=_keeps, fault=actions.seat_fault),
        "unseat": AffairSpec(actions.unseat, KEEPERS, RUNNING, holds=_keeps),
        "roster": AffairSpec(actions.roster, KEEPERS, RUNNING, holds=_keeps),
        "join": AffairSpec(actions.join, EVERYBODY, RUNNING, holds=_shifts),
        "leave": AffairSpec(actions.leave, EVERYBODY, RUNNING, holds=_shifts),
        "plan": AffairSpec(actions.plan, KEEPERS, RUNNING, holds=_keeps),
        "hold": AffairSpec(actions.hold, KEEPERS, RUNNING, holds=_keeps),
        "call_off": AffairSpec(actions.call_off, KEEPERS, RUNNING, holds=_keeps),
        "group": AffairSpec(actions.group, KEEPERS, RUNNING, holds=_keeps),
        "drop_group": AffairSpec(actions.drop_group, KEEPERS, RUNNING, holds=_keeps),
        "dissolve": AffairSpec(actions.dissolve, SUPERVISORS, RUNNING, holds=_keeps),
    },
    foldings=FOLDINGS,
    wants=_wants,
    owes=_owes,
    access=_access,
    staff=_staff,
    keys=_keys,
    named_by=actions.name_of,
    tells=_tells,
    faults=_faults,
    labels=LABELS,
)
