"""The forms of actions on affairs (事务表单), made from their models: how a field is asked for follows from its type and its name.

What can't be asked for in one plain form (a list of things with fields of their own) is left out where it may be left out; an action
that can't do without has no form here, and its kind brings a page of its own.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from models.affair.common import INTERNAL
from models.base import Sealed
from models.clock import Budget
from models.network import PlaceLevel
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from rules.affair.labels import choices as listed
from rules.affair.labels import said
from rules.affair.telling import PLACES
from service.affairs.door import OURS
from service.affairs.shown import AffairShown
from service.office import Office
from web.console.choices import Choice, Choices, Group
from web.console.inputs import Form, Input
from web.console.inputs import Kind as InputKind
from web.console.words import Words

LEFT_OUT = frozenset({"id", "do", "actor", "occurred_at", *OURS})
"""Fields that no form asks for."""

COMMON = frozenset({"note", "link", "lift_card"})


@cache
def form(name: str, do: str) -> Form | None:
    """Return the form of an action of a kind; None where it can't be asked for in one plain form."""
    kind = KINDS[name]
    model = kind.models.get(do)
    if model is None or do in INTERNAL:
        return None
    inputs: list[Input] = []
    for field, info in model.model_fields.items():
        if field in OURS and info.is_required():
            return None
        if field in LEFT_OUT | kind.labels.unasked:
            continue
        made = _input(kind, field, info)
        if made is not None:
            inputs.append(made)
        elif info.is_required():
            return None
    zh, en = said(kind.labels, "actions", do)
    return Form(zh, en, tuple(inputs), group="work" if do in COMMON else "next")


def _input(kind: Kind, name: str, info: FieldInfo) -> Input | None:
    annotation, sealed = _plain(info)
    shape = _shape(kind, name, annotation, sealed)
    if shape is None:
        return None
    zh, en = said(kind.labels, "fields", name)
    return Input(name, shape[0], zh, en, choices=shape[1], needed=info.is_required())


def _plain(info: FieldInfo) -> tuple[Any, bool]:
    """The type of a field without its marks and without None, and whether its words are sealed."""
    annotation, sealed = info.annotation, any(isinstance(mark, Sealed) for mark in info.metadata)
    while True:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            sealed = sealed or any(isinstance(mark, Sealed) for mark in arguments[1:])
            annotation = arguments[0]
        elif origin in {Union, types.UnionType} and len(kept := [one for one in arguments if one is not type(None)]) == 1:
            annotation = kept[0]
        else:
            return annotation, sealed


SHAPES: dict[Any, tuple[InputKind, str]] = {
    bool: ("yesno", "truth"),
    date: ("day", ""),
    datetime: ("at", ""),
    int: ("int", ""),
    float: ("money", ""),
    Budget: ("limit", "limits"),
}


def _shape(kind: Kind, name: str, annotation: Any, sealed: bool) -> tuple[InputKind, str] | None:
    """How a field is asked for, and what it is chosen from."""
    if name == "person" or name.endswith("_person"):
        return "who", ""
    chosen = name in kind.labels.lists or name in kind.labels.values
    if get_origin(annotation) is tuple:
        return _several(name, annotation, chosen=chosen)
    if get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, StrEnum)):
        return "choice", f"one-of:{name}"
    if annotation in SHAPES:
        return SHAPES[annotation]
    if annotation is not str:
        return None
    return _text(name, sealed=sealed, chosen=chosen)


def _several(name: str, annotation: Any, *, chosen: bool) -> tuple[InputKind, str] | None:
    inner = get_args(annotation)[0]
    if name in {"units", "to_units"}:
        return "units", "units"
    if name in PLACES:
        return "many", "places"
    if chosen:
        return "many", f"one-of:{name}"
    return ("lines", "") if inner is str or (get_origin(inner) is Annotated and get_args(inner)[0] is str) else None


NAMED: dict[str, tuple[InputKind, str]] = {"unit": ("choice", "units"), "card": ("choice", "cards")}


def _text(name: str, *, sealed: bool, chosen: bool) -> tuple[InputKind, str]:
    if chosen:
        return "choice", f"one-of:{name}"
    if name in PLACES:
        return "choice", "places"
    return NAMED.get(name, ("area" if sealed else "text", ""))


def at_post(office: Office, unit: str) -> FormData:
    """Return what a form begins with that nobody has filled in: the village of a unit that has one."""
    found = office.bundle.network.unit(unit)
    return FormData([("place", found.village)]) if found is not None and found.village is not None else FormData()


TRUTH = (("yes", ("是", "yes")), ("no", ("否", "no")))


@dataclass(slots=True)
class AffairChoices:
    """What the fields of a form may be chosen from, for one person at one affair, or at a new one."""

    words: Words
    office: Office
    kind: Kind
    unit: str
    affair: AffairShown | None = None

    def of(self, table: str) -> tuple[Group, ...]:
        """Return the choices of a table, in groups."""
        if table.startswith("one-of:"):
            return (("", self._one_of(table.partition(":")[2])),)
        found = TABLES.get(table)
        return found(self) if found is not None else ()

    def _one_of(self, name: str) -> tuple[Choice, ...]:
        found = listed(self.kind.labels, name, self.office.place.books.get(self.kind.shares or self.kind.name))
        rows = found.items() if found is not None else ((value, (value, value)) for value in _values(self.kind, name))
        return tuple((value, self.words.both(words)) for value, words in rows)

    def units(self) -> tuple[Group, ...]:
        """Return the units of the town and of the district."""
        near = Choices(words=self.words, office=self.office, case=None, unit=self.unit)
        return near.of("units")

    def places(self) -> tuple[Group, ...]:
        """Return the villages, by town: those of one's own town, or of all."""
        network = self.office.bundle.network
        unit = network.unit(self.unit)
        towns = network.towns()
        mine = [unit.town] if unit is not None and unit.town is not None else list(towns)
        villages = [place for place in network.places.values() if place.level is PlaceLevel.VILLAGE]
        rows = {town: tuple((place.code, place.name) for place in villages if place.town == town) for town in mine}
        return tuple((towns.get(town, town), rows[town]) for town in mine if rows[town])

    def cards(self) -> tuple[Group, ...]:
        """Return the cards that are still open."""
        if self.affair is None:
            return ()
        rows = [card for card in self.affair.cards if card.closed_at is None]
        said_of = [(card.id, f"{self.words.label('card', card.kind)} · {self.clock(card.clock)}") for card in rows]
        return (("", tuple(said_of)),)

    def clock(self, clock: str) -> str:
        """Return what a clock counts for."""
        return self.words.both(said(self.kind.labels, "clocks", clock))


def _values(kind: Kind, name: str) -> tuple[str, ...]:
    """The values of a field that are fixed by its type."""
    for model in kind.models.values():
        if name in model.model_fields:
            annotation, _ = _plain(model.model_fields[name])
            found = get_args(annotation) if get_origin(annotation) is Literal else tuple(annotation)
            return tuple(str(value) for value in found)
    return ()


TABLES: dict[str, Callable[[AffairChoices], tuple[Group, ...]]] = {
    "units": AffairChoices.units,
    "places": AffairChoices.places,
    "cards": AffairChoices.cards,
    "truth": lambda c: (("", tuple((value, c.words.both(words)) for value, words in TRUTH)),),
    "limits": lambda c: Choices(words=c.words, office=c.office, case=None, unit=c.unit).of("limits"),
}
