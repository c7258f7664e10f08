"""One case as reports ask for it: what `service/showing.py` lets its reader see, item by item. Words are opened for a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from models.kpi import CaseFact
from models.report import Column, Item, Reports
from models.words import PartyKind, Side
from rules.labels import label
from rules.reporting import scale, success, way
from rules.visibility import Group
from service import shown
from service.exporting.columns import Cell
from service.showing import Showing, town_name, unit_name
from store.persons import Person


class Entry(Showing):
    """One case on its way into a report."""

    fact: CaseFact
    reports: Reports

    def refs(self) -> tuple[list[str], list[str]]:
        """Return the texts and the persons that have to be opened."""
        case, seen = self._case, self._seen
        texts = [case.summary] if case.summary and seen.sees(Group.SUMMARY) else []
        if case.agreement is not None and seen.sees(Group.AGREEMENT):
            texts.append(case.agreement.terms)
        persons = [ref for party in case.parties for ref in (party.person, party.representative) if ref]
        return [ref for ref in texts if ref.startswith("vault:")], persons

    def fill(self, texts: Mapping[str, str], persons: Mapping[str, Person]) -> None:
        """Take what was opened."""
        self._texts, self._persons = dict(texts), dict(persons)

    def row(self, columns: tuple[Column, ...]) -> tuple[list[Cell], list[Column]]:
        """Return the cells of a report, and the columns that are missing."""
        cells: list[Cell] = []
        missing: list[Column] = []
        for column in columns:
            value = ITEMS[column.item](self)
            if column.codes is not None and value is not None:
                value = self.reports.codes[column.codes].get(str(value))
            if isinstance(value, str) and column.longest is not None:
                value = value[: column.longest]
            if column.must and value in {None, ""} and (self._case.ended or not column.ended_only):
                missing.append(column)
            cells.append(value)
        return cells, missing

    # -- items ----------------------------------------------------------------------------------------------------

    def main(self) -> shown.PersonShown:
        """Return the first applicant, else the first party."""
        parties = self._case.parties
        first = next((party for party in parties if party.side is Side.APPLICANT), parties[0] if parties else None)
        return self.person(first.person, first.kind) if first is not None else shown.PersonShown()

    def names(self) -> list[tuple[PartyKind, str | None]]:
        """Return every party's kind and name."""
        return [(party.kind, self.person(party.person, party.kind).name) for party in self._case.parties]

    def sees(self, group: Group) -> bool:
        """Whether a group is shown in full."""
        return self._seen.full(group)

    def day(self, at: datetime | None) -> str | None:
        """Return a day as the standard writes it: YYYYMMDD."""
        return None if at is None else self._bundle.cal.local_date(at).strftime("%Y%m%d")

    def place(self) -> str | None:
        """Return the place in words, from the town down."""
        if not self._seen.sees(Group.PLACE):
            return None
        network = self._bundle.network
        found = network.place(self._case.place or "")
        town = town_name(network, self._case.town)
        return "".join(dict.fromkeys(part for part in (town, found.name if found else None) if part)) or None

    def kind(self) -> tuple[str | None, str | None]:
        """Return code and Chinese name of the category, as far as they may be seen."""
        code = self._category()
        named = self._office.place.categories.get(code or "")
        return code, named.zh if named else None

    def name(self) -> str | None:
        """Return a name for the matter: its class and its place, no person."""
        _, kind = self.kind()
        return f"{self.place() or ''}{kind}纠纷" if kind else None

    def due(self) -> str | None:
        """Return until when it has to be resolved."""
        clock = self._case.clocks.get("mediate") if self._seen.sees(Group.WAY) else None
        return self.day(clock.due.at) if clock is not None and clock.due is not None else None

    def responsible(self) -> str | None:
        """Return the post of the mediator of record."""
        mediator = self._case.mediator
        if mediator is None or not self._seen.full(Group.STAFF):
            return None
        unit = unit_name(self._bundle.network, mediator.unit) or mediator.unit
        return f"{unit}调解员"

    def phone(self) -> str | None:
        """Return the public phone of the unit in charge."""
        return self._office.place.contacts.phones.get(self._case.lead or "")

    def result(self) -> str | None:
        """Return how it came out: the terms of the agreement, else the end in words."""
        case = self._case
        if case.agreement is not None and self._seen.sees(Group.AGREEMENT):
            return self.text(case.agreement.terms, Group.AGREEMENT)
        return label("stage", case.stage)[0] if case.ended else None

    def evaluated(self) -> tuple[str | None, str | None]:
        """Return when and how the parties were satisfied, by the last visit with a reply."""
        if not self._seen.sees(Group.VISITS):
            return None, None
        told = [visit for visit in self._case.visits if visit.satisfied is not None]
        return (self.day(told[-1].at), "满意" if told[-1].satisfied else "不满意") if told else (None, None)

    @property
    def way(self) -> str | None:
        """The way it was resolved."""
        return way(self._case, self.fact, None)

    @property
    def case_size(self) -> tuple[int | None, float | None]:
        """People and amount, where they may be seen."""
        return (self._case.people, self._case.amount) if self._seen.full(Group.SIZE) else (None, None)


