"""`fold`: what an event does to a case. It copies what the event carries and never asks a rule, a calendar or a network.

So an event written years ago folds to the same state under any later rules. One small function per happening returns
the fields it changes; the envelope's part (stage, moments, clocks, cards, receipts) is the same for all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.base import Model
from models.case import RECENT_ACTIONS, Card, Case, Receipt, Undo
from models.clock import Clock
from models.event import Event
from models.words import ENDS
from rules.foldings import FOLDINGS

Changes = dict[str, Any]


def fold(case: Case, event: Event) -> Case:
    """Return the case after the event. Raises ValueError when the event is not the next one."""
    if event.seq != case.seq + 1:
        raise ValueError(f"event {event.seq} does not follow {case.seq}")
    changes = FOLDINGS[event.what.type](case, event.what, event)
    changes["seq"] = event.seq
    _stage(case, event, changes)
    if event.moments:
        changes["moments"] = {**changes.get("moments", case.moments), **dict.fromkeys(event.moments, event.when)}
    after = case.model_copy(update=changes)
    after = with_effects(after, event.clocks, event.stopped, event.closed, event.at)
    return after.model_copy(update={"recent": _receipts(after, event), "undo": _undo(case, after, event)})


def with_effects(case: Case, clocks: tuple[Clock, ...], stopped: tuple[str, ...], closed: tuple[str, ...], at: datetime) -> Case:
    """Return the case with clocks started, moved and stopped, and cards closed."""
    changes: Changes = {}
    if clocks or stopped:
        table = dict(case.clocks)
        rounds = dict(case.rounds)
        for clock in clocks:
            table[clock.id] = clock
            rounds[clock.id] = clock.round
        for clock_id in stopped:
            table.pop(clock_id, None)
        changes = {"clocks": table, "rounds": rounds}
    if closed:
        changes["cards"] = tuple(_close(card, at) if card.id in closed else card for card in case.cards)
    return case.model_copy(update=changes) if changes else case


def _close(card: Card, at: datetime) -> Card:
    return card if card.closed_at else card.model_copy(update={"closed_at": at})


def _stage(case: Case, event: Event, changes: Changes) -> None:
    if event.stage is None:
        return
    changes["stage"] = event.stage
    if event.stage in ENDS:
        changes["ended_at"] = event.at
    elif case.ended_at is not None:
        changes["ended_at"] = None


def _receipts(case: Case, event: Event) -> tuple[Receipt, ...]:
    """Remember what the action led to; several events of one action make one receipt."""
    if event.action_id is None:
        return case.recent
    known = case.receipt(event.action_id)
    receipt = Receipt(
        action_id=event.action_id,
        seq=event.seq,
        stage=case.stage,
        events=(*(known.events if known else ()), event.what.type),
    )
    others = tuple(r for r in case.recent if r.action_id != event.action_id)
    return (*others, receipt)[-RECENT_ACTIONS:]


def _undo(before: Case, after: Case, event: Event) -> Undo | None:
    """Keep the way back: the first value of every field that the action has changed."""
    if not event.undoable or event.action_id is None:
        return None
    kept = before.undo.before if before.undo and before.undo.action_id == event.action_id else {}
    changed = {
        name: _plain(getattr(before, name))
        for name in _UNDOABLE_FIELDS
        if name not in kept and getattr(before, name) is not getattr(after, name)
    }
    return Undo(action_id=event.action_id, person=event.actor.person, at=event.at, before={**kept, **changed})


_KEPT_FOREVER = {"id", "source", "intake_id", "code", "seq", "head", "recent", "undo", "rounds", "schema_version"}
_UNDOABLE_FIELDS = tuple(name for name in Case.model_fields if name not in _KEPT_FOREVER)


def _plain(value: object) -> Any:
    """Return a value as JSON-able data, the form in which it is kept and restored."""
    if isinstance(value, Model):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
