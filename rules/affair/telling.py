"""What is kept of an affair, told in words (事务内容转述): fields and values as pages and commands show them, in both languages.

Takes what `service/affairs/showing.py` has let through, so nothing here can say more than its reader may know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.network import Network
from models.words import Role
from rules.affair.kind import Kind
from rules.affair.labels import choices, said
from rules.labels import ROLES, Both

AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TRUTH: dict[bool, Both] = {True: ("是", "yes"), False: ("否", "no")}

PLACES = frozenset({"place", "places", "village", "villages", "grid", "grids"})
"""Fields whose values are division codes."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One field in words: its label, and its value or what stands inside it."""

    name: str
    label: Both
    value: Both = ("", "")
    inside: tuple[tuple[Fact, ...], ...] = ()
    """For a field that holds others, or a list of such."""


class Telling:
    """Tells the facts of one kind, with the words of its book, the network's names and the place's own time."""

    def __init__(self, kind: Kind, book: Any, network: Network, stamp: Callable[[datetime], str]) -> None:
        self._kind = kind
        self._book = book
        self._network = network
        self._stamp = stamp

    def facts(self, found: Mapping[str, Any]) -> tuple[Fact, ...]:
        """Return the fields that hold anything, in their order."""
        return tuple(self._fact(name, value) for name, value in found.items() if value not in (None, "", [], {}))

    def _fact(self, name: str, value: Any) -> Fact:
        label = said(self._kind.labels, "fields", name)
        if isinstance(value, Mapping):
            return Fact(name, label, inside=(self._mapping(name, value),))
        if isinstance(value, (list, tuple)) and any(isinstance(one, Mapping) for one in value):
            return Fact(name, label, inside=tuple(self._mapping(name, one) for one in value if isinstance(one, Mapping)))
        if isinstance(value, (list, tuple)):
            words = [self._value(name, one) for one in value]
            return Fact(name, label, ("、".join(zh for zh, _ in words), ", ".join(en for _, en in words)))
        return Fact(name, label, self._value(name, value))

    def _mapping(self, name: str, found: Mapping[str, Any]) -> tuple[Fact, ...]:
        """A mapping by keys of a list is told by that list's words; any other by the words of its fields."""
        listed = choices(self._kind.labels, name, self._book) if name in self._kind.labels.lists else None
        if listed is None:
            return tuple(self._keyed(key, value) for key, value in found.items() if value not in (None, "", [], {}))
        return tuple(Fact(key, listed.get(key, (key, key)), self._value("", value)) for key, value in found.items() if value is not None)

    def _keyed(self, key: str, value: Any) -> Fact:
        """A part that stands under its own id is not told that id once more."""
        own = isinstance(value, Mapping) and value.get("id") == key
        return self._fact(key, {name: one for name, one in value.items() if name != "id"} if own else value)

    def _value(self, name: str, value: Any) -> Both:
        if isinstance(value, bool):
            return TRUTH[value]
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        listed = choices(self._kind.labels, name, self._book)
        if listed is not None and text in listed:
            return listed[text]
        if AT.fullmatch(text):
            shown = self._stamp(datetime.fromisoformat(text))
            return shown, shown
        if (post := self._post(text)) is not None:
            return post
        named = self._named(name, text)
        return named, named

    def _post(self, text: str) -> Both | None:
        """Return a post by its unit and role: `mediator@yanlou-justice#2`; None for what is none."""
        role, at, rest = text.partition("@")
        unit = self._network.unit(rest.partition("#")[0]) if at else None
        if unit is None or role not in set(Role):
            return None
        zh, en = ROLES[Role(role)]
        number = f" {rest.partition('#')[2]}" if "#" in rest else ""
        return f"{unit.name} {zh}{number}", f"{unit.name} {en}{number}"

    def _named(self, name: str, text: str) -> str:
        """Return a unit, a post or a place by its name."""
        if name in PLACES and (place := self._network.place(text)) is not None:
            return place.name
        if name == "town":
            return next((place.name for place in (self._network.town(text),) if place is not None), text)
        unit = self._network.unit(text)
        return unit.name if unit is not None else text
