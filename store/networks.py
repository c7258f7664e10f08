"""Writing a network out: from the hand-edited `network.yaml` and `divisions.csv` to a `Network` with every unit in it.

Called by `store/places.py`. Ids of towns and villages are the pinyin of their names unless the file says otherwise;
they are part of the document, so a place that wants to be free of pypinyin writes them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import Field
from pypinyin import Style, lazy_pinyin

from models.base import Label, Model
from models.network import VILLAGE, District, Network, Place, PlaceLevel, RoutingRow, Unit
from models.words import Level, Role, UnitTier
from store.files import BadFile, parse, read_csv, read_yaml

COLUMNS = ("code", "parent", "level", "name")
PEOPLES = "苗|布依|侗|土家|彝|仡佬|水|回|白|瑶|壮|畲|毛南|蒙古|仫佬|满|羌"
TOWN_ENDING = re.compile(rf"(?:(?:{PEOPLES})族)*(?:街道|镇|乡)$")
VILLAGE_ENDING = re.compile(r"(?:社区|村)$")


class UnitRow(Model):
    """A unit as the file writes it; in the template with `{town}`, `{name}`, `{village}`, `{village_name}` in it."""

    id: str
    name: str
    tier: UnitTier
    roles: tuple[Role, ...] = Field(min_length=1)
    level: Level | None = None
    fallback: str | None = None


class TownRow(Model):
    """Where a town differs from the rule."""

    code: str | None = None
    """Division code; with it the key is the town's id, without it the key must be the id in pinyin."""
    villages: dict[str, str] = Field(default_factory=dict)
    """Ids of villages by their own choice: id -> division code."""
    vacant: tuple[str, ...] = ()
    """Kinds of units the town has not got at present."""


class NetworkFile(Model):
    """What `network.yaml` may say."""

    version: int
    effective_from: date
    district: District
    county_centre: str
    county: tuple[UnitRow, ...]
    template: tuple[UnitRow, ...]
    towns: dict[str, TownRow] = Field(default_factory=dict)
    grid_team: tuple[Label, ...] = ()
    village_above: str = "justice"
    routing: dict[str, RoutingRow]


@dataclass(frozen=True)
class Town:
    """A town on the way into the network, with its villages as id -> division row."""

    id: str
    row: dict[str, str]
    villages: dict[str, dict[str, str]]
    vacant: tuple[str, ...]


@dataclass
class _Units:
    """Units collected in order, each id once."""

    path: Path
    found: dict[str, Unit] = field(default_factory=dict)

    def add(self, key: str, **values: object) -> None:
        unit = parse(Unit, values, self.path, key)
        if unit.id in self.found:
            raise BadFile(self.path, f"{key}.id", f'unit "{unit.id}" is named twice')
        self.found[unit.id] = unit


def read_network(path: Path, divisions: Path) -> Network:
    """The network of a place, written out; raises BadFile naming the file, the key and the reason."""
    file = parse(NetworkFile, read_yaml(path), path)
    rows = read_divisions(divisions, file.district.code)
    towns = _towns(file, rows, path)
    units = _Units(path)
    _county(file, units)
    for town in towns:
        _town(file, town, units)
    _vacancies(towns, units, path)
    return parse(
        Network,
        {
            "version": file.version,
            "effective_from": file.effective_from,
            "district": file.district,
            "county_centre": file.county_centre,
            "units": units.found,
            "three": [row.id.removeprefix("{town}-") for row in file.template if row.tier is UnitTier.THREE],
            "places": _places(file, towns),
            "routing": file.routing,
            "village_above": file.village_above,
            "grid_team": file.grid_team,
        },
        path,
    )


def read_divisions(path: Path, district: str) -> list[dict[str, str]]:
    """Rows of the divisions table in its order, each below a row before it; raises BadFile naming the line."""
    above = {PlaceLevel.DISTRICT: "", PlaceLevel.TOWN: PlaceLevel.DISTRICT, PlaceLevel.VILLAGE: PlaceLevel.TOWN}
    levels: dict[str, str] = {"": ""}
    rows = read_csv(path, COLUMNS)
    for number, row in enumerate(rows, start=2):
        line = f"line {number}"
        if row["level"] not in above:
            raise BadFile(path, line, f'unknown level "{row["level"]}"')
        if row["code"] in levels:
            raise BadFile(path, line, f"code {row['code']} is there twice")
        if levels.get(row["parent"]) != above[PlaceLevel(row["level"])]:
            raise BadFile(path, line, f'"{row["parent"]}" is no parent for a {row["level"]}')
        levels[row["code"]] = row["level"]
    if levels.get(district) != PlaceLevel.DISTRICT:
        raise BadFile(path, "", f"the district {district} is missing")
    return rows


