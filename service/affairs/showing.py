"""One affair on its way to one person: what `rules/affair/sight.py` lets them see, with words and persons from the vault.

Called by `service/affairs/reading.py`, which has looked whether it may be seen at all and has logged the look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from models.affair.base import Affair, AffairEvent
from models.party import Actor
from models.record import Duty
from models.words import PartyKind
from rules.affair.allowed import allowed
from rules.affair.kind import AffairBundle, Kind
from rules.affair.labels import said
from rules.affair.view import view
from rules.visibility import Group, Show, Sight, deidentify, mask_address, mask_number, mask_phone, masked_name
from service.affairs import shown
from service.office import Office
from service.showing import town_name, unit_name
from service.shown import CardShown, PersonShown
from store.persons import Person

TEXT, PERSON = "vault:", "person:"
"""How references to words and to persons begin."""

GROUPS = (Group.SUMMARY, Group.NAMES, Group.PHONES, Group.NUMBERS, Group.ADDRESSES, Group.RISK, Group.SIZE, Group.PROTECTION, Group.STAFF)
"""Groups whose absence a reader is told of."""

SILENT = frozenset({"asked", "answered"})
"""Events of the engine's own work: that they happened is told, what goes between the parts of the program is not."""


class AffairShowing:
    """One affair on its way to one person."""

    def __init__(self, office: Office, actor: Actor, kind: Kind, affair: Any, bundle: AffairBundle, seen: Sight) -> None:
        self._office = office
        self._actor = actor
        self._kind = kind
        self._affair = affair
        self._bundle = bundle
        self._seen = seen
        self._texts: dict[str, str] = {}
        self._persons: dict[str, Person] = {}

    async def whole(self, links: Iterable[shown.LinkShown], opened_at: datetime) -> shown.AffairShown:
        """Return all that may be seen of it; `links` are those to records that this person's eyes reach."""
        affair, seen, network, now = self._affair, self._seen, self._bundle.network, self._office.now()
        plain = affair.model_dump(mode="json", exclude=set(Affair.model_fields))
        await self._open(plain)
        looks = view(self._kind, affair, self._bundle, now)
        place = network.place(affair.place or "")
        return shown.AffairShown(
            **looks.model_dump(include={"kind", "seq", "stage", "ended", "place", "town"}),
            code=affair.code or affair.id,
            as_of=now,
            hidden=tuple(str(group) for group in GROUPS if not seen.sees(group)),
            masked=tuple(str(group) for group in GROUPS if seen.show(group) is Show.MASKED),
            allowed=allowed(self._kind, affair, self._actor, self._bundle),
            place_name=place.name if place else None,
            town_name=town_name(network, affair.town),
            opened_at=opened_at,
            ended_at=affair.ended_at,
            holder=self.duty(looks.holder) if looks.holder else None,
            duties=tuple(self.duty(duty) for duty in looks.duties),
            clocks=looks.clocks,
            cards=tuple(CardShown.model_validate(card.model_dump()) for card in affair.cards),
            links=tuple(links),
            facts=self._facts(plain),
        )

    async def story(self, events: Iterable[AffairEvent], links: Mapping[str, shown.LinkShown]) -> shown.AffairTimeline:
        """Return these events of it; `links` by the id of the record they lead to."""
        groups = self._kind.groups
        seen = [event for event in events if event.type not in groups or self._seen.sees(groups[event.type])]
        told = [(event, event.what.model_dump(mode="json", exclude={"type"})) for event in seen]
        await self._open([plain for _, plain in told])
        return shown.AffairTimeline(
            as_of=self._office.now(),
            code=self._affair.code or self._affair.id,
            seq=self._affair.seq,
            events=tuple(self._told(event, plain, links) for event, plain in told),
        )

    async def persons(self) -> list[dict[str, Any]]:
        """Return whom it names, as they may be seen, each under its reference."""
        plain = self._affair.model_dump(mode="json", exclude=set(Affair.model_fields))
        await self._open(plain)
        refs = dict.fromkeys(ref for ref in _refs(plain) if ref.startswith(PERSON))
        return [{"ref": ref, **found} for ref in refs if (found := self._person(ref)) is not None]

    def duty(self, duty: Duty) -> Duty:
        """Return a duty, without whose it is by name where staff are not shown."""
        return duty if self._seen.full(Group.STAFF) else duty.model_copy(update={"person": None})

    def _told(self, event: AffairEvent, plain: Mapping[str, Any], links: Mapping[str, shown.LinkShown]) -> shown.AffairTold:
        zh, en = said(self._kind.labels, "happened", event.type)
        return shown.AffairTold(
            **event.model_dump(include={"seq", "at", "occurred_at", "stage"}),
            type=event.type,
            person=event.actor.person if self._seen.full(Group.STAFF) else None,
            role=event.actor.role,
            unit=event.actor.unit,
            unit_name=unit_name(self._bundle.network, event.actor.unit),
            zh=zh,
            en=en,
            facts={} if event.type in SILENT else self._facts(_linked(plain, links)),
        )

    def _facts(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields that may be seen, as far as they may."""
        groups = self._kind.groups
        return {name: self._read(value) for name, value in plain.items() if self._seen.sees(groups.get(name, Group.KIND))}

    def _read(self, value: Any) -> Any:
        """Return a value with words and persons in the place of references; None where they may not be read, or are no more."""
        if isinstance(value, str):
            if value.startswith(TEXT):
                return self._text(value)
            return self._person(value) if value.startswith(PERSON) else value
        if isinstance(value, Mapping):
            groups = self._kind.groups
            return {name: self._read(one) for name, one in value.items() if self._seen.sees(groups.get(name, Group.KIND))}
        return [self._read(one) for one in value] if isinstance(value, list) else value

    def _text(self, ref: str) -> str | None:
        text = self._texts.get(ref)
        if text is None or self._seen.full(Group.SUMMARY):
            return text
        known: dict[str, str] = {}
        for person in self._persons.values():
            known |= dict.fromkeys((word for word in (person.phone, person.id_number, person.address) if word), "***")
            known[person.name] = masked_name(person.name, PartyKind.PERSON)
        return deidentify(text, known)

    def _person(self, ref: str) -> dict[str, Any] | None:
        person = self._persons.get(ref)
        if person is None or not self._seen.sees(Group.NAMES):
            return None
        shows = self._seen.show
        found = PersonShown(
            name=_as(shows(Group.NAMES), person.name, masked_name(person.name, PartyKind.PERSON)),
            phone=_as(shows(Group.PHONES), person.phone, mask_phone(person.phone or "")),
            id_number=_as(shows(Group.NUMBERS), person.id_number, mask_number(person.id_number or "")),
            address=_as(shows(Group.ADDRESSES), person.address, mask_address(person.address or "")),
        )
        return found.model_dump(exclude_none=True)

    async def _open(self, plain: Any) -> None:
        """Take from the vault what may be read of all references in it; a masked text needs to know the persons of the affair."""
        refs = list(_refs(plain))
        texts = [ref for ref in refs if ref.startswith(TEXT)] if self._seen.sees(Group.SUMMARY) else []
        masks = bool(texts) and not self._seen.full(Group.SUMMARY)
        persons = [ref for ref in refs if ref.startswith(PERSON)] if self._seen.sees(Group.NAMES) or masks else []
        if masks:
            persons += [ref for ref in _refs(self._affair.model_dump(mode="json")) if ref.startswith(PERSON)]
        if texts:
            self._texts |= await self._office.vault.open_texts(dict.fromkeys(texts))
        if persons:
            self._persons |= await self._office.vault.open_persons(dict.fromkeys(persons))


def _refs(value: Any) -> Iterator[str]:
    """All references to words and persons, wherever they stand."""
    if isinstance(value, str):
        if value.startswith((TEXT, PERSON)):
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _refs(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _refs(one)


def _linked(plain: Mapping[str, Any], links: Mapping[str, shown.LinkShown]) -> Mapping[str, Any]:
    """Return what an event says, with the link it tells of as it may be seen, or without."""
    link = plain.get("link")
    if not isinstance(link, Mapping):
        return plain
    found = links.get(str(link.get("id")))
    rest = {name: value for name, value in plain.items() if name != "link"}
    return rest if found is None else {**rest, "link": found.model_dump(include={"kind", "code", "why"})}


def _as(show: Show, full: str | None, masked: str) -> str | None:
    if full is None or show is Show.HIDDEN:
        return None
    return full if show is Show.FULL else masked
