"""The kind `household` (一户一档一策): whose it is, which dates run, who sees it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from models.affair import household as h
from models.affair.household_book import HouseholdBook
from models.party import Actor
from models.words import Role
from rules.affair.kind import AffairBundle, AffairSpec, Kind, Owes, Want
from rules.affair.units import by_village, centre_posts, centres, owed_there, village_of
from rules.household import actions
from rules.household.folding import FOLDINGS
from rules.household.labels import LABELS
from rules.visibility import Group

KEEPERS = frozenset({Role.GRID, Role.OFFICER, Role.CLERK, Role.DISPATCHER, Role.DIRECTOR})
"""Who keeps files: the grid, the village committee, the centre (domain 8.1)."""

VISITORS = KEEPERS | {Role.MEDIATOR, Role.POLICE, Role.DOCTOR, Role.VOLUNTEER}

RUNNING: frozenset[str | None] = frozenset({"open"})


def _visits(file: h.Household, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """Whoever keeps the file, and the units that owe a measure."""
    return by_village(file, actor, act, bundle) or any(measure.unit == actor.unit for measure in file.measures.values())


def _finishes(file: h.Household, actor: Actor, act: h.FinishMeasure, bundle: AffairBundle) -> bool:
    """The unit that owes the measure; to drop it is for whoever keeps the file."""
    measure = file.measures.get(act.measure)
    mine = measure is not None and measure.unit == actor.unit and not act.drop
    return measure is None or mine or by_village(file, actor, act, bundle)


def _wants(file: h.Household, bundle: AffairBundle) -> Mapping[str, Want]:
    book: HouseholdBook = bundle.book
    wants: dict[str, Want] = {}
    if file.next_visit is not None:
        wants["visit"] = _dated("visit", book.visit, file, file.next_visit, bundle)
    for measure in file.measures.values():
        if measure.open:
            wants[f"measure:{measure.id}"] = Want("measure", book.measure, measure.agreed_at, due_on=measure.due)
    for member in file.members.values():
        if member.stay is not None and member.left is None:
            wants[f"stay:{member.id}"] = _dated("stay", book.stay, file, member.stay.until, bundle)
    return wants


def _dated(key: str, limit: Any, file: h.Household, on: date, bundle: AffairBundle) -> Want:
    """A limit with a date of its own; what was over before the file was opened is due on that day."""
    anchor = file.moments["planned"] if key == "visit" else file.moments["registered"]
    return Want(key, limit, anchor, due_on=max(on, bundle.cal.local_date(anchor)))


def _owes(file: h.Household, clock: str, bundle: AffairBundle) -> Owes:
    name, _, number = clock.partition(":")
    if name == "measure":
        measure = file.measures[number]
        return Owes("finish", measure.role, measure.unit)
    return owed_there(file, "visit" if name == "visit" else "renew", bundle.network)


def _access(file: h.Household, bundle: AffairBundle) -> tuple[tuple[str, str], ...]:
    """The grid, the village and the centre; a unit that owes a measure; nobody by being of the town (domain 8.1)."""
    network = bundle.network
    units = [village_of(file, network), *centres(file.town, network)]
    units += [measure.unit for measure in file.measures.values() if measure.open]
    found = [("unit", unit) for unit in units if unit]
    found += [("place", file.place)] if file.place else []
    found += centre_posts(file.town, network)
    found += [("party", member.person) for member in file.members.values() if member.left is None]
    return tuple(dict.fromkeys(found))


def _keys(file: h.Household) -> tuple[tuple[str, str], ...]:
    """Its number, and the day of the next visit: rounds ask for those that are due."""
    found = [("household", f"{file.town}|{file.number}")]
    return (*found, ("visit_on", file.next_visit.isoformat())) if file.next_visit else tuple(found)


HOUSEHOLD = Kind(
    name="household",
    zh="一户一档",
    en="Household file",
    mark="HH",
    state=h.Household,
    event=h.HouseholdEvent,
    actions=TypeAdapter(h.HouseholdAction),
    book=HouseholdBook,
    opens="register",
    ends=frozenset({"closed"}),
    specs={
        "register": AffairSpec(actions.register, KEEPERS, frozenset({None}), holds=by_village, fault=actions.fault),
        "update": AffairSpec(actions.update, KEEPERS, RUNNING, holds=by_village, fault=actions.fault),
        "agree": AffairSpec(actions.agree, KEEPERS, RUNNING, holds=by_village),
        "finish": AffairSpec(actions.finish, VISITORS | {Role.STEWARD}, RUNNING, holds=_finishes),
        "plan": AffairSpec(actions.plan, KEEPERS, RUNNING, holds=by_village),
        "visit": AffairSpec(actions.visit, VISITORS, RUNNING, holds=_visits),
        "renew": AffairSpec(actions.renew, KEEPERS, RUNNING, holds=by_village),
        "close": AffairSpec(actions.close, KEEPERS - {Role.GRID}, RUNNING, holds=by_village),
    },
    foldings=FOLDINGS,
    wants=_wants,
    owes=_owes,
    access=_access,
    keys=_keys,
    named_by=actions.name_of,
    labels=LABELS,
    groups={"needs": Group.PROTECTION, "address": Group.ADDRESSES},
)
