"""To whom an event is told (消息路由): the routing table of a place, read for one event of one case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.case import Case
from models.event import Event
from models.happening import MeetingCalledOff
from models.message import Medium
from models.message_plan import MessagePlan, To, Webhook
from models.record import Duty
from models.words import Role
from rules.obligations import acting


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody of an office: a role of a unit, a unit's robot, and the person where it is one in particular."""

    role: Role
    unit: str | None
    """None = any unit of the case's town that has this role."""
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that ought to go to a post, or to a party."""

    to: Post | str
    """A post, or the id of a party."""
    by: tuple[Medium, ...]
    say: str


def wanted(event: Event, case: Case, duties: tuple[Duty, ...], plan: MessagePlan) -> list[Wanted]:
    """The messages that an event leads to, each receiver once for each template, in the order of the table."""
    found: dict[Wanted, None] = {}
    for route in plan.routes:
        if event.type not in route.when:
            continue
        for to in route.to:
            for receiver in _receivers(to, event, case, duties):
                found[Wanted(receiver, tuple(Medium(one) for one in route.by), route.say)] = None
    return list(found)


def hears(hook: Webhook, event_type: str, town: str | None) -> bool:
    """Whether a webhook gets an event of a case of this town."""
    return (not hook.types or event_type in hook.types) and (not hook.towns or town in hook.towns)


def about(event: Event, case: Case) -> str | None:
    """The unit a message about this event names: the one the event names, else the lead, else the centre."""
    return next(_units(event.what), None) or getattr(event.what, "lead", None) or case.lead or case.centre


def clock_of(event: Event) -> str | None:
    """The clock an event is about."""
    card = getattr(event.what, "card", None)
    found = getattr(card, "clock", None) or getattr(event.what, "clock", None)
    return found if isinstance(found, str) else None


def _receivers(to: To, event: Event, case: Case, duties: tuple[Duty, ...]) -> Iterator[Post | str]:
    what: Any = event.what
    if _overtaken(to, event, case):
        return
    if to is To.HOLDER:
        yield from (Post(duty.role, duty.unit, duty.person) for duty in duties if duty.holds_ball)
    elif to is To.OWNER:
        yield from _owner(event, duties)
    elif to is To.LEAD:
        lead = getattr(what, "lead", None) or case.lead
        yield from (Post(acting(unit), unit) for unit in (lead,) if unit)
    elif to is To.MEDIATOR:
        mediator = getattr(what, "mediator", None)
        mediator = case.mediator if mediator is None or isinstance(mediator, str) else mediator
        yield from (Post(Role.MEDIATOR, one.unit, one.person) for one in (mediator,) if one is not None)
    elif to is To.UNIT:
        yield from (Post(acting(unit), unit) for unit in _units(_called(what, case)))
    elif to is To.PARTIES:
        yield from (party.id for party in case.parties if party.person is not None and not party.left)
    elif case.centre is not None:
        yield Post(Role.DIRECTOR if to is To.SUPERVISOR else Role.LEADER, case.centre)


def _overtaken(to: To, event: Event, case: Case) -> bool:
    """Whether the case has gone on since, so that whoever this event meant need not act any more."""
    if to is To.HOLDER:
        return event.stage is not None and event.stage is not case.stage
    lead = getattr(event.what, "lead", None)
    return to is To.LEAD and lead is not None and lead != case.lead


def _owner(event: Event, duties: tuple[Duty, ...]) -> Iterator[Post]:
    """Who owes what the clock counts for; of a card, who it was shown to; else whoever acts for the unit that the event names."""
    card = getattr(event.what, "card", None)
    if card is not None and card.unit is not None:
        yield Post(card.role, card.unit)
        return
    owed = [duty for duty in duties if duty.clock is not None and duty.clock == clock_of(event)]
    if owed:
        yield from (Post(duty.role, duty.unit, duty.person) for duty in owed)
    else:
        yield from (Post(acting(unit), unit) for unit in _units(event.what))


def _called(what: Any, case: Case) -> Any:
    """What an event is about, of a meeting called off the meeting: its event names it by its id alone."""
    if not isinstance(what, MeetingCalledOff):
        return what
    return next((meeting for meeting in case.meetings if meeting.id == what.meeting), what)


def _units(what: Any) -> Iterator[str]:
    """The units that an event names, each once."""
    inner = next((part for name in ("task", "card", "meeting") if not isinstance(part := getattr(what, name, None), str | None)), what)
    named = (getattr(inner, "unit", None), *(getattr(inner, "units", None) or ()))
    yield from dict.fromkeys(unit for unit in named if unit)
