"""What each action on a household file leads to, or why it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from models.affair import household as h
from models.affair.household_book import HouseholdBook
from models.clock import TimeUnit
from models.network import Network
from models.refusal import RefusalCode
from rules.affair.draft import AffairDraft
from rules.affair.kind import AffairBundle
from rules.affair.units import known_unit, where
from rules.calendar import WorkingCalendar
from rules.draft import Refuse, require


def fault(file: h.Household, act: h.RegisterHousehold | h.UpdateHousehold, bundle: AffairBundle) -> str | None:
    """Name the field that is in no list of the book, or contradicts another one."""
    book: HouseholdBook = bundle.book
    given = act.members if isinstance(act, h.RegisterHousehold) else act.add
    if act.contact is not None and act.contact not in book.contacts:
        return "contact"
    if any(need not in book.needs for need in act.needs or ()):
        return "needs"
    if any(member.relation is not None and member.relation not in book.relations for member in given):
        return "relation"
    if len({member.id for member in given}) != len(given):
        return "members"
    known = file.members
    if any(member.id not in known and (member.person is None or member.relation is None) for member in given):
        return "members"
    if isinstance(act, h.UpdateHousehold) and any(name not in known for name in act.leave):
        return "leave"
    return None


def register(draft: AffairDraft, act: h.RegisterHousehold) -> None:
    """Open a file. One head of the household, no more."""
    place = where(draft.bundle.network, act.place)
    require(sum(member.relation == "head" for member in act.members) == 1, RefusalCode.INVALID, "members")
    members = {one.id: _member(one, None) for one in act.members}
    what = h.HouseholdRegistered(
        place=place.code,
        town=place.town,
        number=act.number,
        address=act.address,
        members=members,
        contact=act.contact,
        needs=_needs(act.needs),
        noticed_on=act.noticed_on,
        next_visit=act.next_visit or _next_visit(draft.bundle, _needs(act.needs), draft.bundle.cal.local_date(draft.when)),
        imported=act.imported,
    )
    draft.add(what, stage="open", moments=("registered", "planned"))


def update(draft: AffairDraft, act: h.UpdateHousehold) -> None:
    """Change what is named; what stays the same is no change, and nothing at all is refused."""
    file: h.Household = draft.affair
    place = None if act.place in {None, file.place} else where(draft.bundle.network, str(act.place))
    members = {one.id: _member(one, file.members.get(one.id)) for one in act.add}
    members |= {name: file.members[name].model_copy(update={"left": draft.bundle.cal.local_date(draft.when)}) for name in act.leave}
    members = {name: member for name, member in members.items() if file.members.get(name) != member}
    needs = None if act.needs is None or _needs(act.needs) == file.needs else _needs(act.needs)
    what = h.HouseholdUpdated(
        place=place.code if place else None,
        town=place.town if place else None,
        address=act.address,
        contact=None if act.contact == file.contact else act.contact,
        needs=needs,
        noticed_on=None if act.noticed_on == file.noticed_on else act.noticed_on,
        imported=None if act.imported == file.imported else act.imported,
        members=members,
    )
    require(what != h.HouseholdUpdated(), RefusalCode.ALREADY_DONE)
    draft.add(what)
    heads = [one for one in draft.affair.members.values() if one.relation == "head" and one.left is None]
    require(len(heads) == 1, RefusalCode.INVALID, "members")


def agree(draft: AffairDraft, act: h.AgreeMeasure) -> None:
    """Agree on a measure: an act, a post, a date that is not over."""
    require(act.measure not in draft.affair.measures, RefusalCode.ALREADY_DONE)
    require(act.due >= draft.bundle.cal.local_date(draft.when), RefusalCode.INVALID, "due")
    unit = draft.bundle.network.unit(known_unit(draft.bundle.network, act.unit))
    require(unit is not None and act.role in unit.roles, RefusalCode.INVALID, "role")
    measure = h.Measure(id=act.measure, what=act.what, role=act.role, unit=act.unit, agreed_at=draft.when, due=act.due)
    draft.add(h.MeasureAgreed(measure=measure))


def finish(draft: AffairDraft, act: h.FinishMeasure) -> None:
    """Say what came of it; whoever drops it says why."""
    measure = draft.affair.measures.get(act.measure)
    require(measure is not None, RefusalCode.INVALID, "measure")
    require(measure is not None and measure.open, RefusalCode.ALREADY_DONE)
    require(act.result, RefusalCode.MISSING_REASON)
    draft.add(h.MeasureFinished(measure=act.measure, result=act.result, dropped=act.drop))


def plan(draft: AffairDraft, act: h.PlanVisit) -> None:
    """Put the next visit on a day that is not over."""
    require(act.day >= draft.bundle.cal.local_date(draft.when), RefusalCode.INVALID, "day")
    require(act.day != draft.affair.next_visit, RefusalCode.ALREADY_DONE)
    draft.add(h.VisitPlanned(day=act.day), moments=("planned",))


def visit(draft: AffairDraft, act: h.VisitHousehold) -> None:
    """Write a visit down, and plan the next one."""
    require(act.outcome in draft.bundle.book.outcomes, RefusalCode.INVALID, "outcome")
    today = draft.bundle.cal.local_date(draft.when)
    require(act.next_visit is None or act.next_visit > today, RefusalCode.INVALID, "next_visit")
    made = h.HouseVisit(at=draft.when, person=draft.actor.person, outcome=act.outcome, text=act.text or None)
    following = act.next_visit or _next_visit(draft.bundle, draft.affair.needs, today)
    draft.add(h.HouseholdVisited(visit=made, next_visit=following), moments=("planned",))


def renew(draft: AffairDraft, act: h.RenewStay) -> None:
    """Prolong a registration; never into the past, never shorter."""
    member = draft.affair.members.get(act.member)
    if member is None or member.stay is None or member.left is not None:
        raise Refuse(RefusalCode.INVALID, "member")
    require(act.until > member.stay.until, RefusalCode.INVALID, "until")
    draft.add(h.StayRenewed(member=act.member, stay=member.stay.model_copy(update={"until": act.until})))


def close(draft: AffairDraft, act: h.CloseHousehold) -> None:
    """Close the file, on a ground of the list; not while a measure is still owed."""
    require(act.ground in draft.bundle.book.closing, RefusalCode.INVALID, "ground")
    owed = sorted(name for name, measure in draft.affair.measures.items() if measure.open)
    require(not owed, RefusalCode.CHECKLIST_OPEN, ", ".join(owed))
    draft.add(h.HouseholdClosed(ground=act.ground), stage="closed")


def _member(given: h.MemberIn, known: h.Member | None) -> h.Member:
    if known is None:
        return h.Member(id=given.id, person=given.person or "", relation=given.relation or "", stay=given.stay)
    person, relation = given.person or known.person, given.relation or known.relation
    return known.model_copy(update={"person": person, "relation": relation, "stay": given.stay or known.stay, "left": None})


def _needs(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(given)))


def _next_visit(bundle: AffairBundle, needs: Iterable[str], today: date) -> date | None:
    """The day by which the household is to be visited again: the shortest cadence of its needs; None where none has one."""
    book: HouseholdBook = bundle.book
    days = [
        _on(bundle.cal, today, book.visit_every[need].amount, book.visit_every[need].unit) for need in needs if need in book.visit_every
    ]
    return min(days, default=None)


def _on(cal: WorkingCalendar, today: date, amount: int, unit: TimeUnit) -> date:
    return cal.add_working_days(today, amount) if unit is TimeUnit.WORK_DAYS else today + timedelta(days=amount)


def name_of(act: h.RegisterHousehold, network: Network) -> str:
    """What tells one household from another: its town and number."""
    place = network.place(act.place)
    return f"{place.town if place else ''}|{act.number}"
