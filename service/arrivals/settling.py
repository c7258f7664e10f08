"""Settling an arrival: its event becomes an action in the name of the sender's post, or the reason why not is written down."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from models.affair.watch.state import SignalChannel
from models.arrival import Arrival, ArrivalReason, ArrivalState, Event, Sender
from models.record import ActReceipt
from rules.arrivals import envelope, mapping
from rules.arrivals.mapping import Mapped
from service.affairs.desk import Affairs
from service.affairs.watches import Seen, signal
from service.cases import Cases
from service.errors import Refused, UnknownCase
from service.office import Office
from store.arrivals.arrivals import Arrivals

NAMESPACE = uuid.UUID("6c1f5f0c-0e43-5b0e-9d0a-3f1f2b7a9c11")
"""Of the ids that arrivals get from sender, source and id of their event."""

R = ArrivalReason


class Unsettled(Exception):
    """An event that can't be settled: why, and what of it."""

    def __init__(self, reason: ArrivalReason, detail: str = "", town: str | None = None) -> None:
        super().__init__(str(reason))
        self.found = {"reason": reason, "detail": detail, "town": town}


def arrival_id(sender: Sender, source: str, event_id: str) -> str:
    """Return the id of an arrival, the same for the same event everywhere."""
    return str(uuid.uuid5(NAMESPACE, f"{sender.id}\0{source}\0{event_id}"))


class Settler:
    """Settles arrivals of one office."""

    def __init__(self, office: Office, cases: Cases | None = None) -> None:
        self._office = office
        self._cases = cases or Cases(office)
        self._affairs = Affairs(office)
        self._shelf = Arrivals(office.store)

    async def settle(
        self, arrival: Arrival, sender: Sender, event: Event, *, by: str | None = None, changes: Mapping[str, Any] | None = None
    ) -> Arrival:
        """Turn the event into its action; return the arrival as it then stands. Raises Unavailable: it stays as it was."""
        try:
            town, receipt = await self._done(arrival, sender, event, changes or {})
        except Unsettled as unsettled:
            await self._shelf.note(arrival.id, **unsettled.found)
        else:
            # Who sends a signal is not told which watch it went to, nor are those who look at arrivals.
            case_id, code = (receipt.case_id, receipt.code) if receipt is not None else (None, None)
            found = {"town": town, "case_id": case_id, "code": code, "reason": None, "detail": ""}
            await self._shelf.settle(arrival.id, ArrivalState.ACCEPTED, self._office.now(), by, **found)
        return await self._shelf.get(arrival.id) or arrival

    async def kept(self, arrival: Arrival) -> tuple[Sender, Event] | None:
        """Return who sent an arrival and what, as it was kept; None where it can't be read any more, or nobody of that name sends."""
        content, sender = await self._shelf.content(arrival.id), self._office.place.senders.get(arrival.sender)
        event = envelope.structured(json.loads(content)) if content is not None else None
        return (sender, event) if sender is not None and event is not None else None

    async def _done(
        self, arrival: Arrival, sender: Sender, event: Event, changes: Mapping[str, Any]
    ) -> tuple[str | None, ActReceipt | None]:
        if not sender.speaks_for(event.source):
            raise Unsettled(R.FOREIGN)
        rule = sender.types.get(event.type)
        if rule is None:
            raise Unsettled(R.UNKNOWN_TYPE)
        bundle = self._office.bundle
        said = mapping.translate(rule, event, bundle.network, bundle.cal, changes)
        if said.faults:
            raise Unsettled(R.UNMAPPED, "; ".join(map(str, said.faults[:10])), said.town)
        if rule.do == "note":
            by_code = rule.case is not None and rule.case.code is not None
            return await self._noted(arrival, sender, event, said, by_code=by_code)
        if rule.do == "signal":
            await self._signalled(arrival, sender, event, said)
            return said.town, None
        return said.town, await self._opened(arrival, sender, said)

    async def _opened(self, arrival: Arrival, sender: Sender, said: Mapped) -> ActReceipt:
        """Take a case in. The arrival is the intake: asked again it is the same case."""
        try:
            actor = await self._cases.actor(self._post(sender, said.town))
            fields = {**said.fields, "channel": sender.channel}
            return (await self._cases.open(fields, actor, intake_id=arrival.id, source=f"event.{sender.id}")).receipt
        except Refused as refused:
            raise _refused(refused, said.town) from None

    async def _signalled(self, arrival: Arrival, sender: Sender, event: Event, said: Mapped) -> None:
        """Send a signal to the watch of its subject. The arrival is its source: asked again it is the same signal."""
        now = self._office.now()
        seen = Seen(
            said.fields["signal"],
            SignalChannel.EVENT,
            f"event.{sender.id}",
            arrival.id,
            text=said.fields["text"],
            occurred_at=event.time if event.time is not None and event.time < now else None,
        )
        try:
            await signal(self._affairs, said.fields["subject"], seen, await self._cases.actor(self._post(sender, said.town)))
        except Refused as refused:
            raise _refused(refused, said.town) from None

    async def _noted(self, arrival: Arrival, sender: Sender, event: Event, said: Mapped, *, by_code: bool) -> tuple[str | None, ActReceipt]:
        """Add a note to the case that the event names."""
        key = str(said.case)
        if not by_code:
            earlier = await self._shelf.get(arrival_id(sender, event.source, key))
            key = (earlier.case_id if earlier is not None else None) or ""
        try:
            case = await self._cases.load(key)
        except UnknownCase:
            raise Unsettled(R.UNKNOWN_CASE) from None
        try:
            actor = await self._cases.actor(self._post(sender, case.town))
            return case.town, await self._cases.act(case.id, "note", said.fields, actor, action_id=f"event:{arrival.id}")
        except Refused as refused:
            raise _refused(refused, case.town) from None

    def _post(self, sender: Sender, town: str | None) -> str:
        """Return the post in whose name it is done; what is about no town is the district's."""
        return sender.post.replace("{town}", town or self._office.bundle.network.district.id)


def _refused(refused: Refused, town: str | None) -> Unsettled:
    refusal = refused.refusal
    return Unsettled(R.REFUSED, f"{refusal.code}{f': {refusal.detail}' if refusal.detail else ''}", town)
