"""The book of teams (队伍规程): kinds of teams, roles with their duties and their scope, rosters, drills, limits, grounds of a handover."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from models.affair.limits import AffairLimit
from models.base import Label, Model
from models.calendar import OfficeHours
from models.clock import Budget
from models.network import wrong
from models.words import Role


class Said(Model):
    """An entry of a list, or a sentence, in both languages."""

    zh: str = Field(min_length=1, max_length=400)
    en: str = Field(min_length=1, max_length=400)


class TeamRole(Model):
    """A role in a team (队内角色): its duties, and its scope of domain 8.1, in words and by the names that the engine's tables have."""

    zh: Label
    en: Label
    duties: Said
    """What it is there for (职责)."""
    sees: Said
    """What it sees (可见范围)."""
    may: Said
    """What it may do (可办事项)."""
    posts: tuple[Role, ...] = ()
    """Posts of which somebody may hold it; none = it has no account: whoever holds it is a person in the vault (联户长)."""
    does: tuple[str, ...] = ()
    """Actions that one of its posts may do, as `kind.action`, disputes among the kinds (`dispute.meet`)."""
    never: tuple[str, ...] = ()
    """Actions that none of its posts may do."""
    masked: tuple[str, ...] = ()
    """Groups of what is kept of a dispute that none of its posts is ever shown in full (`names`, `phones` …)."""


class SeatRule(Model):
    """How many of a role a team has."""

    least: int = Field(default=1, ge=0, le=60)
    """Fewer are a vacancy (空缺), which is owed."""
    most: int = Field(default=60, ge=1, le=200)


class RosterRule(Model):
    """Who is on duty (值班表): how many each day, on which days, how far ahead."""

    each_day: int = Field(ge=1, le=20)
    work_days_only: bool = False
    ahead: int = Field(default=60, ge=1, le=120)
    """How many days ahead a roster may be written."""
    hours: tuple[OfficeHours, ...] = ()
    """When on such a day somebody is on duty (值班时段), `19:00-22:00`; none = the office hours of the calendar."""
    limit: AffairLimit
    """Its date is the first day without enough people."""


class Exercise(Model):
    """A drill or a training that comes round (演练、培训)."""

    zh: Label
    en: Label
    training: bool = False
    every: Budget
    """From the last one, or from when the team was formed."""
    limit: AffairLimit
    """Its budget counts for nothing: `every` does."""
    roles: tuple[str, ...] = ()
    """Who has to take part; none = everybody of the team."""


class TeamSort(Model):
    """A kind of team (队伍类别)."""

    zh: Label
    en: Label
    seats: dict[str, SeatRule] = Field(min_length=1)
    """By role, in the order they are shown."""
    units: tuple[str, ...] = Field(min_length=1)
    """Kinds of units that may have one (`village`, `police`)."""
    keeper: Role
    """The post of the team's unit that owes what the team owes."""
    roster: RosterRule | None = None
    exercises: tuple[str, ...] = ()
    source: str = ""


class HandoverRules(Model):
    """How a handover goes when somebody leaves (离岗交接)."""

    grounds: dict[str, Said] = Field(min_length=1)
    review: AffairLimit
    """From the proposal until a second person has looked at it."""
    move: AffairLimit
    """From the approval until all is moved, or somebody has said what is left."""


class TeamBook(Model):
    """Teams of one place: `places/<id>/grid/team.yaml`."""

    version: int = Field(ge=1)
    effective_from: date
    roles: dict[str, TeamRole] = Field(min_length=1)
    sorts: dict[str, TeamSort] = Field(min_length=1)
    exercises: dict[str, Exercise] = Field(default_factory=dict)
    purposes: dict[str, Said] = Field(default_factory=dict)
    """What groups in WeChat are there for (群用途); nothing else is kept of a group (domain 8.4)."""
    dissolving: dict[str, Said] = Field(min_length=1)
    """Grounds on which a team is dissolved."""
    vacancy: AffairLimit
    notice: AffairLimit
    """From a group's entry until its members are told what is done with messages of theirs (告知)."""
    planned: AffairLimit
    """How long an exercise that is planned may wait to be written down; its date is its own."""
    handover: HandoverRules

    @property
    def grounds(self) -> dict[str, Said]:
        """The grounds of a handover, for forms."""
        return self.handover.grounds

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, sort in self.sorts.items():
            for role, rule in sort.seats.items():
                if role not in self.roles:
                    raise wrong(f"sorts.{name}.seats.{role}", "there is no role of this name")
                if rule.most < rule.least:
                    raise wrong(f"sorts.{name}.seats.{role}", "most is less than least")
            for exercise in sort.exercises:
                if exercise not in self.exercises:
                    raise wrong(f"sorts.{name}.exercises", f'there is no exercise "{exercise}"')
        for name, one in self.exercises.items():
            for role in one.roles:
                if role not in self.roles:
                    raise wrong(f"exercises.{name}.roles", f'there is no role "{role}"')
        return self
