"""Rows of a list as households: one row for each person, told apart by household number; what is wrong is told by row and column.

Pure: reads cells, asks the book and the network, never quotes a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from models.affair.household import Stay
from models.affair.household_book import HouseholdBook, Named
from models.importing import From
from models.network import Network
from rules.labels import Both
from service.door import PersonIn
from service.importing.mapping import EMPTY, NO_PLACE, NOT_IN_TABLE, Unusable, Wrong, plain, read_date

MANY: Both = ("一户只能有一名户主", "a household has one head, no more and no less")
ELSEWHERE: Both = ("与本户首行不一致", "differs from the first row of this household")
FORM: Both = ("格式不符", "has a form that can't be used")
ORDER: Both = ("到期早于登记", "ends before it begins")
SPLIT = re.compile(r"[、,，;；/\s]+")


@dataclass(slots=True)
class PersonRow:
    """One person of a list."""

    row: int
    relation: str
    person: PersonIn
    stay: Stay | None


@dataclass(slots=True)
class HouseholdRows:
    """One household of a list."""

    number: str
    first: int
    place: str = ""
    address: str = ""
    contact: str | None = None
    needs: tuple[str, ...] = ()
    persons: list[PersonRow] = field(default_factory=list)
    wrong: list[tuple[int, Wrong]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def said(self) -> dict[str, Any]:
        """Everything the list says of the household, in one order: what tells whether it has changed."""
        persons = [
            [one.relation, one.person.model_dump(mode="json"), one.stay.model_dump(mode="json") if one.stay else None]
            for one in self.persons
        ]
        return {"place": self.place, "address": self.address, "contact": self.contact, "needs": self.needs, "persons": persons}


class Reader:
    """Reads the rows of one list."""

    def __init__(self, book: HouseholdBook, network: Network) -> None:
        self._columns = book.columns
        self._network = network
        self._relations, self._contacts, self._needs = (_words(table) for table in (book.relations, book.contacts, book.needs))
        self._villages = {place.name: place.code for place in network.places.values() if place.unit is not None}

    def households(self, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[HouseholdRows]:
        """Yield the households of a list in the order of their first rows; persons of one may stand apart."""
        found: dict[str, HouseholdRows] = {}
        for number, row in rows:
            key = _text(row.get(self._columns.number))
            house = found.setdefault(key or f"?{number}", HouseholdRows(number=key, first=number))
            house.rows.append(number)
            if not key:
                house.wrong.append((number, Wrong(self._columns.number, EMPTY)))
            self._read(house, number, row)
        for house in found.values():
            if not house.wrong and sum(one.relation == "head" for one in house.persons) != 1:
                house.wrong.append((house.first, Wrong(self._columns.relation, MANY)))
            yield house

    def _read(self, house: HouseholdRows, number: int, row: Mapping[str, Any]) -> None:
        columns = self._columns

        def wrong(column: str, reason: Both) -> None:
            house.wrong.append((number, Wrong(column, reason)))

        self._of_house(house, number, row, wrong)
        relation = self._listed(row, columns.relation, self._relations, wrong, must=True)
        person = self._person(row, wrong)
        stay = self._stay(row, wrong)
        if relation is not None and person is not None:
            house.persons.append(PersonRow(number, relation, person, stay))

    def _of_house(self, house: HouseholdRows, number: int, row: Mapping[str, Any], wrong: Any) -> None:
        """What the first row says of the whole household; a later one may leave it empty, or say the same."""
        columns, first = self._columns, number == house.first
        place = self._place(_text(row.get(columns.place)))
        given = {
            columns.place: ("place", place if place is not None else NO_PLACE),
            columns.address: ("address", _text(row.get(columns.address))),
        }
        for column, (name, value) in given.items():
            if value is NO_PLACE:
                wrong(column, NO_PLACE)
            elif first and not value:
                wrong(column, EMPTY)
            elif first:
                setattr(house, name, value)
            elif value and value != getattr(house, name):
                wrong(column, ELSEWHERE)
        if first and columns.contact is not None:
            house.contact = self._listed(row, columns.contact, self._contacts, wrong)
        if first and columns.needs is not None:
            named = [self._needs.get(word) for word in SPLIT.split(_text(row.get(columns.needs))) if word]
            if None in named:
                wrong(columns.needs, NOT_IN_TABLE)
            house.needs = tuple(sorted({need for need in named if need is not None}))

    def _place(self, text: str) -> str | None:
        """The code of a village by its code or its name, empty for nothing, None where there is no such village."""
        if not text:
            return ""
        place = self._network.place(text) or self._network.place(self._villages.get(text, ""))
        return place.code if place is not None else None

    def _listed(self, row: Mapping[str, Any], column: str, table: Mapping[str, str], wrong: Any, *, must: bool = False) -> str | None:
        text = _text(row.get(column))
        if not text:
            if must:
                wrong(column, EMPTY)
            return None
        if text not in table:
            wrong(column, NOT_IN_TABLE)
        return table.get(text)

    def _person(self, row: Mapping[str, Any], wrong: Any) -> PersonIn | None:
        columns = self._columns
        given = {"name": columns.name, "phone": columns.phone, "id_number": columns.id_number}
        values = {name: _text(row.get(column)) for name, column in given.items() if column is not None}
        if not values["name"]:
            wrong(columns.name, EMPTY)
            return None
        try:
            return PersonIn.model_validate({name: value for name, value in values.items() if value})
        except ValidationError as error:
            for item in error.errors(include_input=False, include_url=False, include_context=False):
                wrong(given[str(item["loc"][0])], FORM)
            return None

    def _stay(self, row: Mapping[str, Any], wrong: Any) -> Stay | None:
        columns = self._columns
        found: list[date] = []
        for column in (columns.since, columns.until):
            cell = row.get(column or "")
            if column is None or cell in {None, ""}:
                continue
            try:
                found.append(read_date(cell, From(column=column)))
            except Unusable as unusable:
                wrong(column, unusable.reason)
        if len(found) < len((columns.since, columns.until)):
            return None
        if found[1] < found[0]:
            wrong(columns.until, ORDER)
            return None
        return Stay(since=found[0], until=found[1])


def _words(table: Mapping[str, Named]) -> dict[str, str]:
    """The keys of a list by every word that names them."""
    return {word: key for key, entry in table.items() for word in (key, entry.zh, entry.en)}


def _text(cell: object) -> str:
    return "" if cell is None else plain(cell)
