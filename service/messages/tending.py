"""Looking after what is sent: the log, the dead letters, the roads. No case, no address and no words are shown."""

from __future__ import annotations

from collections.abc import Sequence

from models.base import Instant, Model
from models.message import Delivery, DeliveryState, ErrorClass, Gate, GateState, Medium
from models.party import Actor
from models.refusal import RefusalCode
from rules.desks import TENDS_MESSAGES, Desk, may_use
from service.errors import refuse
from service.messages.channels import channels_of
from service.office import Office
from store.messages.log import DeliveryLog

MOST = 100
"""Most lines of a page."""


class DeliveryShown(Model):
    """One line of the log."""

    id: str
    type: str
    """The happening it tells of, or `digest`."""
    medium: Medium
    gate: str
    receiver: str
    """Which kind of receiver it is: `webhook`, `account`, `unit`, `party`."""
    state: DeliveryState
    attempts: int
    error: ErrorClass | None
    status: int | None
    count: int
    created_at: Instant
    due_at: Instant
    done_at: Instant | None


class DeliveryPage(Model):
    """A page of the log, the newest first, with the roads as they stand. `next` is the cursor of the page that follows."""

    as_of: Instant
    deliveries: tuple[DeliveryShown, ...]
    gates: tuple[Gate, ...]
    next: int | None


class Tending:
    """What administrators and directors see of messages, and what the administrator does."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._log = DeliveryLog(office.store)

    async def page(
        self, actor: Actor, state: DeliveryState | None = None, gate: str | None = None, *, before: int | None = None, limit: int = MOST
    ) -> DeliveryPage:
        """Return a page of the log. Refuses `not_allowed`."""
        if not may_use(Desk.MESSAGES, actor.role):
            raise refuse(RefusalCode.NOT_ALLOWED)
        rows = await self._log.lines(state, gate, before=before, limit=limit + 1)
        shown = tuple(_shown(one) for _, one in rows[:limit])
        following = rows[limit - 1][0] if len(rows) > limit else None
        return DeliveryPage(as_of=self._office.now(), deliveries=shown, gates=await self._gates(), next=following)

    async def replay(self, actor: Actor, ids: Sequence[str] | None = None, gate: str | None = None) -> int:
        """Queue dead letters again: these, or all of a road, or all there are; return how many. Refuses `not_allowed`."""
        return await self._log.replay(ids, gate, _tends(actor), self._office.now())

    async def drop(self, actor: Actor, ids: Sequence[str]) -> int:
        """Let messages go that are dead or wait; return how many. Refuses `not_allowed`."""
        return await self._log.drop(ids, _tends(actor), self._office.now())

    async def switch(self, actor: Actor, gate: str, *, on: bool) -> None:
        """Open a road, or switch it off. Refuses `not_allowed`, and `invalid` where there is no such road."""
        _tends(actor)
        if not await self._log.switch(gate, on=on):
            raise refuse(RefusalCode.INVALID, "gate")

    async def _gates(self) -> tuple[Gate, ...]:
        """The roads; one that was taken out of the channels stands there as switched off."""
        channels = channels_of(self._office)
        gone = {"state": GateState.DISABLED, "error": ErrorClass.SETTINGS}
        return tuple(one if channels.road(one.id) is not None else one.model_copy(update=gone) for one in await self._log.gates())


def _tends(actor: Actor) -> str:
    """The person who looks after messages. Refuses everybody else."""
    if actor.role not in TENDS_MESSAGES:
        raise refuse(RefusalCode.NOT_ALLOWED)
    return actor.person


def _shown(one: Delivery) -> DeliveryShown:
    fields = one.model_dump(include=set(DeliveryShown.model_fields))
    return DeliveryShown.model_validate({**fields, "receiver": one.receiver.partition(":")[0]})
