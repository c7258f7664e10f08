"""What may be done with a dwelling (村寓办理)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import AffairAction, Link
from models.affair.common import CommonAction
from models.affair.dwelling.state import Room
from models.base import Id, Label, Model, Reason, Text

Ref = Annotated[str, Field(max_length=80)]
"""A person: at the door a mapping, behind it a vault reference."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class TenantIn(Model):
    """A tenant as given with a lease."""

    id: Id
    person: Ref


class FailedCheck(Model):
    """A check that failed, and what was seen."""

    check: Label
    text: Reason = ""


class EnrolDwelling(AffairAction):
    """Enter a building that is let, as its landlord reports it (房东申报)."""

    do: Literal["enrol"] = "enrol"
    place: Label
    number: Label
    address: Annotated[Text, Field(max_length=300)]
    landlord_person: Ref
    rooms: tuple[Room, ...] = Field(min_length=1, max_length=200)


class AmendDwelling(AffairAction):
    """Change what is on file; what is not named stays (变更)."""

    do: Literal["amend"] = "amend"
    address: Annotated[Text, Field(max_length=300)] | None = None
    landlord_person: Ref | None = None
    rooms: tuple[Room, ...] = Field(default=(), max_length=200)
    """New rooms, and known ones with other values."""
    drop: tuple[Id, ...] = Field(default=(), max_length=200)
    """Rooms that are no more."""


class LetRooms(AffairAction):
    """Enter a lease (登记租约)."""

    do: Literal["let"] = "let"
    lease: Id
    rooms: tuple[Id, ...] = Field(min_length=1, max_length=50)
    since: date
    until: date | None = None
    headcount: int = Field(ge=1, le=500)
    tenants: tuple[TenantIn, ...] = Field(min_length=1, max_length=50)


class ProlongLease(AffairAction):
    """Prolong a lease (续租)."""

    do: Literal["prolong"] = "prolong"
    lease: Id
    until: date


class EndLease(AffairAction):
    """End a lease; whoever lived there by it has moved out (退租)."""

    do: Literal["end_lease"] = "end_lease"
    lease: Id
    day: date | None = None


class GiveCode(AffairAction):
    """Give a lease a check-in code (发放入住码); the one before is good no longer."""

    do: Literal["give_code"] = "give_code"
    lease: Id
    digest: Digest
    """Keyed digest of the code; the service alone says it."""


class CheckIn(AffairAction):
    """Move in: told by the tenant with a code, or entered by the grid (入住登记)."""

    do: Literal["check_in"] = "check_in"
    lease: Id
    occupant: Id
    person: Ref
    since: date | None = None
    digest: Digest | None = None
    """Keyed digest of the code that was typed; the service alone says it."""


class ConfirmOccupant(AffairAction):
    """Say that somebody lives there as they told, or that they don't (核实入住)."""

    do: Literal["confirm"] = "confirm"
    lease: Id
    occupant: Id
    lives_there: bool
    text: Reason = ""


class MoveOut(AffairAction):
    """Somebody has moved out (搬离)."""

    do: Literal["move_out"] = "move_out"
    lease: Id
    occupant: Id
    day: date | None = None


class RegisterTenants(AffairAction):
    """Open a household file for those who live there by a lease (转流动人口居住登记)."""

    do: Literal["register_tenants"] = "register_tenants"
    lease: Id


class InspectDwelling(AffairAction):
    """Look by the checklist (安全检查): what failed; all other checks have passed."""

    do: Literal["inspect"] = "inspect"
    failed: tuple[FailedCheck, ...] = Field(max_length=60)
    """Has to be said, also where nothing failed."""
    headcount: int | None = Field(default=None, ge=0, le=2000)


class DecideClearing(AffairAction):
    """Say what happens to a dwelling that was red again and again (连续红色处置)."""

    do: Literal["decide_clearing"] = "decide_clearing"
    reason: Reason = ""


class CloseDwelling(AffairAction):
    """Take a building off the list (注销)."""

    do: Literal["close"] = "close"
    ground: Label


class HazardFound(AffairAction):
    """A hazard was reported of it; told by the hazard alone (隐患告知)."""

    do: Literal["hazard_found"] = "hazard_found"
    found: Link | None = None
    item: Label
    severity: Label


class HazardAgain(AffairAction):
    """A hazard was still there; told by the hazard alone (复查不合格)."""

    do: Literal["hazard_again"] = "hazard_again"
    found: Link | None = None
    times: int
    suspends: bool = False


class HazardClosed(AffairAction):
    """A hazard is gone; told by the hazard alone (隐患销号)."""

    do: Literal["hazard_closed"] = "hazard_closed"
    found: Link | None = None


DwellingAction = Annotated[
    EnrolDwelling
    | AmendDwelling
    | LetRooms
    | ProlongLease
    | EndLease
    | GiveCode
    | CheckIn
    | ConfirmOccupant
    | MoveOut
    | RegisterTenants
    | InspectDwelling
    | DecideClearing
    | CloseDwelling
    | HazardFound
    | HazardAgain
    | HazardClosed
    | CommonAction,
    Field(discriminator="do"),
]
