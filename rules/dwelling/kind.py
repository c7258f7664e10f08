"""The kind `dwelling` (出租房): whose it is, which dates run, who sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from models.affair.dwelling.actions import DwellingAction
from models.affair.dwelling.book import DwellingBook
from models.affair.dwelling.happenings import DwellingEvent
from models.affair.dwelling.state import Dwelling
from models.network import Network
from models.party import Actor
from models.words import Role
from rules.affair.common import ENGINE
from rules.affair.kind import AffairBundle, AffairSpec, Kind, Owes, Want
from rules.affair.units import by_centre, by_village, centres, of_place, owed_there, unit_of, village_of
from rules.dwelling import inspecting, leasing
from rules.dwelling.foldings import FOLDINGS
from rules.dwelling.labels import LABELS
from rules.visibility import Group, Show

KEEPERS = frozenset({Role.GRID, Role.OFFICER, Role.CLERK, Role.DISPATCHER, Role.DIRECTOR})
"""Who keeps the list: the grid and the village committee, the centre (domain 8.1)."""

INSPECTORS = frozenset({Role.GRID, Role.OFFICER, Role.POLICE, Role.DISPATCHER, Role.DIRECTOR})
SEE_PERSONS = KEEPERS | {Role.POLICE}
"""Who reads the names and phones of those who live there."""

OPEN: frozenset[str | None] = frozenset({"open"})
ON_LIST: frozenset[str | None] = frozenset({"open", "suspended"})

PERSONAL = frozenset({Group.NAMES, Group.PHONES, Group.NUMBERS, Group.ADDRESSES})
NOBODY: Mapping[Group, Show] = {group: Show.FULL for group in Group if group not in PERSONAL}


def _police(dwelling: Dwelling, network: Network) -> str | None:
    place = network.place(dwelling.place or "")
    return unit_of(network, "police", place) if place is not None else None


def _moves(dwelling: Dwelling, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """Whoever keeps the list, and a tenant who brings a code."""
    return actor.role is Role.CITIZEN or by_village(dwelling, actor, act, bundle)


def _near(dwelling: Dwelling, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    return of_place(dwelling.place, actor, bundle.network)


def _wants(dwelling: Dwelling, bundle: AffairBundle) -> Mapping[str, Want]:
    book: DwellingBook = bundle.book
    wants = {"visit": Want(f"tiers.{dwelling.tier}", book.tiers[dwelling.tier].visit, dwelling.moments["inspected"])}
    if dwelling.deciding:
        wants["clearing"] = Want("reds", book.reds.limit, dwelling.moments["asked"])
    for lease in dwelling.leases.values():
        if lease.running:
            wants |= _lease_wants(dwelling, lease.id, bundle)
    return wants


def _lease_wants(dwelling: Dwelling, name: str, bundle: AffairBundle) -> dict[str, Want]:
    book, lease = bundle.book, dwelling.leases[name]
    wants: dict[str, Want] = {}
    if lease.until is not None:
        wants[f"lease:{name}"] = Want("lease_end", book.lease_end, lease.at, due_on=max(lease.until, bundle.cal.local_date(lease.at)))
    if lease.flags and lease.at > dwelling.moments["inspected"]:
        wants[f"look:{name}"] = Want("look", book.look, lease.at)
    for one in lease.present:
        if not one.confirmed:
            wants[f"confirm:{name}.{one.id}"] = Want("confirm", book.confirm, one.at)
    return wants


ACTS = {"visit": "inspect", "look": "inspect", "confirm": "confirm", "lease": "end_lease"}


def _owes(dwelling: Dwelling, clock: str, bundle: AffairBundle) -> Owes:
    name = clock.partition(":")[0]
    if name == "clearing":
        return Owes("decide_clearing", Role.DISPATCHER, bundle.network.centre(dwelling.town))
    return owed_there(dwelling, ACTS[name], bundle.network)


def _access(dwelling: Dwelling, bundle: AffairBundle) -> tuple[tuple[str, str], ...]:
    """The grid, the village, the centre and the police station; nobody by being of the town (domain 8.1)."""
    network = bundle.network
    units = (village_of(dwelling, network), *centres(dwelling.town, network), _police(dwelling, network))
    found = [("unit", unit) for unit in units if unit]
    found += [("place", dwelling.place)] if dwelling.place else []
    return tuple(dict.fromkeys(found))


def _keys(dwelling: Dwelling) -> tuple[tuple[str, str], ...]:
    """Its number and tier, and the digests of the codes that tenants check in by."""
    codes = [("check_in", lease.code) for lease in dwelling.leases.values() if lease.code is not None and lease.running]
    return (("dwelling", f"{dwelling.town}|{dwelling.number}"), ("dwelling_tier", str(dwelling.tier)), *codes)


def _faults(book: DwellingBook, network: Network) -> Iterator[tuple[str, str]]:
    for key, limit in (("confirm", book.confirm), ("look", book.look), ("lease_end", book.lease_end), ("reds.limit", book.reds.limit)):
        if limit.expire:
            yield key, "can't expire: it shows cards alone"
    if all(not use.lettable for use in book.uses.values()):
        yield "uses", "none may be let"


HOUSES = {
    "enrol": AffairSpec(leasing.enrol, KEEPERS, frozenset({None}), holds=by_village),
    "amend": AffairSpec(leasing.amend, KEEPERS, ON_LIST, holds=by_village),
    "let": AffairSpec(leasing.let, KEEPERS, OPEN, holds=by_village),
    "prolong": AffairSpec(leasing.prolong, KEEPERS, OPEN, holds=by_village),
    "end_lease": AffairSpec(leasing.end_lease, KEEPERS, ON_LIST, holds=by_village),
    "give_code": AffairSpec(leasing.give_code, KEEPERS, OPEN, holds=by_village),
    "check_in": AffairSpec(leasing.check_in, KEEPERS | {Role.CITIZEN}, OPEN, holds=_moves),
    "confirm": AffairSpec(leasing.confirm, KEEPERS, ON_LIST, holds=by_village),
    "move_out": AffairSpec(leasing.move_out, KEEPERS, ON_LIST, holds=by_village),
    "register_tenants": AffairSpec(leasing.register_tenants, KEEPERS, ON_LIST, holds=by_village),
    "close": AffairSpec(leasing.close, KEEPERS - {Role.GRID}, ON_LIST, holds=by_village),
}
SAFETY = {
    "inspect": AffairSpec(inspecting.inspect, INSPECTORS, ON_LIST, holds=_near, fault=inspecting.inspect_fault),
    "decide_clearing": AffairSpec(inspecting.decide_clearing, frozenset({Role.DISPATCHER, Role.DIRECTOR}), ON_LIST, holds=by_centre),
    "hazard_found": AffairSpec(inspecting.hazard_found, ENGINE, ON_LIST),
    "hazard_again": AffairSpec(inspecting.hazard_again, ENGINE, ON_LIST),
    "hazard_closed": AffairSpec(inspecting.hazard_closed, ENGINE, ON_LIST),
    "answer": AffairSpec(inspecting.answer, ENGINE, ON_LIST | {"closed"}),
}

DWELLING = Kind(
    name="dwelling",
    zh="出租房",
    en="Dwelling",
    mark="DW",
    state=Dwelling,
    event=DwellingEvent,
    actions=TypeAdapter(DwellingAction),
    book=DwellingBook,
    opens="enrol",
    ends=frozenset({"closed"}),
    specs={**HOUSES, **SAFETY},
    foldings=FOLDINGS,
    wants=_wants,
    owes=_owes,
    access=_access,
    keys=_keys,
    faults=_faults,
    named_by=leasing.name_of,
    labels=LABELS,
    shows={role: NOBODY for role in Role if role not in SEE_PERSONS},
)