def pinyin(name: str) -> str:
    """The name in pinyin without tones, small letters and digits only: `贵筑` -> `guizhu`."""
    return re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(name, style=Style.NORMAL)).lower())


def _towns(file: NetworkFile, rows: list[dict[str, str]], path: Path) -> list[Town]:
    codes = {row.code: key for key, row in file.towns.items() if row.code}
    found: list[Town] = []
    taken: list[str] = [file.district.id, *codes.values()]
    for row in rows:
        if row["level"] != PlaceLevel.TOWN:
            continue
        town_id = codes.get(row["code"]) or _free(pinyin(TOWN_ENDING.sub("", row["name"])), taken)
        taken.append(town_id)
        special = file.towns.get(town_id, TownRow())
        below = [one for one in rows if one["parent"] == row["code"]]
        found.append(Town(town_id, row, _villages(town_id, special, below, file, path), special.vacant))
    for key in file.towns:
        if key not in {town.id for town in found}:
            raise BadFile(path, f"towns.{key}", "there is no such town in the divisions table")
    return found


def _villages(town_id: str, special: TownRow, rows: list[dict[str, str]], file: NetworkFile, path: Path) -> dict[str, dict[str, str]]:
    chosen = {code: name for name, code in special.villages.items()}
    for code, name in chosen.items():
        if code not in {row["code"] for row in rows}:
            raise BadFile(path, f"towns.{town_id}.villages.{name}", f"{code} is no village of this town")
    kinds = [row.id.removeprefix("{town}-") for row in file.template]
    taken = [*kinds, *chosen.values()]
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        name = chosen.get(row["code"]) or _free(pinyin(VILLAGE_ENDING.sub("", row["name"])), taken)
        taken.append(name)
        found[name] = row
    return found


def _free(name: str, taken: list[str]) -> str:
    """The name, with -2, -3 … where it is taken."""
    count, free = 1, name
    while free in taken:
        count += 1
        free = f"{name}-{count}"
    return free


def _county(file: NetworkFile, units: _Units) -> None:
    prefix = f"{file.district.id}-"
    for place, row in enumerate(file.county):
        units.add(f"county.{place}", **_plain(row, Level.COUNTY), kind=row.id.removeprefix(prefix))


def _town(file: NetworkFile, town: Town, units: _Units) -> None:
    for place, row in enumerate(file.template):
        key = f"template.{place}"
        if "{village}" not in row.id:
            values = _filled(row, Level.TOWN, {"town": town.id, "name": town.row["name"]})
            kind = str(values["id"]).removeprefix(f"{town.id}-")
            units.add(key, **values, town=town.id, kind=kind, vacant=kind in town.vacant)
            continue
        for name, village in town.villages.items():
            words = {"town": town.id, "name": town.row["name"], "village": name, "village_name": village["name"]}
            units.add(key, **_filled(row, Level.VILLAGE, words), town=town.id, village=village["code"], kind=VILLAGE)


def _plain(row: UnitRow, level: Level) -> dict[str, object]:
    return {**row.model_dump(), "level": row.level or level}


def _filled(row: UnitRow, level: Level, words: dict[str, str]) -> dict[str, object]:
    """The row with its placeholders filled in."""
    values = _plain(row, level)
    for key in ("id", "name", "fallback"):
        text = values[key]
        for word, value in words.items():
            text = text.replace(f"{{{word}}}", value) if isinstance(text, str) else text
        values[key] = text
    return values


def _vacancies(towns: Iterable[Town], units: _Units, path: Path) -> None:
    for town in towns:
        for place, kind in enumerate(town.vacant):
            if f"{town.id}-{kind}" not in units.found:
                raise BadFile(path, f"towns.{town.id}.vacant.{place}", f'unknown unit "{kind}"')


def _places(file: NetworkFile, towns: Iterable[Town]) -> dict[str, Place]:
    district = file.district
    found = [Place(code=district.code, name=district.name, level=PlaceLevel.DISTRICT)]
    for town in towns:
        found.append(Place(code=town.row["code"], name=town.row["name"], level=PlaceLevel.TOWN, town=town.id))
        found += [
            Place(code=row["code"], name=row["name"], level=PlaceLevel.VILLAGE, town=town.id, unit=f"{town.id}-{name}")
            for name, row in town.villages.items()
        ]
    return {place.code: place for place in found}
