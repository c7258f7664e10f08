"""What each action on a team leads to, or why it is refused."""

from __future__ import annotations

from datetime import timedelta

from models.affair import team as t
from models.affair.team_book import TeamBook, TeamSort
from models.network import Network
from models.refusal import RefusalCode
from rules.affair.draft import AffairDraft
from rules.affair.kind import AffairBundle
from rules.affair.units import known_unit, where
from rules.draft import Refuse, require
from rules.staff_ids import role_of, unit_of
from rules.team.roster import seated

KEPT = timedelta(days=31)
"""How long the state remembers who was on duty; all of it is in the record."""


def sort_of(team: t.Team, book: TeamBook) -> TeamSort:
    """What the book says of this kind of team."""
    return book.sorts[team.sort or ""]


def form_fault(team: t.Team, act: t.FormTeam, bundle: AffairBundle) -> str | None:
    """Name the field that is in no list, or contradicts another one."""
    book: TeamBook = bundle.book
    if act.sort not in book.sorts:
        return "sort"
    unit = bundle.network.unit(act.unit)
    if unit is None or bundle.network.place(act.place) is None:
        return None  # the rule itself names what is wrong
    if unit.kind not in book.sorts[act.sort].units:
        return "unit"
    return "place" if unit.village is not None and unit.village != act.place else None


def form(draft: AffairDraft, act: t.FormTeam) -> None:
    """Form a team: all its seats are vacant yet."""
    place = where(draft.bundle.network, act.place)
    unit = draft.bundle.network.unit(known_unit(draft.bundle.network, act.unit))
    require(unit is not None and unit.town == place.town, RefusalCode.INVALID, "unit")
    what = t.TeamFormed(sort=act.sort, place=place.code, town=place.town, unit=act.unit, number=act.number)
    draft.add(what, stage="active", moments=("formed", "rostered"))


def seat_fault(team: t.Team, act: t.SeatMember, bundle: AffairBundle) -> str | None:
    """Name what does not fit the role: none of the team's, an account where it has none, or none where it has."""
    book: TeamBook = bundle.book
    if act.role not in sort_of(team, book).seats:
        return "role"
    posts = book.roles[act.role].posts
    if not posts:
        return "person" if act.person is None or act.staff is not None else None
    if act.staff is None or act.person is not None or not act.on_roll:
        return "staff"
    unit = bundle.network.unit(unit_of(act.staff))
    near = unit is not None and unit.town in {None, team.town}
    return None if near and role_of(act.staff) in posts else "staff"


def seat(draft: AffairDraft, act: t.SeatMember) -> None:
    """Give somebody a seat; nobody has two in a team."""
    team: t.Team = draft.affair
    known = team.seats.get(act.seat)
    require(known is None or not known.held, RefusalCode.ALREADY_DONE)
    rule = sort_of(team, draft.bundle.book)
    require(len(seated(team, act.role)) < rule.seats[act.role].most, RefusalCode.INVALID, "role (no seat left)")
    require(act.staff is None or act.staff not in [team.seats[name].staff for name in seated(team)], RefusalCode.SAME_PERSON)
    # Before there are enough people nobody could write a roster: it is owed from here on.
    begins = rule.roster is not None and len(seated(team)) + 1 == rule.roster.each_day
    since = draft.bundle.cal.local_date(draft.when)
    what = t.MemberSeated(seat=act.seat, role=act.role, staff=act.staff, person=act.person, since=since)
    draft.add(what, moments=("rostered",) if begins else ())


def unseat(draft: AffairDraft, act: t.UnseatMember) -> None:
    """Take a seat back; its days to come are free, and are shown as gaps."""
    team: t.Team = draft.affair
    held = team.seats.get(act.seat)
    require(held is not None, RefusalCode.INVALID, "seat")
    if held is None or not held.held:
        raise Refuse(RefusalCode.ALREADY_DONE)
    require(act.reason, RefusalCode.MISSING_REASON)
    today = draft.bundle.cal.local_date(draft.when)
    freed = tuple(sorted(day for day, seats in team.roster.items() if act.seat in seats and day >= today.isoformat()))
    what = t.MemberUnseated(seat=act.seat, role=held.role, until=today, freed=freed, reason=act.reason)
    rule = sort_of(team, draft.bundle.book).seats.get(held.role)
    vacant = rule is not None and len(seated(team, held.role)) - 1 < rule.least
    draft.add(what, moments=(f"vacant:{held.role}",) if vacant else ())


def roster(draft: AffairDraft, act: t.WriteRoster) -> None:
    """Say who is on duty on days to come; a day of which nobody is named is free again."""
    team: t.Team = draft.affair
    rule = sort_of(team, draft.bundle.book).roster
    require(rule is not None, RefusalCode.INVALID, "days (no roster for this kind of team)")
    if rule is None:
        return
    today, members = draft.bundle.cal.local_date(draft.when), seated(team)
    last = today + timedelta(days=rule.ahead)
    require(len({shift.day for shift in act.days}) == len(act.days), RefusalCode.INVALID, "days")
    require(all(today <= shift.day <= last for shift in act.days), RefusalCode.INVALID, "day")
    require(
        all(set(shift.seats) <= members and len(set(shift.seats)) == len(shift.seats) for shift in act.days), RefusalCode.INVALID, "seats"
    )
    days = {shift.day.isoformat(): shift.seats for shift in sorted(act.days, key=lambda one: one.day)}
    days = {day: seats for day, seats in days.items() if team.roster.get(day, ()) != seats}
    require(days, RefusalCode.ALREADY_DONE)
    draft.add(t.RosterWritten(days=days, kept_from=today - KEPT), moments=("rostered",))


