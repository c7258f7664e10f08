"""The linked departments (联动网络) of one place: its 1+3+N with every unit and division written out.

Made by `store/places.py` from `places/<id>/network.yaml` and `divisions.csv`; read by `rules/routing.py`, by `decide`
and by the faces. A network is an immutable document, named by its content hash (`rules/library.py`).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from models.base import Id, Label, Model
from models.words import Level, Role, UnitTier

DEFAULT = "default"
"""Key of the routing row for every category that no other row names."""

VILLAGE = "village"
"""Kind of a village committee; as a lead it means the committee of the place the dispute is in."""


class Unit(Model):
    """A unit (单位): a centre, department, committee or team, with the roles that can be held in it."""

    id: Id
    name: Label
    tier: UnitTier
    roles: tuple[Role, ...] = Field(min_length=1)
    level: Level
    """`village`, `town` or `county`."""
    town: str | None = None
    """Town id such as `yanlou`; None for a unit of the district."""
    village: str | None = None
    """Division code of a village committee's village."""
    kind: str
    """The id without its town or district: `justice`, `police`, `centre`; `village` for a village committee."""
    fallback: str | None = None
    """Unit id that stands in while this one is vacant."""
    vacant: bool = False
    """True where the place has no such unit at present; routing then takes the fallback."""


class PlaceLevel(StrEnum):
    """Level of a division (区划级别)."""

    DISTRICT = "district"  # 区
    TOWN = "town"  # 镇（街道、乡）
    VILLAGE = "village"  # 村（社区）


class Place(Model):
    """A place (区划) by its statistical division code. A village is one grid until a place says otherwise."""

    code: str = Field(pattern=r"^\d{6,12}$")
    name: Label
    level: PlaceLevel
    town: str | None = None
    """Town id; None for the district."""
    unit: str | None = None
    """Unit id of the village committee; None for a town or the district."""


class RoutingRow(Model):
    """Who leads and who assists in one category, by kind of unit (`justice`) or by full id (`huaxi-medical`)."""

    lead: str
    assist: tuple[str, ...] = ()
    level: Level | None = None
    """Level the category is routed to unless somebody says otherwise; None = `village` for a village lead, else `town`."""


class District(Model):
    """The district (区县) the network belongs to; `id` is the prefix of its units' ids."""

    code: str = Field(pattern=r"^\d{6}$")
    name: Label
    id: Id


class Network(Model):
    """All units and places of a district and the routing table. Refuses a reference to a unit that is not there."""

    version: int = Field(ge=1)
    effective_from: date
    district: District
    county_centre: str
    """Unit id of the district's own centre."""
    units: dict[str, Unit]
    """By id, in no order that means anything: the stored text sorts them."""
    three: tuple[str, ...]
    """Kinds of the three (三) of a town, in the order they are convened."""
    places: dict[str, Place]
    """By division code."""
    routing: dict[str, RoutingRow]
    """By category of two or four digits, and `default`; the longer match wins."""
    village_above: str = "justice"
    """Kind of unit that leads where the row says `village` but the case is at town level or above."""
    grid_team: tuple[str, ...] = ()
    """The roles of a grid team (网格七员), for display."""

    def unit(self, unit_id: str) -> Unit | None:
        """The unit of this id, or None."""
        return self.units.get(unit_id)

    def place(self, code: str) -> Place | None:
        """The place of this division code, or None."""
        return self.places.get(code)

    def town(self, town: str) -> Place | None:
        """The place that a town itself is, by the town's id, or None."""
        return next((place for place in self.places.values() if place.town == town and place.unit is None), None)

    def towns(self) -> dict[str, str]:
        """The names of the towns by their ids, in the order of the places."""
        return {place.town: place.name for place in self.places.values() if place.town is not None and place.unit is None}

    def centre(self, town: str | None) -> str:
        """Unit id of the town's centre; the county centre for None and for a town without a centre of its own."""
        own = self.units.get(f"{town}-centre")
        return own.id if own is not None and not own.vacant else self.county_centre

    @model_validator(mode="after")
    def _references(self) -> Self:
        """Refuse dangling references; the error's context carries the key, so that a reader can name it."""
        if self.county_centre not in self.units:
            raise wrong("county_centre", f'unknown unit "{self.county_centre}"')
        if DEFAULT not in self.routing:
            raise wrong("routing.default", "is missing")
        for unit in self.units.values():
            if unit.fallback is not None and unit.fallback not in self.units:
                raise wrong(f"units.{unit.id}.fallback", f'unknown unit "{unit.fallback}"')
        known = {unit.kind for unit in self.units.values()} | set(self.units)
        for kind in (self.village_above, *self.three):
            if kind not in known:
                raise wrong("village_above" if kind == self.village_above else "three", f'unknown unit "{kind}"')
        for key, row in self.routing.items():
            self._routing(key, row, known)
        return self

    def _routing(self, key: str, row: RoutingRow, known: set[str]) -> None:
        if key != DEFAULT and not (key.isascii() and key.isdigit() and len(key) in {2, 4}):
            raise wrong(f"routing.{key}", "a category has two or four digits")
        if row.lead not in known:
            raise wrong(f"routing.{key}.lead", f'unknown unit "{row.lead}"')
        for place, kind in enumerate(row.assist):
            if kind not in known:
                raise wrong(f"routing.{key}.assist.{place}", f'unknown unit "{kind}"')


def wrong(key: str, reason: str) -> PydanticCustomError:
    """A validation error of a whole document that still says which key is meant, in its context."""
    return PydanticCustomError("document", "{key}: {reason}", {"key": key, "reason": reason})
