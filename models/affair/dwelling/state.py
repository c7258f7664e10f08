"""The state of a dwelling (出租房): rooms, leases, who lives there, what is unsafe, how it was found."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import Affair
from models.affair.dwelling.book import DwellingTier
from models.base import Id, Instant, Label, Model

Area = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
"""Square metres."""


class Room(Model):
    """One room of the building (房间)."""

    id: Id
    area: Area
    floor: int = Field(ge=-5, le=60)
    """0 = ground floor (一层), below it cellars."""
    use: Label
    """A key of the book's `uses`."""


class Occupant(Model):
    """Somebody who lives there (居住人)."""

    id: Id
    person: str
    """Vault reference."""
    signed: bool = False
    """Whether they are a tenant of the lease (承租人)."""
    since: date
    until: date | None = None
    """When they moved out."""
    at: Instant
    """When it was told."""
    confirmed: bool = False
    """Whether the grid has seen that it is so."""


class Flag(Model):
    """A rule that a lease or a check-in breaks, where the book only flags it (违规提示)."""

    rule: Label
    detail: str
    source: str


class Lease(Model):
    """One lease (租约)."""

    id: Id
    rooms: tuple[Id, ...]
    since: date
    until: date | None = None
    headcount: int
    at: Instant
    occupants: dict[str, Occupant] = Field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    code: str | None = None
    """Keyed digest of the check-in code; the code itself is kept nowhere."""
    code_until: Instant | None = None
    over: date | None = None
    """When it ended."""

    @property
    def running(self) -> bool:
        """Whether the rooms are let by it."""
        return self.over is None

    @property
    def present(self) -> tuple[Occupant, ...]:
        """Who lives there by it now."""
        return tuple(one for one in self.occupants.values() if one.until is None)


class Finding(Model):
    """Something unsafe that is not gone yet (未销号隐患); each has a hazard of its own."""

    id: Id
    check: str | None = None
    """The failed check; None for a hazard that came in another way."""
    item: str
    severity: str
    at: Instant
    affair: str | None = None
    """Id of the hazard; None until it has been opened."""
    again: int = 0
    """How often it was still there when somebody looked again."""


class DwellingInspection(Model):
    """One look by the checklist (检查)."""

    at: Instant
    person: str
    failed: tuple[str, ...]
    headcount: int | None = None
    tier: DwellingTier
    """What it was found to be."""


class Dwelling(Affair):
    """One building that is let. Stages: `open` ⇄ `suspended` → `closed`."""

    kind: Literal["dwelling"] = "dwelling"
    number: str | None = None
    """The building's own number or address key."""
    address: str | None = None
    landlord_person: str | None = None
    rooms: dict[str, Room] = Field(default_factory=dict)
    leases: dict[str, Lease] = Field(default_factory=dict)
    findings: dict[str, Finding] = Field(default_factory=dict)
    """Only those that are not gone."""
    found: int = 0
    """How many there have been: the next one's number."""
    points: int = 0
    tier: DwellingTier = DwellingTier.GREEN
    inspections: tuple[DwellingInspection, ...] = ()
    reds: int = 0
    """Red inspections in a row."""
    deciding: bool = False
    """Whether the centre has to say what happens after too many of them."""