def join(draft: AffairDraft, act: t.JoinShift) -> None:
    """Put a seat on duty on a day to come, beside whoever is."""
    on_duty = _shift(draft, act)
    require(act.seat in seated(draft.affair), RefusalCode.INVALID, "seat")
    require(act.seat not in on_duty, RefusalCode.ALREADY_DONE)
    require(len(on_duty) < t.MOST_ON_DUTY, RefusalCode.INVALID, "day (nobody more)")
    _written(draft, act, (*on_duty, act.seat))


def leave(draft: AffairDraft, act: t.LeaveShift) -> None:
    """Take a seat off duty on a day to come."""
    on_duty = _shift(draft, act)
    require(act.seat in draft.affair.seats, RefusalCode.INVALID, "seat")
    require(act.seat in on_duty, RefusalCode.ALREADY_DONE)
    _written(draft, act, tuple(seat for seat in on_duty if seat != act.seat))


def _shift(draft: AffairDraft, act: t.JoinShift | t.LeaveShift) -> tuple[str, ...]:
    """Who is on duty on the day of an action; refuses a day that is over or too far, and a team without a roster."""
    team: t.Team = draft.affair
    rule = sort_of(team, draft.bundle.book).roster
    today = draft.bundle.cal.local_date(draft.when)
    open_ = rule is not None and today <= act.day <= today + timedelta(days=rule.ahead)
    require(open_, RefusalCode.INVALID, "day")
    return team.roster.get(act.day.isoformat(), ())


def _written(draft: AffairDraft, act: t.JoinShift | t.LeaveShift, seats: tuple[str, ...]) -> None:
    today = draft.bundle.cal.local_date(draft.when)
    draft.add(t.RosterWritten(days={act.day.isoformat(): seats}, kept_from=today - KEPT), moments=("rostered",))


def plan(draft: AffairDraft, act: t.PlanDrill) -> None:
    """Plan an exercise of the team for a day that is not over."""
    team: t.Team = draft.affair
    require(act.exercise in sort_of(team, draft.bundle.book).exercises, RefusalCode.INVALID, "exercise")
    require(act.drill not in team.drills, RefusalCode.ALREADY_DONE)
    require(act.day >= draft.bundle.cal.local_date(draft.when), RefusalCode.INVALID, "day")
    draft.add(t.DrillPlanned(drill=act.drill, exercise=act.exercise, day=act.day))


def hold(draft: AffairDraft, act: t.HoldDrill) -> None:
    """Write down an exercise, planned or not; who had to be there and was not is named by seat."""
    team, book = draft.affair, draft.bundle.book
    known: t.Drill | None = team.drills.get(act.drill)
    require(known is None or known.open, RefusalCode.ALREADY_DONE)
    exercise = act.exercise or (known.exercise if known is not None else None)
    fits = exercise in sort_of(team, book).exercises and (known is None or known.exercise == exercise)
    require(fits, RefusalCode.INVALID, "exercise")
    members, attended = seated(team), tuple(dict.fromkeys(act.attended))
    require(set(attended) <= members, RefusalCode.INVALID, "attended")
    roles = book.exercises[exercise or ""].roles
    owed = {name for name in members if not roles or team.seats[name].role in roles}
    what = t.DrillHeld(
        drill=act.drill,
        exercise=exercise or "",
        day=draft.bundle.cal.local_date(draft.when),
        attended=attended,
        missed=tuple(sorted(owed - set(attended))),
    )
    draft.add(what, moments=(f"exercise:{exercise}",))


def call_off(draft: AffairDraft, act: t.CallOffDrill) -> None:
    """Call a planned exercise off; when the next one is owed does not change by it."""
    known: t.Drill | None = draft.affair.drills.get(act.drill)
    require(known is not None, RefusalCode.INVALID, "drill")
    require(known is not None and known.open, RefusalCode.ALREADY_DONE)
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(t.DrillCalledOff(drill=act.drill, reason=act.reason))


def group(draft: AffairDraft, act: t.TakeGroup) -> None:
    """Enter a group, or what has changed of it."""
    team: t.Team = draft.affair
    require(act.purpose in draft.bundle.book.purposes, RefusalCode.INVALID, "purpose")
    require(act.seat is None or act.seat in seated(team), RefusalCode.INVALID, "seat")
    require(act.told_on is None or act.told_on <= draft.bundle.cal.local_date(draft.when), RefusalCode.INVALID, "told_on")
    known = team.groups.get(act.group)
    told = act.told_on or (known.told_on if known is not None else None)
    same = known is not None and (known.purpose, known.seat, known.told_on) == (act.purpose, act.seat, told)
    require(not same, RefusalCode.ALREADY_DONE)
    draft.add(t.GroupTaken(group=act.group, purpose=act.purpose, seat=act.seat, told_on=told))


def drop_group(draft: AffairDraft, act: t.DropGroup) -> None:
    """Take a group off the register."""
    require(act.group in draft.affair.groups, RefusalCode.INVALID, "group")
    draft.add(t.GroupDropped(group=act.group))


def dissolve(draft: AffairDraft, act: t.DissolveTeam) -> None:
    """Dissolve the team, on a ground of the list."""
    require(act.ground in draft.bundle.book.dissolving, RefusalCode.INVALID, "ground")
    draft.add(t.TeamDissolved(ground=act.ground), stage="dissolved")


def name_of(act: t.FormTeam, network: Network) -> str:
    """What tells one team from another: its unit, place, kind and number."""
    return f"{act.unit}|{act.place}|{act.sort}|{act.number}"
