"""`fold`: what an event does to an affair. It copies what the event carries and never asks a rule, a calendar or a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from models.affair.base import RECENT_ACTIONS, Affair, AffairEvent, AffairReceipt, Link
from models.case import Card
from models.record import Line
from models.words import Algorithm
from rules.affair.kind import Folding, Kind
from rules.chain import canonical, link


def fold(kind: Kind, affair: Affair, event: AffairEvent) -> Affair:
    """Return the affair after the event. Raises ValueError when the event is not the next one."""
    if event.seq != affair.seq + 1:
        raise ValueError(f"event {event.seq} does not follow {affair.seq}")
    folding = COMMON_FOLDINGS.get(event.what.type) or kind.foldings[event.what.type]
    changes = dict(folding(affair, event.what, event))
    changes["seq"] = event.seq
    if event.docs is not None:
        changes["docs"] = event.docs
    if event.stage is not None:
        changes["stage"] = event.stage
        changes["ended_at"] = event.at if event.stage in kind.ends else None
    if event.moments:
        changes["moments"] = {**changes.get("moments", affair.moments), **dict.fromkeys(event.moments, event.when)}
    after = _with_effects(affair.model_copy(update=changes), event)
    return after.model_copy(update={"recent": _receipts(after, event)})


def _with_effects(affair: Affair, event: AffairEvent) -> Affair:
    """Return the affair with clocks started, moved and stopped, and cards closed."""
    changes: dict[str, Any] = {}
    if event.clocks or event.stopped:
        running = {**affair.clocks, **{clock.id: clock for clock in event.clocks}}
        changes["clocks"] = {name: clock for name, clock in running.items() if name not in event.stopped}
        changes["rounds"] = {**affair.rounds, **{clock.id: clock.round for clock in event.clocks}}
    if event.closed:
        changes["cards"] = tuple(_closed(card, event) for card in affair.cards)
    return affair.model_copy(update=changes) if changes else affair


def _closed(card: Card, event: AffairEvent) -> Card:
    return card.model_copy(update={"closed_at": event.at}) if card.id in event.closed and card.closed_at is None else card


def _receipts(affair: Affair, event: AffairEvent) -> tuple[AffairReceipt, ...]:
    """Remember what the action led to; several events of one action make one receipt."""
    if event.action_id is None:
        return affair.recent
    known = affair.receipt(event.action_id)
    events = (*(known.events if known else ()), event.what.type)
    receipt = AffairReceipt(action_id=event.action_id, seq=event.seq, stage=affair.stage, events=events)
    return (*(r for r in affair.recent if r.action_id != event.action_id), receipt)[-RECENT_ACTIONS:]


def append(kind: Kind, affair: Affair, events: Iterable[AffairEvent], algorithm: Algorithm | None = None) -> tuple[Any, tuple[Line, ...]]:
    """Fold events into the affair and write their lines; its head moves with them, by the same chain as a case's."""
    lines: list[Line] = []
    for event in events:
        body = canonical(event)
        head = link(affair.head, body, algorithm)
        affair = fold(kind, affair, event).model_copy(update={"head": head})
        lines.append(Line(seq=event.seq, type=event.what.type, at=event.at, action_id=event.action_id, hash=head, body=body))
    return affair, tuple(lines)


def replayed(kind: Kind, blank: Affair, lines: Iterable[Line]) -> Affair:
    """Return the affair that stored lines fold to, starting from a blank one. Raises ValueError at a line that is no event."""
    affair = blank
    for line in lines:
        affair = fold(kind, affair, kind.event.model_validate_json(line.body)).model_copy(update={"head": line.hash})
    return affair


def nothing(affair: Any, what: Any, event: Any) -> dict[str, Any]:
    """The folding of what changes no field of its own: at most the stage, or a moment."""
    return {}


def copied(affair: Any, what: Any, event: Any) -> dict[str, Any]:
    """The folding of what begins an affair: its fields are the state's, one for one."""
    return {name: getattr(what, name) for name in type(what).model_fields if name != "type"}


def with_link(affair: Affair, link: Link) -> dict[str, Any]:
    """The field change that links a record, where it is not linked yet."""
    return {} if affair.linked(link.id) else {"links": (*affair.links, link)}


def _linked(affair: Affair, what: Any, event: AffairEvent) -> dict[str, Any]:
    return with_link(affair, what.link)


def _carded(affair: Affair, what: Any, event: AffairEvent) -> dict[str, Any]:
    return {"cards": (*affair.cards, what.card)}


def _card_lifted(affair: Affair, what: Any, event: AffairEvent) -> dict[str, Any]:
    lifted = {"closed_at": event.at, "lifted": True}
    return {"cards": tuple(card.model_copy(update=lifted) if card.id == what.card else card for card in affair.cards)}


def _handed_over(affair: Affair, what: Any, event: AffairEvent) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for part in what.parts:
        first, *way = part.split(".")
        changes[first] = _replaced(changes.get(first, getattr(affair, first)), way, what.receiver)
    return changes


def _replaced(value: Any, way: list[str], staff: str) -> Any:
    """Return a value with a staff id at the end of a way through mappings and models."""
    if not way:
        return staff
    step, *further = way
    if isinstance(value, Mapping):
        return {**value, step: _replaced(value[step], further, staff)}
    return value.model_copy(update={step: _replaced(getattr(value, step), further, staff)})


def _asked(affair: Affair, what: Any, event: AffairEvent) -> dict[str, Any]:
    return {"work": {**affair.work, what.work.id: what.work}, "asked": affair.asked + 1}


def _answered(affair: Affair, what: Any, event: AffairEvent) -> dict[str, Any]:
    return without_work(affair, what.work)


def without_work(affair: Affair, work_id: str) -> dict[str, Any]:
    """The field change that takes a piece of work off the list: for happenings by which an answer is taken."""
    return {"work": {name: work for name, work in affair.work.items() if name != work_id}}


COMMON_FOLDINGS: dict[str, Folding] = {
    "noted": nothing,
    "linked": _linked,
    "reminded": nothing,
    "carded": _carded,
    "card_lifted": _card_lifted,
    "handed_over": _handed_over,
    "asked": _asked,
    "answered": _answered,
    "restarted": nothing,
    "recalendared": nothing,
}
"""What the happenings of all kinds change."""
