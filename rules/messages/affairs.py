"""To whom an event of an affair is told (事务消息): webhooks that ask for it, and people.

Of people, who owes something because of it; of a reminder who owes it, of a card the centre too.

One rule for all kinds: what a kind's clocks ask of somebody is what they are told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models.affair.base import AffairEvent
from models.message import Medium
from models.message_plan import AffairNotice, MessagePlan, Webhook
from models.record import Duty
from models.words import Role
from rules.messages.affairs_public import affair_happenings, name_of
from rules.messages.routing import Post, Wanted

REMINDED, CARDED = "reminded", "carded"


def clock_of(event: AffairEvent) -> str | None:
    """The clock an event is about: of a reminder or a card the one that rang."""
    card = getattr(event.what, "card", None)
    found = getattr(card, "clock", None) or getattr(event.what, "clock", None)
    return found if isinstance(found, str) else None


def wanted(event: AffairEvent, duties: tuple[Duty, ...], centre: str, plan: MessagePlan) -> list[Wanted]:
    """The messages that an event leads to. What is owed no longer is told to nobody."""
    if event.type == REMINDED:
        return _to(_owners(duties, {clock_of(event)}), plan.affairs.reminded)
    if event.type == CARDED:
        supervisor = Post(Role.DIRECTOR, centre)
        return _to((*_owners(duties, {clock_of(event)}), supervisor), plan.affairs.carded)
    begun = {clock.id for clock in event.clocks if not any(alarm.rung for alarm in clock.alarms)}
    return _to(_owners(duties, begun), plan.affairs.owed)


def hears_of_affair(hook: Webhook, kind: str, happening: str, town: str | None) -> bool:
    """Whether a webhook gets an event of an affair of this kind and town: it has asked for it, and such events are told at all."""
    name = name_of(kind, happening)
    asked = kind in hook.affairs or name in hook.affairs
    return asked and name in affair_happenings() and (not hook.towns or town in hook.towns)


def _owners(duties: tuple[Duty, ...], clocks: set[Any]) -> Iterator[Post]:
    return (Post(duty.role, duty.unit, duty.person) for duty in duties if duty.clock in clocks)


def _to(posts: Any, notice: AffairNotice) -> list[Wanted]:
    return [Wanted(post, tuple(Medium(one) for one in notice.by), notice.say) for post in dict.fromkeys(posts)]
