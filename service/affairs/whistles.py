"""Figures of whistles (吹哨报到用时), and what the form of a new one offers (吹哨表单)."""

from __future__ import annotations

import asyncio
from datetime import datetime

from models.affair.whistle.book import WhistleBook
from models.affair.whistle.figures import GroupedBy, WhistleFigures, WhistleGroup
from models.base import Model
from models.party import Actor
from models.period import Period
from models.refusal import RefusalCode
from models.words import Role
from rules.affair.allowed import may_begin
from rules.labels import Both
from rules.whistle.calling import listed_units
from rules.whistle.figures import COUNTED, UNLISTED, Told, groups
from rules.whistle.kind import WHISTLE
from service.errors import refuse
from service.showing import town_name
from service.sighted import Sighted
from store.affairs.whistles import whistle_lines


class ItemOffered(Model):
    """An item of the list as a form offers it."""

    key: str
    zh: str
    en: str
    level: str


class ClassOffered(Model):
    """A class of the list with its items."""

    key: str
    zh: str
    en: str
    items: tuple[ItemOffered, ...]


class Offer(Model):
    """What somebody may choose from when they blow a whistle."""

    places: tuple[tuple[str, str], ...]
    """Division code and name: one's own grids; for a centre all places of its town, or of the district."""
    classes: tuple[ClassOffered, ...]
    item: ItemOffered | None
    """The item that was chosen."""
    levels: tuple[tuple[str, str, str], ...]
    """Key and words of the levels that may be chosen: none less urgent than the item's own."""
    preset: tuple[str, ...]
    """The units of the item at the first of the places."""
    units: tuple[tuple[str, str], ...]
    """Id and name of all that may be called there, those of the item first."""


class Whistles(Sighted):
    """Whistles of one office, for one person after another."""

    async def whistle_figures(self, actor: Actor, by: GroupedBy, period: Period, as_of: datetime | None = None) -> WhistleFigures:
        """How many whistles were blown in a period, and how long units took, as the record stood at `as_of` (now).

        Of what somebody's figures are made of, as all statistics are. Refuses `not_allowed`.
        """
        now, cal = self._office.now(), self._office.bundle.cal
        as_of = min(as_of or now, now)
        eyes = await self.numbers(actor)
        since, until = cal.midnight(period.first), cal.midnight_end(period.last)
        lines = await whistle_lines(self._office.store, eyes, COUNTED, since=since, until=until, as_of=as_of)
        # Thousands of lines take a second to read: other requests go on meanwhile.
        whole, found = await asyncio.to_thread(groups, [Told(*line) for line in lines], by)
        return WhistleFigures(by=by, period=period, as_of=as_of, whole=whole, groups=tuple(self._named(by, one) for one in found))

    async def offer(self, actor: Actor, item: str | None = None) -> Offer:
        """What a form offers to somebody, with the units of an item. Refuses `not_allowed`, `invalid` for what is no item."""
        book = self._book
        if book is None or not may_begin(WHISTLE, actor):
            raise refuse(RefusalCode.NOT_ALLOWED)
        if item is not None and item not in book.items:
            raise refuse(RefusalCode.INVALID, "item")
        chosen = self._item(book, item) if item is not None else None
        least = book.urgency(chosen.level) if chosen is not None else 0
        places = await self._places(actor)
        preset, units = self._units(actor, places[0][0] if places else "", book, item)
        return Offer(
            places=places,
            classes=tuple(self._class(book, key) for key in book.classes),
            item=chosen,
            levels=tuple((key, level.zh, level.en) for key, level in book.levels.items() if book.urgency(key) >= least),
            preset=preset,
            units=units,
        )

    @property
    def _book(self) -> WhistleBook | None:
        found = self._office.place.books.get(WHISTLE.name)
        return found if isinstance(found, WhistleBook) else None

    def _class(self, book: WhistleBook, key: str) -> ClassOffered:
        items = tuple(self._item(book, name) for name, item in book.items.items() if item.of == key)
        return ClassOffered(key=key, zh=book.classes[key].zh, en=book.classes[key].en, items=items)

    def _item(self, book: WhistleBook, key: str) -> ItemOffered:
        return ItemOffered(key=key, **book.items[key].model_dump(include={"zh", "en", "level"}))

    async def _places(self, actor: Actor) -> tuple[tuple[str, str], ...]:
        network, unit = self._network, self._network.unit(actor.unit)
        if actor.role is Role.GRID:
            found = [network.place(code) for code in await self.grids(actor)]
            # A grid that another committee stands for is no place one may blow for.
            return tuple((place.code, place.name) for place in found if place is not None and place.unit == actor.unit)
        town = unit.town if unit is not None else None
        places = (place for place in network.places.values() if place.town is not None and (town is None or place.town == town))
        return tuple((place.code, place.name) for place in sorted(places, key=lambda place: place.code))

    def _units(self, actor: Actor, code: str, book: WhistleBook, item: str | None) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """The units of the item at a place, and all that may be called there."""
        network, place = self._network, self._network.place(code)
        if place is None:
            return (), ()
        preset = listed_units(network, book.items[item].units, place, actor.unit) if item is not None else ()
        near = [
            unit.id
            for unit in network.units.values()
            if unit.town in {None, place.town} and unit.village is None and not unit.vacant and unit.id != actor.unit
        ]
        ordered = (*preset, *sorted(set(near) - set(preset), key=lambda unit: (network.units[unit].town is None, unit)))
        return preset, tuple((unit, network.units[unit].name) for unit in ordered)

    def _named(self, by: GroupedBy, group: WhistleGroup) -> WhistleGroup:
        zh, en = self._name(by, group.key)
        return group.model_copy(update={"zh": zh, "en": en})

    def _name(self, by: GroupedBy, key: str) -> Both:
        if by is GroupedBy.ITEM:
            item = self._book.items.get(key) if self._book is not None else None
            return ("清单外", "No item of the list") if key == UNLISTED else (item.zh, item.en) if item is not None else (key, key)
        place = self._network.place(key)
        name = town_name(self._network, key) if by is GroupedBy.TOWN else place.name if place is not None else None
        return name or key, name or key
