"""What happens to a dwelling (村寓事件)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import AffairEvent, Happened, Link
from models.affair.common import CommonHappening
from models.affair.dwelling.book import DwellingTier
from models.affair.dwelling.state import DwellingInspection, Finding, Flag, Lease, Occupant, Room
from models.base import Instant, Model


class DwellingEnrolled(Happened):
    """A building was entered."""

    type: Literal["dwelling_enrolled"] = "dwelling_enrolled"
    place: str
    town: str | None
    number: str
    address: str
    landlord_person: str
    rooms: dict[str, Room]


class DwellingAmended(Happened):
    """What is on file has changed: the new values of what did, None for all others."""

    type: Literal["dwelling_amended"] = "dwelling_amended"
    address: str | None = None
    landlord_person: str | None = None
    rooms: dict[str, Room] = Field(default_factory=dict)
    dropped: tuple[str, ...] = ()


class LeaseMade(Happened):
    """Rooms were let."""

    type: Literal["lease_made"] = "lease_made"
    made: Lease


class LeaseProlonged(Happened):
    """A lease lasts longer."""

    type: Literal["lease_prolonged"] = "lease_prolonged"
    lease: str
    until: date


class LeaseEnded(Happened):
    """A lease is over."""

    type: Literal["lease_ended"] = "lease_ended"
    lease: str
    day: date


class CodeGiven(Happened):
    """A lease has a check-in code."""

    type: Literal["code_given"] = "code_given"
    lease: str
    code: str
    code_until: Instant


class OccupantCheckedIn(Happened):
    """Somebody has moved in."""

    type: Literal["occupant_checked_in"] = "occupant_checked_in"
    lease: str
    moved_in: Occupant
    flags: tuple[Flag, ...] = ()


class OccupantConfirmed(Happened):
    """The grid has seen whether somebody lives there."""

    type: Literal["occupant_confirmed"] = "occupant_confirmed"
    lease: str
    occupant: str
    lives_there: bool
    day: date
    text: str


class OccupantLeft(Happened):
    """Somebody has moved out."""

    type: Literal["occupant_left"] = "occupant_left"
    lease: str
    occupant: str
    day: date


class TenantsRegistered(Happened):
    """A household file was asked for."""

    type: Literal["tenants_registered"] = "tenants_registered"
    lease: str


class CheckSeen(Model):
    """What was seen of a check that failed."""

    check: str
    text: str


class DwellingInspected(Happened):
    """Somebody looked by the checklist."""

    type: Literal["dwelling_inspected"] = "dwelling_inspected"
    inspection: DwellingInspection
    seen: tuple[CheckSeen, ...] = ()
    opened: tuple[Finding, ...] = ()
    """Found for the first time; each gets a hazard."""
    again: tuple[str, ...] = ()
    """Findings that were still there."""
    gone: tuple[str, ...] = ()
    """Findings without a hazard of their own that were there no more."""


class FindingBound(Happened):
    """A finding has its hazard."""

    type: Literal["finding_bound"] = "finding_bound"
    finding: str
    link: Link


class FindingAdded(Happened):
    """A hazard was reported of the building in another way."""

    type: Literal["finding_added"] = "finding_added"
    added: Finding
    link: Link


class FindingAgain(Happened):
    """A hazard was still there when somebody looked again."""

    type: Literal["finding_again"] = "finding_again"
    finding: str
    times: int


class FindingClosed(Happened):
    """A hazard is gone."""

    type: Literal["finding_closed"] = "finding_closed"
    finding: str


class DwellingGraded(Happened):
    """The dwelling is of another tier, or of other points."""

    type: Literal["dwelling_graded"] = "dwelling_graded"
    tier: DwellingTier
    points: int


class LettingSuspended(Happened):
    """Nothing is let in it until further notice (暂停出租)."""

    type: Literal["letting_suspended"] = "letting_suspended"
    ground: Literal["red", "found_again"]


class LettingResumed(Happened):
    """It may be let again (恢复出租)."""

    type: Literal["letting_resumed"] = "letting_resumed"


class ClearingAsked(Happened):
    """It was red so often in a row that the centre has to decide."""

    type: Literal["clearing_asked"] = "clearing_asked"
    times: int


class ClearingDecided(Happened):
    """The centre has decided."""

    type: Literal["clearing_decided"] = "clearing_decided"
    reason: str


class DwellingClosed(Happened):
    """The building is off the list."""

    type: Literal["dwelling_closed"] = "dwelling_closed"
    ground: str


class DwellingEvent(AffairEvent):
    """One entry of a dwelling's record."""

    what: Annotated[
        DwellingEnrolled
        | DwellingAmended
        | LeaseMade
        | LeaseProlonged
        | LeaseEnded
        | CodeGiven
        | OccupantCheckedIn
        | OccupantConfirmed
        | OccupantLeft
        | TenantsRegistered
        | DwellingInspected
        | FindingBound
        | FindingAdded
        | FindingAgain
        | FindingClosed
        | DwellingGraded
        | LettingSuspended
        | LettingResumed
        | ClearingAsked
        | ClearingDecided
        | DwellingClosed
        | CommonHappening,
        Field(discriminator="type"),
    ]
