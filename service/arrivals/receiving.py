"""Receiving events: who sends is proved first, each event is kept before anything is done with it, and each gets an answer.

What is kept is acknowledged, whatever becomes of it: accepted, in quarantine, or waiting because Temporal is away. So a sender
need not send again, and may: the second delivery of an event finds the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from models.arrival import Arrival, ArrivalReason, ArrivalState, Event, Sender
from models.base import Model
from rules.arrivals import envelope, signing
from service.arrivals.secrets import secrets_of
from service.arrivals.settling import Settler, arrival_id
from service.cases import Cases
from service.errors import Unavailable
from service.office import Office
from store.arrivals.arrivals import Arrivals

MOST = 100
"""Events that one request may bring."""

LARGEST = 256 * 1024
"""Bytes that one request may bring."""

AGAIN = timedelta(seconds=30)
"""How old a waiting arrival is before it is tried again."""


class NotProved(Exception):
    """No sender has proved to be who sends."""


class TooMuch(Exception):
    """More events in one request than are taken."""


class Taken(Model):
    """The answer to one event."""

    id: str
    """Of the arrival: by it people find it."""
    sender: str
    state: ArrivalState
    code: str | None = None
    """Code of the case that it became, or that it was added to."""
    reason: ArrivalReason | None = None
    detail: str = ""
    known: bool = False
    """Whether it had come before."""


class Receiving:
    """Takes events in."""

    def __init__(self, office: Office, cases: Cases | None = None) -> None:
        self._office = office
        self._shelf = Arrivals(office.store)
        self._settler = Settler(office, cases)

    def sender(self, headers: Mapping[str, str], body: bytes) -> Sender:
        """Return who sends. Raises NotProved."""
        settings = self._office.settings
        for sender in self._office.place.senders.values():
            keys = secrets_of(settings, sender.id)
            if sender.proof == "token" and signing.has_token(keys, headers):
                return sender
            # The signature says when it was made by the sender's clock, which runs in real time even where ours is shifted.
            if sender.proof == "signature" and signing.is_signed(keys, headers, body, self._real_now(), sender.tolerance):
                return sender
        raise NotProved

    async def receive(self, sender: Sender, headers: Mapping[str, str], body: bytes) -> tuple[Taken, ...]:
        """Keep and settle every event of a request, in order. Raises TooMuch before any of them, StoreAway."""
        found = envelope.read(headers, body)
        if len(found) > MOST:
            raise TooMuch
        return tuple([await self._taken(sender, event, sent) for event, sent in found])

    async def go_on(self) -> int:
        """Settle what is waiting; return how many. For a process that runs anyway."""
        done = 0
        for arrival in await self._shelf.waiting(self._office.now() - AGAIN):
            kept = await self._settler.kept(arrival)
            if kept is None:
                continue
            try:
                await self._settler.settle(arrival, *kept)
            except Unavailable:
                break
            done += 1
        return done

    async def _taken(self, sender: Sender, event: Event | None, sent: Any) -> Taken:
        fresh, content = self._fresh(sender, event, sent)
        kept = await self._shelf.keep(fresh, content)
        known = kept is not fresh
        if event is not None and kept.state is ArrivalState.WAITING:
            with suppress(Unavailable):  # it is kept, and tried again
                kept = await self._settler.settle(kept, sender, event)
        return Taken(known=known, **kept.model_dump(include={"id", "sender", "state", "code", "reason", "detail"}))

    def _fresh(self, sender: Sender, event: Event | None, sent: Any) -> tuple[Arrival, str]:
        """Return the arrival of an event that has just come, and what is kept of it."""
        at = self._office.now()
        if event is None:
            content = json.dumps({"sent": sent})
            name = arrival_id(sender, "", hashlib.sha256(content.encode()).hexdigest())
            state, reason = ArrivalState.QUARANTINED, ArrivalReason.UNREADABLE
            return Arrival(id=name, sender=sender.id, type="", state=state, reason=reason, at=at), content
        known = event.type if event.type in sender.types else ""
        name = arrival_id(sender, event.source, event.id)
        return Arrival(id=name, sender=sender.id, type=known, state=ArrivalState.WAITING, at=at), envelope.kept(event)

    def _real_now(self) -> datetime:
        return self._office.now() - self._office.shift
