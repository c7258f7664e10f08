"""The quarantine (隔离区): arrivals that did not fit, for those who screen. Looked at, put right and replayed, or discarded.

A town's people see what is about their town, the district's see everything. Opening one is a look like one at a case, and logged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from models.arrival import OPEN_FIELDS, Arrival, ArrivalState, Fault, Sender
from models.base import Instant, Model
from models.party import Actor
from models.refusal import RefusalCode
from rules.arrivals import envelope
from rules.arrivals.mapping import translate
from rules.desks import Desk, may_use
from service.arrivals.settling import Settler
from service.cases import Cases
from service.errors import UnknownArrival, refuse
from service.office import Office
from store.arrivals.arrivals import OPEN, Arrivals
from store.looks import Look, Looks

SETTLED = (ArrivalState.ACCEPTED, ArrivalState.DISCARDED)


class ArrivalPage(Model):
    """A page of arrivals, the newest first; `next` is the cursor of the page that follows, None on the last."""

    as_of: Instant
    arrivals: tuple[Arrival, ...]
    count: int
    next: str | None


class ArrivalShown(Model):
    """An arrival opened: what was sent, and what the mapping makes of it."""

    arrival: Arrival
    sender_zh: str
    sender_en: str
    content: Any = None
    """As it was sent; None once it is settled."""
    fields: dict[str, Any] = Field(default_factory=dict)
    """What the mapping fills already."""
    faults: tuple[Fault, ...] = ()
    may_change: bool = False
    """Whether it can be put right and replayed: an event of a known type that takes a case in."""


class Quarantine:
    """The quarantine for one person after another."""

    def __init__(self, office: Office, cases: Cases | None = None) -> None:
        self._office = office
        self._shelf = Arrivals(office.store)
        self._settler = Settler(office, cases)

    async def page(self, actor: Actor, *, settled: bool = False, after: str | None = None, limit: int = 50) -> ArrivalPage:
        """Return a page: what is still to be settled, or what has been. Refused `not_allowed`; raises ValueError for a wrong cursor."""
        town = self._town(actor)
        states: Sequence[ArrivalState] = SETTLED if settled else OPEN
        rows = await self._shelf.page(states, town, after=_position(after) if after else None, limit=limit + 1)
        last = f"{rows[limit - 1].at.isoformat()}|{rows[limit - 1].id}" if len(rows) > limit else None
        return ArrivalPage(as_of=self._office.now(), arrivals=tuple(rows[:limit]), count=await self._shelf.count(states, town), next=last)

    async def waiting(self, actor: Actor) -> int:
        """Return how many are still to be settled; 0 for who has nothing to do with them."""
        if not may_use(Desk.ARRIVALS, actor.role):
            return 0
        return await self._shelf.count((ArrivalState.QUARANTINED,), self._town(actor))

    async def show(self, actor: Actor, arrival_id: str) -> ArrivalShown:
        """Open one. Refused `not_allowed`; raises UnknownArrival. The look is logged before it is answered."""
        arrival = await self._visible(actor, arrival_id)
        await Looks(self._office.store).write(Look.of(actor, "arrival", f"arrival:{arrival.id}", self._office.now()))
        sender = self._office.place.senders.get(arrival.sender)
        names: dict[str, Any] = {"sender_zh": sender.zh if sender else arrival.sender, "sender_en": sender.en if sender else arrival.sender}
        content = await self._shelf.content(arrival.id)
        if content is None:
            return ArrivalShown(arrival=arrival, **names)
        sent = json.loads(content)
        return ArrivalShown(arrival=arrival, **names, **self._read(sender, sent))

    async def replay(self, actor: Actor, arrival_id: str, changes: Mapping[str, Any] | None = None) -> Arrival:
        """Try one again, with fields put right by a person. Refused `not_allowed`, `already_done`, `invalid`; raises Unavailable.

        What still does not fit stays where it is, with the new reason.
        """
        arrival = await self._open(actor, arrival_id)
        kept = await self._settler.kept(arrival)
        if kept is None:
            raise refuse(RefusalCode.INVALID, "event")
        return await self._settler.settle(arrival, *kept, by=actor.person, changes=_changes(changes or {}))

    async def discard(self, actor: Actor, arrival_id: str) -> Arrival:
        """Throw one away: its content is erased, that it came stays. Refused `not_allowed`, `already_done`."""
        arrival = await self._open(actor, arrival_id)
        if not await self._shelf.settle(arrival.id, ArrivalState.DISCARDED, self._office.now(), actor.person):
            raise refuse(RefusalCode.ALREADY_DONE)
        return await self._visible(actor, arrival_id)

    def _read(self, sender: Sender | None, sent: Any) -> dict[str, Any]:
        """Return what was sent, and what the mapping as it is now makes of it."""
        event = envelope.structured(sent)
        rule = sender.types.get(event.type) if sender is not None and event is not None else None
        if event is None or rule is None:
            return {"content": sent}
        bundle = self._office.bundle
        said = translate(rule, event, bundle.network, bundle.cal)
        return {"content": sent, "fields": said.fields, "faults": said.faults, "may_change": rule.do == "open"}

    async def _open(self, actor: Actor, arrival_id: str) -> Arrival:
        arrival = await self._visible(actor, arrival_id)
        if arrival.state not in OPEN:
            raise refuse(RefusalCode.ALREADY_DONE)
        return arrival

    async def _visible(self, actor: Actor, arrival_id: str) -> Arrival:
        town = self._town(actor)
        arrival = await self._shelf.get(arrival_id)
        if arrival is None or (town is not None and arrival.town != town):
            raise UnknownArrival(arrival_id)
        return arrival

    def _town(self, actor: Actor) -> str | None:
        """Return whose arrivals somebody sees: those of a town, or all for None. Refused `not_allowed`."""
        unit = self._office.bundle.network.unit(actor.unit)
        if unit is None or not may_use(Desk.ARRIVALS, actor.role):
            raise refuse(RefusalCode.NOT_ALLOWED)
        return unit.town


def _changes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a person has put right; refuses `invalid` for others."""
    unknown = sorted(set(given) - OPEN_FIELDS)
    if unknown:
        raise refuse(RefusalCode.INVALID, "fields")
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items() if value not in (None, "")}


def _position(cursor: str) -> tuple[datetime, str]:
    """Read a cursor. Raises ValueError."""
    at, _, name = cursor.partition("|")
    found = datetime.fromisoformat(at)
    if found.tzinfo is None:
        raise ValueError("cursor")
    return found, name
