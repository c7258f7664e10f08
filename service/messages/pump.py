"""The pump: runs in each worker process, plans what has happened and sends what is due. All it knows stands in the store.

Several workers share the work by leases. One that is killed leaves leases behind that run out: then another sends again, with
the same id. `once` is one turn of it, for tests that move the clock themselves.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from models.message import Attempt, Delivery, ErrorClass, Medium
from models.message_plan import Channels, Pace, Patience
from service.messages.planner import Planner
from service.messages.roads import Road
from service.office import Office
from store.connect import StoreAway
from store.messages.log import DeliveryLog
from store.messages.sending import Sending, Taking

IDLE = 0.5
"""Seconds between two looks when nothing is to be done."""

MARGIN = timedelta(seconds=5)
"""How much longer than its time-out a message is leased."""

TIDY = timedelta(minutes=10)
"""How often old entries of the log are looked for."""

GRACE = 15.0
"""Seconds that what is on its way gets when the worker stops."""

log = structlog.get_logger("messages")


class Pump:
    """Plans, sends, settles."""

    def __init__(self, office: Office, channels: Channels, roads: Mapping[Medium, Road]) -> None:
        self._office = office
        self._channels = channels
        self._roads = roads
        self._clock = office.now
        self._planner = Planner(office, channels)
        self._sending = Sending(office.store)
        self._log = DeliveryLog(office.store)
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._tidied: datetime | None = None
        self.worker = uuid.uuid4().hex
        """Who leases."""

    async def run(self) -> None:
        """Work until cancelled; a database that is away is asked again. What is on its way then gets a little time."""
        try:
            while True:
                self._wake.clear()
                try:
                    busy = await self._turn()
                except Exception as error:  # noqa: BLE001 - the database may be away; whatever it is, the next turn tries again
                    log.warning("messages_wait", error=type(error).__name__)
                    busy = False
                if not busy:
                    await self._idle()
        finally:
            await self._land()

    async def once(self) -> int:
        """One turn, with all that was sent settled; return how many attempts were made. Raises StoreAway."""
        await self._turn()
        flying = list(self._flying)
        await asyncio.gather(*flying)
        return len(flying)

    async def _turn(self) -> bool:
        """Plan what has happened, and take off with what is due; whether there may be more to do at once."""
        now = self._clock()
        office_open = self._office.bundle.cal.in_office(now)
        planned = await self._plan(now)
        if office_open:
            await self._planner.fold(now)
        taken = 0
        for gate in await self._sending.due(now, office_open=office_open):
            taken += await self._take(gate, office_open=office_open)
        await self._tidy(now)
        return planned > 0 or taken > 0

    async def _plan(self, now: datetime) -> int:
        """Plan what has happened. An event that this code can't read waits for newer code; what is queued goes on."""
        try:
            return await self._planner.plan(now) + await self._planner.plan_of_affairs(now)
        except StoreAway:
            raise
        except Exception as error:  # noqa: BLE001 - one event must not stop what is on its way
            log.error("messages_unplanned", error=type(error).__name__)  # noqa: TRY400 - a traceback may hold words
            return 0

    async def _take(self, gate: str, *, office_open: bool) -> int:
        road = self._channels.road(gate)
        if road is None:
            return 0
        taking = self._taking(road.pace, office_open=office_open)
        taken = await self._sending.take(gate, road.pace, taking)
        for delivery in taken:
            task = asyncio.create_task(self._send(delivery, road.pace, road.patience))
            self._flying.add(task)
            task.add_done_callback(self._landed)
        return len(taken)

    async def _send(self, delivery: Delivery, pace: Pace, patience: Patience) -> None:
        """Make one attempt and settle it. Whatever goes wrong with us is an error of the message, and never ends the pump."""
        try:
            attempt = await self._roads[delivery.medium].send(delivery)
        except StoreAway:
            return  # The lease runs out, and it is tried again.
        except Exception as error:  # noqa: BLE001 - one message must not stop all others
            log.error("message_fault", delivery=delivery.id, error=type(error).__name__)  # noqa: TRY400 - a traceback may hold words
            attempt = Attempt(error=ErrorClass.FAULT)
        if attempt.error is not None:
            log.info("message_failed", delivery=delivery.id, gate=delivery.gate, error=str(attempt.error), status=attempt.status)
        chance = random.random()  # noqa: S311 - spreads waits, guards nothing
        await self._sending.settle(delivery, attempt, (pace, patience), self._taking(pace, office_open=True), chance)

    async def _tidy(self, now: datetime) -> None:
        """Give up what has waited too long for a road, and forget what was done with long ago."""
        if self._tidied is not None and now - self._tidied < TIDY:
            return
        self._tidied = now
        for gate in await self._log.gates():
            road = self._channels.road(gate.id)
            hours = (road.patience if road is not None else Patience()).give_up_hours
            await self._sending.expire(gate.id, now - timedelta(hours=hours), now)
        await self._log.prune(now - timedelta(days=self._channels.keep_days))

    def _taking(self, pace: Pace, *, office_open: bool) -> Taking:
        lease = timedelta(seconds=pace.timeout_seconds) + MARGIN
        return Taking(worker=self.worker, now=self._clock(), lease=lease, office_open=office_open)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("message_unsettled", error=type(error).__name__)

    async def _idle(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), IDLE)
        except TimeoutError:
            return

    async def _land(self) -> None:
        """Let what is on its way arrive; what takes too long is left to its lease."""
        if self._flying:
            _, late = await asyncio.wait(self._flying, timeout=GRACE)
            for task in late:
                task.cancel()
