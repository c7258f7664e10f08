"""A household file (一户一档一策): who lives in a house, how they want to be reached, what they need, and what was agreed to help them.

It holds no factor that domain 6.3 excludes: the fields below are all there are, needs come from a list, and free text is the
text of a measure or of a note. Names, phones, numbers and addresses are in the vault.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.affair.base import Affair, AffairAction, AffairEvent, Happened
from models.affair.common import CommonAction, CommonHappening
from models.base import Id, Instant, Label, Model, Reason, Text
from models.words import Role


class Stay(Model):
    """The registration of somebody who lives here for a time (流动人口居住登记)."""

    since: date
    until: date

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.until < self.since:
            raise ValueError("until lies before since")
        return self


class Member(Model):
    """One person of the household."""

    id: Id
    person: str
    """Vault reference."""
    relation: str
    stay: Stay | None = None
    """None for somebody whose home it is."""
    left: date | None = None


class Measure(Model):
    """What was agreed to help (一策): an act with somebody who does it, and a date."""

    id: Id
    what: str
    role: Role
    unit: str
    agreed_at: Instant
    due: date
    result: str | None = None
    done_at: Instant | None = None
    dropped: bool = False

    @property
    def open(self) -> bool:
        """Whether it is still owed."""
        return self.done_at is None and not self.dropped


class HouseVisit(Model):
    """One visit to the household (走访)."""

    at: Instant
    person: str
    outcome: str
    text: str | None = None


class Household(Affair):
    """The state of one household's file. Stages: `open` → `closed`. Each event is a version."""

    kind: Literal["household"] = "household"
    number: str | None = None
    """Household number (户号), as the place counts."""
    address: str | None = None
    noticed_on: date | None = None
    """When the household was told what is kept and why (告知)."""
    members: dict[str, Member] = Field(default_factory=dict)
    contact: str | None = None
    needs: tuple[str, ...] = ()
    measures: dict[str, Measure] = Field(default_factory=dict)
    visits: tuple[HouseVisit, ...] = ()
    next_visit: date | None = None
    imported: str | None = None
    """Keyed digest of the rows it was last imported from: the same rows again change nothing."""


class MemberIn(Model):
    """One person as given at the door; of one who is known already only what changes has to be said."""

    id: Id
    person: str | None = Field(default=None, max_length=80)
    relation: Label | None = None
    stay: Stay | None = None


class RegisterHousehold(AffairAction):
    """Open the file of a household (建档)."""

    do: Literal["register"] = "register"
    place: Label
    number: Label
    address: Annotated[Text, Field(max_length=300)]
    members: tuple[MemberIn, ...] = Field(min_length=1, max_length=60)
    contact: Label | None = None
    needs: tuple[Label, ...] = Field(default=(), max_length=40)
    noticed_on: date | None = None
    next_visit: date | None = None
    imported: Annotated[str, Field(max_length=80)] | None = None


class UpdateHousehold(AffairAction):
    """Change what the file says; what is not named stays (更新)."""

    do: Literal["update"] = "update"
    place: Label | None = None
    address: Annotated[Text, Field(max_length=300)] | None = None
    contact: Label | None = None
    needs: tuple[Label, ...] | None = Field(default=None, max_length=40)
    noticed_on: date | None = None
    add: tuple[MemberIn, ...] = Field(default=(), max_length=60)
    """Members that come, or whose relation or registration changes: a known id is replaced."""
    leave: tuple[Id, ...] = ()
    """Ids of members who have left."""
    imported: Annotated[str, Field(max_length=80)] | None = None

    @property
    def empty(self) -> bool:
        """Whether it changes nothing at all."""
        return not any((self.place, self.address, self.contact, self.needs is not None, self.noticed_on, self.add, self.leave))


class AgreeMeasure(AffairAction):
    """Agree on a measure with the household (议定帮扶措施)."""

    do: Literal["agree"] = "agree"
    measure: Id
    what: Text
    unit: Id
    role: Role = Role.OFFICER
    due: date


class FinishMeasure(AffairAction):
    """Say what came of a measure, or drop it with a reason (措施办结)."""

    do: Literal["finish"] = "finish"
    measure: Id
    result: Reason = ""
    drop: bool = False


class PlanVisit(AffairAction):
    """Plan the next visit (约定走访)."""

    do: Literal["plan"] = "plan"
    day: date


class VisitHousehold(AffairAction):
    """Write down a visit (走访登记); the next one is planned by the needs, or on a date of one's own."""

    do: Literal["visit"] = "visit"
    outcome: Label
    text: Reason = ""
    next_visit: date | None = None


class RenewStay(AffairAction):
    """Prolong somebody's registration (居住登记续期)."""

    do: Literal["renew"] = "renew"
    member: Id
    until: date


class CloseHousehold(AffairAction):
    """Close the file (销档)."""

    do: Literal["close"] = "close"
    ground: Label


class HouseholdRegistered(Happened):
    """The file of a household was opened."""

    type: Literal["household_registered"] = "household_registered"
    place: str
    town: str | None
    number: str
    address: str
    members: dict[str, Member]
    contact: str | None
    needs: tuple[str, ...]
    noticed_on: date | None
    next_visit: date | None
    imported: str | None


class HouseholdUpdated(Happened):
    """What the file says has changed: the new values of the fields that did, None for all others."""

    type: Literal["household_updated"] = "household_updated"
    place: str | None = None
    town: str | None = None
    address: str | None = None
    contact: str | None = None
    needs: tuple[str, ...] | None = None
    noticed_on: date | None = None
    imported: str | None = None
    members: dict[str, Member] = Field(default_factory=dict)
    """Those that came, changed or left, in full."""


class MeasureAgreed(Happened):
    """A measure was agreed on."""

    type: Literal["measure_agreed"] = "measure_agreed"
    measure: Measure


class MeasureFinished(Happened):
    """A measure was done, or dropped."""

    type: Literal["measure_finished"] = "measure_finished"
    measure: str
    result: str
    dropped: bool


class HouseholdVisited(Happened):
    """Somebody was there."""

    type: Literal["household_visited"] = "household_visited"
    visit: HouseVisit
    next_visit: date | None


class VisitPlanned(Happened):
    """The next visit has a date."""

    type: Literal["visit_planned"] = "visit_planned"
    day: date


class StayRenewed(Happened):
    """A registration was prolonged."""

    type: Literal["stay_renewed"] = "stay_renewed"
    member: str
    stay: Stay


class HouseholdClosed(Happened):
    """The file was closed."""

    type: Literal["household_closed"] = "household_closed"
    ground: str


HouseholdAction = Annotated[
    RegisterHousehold
    | UpdateHousehold
    | AgreeMeasure
    | FinishMeasure
    | PlanVisit
    | VisitHousehold
    | RenewStay
    | CloseHousehold
    | CommonAction,
    Field(discriminator="do"),
]


class HouseholdEvent(AffairEvent):
    """One entry of a household's record."""

    what: Annotated[
        HouseholdRegistered
        | HouseholdUpdated
        | MeasureAgreed
        | MeasureFinished
        | HouseholdVisited
        | VisitPlanned
        | StayRenewed
        | HouseholdClosed
        | CommonHappening,
        Field(discriminator="type"),
    ]
