"""Buildings, leases and who lives there: what each action leads to, or why it is refused (出租登记)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from models.affair.dwelling import actions as a
from models.affair.dwelling import happenings as w
from models.affair.dwelling.book import DwellingBook
from models.affair.dwelling.state import Dwelling, Flag, Lease, Occupant, Room
from models.network import Network
from models.refusal import RefusalCode
from models.words import Role
from rules.affair.draft import AffairDraft
from rules.affair.units import where
from rules.draft import Refuse, require
from rules.dwelling.letting import breaches


def name_of(act: a.EnrolDwelling, network: Network) -> str:
    """What tells one building from another: its town and its own number."""
    place = network.place(act.place)
    return f"{place.town if place else ''}|{act.number}"


def enrol(draft: AffairDraft, act: a.EnrolDwelling) -> None:
    """Enter a building with its rooms."""
    place = where(draft.bundle.network, act.place)
    what = w.DwellingEnrolled(
        place=place.code,
        town=place.town,
        number=act.number,
        address=act.address,
        landlord_person=act.landlord_person,
        rooms=_rooms(act.rooms, draft.bundle.book),
    )
    draft.add(what, stage="open", moments=("inspected",))


def amend(draft: AffairDraft, act: a.AmendDwelling) -> None:
    """Change what is named; a room that is let is not dropped, nor turned into one that may not be let."""
    dwelling: Dwelling = draft.affair
    rooms = {name: room for name, room in _rooms(act.rooms, draft.bundle.book).items() if dwelling.rooms.get(name) != room}
    let = {name for lease in dwelling.leases.values() if lease.running for name in lease.rooms}
    for name in act.drop:
        require(name in dwelling.rooms and name not in let and name not in rooms, RefusalCode.INVALID, f"drop ({name})")
    barred = [name for name in rooms if name in let and not draft.bundle.book.uses[rooms[name].use].lettable]
    require(not barred, RefusalCode.INVALID, f"rooms ({', '.join(barred)})")
    what = w.DwellingAmended(address=act.address, landlord_person=act.landlord_person, rooms=rooms, dropped=act.drop)
    require(what != w.DwellingAmended(), RefusalCode.ALREADY_DONE)
    draft.add(what)
    require(draft.affair.rooms, RefusalCode.INVALID, "drop")


def _rooms(given: Iterable[Room], book: DwellingBook) -> dict[str, Room]:
    rooms = {room.id: room for room in given}
    require(len(rooms) == len(list(given)), RefusalCode.INVALID, "rooms (id)")
    unknown = [room.id for room in rooms.values() if room.use not in book.uses]
    require(not unknown, RefusalCode.INVALID, f"rooms.use ({', '.join(unknown)})")
    return rooms


def let(draft: AffairDraft, act: a.LetRooms) -> None:
    """Enter a lease over rooms that are free, held against the place's rules."""
    dwelling: Dwelling = draft.affair
    require(act.lease not in dwelling.leases, RefusalCode.ALREADY_DONE)
    require(act.until is None or act.until > act.since, RefusalCode.INVALID, "until")
    unknown = [name for name in act.rooms if name not in dwelling.rooms]
    require(not unknown and len(set(act.rooms)) == len(act.rooms), RefusalCode.INVALID, f"rooms ({', '.join(unknown)})")
    taken = {name for lease in dwelling.leases.values() if lease.running for name in lease.rooms}
    require(taken.isdisjoint(act.rooms), RefusalCode.INVALID, f"rooms ({', '.join(sorted(taken.intersection(act.rooms)))})")
    tenants = {one.id: _occupant(draft, one.id, one.person, act.since, signed=True) for one in act.tenants}
    require(len(tenants) == len(act.tenants) <= act.headcount, RefusalCode.INVALID, "tenants")
    flags = _held(breaches(dwelling, act.rooms, act.headcount, act.headcount, draft.bundle.book))
    lease = Lease(
        id=act.lease,
        rooms=act.rooms,
        since=act.since,
        until=act.until,
        headcount=act.headcount,
        at=draft.when,
        occupants=tenants,
        flags=flags,
    )
    draft.add(w.LeaseMade(made=lease))


def prolong(draft: AffairDraft, act: a.ProlongLease) -> None:
    """Prolong a lease that has an end."""
    lease = _running(draft.affair, act.lease)
    require(lease.until is not None and act.until > lease.until, RefusalCode.INVALID, "until")
    draft.add(w.LeaseProlonged(lease=act.lease, until=act.until))


def end_lease(draft: AffairDraft, act: a.EndLease) -> None:
    """End a lease, today or on a day that is over."""
    lease = _running(draft.affair, act.lease)
    draft.add(w.LeaseEnded(lease=act.lease, day=_day(draft, act.day, lease.since)))


def give_code(draft: AffairDraft, act: a.GiveCode) -> None:
    """Give a lease a code; the door lets no digest in: codes are made by the service."""
    _running(draft.affair, act.lease)
    book: DwellingBook = draft.bundle.book
    draft.add(w.CodeGiven(lease=act.lease, code=act.digest, code_until=draft.when + book.code_for.span))


