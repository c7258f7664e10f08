"""From an event to the fields of an action, by the mapping of its sender. Pure; every fault is named, none stops the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.arrival import Event, Fault, PartyRule, Rule, Scalar, TypeRule
from models.network import Network
from rules.arrivals import values
from rules.arrivals.values import LISTS, READERS, Unfit
from rules.calendar import WorkingCalendar

MOST = 200
"""Parties of a case."""

PERSONAL = ("name", "phone", "id_number", "address")
PAIR = 2


@dataclass(frozen=True, slots=True)
class Mapped:
    """What an event says: fields of the action, the town it is about where that is known, and what could not be read."""

    fields: dict[str, Any]
    town: str | None = None
    case: str | None = None
    """For a note: the code of the case, or the id of the earlier event."""
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Reading:
    event: Event
    network: Network
    cal: WorkingCalendar
    faults: list[Fault] = field(default_factory=list)

    def value(self, name: str, rule: Rule, at: str, item: object = None) -> Any:
        """Return the value of a field, None where there is none; what is wrong is noted under `at`."""
        if rule.value is not None:
            return _alone(name, rule.value)
        found = [(path, value) for path in rule.paths if (value := values.at(self.event, path, item)) is not None]
        try:
            if not found:
                return _alone(name, rule.default)
            if rule.join is not None:
                return rule.join.join(values.text(value) for _, value in found)
            return self._read(name, rule, found[0][1])
        except Unfit as unfit:
            self.faults.append(Fault(field=at, path=found[0][0], reason=str(unfit)))
            return None

    def _read(self, name: str, rule: Rule, value: object) -> Any:
        if name in LISTS:
            return self._listed(rule, value)
        if rule.table:
            return _translated(rule, value)
        if name == "place":
            return values.place(value, self.network).code
        if name == "happened_on":
            return values.day(value, self.cal)
        return READERS.get(name, values.text)(value)

    def _listed(self, rule: Rule, value: object) -> list[Any]:
        found = values.several(value)
        if not rule.table:
            return found
        return [one for one in dict.fromkeys(_translated(rule, word) for word in found) if one != ""]

    def lacking(self, name: str, rule: Rule | None) -> None:
        """Note that a field is owed and nothing stands where it should."""
        paths = rule.paths if rule is not None else ()
        if not any(fault.field == name for fault in self.faults):
            self.faults.append(Fault(field=name, path=" | ".join(paths), reason="missing"))


def translate(rule: TypeRule, event: Event, network: Network, cal: WorkingCalendar, changes: Mapping[str, Any] | None = None) -> Mapped:
    """Return what an event says. `changes` are fields that a person has put right: they stand instead of what was sent."""
    reading = _Reading(event, network, cal)
    changed = dict(changes or {})
    given = {name: reading.value(name, one, name) for name, one in rule.fields.items() if name not in changed} | changed
    fields = {name: value for name, value in given.items() if value is not None}
    if rule.case is not None:
        return _note(reading, rule, fields)
    if rule.do == "signal":
        return _signal(reading, rule, fields)
    for name in ("place", "summary", "happened_on"):
        if name not in fields:
            reading.lacking(name, rule.fields.get(name))
    fields["parties"] = _parties(reading, rule.parties)
    fields.setdefault("people", max(1, len(fields["parties"])))
    place = network.place(str(fields.get("place", "")))
    return Mapped(fields=fields, town=place.town if place is not None else None, faults=tuple(reading.faults))


def _signal(reading: _Reading, rule: TypeRule, fields: dict[str, Any]) -> Mapped:
    """Return what a signal says: type and words, and its subject: a pair, a household or spot of the place, or the place itself."""
    for name in ("place", "signal"):
        if name not in fields:
            reading.lacking(name, rule.fields.get(name))
    subject: dict[str, Any] = {"of": "place", "place": fields.get("place"), "number": fields.get("spot")}
    if rule.parties:
        pair = [{name: party[name] for name in PERSONAL if name in party} for party in _parties(reading, rule.parties)]
        if len(pair) != PAIR:
            reading.faults.append(Fault(field="parties", path="", reason="no_pair"))
        subject = {"of": "pair", "place": fields.get("place"), **dict(zip(("one_person", "other_person"), pair, strict=False))}
    elif "household" in rule.fields:
        if "household" not in fields:
            reading.lacking("household", rule.fields["household"])
        subject = {"of": "household", "place": fields.get("place"), "number": fields.get("household")}
    place = reading.network.place(str(fields.get("place", "")))
    said = {"signal": fields.get("signal"), "text": fields.get("text", ""), "subject": subject}
    return Mapped(fields=said, town=place.town if place is not None else None, faults=tuple(reading.faults))


def _note(reading: _Reading, rule: TypeRule, fields: dict[str, Any]) -> Mapped:
    assert rule.case is not None
    path = rule.case.code or rule.case.earlier or ""
    case = reading.value("case", Rule(path=path), "case")
    if case is None:
        reading.lacking("case", Rule(path=path))
    if "text" not in fields:
        reading.lacking("text", rule.fields.get("text"))
    return Mapped(fields=fields, case=case, faults=tuple(reading.faults))


def _parties(reading: _Reading, rules: tuple[PartyRule, ...]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number, rule in enumerate(rules):
        for item in _items(reading, rule, number):
            found.append(_party(reading, rule, number, item, len(found)))
    if not found:
        paths = tuple(path for rule in rules if (path := rule.each or rule.when))
        reading.lacking("parties", Rule(path=paths) if paths else None)
    return found[:MOST]


def _items(reading: _Reading, rule: PartyRule, number: int) -> list[Any]:
    """Return what a row is filled from: each item of its list, or once."""
    if rule.when is not None and values.at(reading.event, rule.when) is None:
        return []
    if rule.each is None:
        return [None]
    found = values.at(reading.event, rule.each)
    if found is not None and not isinstance(found, list):
        reading.faults.append(Fault(field=f"parties.{number}", path=rule.each, reason="no_list"))
    return found[:MOST] if isinstance(found, list) else []


def _party(reading: _Reading, rule: PartyRule, number: int, item: object, place: int) -> dict[str, Any]:
    """Return one party; without an id of its own it is called by its place: a, b, …, p27."""
    at = f"parties.{number}"
    read = {name: reading.value(name, one, f"{at}.{name}", item) for name, one in rule.fields.items()}
    fields = {name: value for name, value in read.items() if value is not None}
    for name in ("side", "name"):
        if name not in fields:
            reading.lacking(f"{at}.{name}", rule.fields.get(name))
    return {"id": chr(ord("a") + place) if place < 26 else f"p{place + 1}", "kind": "person", **fields}


def _alone(name: str, value: Scalar | None) -> Any:
    """Return a value that the mapping itself gives, as the field wants it."""
    return [value] if name in LISTS and value is not None else value


def _translated(rule: Rule, value: object) -> Any:
    """Return what the table has for a value; raises Unfit where it has nothing and there is no default."""
    key = str(value).lower() if isinstance(value, bool) else values.text(value)
    found = rule.table.get(key, rule.default)
    if found is None:
        raise Unfit("not_in_table")
    return found
