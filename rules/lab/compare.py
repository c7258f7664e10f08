"""What differs between two ways of one case: due dates, cards, climbs, actions refused, the end, and who had how much to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from pydantic import Field

from models import happening as h
from models.base import Instant, Model
from models.case import Case
from models.event import Event
from models.words import CardKind, Stage
from rules.calendar import WorkingCalendar
from rules.lab.play import NotTaken, Played


class Aspect(StrEnum):
    """What of a case differs."""

    DUE = "due"  # 到期日
    CARD = "card"  # 亮牌
    CLIMB = "climb"  # 升级
    REFUSED = "refused"  # 不予办理
    END = "end"  # 终局


class Change(Model):
    """One thing that differs. `before` and `after` are None where it is not there."""

    aspect: Aspect
    what: str
    """Of a due date and a card the clock and its round, `contact#1`; of a climb the level; of a refusal the action."""
    before: str | None
    after: str | None
    days: int | None = None
    """Of a due date: from one to the other, as the place counts them."""


class Way(Model):
    """What one way of a case comes to, read from its events alone."""

    dues: dict[str, Instant | None]
    cards: dict[str, str]
    """Unit by `contact#1:yellow`."""
    climbs: dict[str, str]
    """Unit that leads by `chapter:level`; the last rung is `leader`."""
    refused: dict[str, str]
    """Code of the refusal by `number action` in the course."""
    stage: Stage | None
    load: dict[str, int]
    """How often a unit was given the lead or a task."""

    def count(self, kind: CardKind) -> int:
        """Return how many cards of a kind were shown."""
        return sum(1 for card in self.cards if card.endswith(f":{kind}"))


def way(case: Case, events: Iterable[Event], not_taken: Sequence[NotTaken] = ()) -> Way:
    """Read a way from its events."""
    dues: dict[str, Instant | None] = {}
    cards: dict[str, str] = {}
    climbs: dict[str, str] = {}
    load: Counter[str] = Counter()
    for event in events:
        for clock in event.clocks:
            # A clock that stands still has no date for the time being; the last it had is what its case was held to.
            if clock.due is not None or f"{clock.id}#{clock.round}" not in dues:
                dues[f"{clock.id}#{clock.round}"] = clock.due.at if clock.due is not None else None
        what = event.what
        if isinstance(what, h.Carded):
            cards[what.card.id] = what.card.unit or ""
        elif isinstance(what, h.Escalated):
            climbs[f"{event.chapter}:{what.level}"] = what.lead
        elif isinstance(what, h.LeaderCharged):
            climbs[f"{event.chapter}:leader"] = what.unit
        load.update(_burdened(what))
    refused = {f"{number} {one.asked.action.do}": str(one.code) for number, one in enumerate(not_taken, start=1)}
    return Way(dues=dues, cards=cards, climbs=climbs, refused=refused, stage=case.stage, load=dict(load))


def _burdened(what: h.What) -> tuple[str, ...]:
    """Return who was given something to do."""
    if isinstance(what, h.Routed | h.Rerouted | h.Designated | h.Escalated):
        return (what.lead,)
    if isinstance(what, h.Replanned):
        return (what.lead,) if what.lead is not None else ()
    return (what.task.unit,) if isinstance(what, h.TaskRaised) else ()


def changes(one: Way, other: Way, cal: WorkingCalendar) -> tuple[Change, ...]:
    """Return what differs, by aspect and name."""
    found = [
        *_due_changes(one.dues, other.dues, cal),
        *_named(Aspect.CARD, one.cards, other.cards),
        *_named(Aspect.CLIMB, one.climbs, other.climbs),
        *_named(Aspect.REFUSED, one.refused, other.refused),
    ]
    if one.stage is not other.stage:
        found.append(Change(aspect=Aspect.END, what="stage", before=one.stage, after=other.stage))
    return tuple(found)


def _due_changes(one: Mapping[str, Instant | None], other: Mapping[str, Instant | None], cal: WorkingCalendar) -> list[Change]:
    found: list[Change] = []
    for name in sorted({*one, *other}):
        before, after = one.get(name), other.get(name)
        if before == after and (name in one) == (name in other):
            continue
        both = before is not None and after is not None
        days = (cal.ending_date(after) - cal.ending_date(before)).days if before is not None and after is not None else None
        told = [None if at is None else cal.end_stamp(at) for at in (before, after)]
        if both and told[0] == told[1]:
            continue
        found.append(Change(aspect=Aspect.DUE, what=name, before=told[0], after=told[1], days=days))
    return found


def _named(aspect: Aspect, one: Mapping[str, str], other: Mapping[str, str]) -> list[Change]:
    names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    return [Change(aspect=aspect, what=name, before=one.get(name), after=other.get(name)) for name in names]


class Sums(Model):
    """What all ways together come to."""

    yellow: int = 0
    red: int = 0
    climbs: dict[str, int] = Field(default_factory=dict)
    """By level; the last rung is `leader`."""
    ends: dict[str, int] = Field(default_factory=dict)
    """By stage."""
    load: dict[str, int] = Field(default_factory=dict)
    """By unit: how often it was given the lead or a task."""


def sums(ways: Iterable[Way]) -> Sums:
    """Add ways up."""
    yellow = red = 0
    climbs: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    load: Counter[str] = Counter()
    for one in ways:
        yellow += one.count(CardKind.YELLOW)
        red += one.count(CardKind.RED)
        climbs.update(name.partition(":")[2] for name in one.climbs)
        ends[str(one.stage or "")] += 1
        load.update(one.load)
    return Sums(yellow=yellow, red=red, climbs=dict(climbs), ends=dict(ends), load=dict(sorted(load.items())))


SKIPPED = frozenset({"restarted"})
"""Happenings that are no part of any procedure."""


def unlike(recorded: Sequence[Event], played: Played) -> str | None:
    """Return where a course asked again under its own documents leaves its record, `seq type`; None where it does not."""
    left = [event for event in recorded if event.type not in SKIPPED]
    for number, event in enumerate(left):
        if number >= len(played.events) or played.events[number].type != event.type:
            return f"{event.seq} {event.type}"
    more = played.events[len(left) :]
    return f"{more[0].seq} {more[0].type}" if more else None
