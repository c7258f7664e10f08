"""A team (队伍): the grid team of a village (网格七员), safety stewards (义警), a patrol, a dispute team, the property team.

Who sits in it, who is on duty on which day, what it exercises, which WeChat groups it looks after. Nothing here counts or ranks persons.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import Affair, AffairAction, AffairEvent, Happened
from models.affair.common import CommonAction, CommonHappening
from models.base import Id, Instant, Label, Model, Reason

SeatId = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
"""Id of a seat, an exercise, a group: it stands in paths, so it has no dot."""

MOST_ON_DUTY = 20
"""Seats on duty on one day."""


class Seat(Model):
    """A seat of a team and who holds it: somebody of the staff, or a person without an account."""

    role: str
    staff: str | None = None
    person: str | None = None
    """Vault reference."""
    since: date
    until: date | None = None
    """When it was given up."""

    @property
    def held(self) -> bool:
        """Whether somebody sits in it."""
        return self.until is None


class Drill(Model):
    """An exercise of the team: planned for a day, held, or called off."""

    exercise: str
    day: date
    planned_at: Instant
    held_at: Instant | None = None
    attended: tuple[str, ...] = ()
    """Seats that took part."""
    missed: tuple[str, ...] = ()
    """Seats that had to and did not."""
    called_off: bool = False

    @property
    def open(self) -> bool:
        """Whether it is still to come."""
        return self.held_at is None and not self.called_off


class Group(Model):
    """A WeChat group that the team looks after: what it is for, and whether its members were told. No name, no members (domain 8.4)."""

    purpose: str
    seat: str | None = None
    """Whose it is to look after it."""
    since: Instant
    told_on: date | None = None


class Team(Affair):
    """The state of one team. Stages: `active` → `dissolved`."""

    kind: Literal["team"] = "team"
    sort: str | None = None
    unit: str | None = None
    number: int = 1
    seats: dict[str, Seat] = Field(default_factory=dict)
    roster: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By day (`2026-03-02`): the seats on duty."""
    drills: dict[str, Drill] = Field(default_factory=dict)
    groups: dict[str, Group] = Field(default_factory=dict)


class FormTeam(AffairAction):
    """Form a team (组建队伍)."""

    do: Literal["form"] = "form"
    sort: Label
    place: Label
    """Division code of the village, or of the town."""
    unit: Id
    number: int = Field(default=1, ge=1, le=60)
    """One unit may have several of a kind."""


class SeatMember(AffairAction):
    """Give somebody a seat (入队)."""

    do: Literal["seat"] = "seat"
    seat: SeatId
    role: Label
    staff: Id | None = None
    """Id of the roll, for a role with an account."""
    person: str | None = Field(default=None, max_length=80)
    """The person, for a role without one."""
    on_roll: bool = True
    """Whether the roll knows `staff`; the service alone says it."""


class UnseatMember(AffairAction):
    """Take a seat back, with a reason (离队); days of the roster to come are free again."""

    do: Literal["unseat"] = "unseat"
    seat: SeatId
    reason: Reason = ""


class Shift(Model):
    """One day of a roster."""

    day: date
    seats: tuple[SeatId, ...] = Field(default=(), max_length=MOST_ON_DUTY)
    """None = nobody any more."""


class WriteRoster(AffairAction):
    """Say who is on duty on which days (排班); other days stay as they are."""

    do: Literal["roster"] = "roster"
    days: tuple[Shift, ...] = Field(min_length=1, max_length=120)


class JoinShift(AffairAction):
    """Put a seat on duty on a day, beside whoever is (登记值班)."""

    do: Literal["join"] = "join"
    day: date
    seat: SeatId


class LeaveShift(AffairAction):
    """Take a seat off duty on a day (退出值班); what is missing then is a gap that is owed."""

    do: Literal["leave"] = "leave"
    day: date
    seat: SeatId