def check_in(draft: AffairDraft, act: a.CheckIn) -> None:
    """Somebody moves in; a tenant proves by the code that they may say so, and the grid confirms it later."""
    dwelling: Dwelling = draft.affair
    lease = _running(dwelling, act.lease)
    by_code = draft.actor.role is Role.CITIZEN
    if by_code:
        require(act.digest is not None and act.digest == lease.code, RefusalCode.NOT_ALLOWED)
        require(lease.code_until is not None and draft.when <= lease.code_until, RefusalCode.TOO_LATE)
    require(act.occupant not in lease.occupants, RefusalCode.ALREADY_DONE)
    require(all(one.person != act.person for one in lease.present), RefusalCode.ALREADY_DONE)
    since = act.since or draft.bundle.cal.local_date(draft.when)
    require(since >= lease.since and (lease.until is None or since <= lease.until), RefusalCode.INVALID, "since")
    present = len(lease.present) + 1
    flags = _held(breaches(dwelling, lease.rooms, lease.headcount, present, draft.bundle.book))
    new = tuple(flag for flag in flags if flag not in lease.flags)
    moved_in = _occupant(draft, act.occupant, act.person, since, confirmed=not by_code)
    draft.add(w.OccupantCheckedIn(lease=act.lease, moved_in=moved_in, flags=new))


def confirm(draft: AffairDraft, act: a.ConfirmOccupant) -> None:
    """Say whether somebody lives there; who says no says why."""
    occupant = _present(_running(draft.affair, act.lease), act.occupant)
    require(not occupant.confirmed, RefusalCode.ALREADY_DONE)
    require(act.lives_there or act.text, RefusalCode.MISSING_REASON)
    day = draft.bundle.cal.local_date(draft.when)
    draft.add(
        w.OccupantConfirmed(
            lease=act.lease, occupant=act.occupant, lives_there=act.lives_there, day=max(day, occupant.since), text=act.text
        )
    )


def move_out(draft: AffairDraft, act: a.MoveOut) -> None:
    """Somebody has moved out, today or on a day that is over."""
    occupant = _present(_running(draft.affair, act.lease), act.occupant)
    draft.add(w.OccupantLeft(lease=act.lease, occupant=act.occupant, day=_day(draft, act.day, occupant.since)))


def register_tenants(draft: AffairDraft, act: a.RegisterTenants) -> None:
    """Open a household file of everybody who lives there by a lease, by reference: nobody types a name twice."""
    dwelling: Dwelling = draft.affair
    lease = _running(dwelling, act.lease)
    book: DwellingBook = draft.bundle.book
    if lease.until is None:
        raise Refuse(RefusalCode.INVALID, "until")
    living = [one for one in lease.present if one.confirmed or one.signed]
    require(living, RefusalCode.INVALID, "occupants")
    ordered = sorted(living, key=lambda one: (not one.signed, one.id))
    until = lease.until
    members = [
        {
            "id": one.id,
            "relation": book.register_as.other if number else book.register_as.head,
            "stay": {"since": one.since.isoformat(), "until": max(until, one.since).isoformat()},
        }
        for number, one in enumerate(ordered)
    ]
    fields = {"place": dwelling.place, "number": f"{dwelling.number}-{lease.id}", "address": dwelling.address, "members": members}
    draft.add(w.TenantsRegistered(lease=act.lease))
    detail = {
        "kind": "household",
        "fields": fields,
        "texts": ["address"],
        "persons": {f"members.{number}.person": one.person for number, one in enumerate(ordered)},
    }
    draft.ask("open_affair", detail)


def close(draft: AffairDraft, act: a.CloseDwelling) -> None:
    """Take it off the list; not while it is let, nor while something unsafe is open."""
    dwelling: Dwelling = draft.affair
    require(act.ground in draft.bundle.book.closing, RefusalCode.INVALID, "ground")
    owed = [f"leases.{lease.id}" for lease in dwelling.leases.values() if lease.running]
    owed += [f"findings.{name}" for name in dwelling.findings]
    require(not owed, RefusalCode.CHECKLIST_OPEN, ", ".join(owed))
    draft.add(w.DwellingClosed(ground=act.ground), stage="closed")


def _occupant(draft: AffairDraft, name: str, person: str, since: date, *, signed: bool = False, confirmed: bool = True) -> Occupant:
    return Occupant(id=name, person=person, signed=signed, since=since, at=draft.when, confirmed=confirmed)


def _running(dwelling: Dwelling, name: str) -> Lease:
    lease = dwelling.leases.get(name)
    if lease is None:
        raise Refuse(RefusalCode.INVALID, "lease")
    require(lease.running, RefusalCode.ALREADY_DONE)
    return lease


def _present(lease: Lease, name: str) -> Occupant:
    occupant = lease.occupants.get(name)
    if occupant is None:
        raise Refuse(RefusalCode.INVALID, "occupant")
    require(occupant.until is None, RefusalCode.ALREADY_DONE)
    return occupant


def _day(draft: AffairDraft, day: date | None, since: date) -> date:
    """A day that has come: the one named, or today; never before it began."""
    today = draft.bundle.cal.local_date(draft.when)
    require(day is None or since <= day <= today, RefusalCode.INVALID, "day")
    return day or max(today, since)


def _held(found: Iterable[tuple[bool, Flag]]) -> tuple[Flag, ...]:
    """Refuse what the book refuses, naming the rule's source; return what it only flags."""
    flags: list[Flag] = []
    for refused, flag in found:
        require(not refused, RefusalCode.INVALID, f"{flag.rule} ({flag.detail}; {flag.source})")
        flags.append(flag)
    return tuple(flags)
