"""The planner: what has happened becomes messages in the queue, each to its receiver, by the roads that are there and wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from models.affair.base import AffairEvent
from models.case import Case
from models.event import Event
from models.message import Medium
from models.message_plan import Channels
from models.words import Tier
from rules.affair.clocks import duties as affair_duties
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from rules.messages.affairs import hears_of_affair
from rules.messages.affairs import wanted as of_affairs
from rules.messages.routing import Post, Wanted, hears, wanted
from rules.obligations import duties
from service.affairs.desk import Affairs
from service.entry.identity import demo_allowed
from service.office import Office
from store.engine import Overtaken
from store.messages.contacts import ContactShelf
from store.messages.planning import Happened, Outgoing, Planned
from store.messages.wishes import WishShelf


class Planner:
    """Reads the outbox, and fills the queue."""

    def __init__(self, office: Office, channels: Channels) -> None:
        self._office = office
        self._channels = channels
        self._plan = office.place.messages
        self._outgoing = Outgoing(office.store)
        self._contacts = ContactShelf(office.store)
        self._wishes = WishShelf(office.store)
        self._affairs = Affairs(office)

    async def plan(self, now: datetime) -> int:
        """Queue what the oldest events lead to; return how many events these were. Raises StoreAway."""
        happened = await self._outgoing.fresh()
        planned: dict[str, Planned] = {}
        cases: dict[str, Case | None] = {}
        for one in happened:
            event = Event.model_validate_json(one.body)
            heard = (name for name, hook in self._channels.webhooks.items() if hears(hook, event.type, one.town))
            for hook in _hooks(one, event.type, heard, now):
                planned.setdefault(hook.id, hook)
            if self._tells_people(event, now):
                if one.case_id not in cases:
                    cases[one.case_id] = await self._office.records.load(one.case_id)
                case = cases[one.case_id]
                if case is not None:
                    async for message in self._people(one, event, case, now):
                        planned.setdefault(message.id, message)
        if happened:
            with suppress(Overtaken):
                await self._outgoing.plan([one.id for one in happened], list(planned.values()), now)
        return len(happened)

    async def plan_of_affairs(self, now: datetime) -> int:
        """Queue what the oldest events of affairs lead to; return how many events these were. Raises StoreAway."""
        happened = await self._outgoing.fresh_of_affairs()
        planned: dict[str, Planned] = {}
        hooks = {name: hook for name, hook in self._channels.webhooks.items() if hook.affairs}
        for one in happened:
            tells_people = self._roads_to_people() and now - one.at < timedelta(hours=self._plan.stale_hours)
            if not tells_people and not hooks:
                continue
            kind = KINDS[str(one.kind)]
            event = kind.event.model_validate_json(one.body)
            heard = (name for name, hook in hooks.items() if hears_of_affair(hook, kind.name, event.type, one.town))
            for message in _hooks(one, event.type, heard, now):
                planned.setdefault(message.id, message)
            if tells_people:
                async for message in self._of_affair(one, kind, event, now):
                    planned.setdefault(message.id, message)
        if happened:
            with suppress(Overtaken):
                await self._outgoing.plan([one.id for one in happened], list(planned.values()), now, of_affairs=True)
        return len(happened)

    async def _of_affair(self, one: Happened, kind: Kind, event: AffairEvent, now: datetime) -> AsyncIterator[Planned]:
        affair = await self._affairs.load(one.case_id)
        docs = await self._affairs.bundle(affair)
        urgent = kind.urgent(affair)
        foldable = event.type in self._plan.digest.types and not urgent
        due = now if urgent or docs.cal.in_office(now) else docs.cal.next_opening(now)
        due += timedelta(minutes=self._plan.digest.hold_minutes if foldable else 0)
        for message in of_affairs(event, affair_duties(kind, affair, docs), docs.network.centre(affair.town), self._plan):
            if isinstance(message.to, str):
                continue
            async for gate, receiver, medium in self._post(message, message.to, event.actor.person, affair.town, now):
                yield Planned(
                    case_id=one.case_id,
                    seq=one.seq,
                    type=event.type,
                    gate=gate,
                    receiver=receiver,
                    medium=medium,
                    template=message.say,
                    urgent=urgent,
                    foldable=foldable,
                    due_at=due,
                )

    def _roads_to_people(self) -> bool:
        roads = self._channels
        return bool(roads.mail or roads.sms or roads.bots)

    async def fold(self, now: datetime) -> int:
        """Put digests in the place of many messages about limits; return how many messages were folded. Raises StoreAway."""
        digest, folded = self._plan.digest, 0
        for gate, receiver in await self._outgoing.crowded(digest.more_than, now):
            folded += await self._outgoing.fold(gate, receiver, digest.more_than, digest.say, now)
        return folded

    def _tells_people(self, event: Event, now: datetime) -> bool:
        """Whether anybody of flesh and blood may have to hear of it: there is a road, a line in the table, and it is news."""
        told = self._roads_to_people() and any(event.type in route.when for route in self._plan.routes)
        return told and now - event.at < timedelta(hours=self._plan.stale_hours)

    async def _people(self, one: Happened, event: Event, case: Case, now: datetime) -> AsyncIterator[Planned]:
        bundle = self._office.library.bundle(case.docs)
        for message in wanted(event, case, duties(case, bundle.procedure), self._plan):
            receivers = (
                self._party(message, case)
                if isinstance(message.to, str)
                else self._post(message, message.to, event.actor.person, case.town, now)
            )
            async for gate, receiver, medium in receivers:
                urgent = case.tier is Tier.RED
                foldable = event.type in self._plan.digest.types and not urgent
                due = max(one.deliver_after or now, now) + timedelta(minutes=self._plan.digest.hold_minutes if foldable else 0)
                yield Planned(
                    case_id=one.case_id,
                    seq=one.seq,
                    type=event.type,
                    gate=gate,
                    receiver=receiver,
                    medium=medium,
                    template=message.say,
                    urgent=urgent,
                    foldable=foldable,
                    due_at=due,
                )

    async def _party(self, message: Wanted, case: Case) -> AsyncIterator[tuple[str, str, Medium]]:
        party = case.party(str(message.to))
        if self._channels.sms is None or party is None or party.person is None:
            return
        if await self._wishes.wants([party.person]):
            yield Medium.SMS, f"party:{case.id}:{party.id}", Medium.SMS

    async def _post(
        self, message: Wanted, post: Post, actor: str, town: str | None, now: datetime
    ) -> AsyncIterator[tuple[str, str, Medium]]:
        if Medium.BOT in message.by and post.unit in self._channels.bots:
            yield f"{Medium.BOT}:{post.unit}", f"unit:{post.unit}", Medium.BOT
        media = [medium for medium in message.by if medium is not Medium.BOT and self._channels.road(medium) is not None]
        staff = await self._staff(post, town) if media else []
        day = self._office.bundle.cal.local_date(now)
        for reach in await self._contacts.reach(staff, day, demo=demo_allowed(self._office.settings)) if staff else []:
            # Nobody is told of what they have just done themselves.
            if reach.staff != actor:
                for medium in media:
                    if reach.by(medium):
                        yield medium, f"account:{reach.account}", medium

    async def _staff(self, post: Post, town: str | None) -> list[str]:
        """The people in a post; one who is named, else all of the unit, or of the town where no unit is named."""
        if post.person is not None:
            return [post.person]
        units = [post.unit] if post.unit is not None else [u.id for u in self._office.bundle.network.units.values() if u.town == town]
        return [person.id for person in await self._office.roll.holders(post.role, units)]


def _hooks(one: Happened, event_type: str, heard: Iterable[str], now: datetime) -> Iterator[Planned]:
    """What goes to the webhooks that hear of an event, by their names."""
    for name in heard:
        gate = f"{Medium.WEBHOOK}:{name}"
        yield Planned(
            case_id=one.case_id,
            seq=one.seq,
            type=event_type,
            gate=gate,
            receiver=gate,
            medium=Medium.WEBHOOK,
            template="",
            urgent=True,
            # When it happened: the clock of a worker that is fast would put it into the future of all others.
            due_at=min(now, one.at),
        )
