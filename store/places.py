"""Loading a place: the files of `places/<id>/` as validated documents.

Called at the start of a worker or a face, by `starter.py network` and by tests. Every error is a `BadFile` that names
the file, the key and the reason, for the person who edited the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from models.affair.keeping import MOST_YEARS, AffairKeeping
from models.affair.watch.book import WatchBook
from models.arrival import Sender
from models.base import Model
from models.calendar import Calendar
from models.categories import Categories
from models.contacts import Contacts
from models.eyes import EyesRules
from models.kpi import Kpis
from models.library import Documents
from models.message_plan import Channels, MessagePlan
from models.network import DEFAULT, Network, Unit
from models.procedure import Procedure
from models.report import Reports
from models.risk import RiskTable
from models.staff import Staff
from models.words import Role
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from rules.library import Library
from rules.procedure_checks import faults
from store.arrivals.mappings import read_senders
from store.calendars import read_calendar
from store.files import BadFile, parse, read_yaml
from store.messages.plan_files import read_channels, read_message_plan
from store.networks import read_network
from store.papers.templates import LoadedPapers, read_papers

GRID_ROLES = (Role.GRID, Role.MEDIATOR)
"""Roles whose post-holder in a village committee has the village as their grid."""


@dataclass(frozen=True, slots=True)
class LoadedPlace:
    """The documents of one place. The first four are what cases refer to by hash."""

    network: Network
    procedure: Procedure
    risk: RiskTable
    calendar: Calendar
    categories: Categories
    contacts: Contacts
    eyes: EyesRules
    messages: MessagePlan
    channels: Channels
    kpis: Kpis
    reports: Reports
    staff: dict[str, Staff]
    """Everybody by id: one post-holder per role and unit, and those the file lists."""
    senders: dict[str, Sender]
    """Systems that send events, by id."""
    papers: LoadedPapers
    books: dict[str, BaseModel]
    """The documents of the kinds of affairs that this place has, by kind."""
    keeping: AffairKeeping
    """How long ended affairs are kept."""

    def documents(self, library: Library) -> Documents:
        """Put what cases refer to by hash into a library; return the hashes."""
        return Documents(
            network=library.add(self.network),
            procedure=library.add(self.procedure),
            risk=library.add(self.risk),
            calendar=library.add(self.calendar),
        )


class StaffFile(Model):
    """What `staff.yaml` may say: attributes by person, who is known by `role@unit` or `role@unit#2`."""

    version: int
    staff: dict[str, dict[str, Any]] = Field(default_factory=dict)


def load_place(folder: Path) -> LoadedPlace:
    """Everything `folder` says about its place; raises BadFile for the first thing that is wrong."""
    network = read_network(folder / "network.yaml", folder / "divisions.csv")
    procedure = read_procedure(folder / "procedure.yaml")
    categories = parse(Categories, read_yaml(folder / "categories.yaml"), folder / "categories.yaml")
    _check_categories(folder, network, procedure, categories)
    risk = read_risk(folder / "risk.yaml")
    books = read_books(folder / "grid", network)
    watches = books.get("watch")
    return LoadedPlace(
        network=network,
        procedure=procedure,
        risk=risk,
        calendar=read_calendar(folder / "calendar.yaml"),
        categories=categories,
        contacts=read_contacts(folder / "contacts.yaml", network),
        eyes=parse(EyesRules, read_yaml(folder / "access.yaml"), folder / "access.yaml"),
        messages=read_message_plan(folder / "messages"),
        channels=read_channels(folder / "messages" / "channels.yaml", network),
        kpis=read_kpis(folder / "kpis.yaml", categories),
        reports=read_reports(folder / "reports.yaml", categories),
        staff=read_staff(folder / "staff.yaml", network, categories),
        senders=read_senders(folder, network, risk, watches if isinstance(watches, WatchBook) else None),
        papers=read_papers(folder / "papers"),
        books=books,
        keeping=read_keeping(folder / "keeping.yaml"),
    )


def read_keeping(path: Path) -> AffairKeeping:
    """How long affairs are kept; a place without the file keeps all as the product does. Raises BadFile."""
    if not path.exists():
        return AffairKeeping()
    found = parse(AffairKeeping, read_yaml(path), path)
    for kind, years in found.kinds.items():
        if kind not in KINDS:
            raise BadFile(path, f"kinds.{kind}", f'there is no kind of affair "{kind}"')
        if years is not None and not 0 < years <= MOST_YEARS:
            raise BadFile(path, f"kinds.{kind}", f"years from 1 to {MOST_YEARS}, or null for good")
    return found


def read_books(folder: Path, network: Network) -> dict[str, BaseModel]:
    """The books of affairs that a place has; a kind without a file is not there. Raises BadFile, also for a file of no kind."""
    found: dict[str, BaseModel] = {}
    for path in sorted(folder.glob("*.yaml")):
        kind = KINDS.get(path.stem)
        if kind is None:
            raise BadFile(path, "", f'there is no kind of affair "{path.stem}"')
        found[path.stem] = read_book(path, kind, network)
    return found


def read_book(path: Path, kind: Kind, network: Network) -> BaseModel:
    """The book of a kind, also one that is only rehearsed; raises BadFile."""
    book = parse(kind.book, read_yaml(path), path)
    for key, reason in kind.faults(book, network):
        raise BadFile(path, key, reason)
    return book


def read_procedure(path: Path) -> Procedure:
    """A procedure from its file, also one that is only rehearsed; raises BadFile."""
    return procedure_of(read_yaml(path), path)


def read_risk(path: Path) -> RiskTable:
    """A risk table from its file, also one that is only tried; raises BadFile."""
    return parse(RiskTable, read_yaml(path), path)


def procedure_of(data: object, path: Path) -> Procedure:
    """A procedure from what its file holds; raises BadFile."""
    procedure = parse(Procedure, data, path)
    for key, reason in faults(procedure):
        raise BadFile(path, key, reason)
    return procedure


def read_contacts(path: Path, network: Network) -> Contacts:
    """Phones of units; raises BadFile."""
    contacts = parse(Contacts, read_yaml(path), path)
    for unit in contacts.phones:
        if network.unit(unit) is None:
            raise BadFile(path, f"phones.{unit}", f'unknown unit "{unit}"')
    return contacts


def read_kpis(path: Path, categories: Categories) -> Kpis:
    """The indicators from their file; raises BadFile, also for a category that is not in the list."""
    kpis = parse(Kpis, read_yaml(path), path)
    counts = [(f"kpis.{number}", count) for number, kpi in enumerate(kpis.kpis) for count in (kpi.of, kpi.counted_part())]
    for key, count in (*counts, ("pair.up", kpis.pair.up), ("pair.down", kpis.pair.down)):
        for code in count.where.category or ():
            _check_category(code, categories, path, key)
    return kpis


def read_reports(path: Path, categories: Categories) -> Reports:
    """The reports to others from their file; raises BadFile, also for a category that is not in the list."""
    reports = parse(Reports, read_yaml(path), path)
    for number, row in enumerate(reports.justice):
        for code in row.categories:
            _check_category(code, categories, path, f"justice.{number}.categories")
    return reports


def read_staff(path: Path, network: Network, categories: Categories) -> dict[str, Staff]:
    """Post-holders of every unit, with what the file says about some of them and whom it adds; raises BadFile."""
    found = {person.id: person for person in post_holders(network)}
    for name, row in parse(StaffFile, read_yaml(path), path).staff.items():
        key = f"staff.{name}"
        post = name.partition("#")[0]
        role, _, unit_id = post.partition("@")
        unit = network.unit(unit_id)
        if unit is None:
            raise BadFile(path, key, f'unknown unit "{unit_id}"')
        if role not in unit.roles:
            raise BadFile(path, key, f'{unit_id} has no role "{role}"')
        grids = found[post].grids if post in found else ()
        person = parse(Staff, {"grids": grids, **row, "id": name, "role": role, "unit": unit_id}, path, key)
        _check_person(path, key, person, network, categories)
        found[name] = person
    return found


def post_holders(network: Network) -> Iterator[Staff]:
    """One person for each role of each unit that is there, in the order of the network."""
    for unit in network.units.values():
        if not unit.vacant:
            yield from (Staff(id=f"{role}@{unit.id}", role=role, unit=unit.id, grids=_grids(unit, role)) for role in unit.roles)


def _grids(unit: Unit, role: Role) -> tuple[str, ...]:
    return (unit.village,) if unit.village and role in GRID_ROLES else ()


def _check_person(path: Path, key: str, person: Staff, network: Network, categories: Categories) -> None:
    for place, skill in enumerate(person.skills):
        _check_category(skill, categories, path, f"{key}.skills.{place}")
    for place, grid in enumerate(person.grids):
        if network.place(grid) is None:
            raise BadFile(path, f"{key}.grids.{place}", f'unknown place "{grid}"')


def _check_categories(folder: Path, network: Network, procedure: Procedure, categories: Categories) -> None:
    """Refuse a rule for a category that is not in the list: it would never apply, and nobody would notice."""
    for code in network.routing:
        if code != DEFAULT and categories.get(code) is None:
            raise BadFile(folder / "network.yaml", f"routing.{code}", "unknown category")
    check_categories(procedure, categories, folder / "procedure.yaml")


def check_categories(procedure: Procedure, categories: Categories, path: Path) -> None:
    """Refuse a procedure with a rule for a category that is not in the list; raises BadFile."""
    for key in ("unmediable_categories", "barred_categories", "unconfirmable_categories"):
        codes: tuple[str, ...] = getattr(procedure, key)
        for place, code in enumerate(codes):
            _check_category(code, categories, path, f"{key}.{place}")
    for key in procedure.limits:
        variant = key.rpartition(".")[2]
        if variant.isdigit():
            _check_category(variant, categories, path, f"limits.{key}")


def _check_category(code: str, categories: Categories, path: Path, key: str) -> None:
    if categories.get(code) is None:
        raise BadFile(path, key, f'unknown category "{code}"')
