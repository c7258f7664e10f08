"""The people of a place as the engine sees them: a post-holder's id, unit and fitness for a case, no name, no phone."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from models.base import Label, Model
from models.words import Role

CHINESE = "zh"
"""Language everybody is taken to speak."""


class Absence(Model):
    """Days on which somebody is away, both included."""

    since: date = Field(alias="from")
    until: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.until < self.since:
            raise ValueError("`until` lies before `from`")
        return self


class Staff(Model):
    """A person in a post (人员). By default there is one for each role of a unit, with the id `role@unit`."""

    id: str = Field(pattern=r"^[a-z_]+@[a-z0-9-]+(#[0-9]+)?$")
    """`role@unit`, and `role@unit#2` for a further person in the same post."""
    role: Role
    unit: str
    skills: tuple[str, ...] = ()
    """Categories of two or four digits somebody is particularly fit for; empty = no speciality, fit for all."""
    languages: tuple[Label, ...] = (CHINESE,)
    """`zh`, and e.g. `miao` 苗语 or `buyi` 布依语."""
    grids: tuple[str, ...] = ()
    """Grid codes somebody is responsible for; a village is one grid, with the village's code."""
    absences: tuple[Absence, ...] = ()
    household: str | None = None
    """Reference of their household file, for the check against conflicts of interest."""

    def away(self, day: date) -> bool:
        """Whether the person is absent on this day."""
        return any(absence.since <= day <= absence.until for absence in self.absences)