class PlanDrill(AffairAction):
    """Plan a drill or a training for a day (计划演练、培训)."""

    do: Literal["plan"] = "plan"
    drill: SeatId
    exercise: Label
    day: date


class HoldDrill(AffairAction):
    """Write down that it was held, and who was there (登记演练、培训)."""

    do: Literal["hold"] = "hold"
    drill: SeatId
    exercise: Label | None = None
    """For one that nobody had planned."""
    attended: tuple[SeatId, ...] = Field(min_length=1, max_length=200)


class CallOffDrill(AffairAction):
    """Call a planned one off, with a reason (取消)."""

    do: Literal["call_off"] = "call_off"
    drill: SeatId
    reason: Reason = ""


class TakeGroup(AffairAction):
    """Enter a group, or that it was told, or who looks after it (群组联络登记)."""

    do: Literal["group"] = "group"
    group: SeatId
    purpose: Label
    seat: SeatId | None = None
    told_on: date | None = None


class DropGroup(AffairAction):
    """Take a group off the register (注销群组)."""

    do: Literal["drop_group"] = "drop_group"
    group: SeatId


class DissolveTeam(AffairAction):
    """Dissolve the team (撤销队伍)."""

    do: Literal["dissolve"] = "dissolve"
    ground: Label


class TeamFormed(Happened):
    """A team was formed."""

    type: Literal["team_formed"] = "team_formed"
    sort: str
    place: str
    town: str | None
    unit: str
    number: int


class MemberSeated(Happened):
    """Somebody has a seat."""

    type: Literal["member_seated"] = "member_seated"
    seat: str
    role: str
    staff: str | None
    person: str | None
    since: date


class MemberUnseated(Happened):
    """A seat was given up; `freed` are days on which they would have been on duty."""

    type: Literal["member_unseated"] = "member_unseated"
    seat: str
    role: str
    until: date
    freed: tuple[str, ...]
    reason: str


class RosterWritten(Happened):
    """Who is on duty on these days; `kept_from` is the first day that the state still remembers."""

    type: Literal["roster_written"] = "roster_written"
    days: dict[str, tuple[str, ...]]
    kept_from: date


class DrillPlanned(Happened):
    """A drill or a training has a day."""

    type: Literal["drill_planned"] = "drill_planned"
    drill: str
    exercise: str
    day: date


class DrillHeld(Happened):
    """It was held."""

    type: Literal["drill_held"] = "drill_held"
    drill: str
    exercise: str
    day: date
    attended: tuple[str, ...]
    missed: tuple[str, ...]


class DrillCalledOff(Happened):
    """It was called off."""

    type: Literal["drill_called_off"] = "drill_called_off"
    drill: str
    reason: str


class GroupTaken(Happened):
    """A group stands in the register."""

    type: Literal["group_taken"] = "group_taken"
    group: str
    purpose: str
    seat: str | None
    told_on: date | None


class GroupDropped(Happened):
    """A group stands in it no more."""

    type: Literal["group_dropped"] = "group_dropped"
    group: str


class TeamDissolved(Happened):
    """The team is no more."""

    type: Literal["team_dissolved"] = "team_dissolved"
    ground: str


TeamAction = Annotated[
    FormTeam
    | SeatMember
    | UnseatMember
    | WriteRoster
    | JoinShift
    | LeaveShift
    | PlanDrill
    | HoldDrill
    | CallOffDrill
    | TakeGroup
    | DropGroup
    | DissolveTeam
    | CommonAction,
    Field(discriminator="do"),
]


class TeamEvent(AffairEvent):
    """One entry of a team's record."""

    what: Annotated[
        TeamFormed
        | MemberSeated
        | MemberUnseated
        | RosterWritten
        | DrillPlanned
        | DrillHeld
        | DrillCalledOff
        | GroupTaken
        | GroupDropped
        | TeamDissolved
        | CommonHappening,
        Field(discriminator="type"),
    ]