def _sex(number: str | None) -> str | None:
    """Return what the number of an identity card says; nothing of a masked one."""
    if number is None or len(number) != 18 or not number[:17].isdigit():
        return None
    return "male" if int(number[16]) % 2 else "female"


def _number_kind(entry: Entry) -> str | None:
    number = entry.main().id_number
    return None if number is None else "identity" if len(number) == 18 else "other"


def _form(entry: Entry) -> str | None:
    made = entry._case.agreement  # noqa: SLF001 - an entry is ours
    return {"written": "书面", "oral": "口头"}[made.form] if made is not None and entry.sees(Group.AGREEMENT) else None


def _happened(day: date | None) -> str | None:
    return None if day is None else day.strftime("%Y%m%d")


ITEMS: dict[Item, Callable[[Entry], Cell]] = {
    Item.CODE: lambda e: e._case.code,  # noqa: SLF001 - here and below: an entry is ours
    Item.NAME: lambda e: e.name(),
    Item.HAPPENED_ON: lambda e: _happened(e._case.happened_on),  # noqa: SLF001
    Item.PLACE: lambda e: e.place(),
    Item.PLACE_CODE: lambda e: e._case.place if e.place() else None,  # noqa: SLF001
    Item.SCALE: lambda e: scale(e.reports, e.case_size[0] or 0),
    Item.CATEGORY: lambda e: e.kind()[0],
    Item.CATEGORY_NAME: lambda e: e.kind()[1],
    Item.PEOPLE: lambda e: e.case_size[0],
    Item.ORGANISATIONS: lambda e: "、".join(name for kind, name in e.names() if kind is PartyKind.ORGANISATION and name) or None,
    Item.SUMMARY: lambda e: e.text(e._case.summary, Group.SUMMARY),  # noqa: SLF001
    Item.AMOUNT: lambda e: e.case_size[1],
    Item.MAIN_NAME: lambda e: e.main().name,
    Item.MAIN_PHONE: lambda e: e.main().phone,
    Item.MAIN_NUMBER: lambda e: e.main().id_number,
    Item.MAIN_NUMBER_KIND: _number_kind,
    Item.MAIN_ADDRESS: lambda e: e.main().address,
    Item.MAIN_SEX: lambda e: _sex(e.main().id_number),
    Item.OTHER_NAMES: lambda e: "、".join(name for _, name in e.names()[1:] if name) or None,
    Item.CHANNEL: lambda e: label("channel", e._case.channel)[0],  # noqa: SLF001
    Item.REGISTERED_ON: lambda e: e.day(e.fact.opened_at),
    Item.ACCEPTED_ON: lambda e: e.day(e.fact.accepted_at),
    Item.RESOLVE_BY: lambda e: e.due(),
    Item.WAY: lambda e: e.way,
    Item.LEAD: lambda e: unit_name(e._bundle.network, e._case.lead or "") or None,  # noqa: SLF001
    Item.RESPONSIBLE: lambda e: e.responsible(),
    Item.RESPONSIBLE_PHONE: lambda e: e.phone(),
    Item.SUCCESS: lambda e: success(e._case, e.fact),  # noqa: SLF001
    Item.RESULT: lambda e: e.result(),
    Item.TERMS: lambda e: e.result(),
    Item.EVALUATED_ON: lambda e: e.evaluated()[0],
    Item.EVALUATION: lambda e: e.evaluated()[1],
    Item.TIER: lambda e: str(e._case.tier) if e._seen.sees(Group.RISK) else None,  # noqa: SLF001
    Item.STAGE: lambda e: label("stage", e._case.stage)[0],  # noqa: SLF001
    Item.ENDED_ON: lambda e: e.day(e.fact.ended_at),
    Item.AGREEMENT_FORM: _form,
    Item.CONFIRMATION: lambda e: str(e.fact.confirmation),
    Item.MERGED_INTO: lambda e: e._case.merging.into_code if e._case.merging else None,  # noqa: SLF001
}
"""How each item is read."""
