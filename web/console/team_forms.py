"""The forms of a team's page (队伍办理): made from the models, with what this team has to choose from, and ids that nobody types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.staff import Staff
from rules.team.kind import TEAM
from service.affairs.rosters import RosterFile
from web.console.affair_forms import AffairChoices, form
from web.console.choices import Choice, Group
from web.console.inputs import Form, Input
from web.console.posts import post_name

DOING = ("seat", "unseat", "plan", "hold", "call_off", "group")
"""The actions of this page beside shifts, in the order they are shown."""

NEW = {"seat": "seat", "plan": "drill", "hold": "drill", "group": "group"}
"""By action: the field that names what it makes; empty, it is given the next free id."""

CHOSEN: dict[str, dict[str, tuple[Any, str]]] = {
    "seat": {"role": ("choice", "own-roles"), "staff": ("choice", "own-staff")},
    "unseat": {"seat": ("choice", "own-seats")},
    "plan": {"exercise": ("choice", "own-exercises")},
    "hold": {"drill": ("choice", "own-drills"), "exercise": ("choice", "own-exercises"), "attended": ("many", "own-seats")},
    "call_off": {"drill": ("choice", "own-drills")},
    "group": {"group": ("choice", "own-groups"), "seat": ("choice", "own-seats")},
}
"""By action and field: how it is asked for, and what of this team it is chosen from."""

HINTS = {
    ("seat", "staff"): ("有账户的角色从名册里选", "For a role with an account"),
    ("seat", "person"): ("没有账户的角色填姓名和电话", "For a role without one"),
    ("hold", "drill"): ("没有计划过的不选", "None for one that nobody had planned"),
    ("group", "group"): ("新登记的不选", "None for a new one"),
}


def asked(do: str) -> Form | None:
    """Return the form of an action of this page."""
    made = form(TEAM.name, do) if do in DOING else None
    if made is None:
        return None
    unasked = {"seat": "seat", "plan": "drill"}.get(do)
    return replace(made, inputs=tuple(_input(do, one) for one in made.inputs if one.name != unasked))


def _input(do: str, one: Input) -> Input:
    kind, table = CHOSEN[do].get(one.name, (one.kind, one.choices))
    optional = NEW.get(do) == one.name
    return replace(one, kind=kind, choices=table, needed=one.needed and not optional, hint=HINTS.get((do, one.name), one.hint))


@dataclass(slots=True)
class TeamChoices(AffairChoices):
    """What the fields may be chosen from, for one team."""

    found: RosterFile | None = None
    seats: Sequence[Choice] = ()
    staff: Sequence[Staff] = field(default=())

    def of(self, table: str) -> tuple[Group, ...]:
        """Return the choices of a table, in groups."""
        if self.found is None or not table.startswith("own-"):
            return AffairChoices.of(self, table)
        return (("", tuple(self._own(self.found, table))),)

    def _own(self, found: RosterFile, table: str) -> Sequence[Choice]:
        pick, team, book = self.words.pick, found.team, found.book
        exercises = book.exercises
        if table == "own-seats":
            return self.seats
        if table == "own-staff":
            return [(one.id, post_name(one.id, self.office.bundle.network, self.words)) for one in self.staff]
        if table == "own-roles":
            return [(role, pick(book.roles[role].zh, book.roles[role].en)) for role in found.sort.seats]
        if table == "own-exercises":
            return [(name, pick(exercises[name].zh, exercises[name].en)) for name in found.sort.exercises]
        if table == "own-drills":
            rows = [(name, drill) for name, drill in team.drills.items() if drill.open]
            return [
                (name, f"{self.words.day(one.day)} {pick(exercises[one.exercise].zh, exercises[one.exercise].en)}") for name, one in rows
            ]
        return [(name, f"{pick(book.purposes[one.purpose].zh, book.purposes[one.purpose].en)} {name}") for name, one in team.groups.items()]
