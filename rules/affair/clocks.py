"""Which clocks of an affair have to start, stop or move, what is due, and who owes what: derived from its state alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.affair.base import Affair
from models.clock import Alarm, AlarmKind, Clock
from models.record import Duty
from rules import clock as reckon
from rules.affair.kind import AffairBundle, Kind, Owes, Want


@dataclass(frozen=True, slots=True)
class Effects:
    """What has to change in the clocks and cards of an affair."""

    clocks: tuple[Clock, ...] = ()
    stopped: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clocks or self.stopped or self.closed)


def settle(kind: Kind, affair: Affair, bundle: AffairBundle) -> Effects:
    """Return what has to change so that the affair has exactly the clocks it wants.

    A clock that runs is left alone while it is counted from the same moment, by the same limit, to the same date: no note moves it.
    """
    wants: Mapping[str, Want] = {} if affair.stage is None or affair.ended else kind.wants(affair, bundle)
    changed = [_start(affair, name, want, bundle) for name, want in wants.items() if not _same(affair.clocks.get(name), want)]
    stopped = tuple(name for name in affair.clocks if name not in wants)
    # A clock that starts anew met what the one before counted for.
    met = {card.clock for card in affair.cards if card.clock not in wants}.union(clock.id for clock in changed)
    closed = tuple(card.id for card in affair.cards if card.closed_at is None and card.clock in met)
    return Effects(tuple(changed), stopped, closed)


def _same(clock: Clock | None, want: Want) -> bool:
    if clock is None:
        return False
    budget = want.budget or want.limit.budget
    return (clock.anchor, clock.due_on, clock.limit, clock.budget) == (want.anchor, want.due_on, want.key, budget)


def _start(affair: Affair, name: str, want: Want, bundle: AffairBundle) -> Clock:
    return reckon.start(
        name,
        want.key,
        want.budget or want.limit.budget,
        want.anchor,
        affair.docs.calendar,
        bundle.cal,
        want.limit.alarms(),
        authority=want.limit.authority,
        source=want.limit.source,
        round=affair.rounds.get(name, 0) + 1,
        due_on=want.due_on,
    )


def earliest(affair: Affair, now: datetime) -> tuple[datetime, Clock, Alarm] | None:
    """The first alarm whose time has come, in order of (due, clock id, alarm id), or None."""
    due = [
        (alarm.at, clock.id, alarm.id, clock, alarm)
        for clock in affair.clocks.values()
        for alarm in reckon.due_alarms(clock, now)
        if alarm.at is not None
    ]
    if not due:
        return None
    at, _, _, clock, alarm = min(due, key=lambda item: item[:3])
    return at, clock, alarm


def duties(kind: Kind, affair: Any, bundle: AffairBundle) -> tuple[Duty, ...]:
    """Return what is owed in an affair, the one that holds the ball first."""
    if affair.stage is None or affair.ended:
        return ()
    found: dict[str, Duty] = {}
    wants = kind.wants(affair, bundle)
    for name, clock in sorted(affair.clocks.items()):
        if name in wants and wants[name].limit.owed_when_reminded and _waits(clock):
            continue
        due = clock.due
        told = {"clock": name, "due": due.at if due else None, "provisional": bool(due and due.provisional)}
        found[name] = _duty(name, kind.owes(affair, name, bundle), **told)
    for name, owes in kind.also(affair, bundle):
        found.setdefault(name, _duty(name, owes))
    ball = kind.ball(affair, bundle)
    if ball is None or ball not in found:
        return tuple(found.values())
    first = found.pop(ball).model_copy(update={"holds_ball": True})
    return (first, *found.values())


def _waits(clock: Clock) -> bool:
    """Whether a reminder of it is still to come and none has been; one that lay before its start never comes."""
    reminders = [alarm for alarm in clock.alarms if alarm.kind is AlarmKind.REMIND]
    return any(alarm.at is not None for alarm in reminders) and not any(alarm.rung for alarm in reminders)


def _duty(name: str, owes: Owes, **told: Any) -> Duty:
    return Duty(id=name, act=owes.act, role=owes.role, unit=owes.unit, person=owes.person, **told)
