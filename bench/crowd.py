"""Thousands of open cases for `bench/growth.py`: played in the pure core, stored, and running, all with a limit at one closing (下班时刻).

They are of three kinds in turns: registered and not screened, screened and not routed, signed and nobody contacted. Each owes
something by Tuesday 17:00, has been reminded of it, and gets one yellow card (黄牌) at that moment and no other within days.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import Connection, func, select, update
from temporalio.client import Client

from models.case import Case
from models.record import Publication, Start
from models.words import Stage
from rules import chain
from rules.access import access
from rules.clock import next_alarm
from rules.obligations import duties
from service.office import Office
from store.engine import Store
from store.publishing import Views, publish
from store.tables import cases, events
from tests.support.core import CoreCase
from tests.support.onward import case_at
from workflows.dispute import DisputeWorkflow

CLOSING = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
"""17:00 on a Tuesday in Huaxi."""

STAGES = (Stage.REGISTERED, Stage.SCREENED, Stage.SIGNED)
BATCH = 100
AT_ONCE = 24
"""Cases in one transaction, and how many are started at the same time."""

LOOK = 0.25
"""Seconds between two looks whether all have rung."""

CARDED = "carded"


@cache
def seeds() -> tuple[CoreCase, ...]:
    """Play one case of each kind up to the last hours before closing, its reminders behind it."""
    found = tuple(case_at(stage) for stage in STAGES)
    for core in found:
        core.move_to(CLOSING - timedelta(hours=2, minutes=30))
    return found


def publication(office: Office, number: int) -> tuple[Publication, Views]:
    """Return a case of the crowd as a worker would publish it; nobody is told of what is over."""
    core = seeds()[number % len(STAGES)]
    name = str(uuid.uuid5(uuid.NAMESPACE_OID, f"crowd-{number}"))
    blank = Case(id=name, source="crowd", intake_id=str(number), docs=core.case.docs)
    case, lines = chain.append(blank, core.events)
    bundle = office.library.bundle(case.docs)
    owed = duties(case, bundle.procedure)
    views = Views(owed, access(case, bundle.network, owed), next_alarm(case.clocks.values()), [None] * len(lines), silent=True)
    return Publication(case=case, prev_head=blank.head, lines=tuple(lines)), views


async def stored(office: Office, numbers: Sequence[int]) -> list[Case]:
    """Store these cases of the crowd; return their states."""
    found: list[Case] = []
    for begin in range(0, len(numbers), BATCH):
        batch = [publication(office, number) for number in numbers[begin : begin + BATCH]]

        def work(db: Connection, batch: list[tuple[Publication, Views]] = batch) -> list[str | None]:
            return [publish(db, one, views, careful=False).code for one, views in batch]

        codes = await office.store.write_at_once(work)
        found += [one.case.model_copy(update={"code": code}) for (one, _), code in zip(batch, codes, strict=True)]
    return found


async def started(office: Office, states: Sequence[Case], closing: float) -> None:
    """Start a run for each, at most so many at the same time, so that the limit of all is reached at a second of this machine's clock."""
    shift = CLOSING.timestamp() - closing
    gate = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_start(office.client, gate, case, shift, office.settings.task_queue) for case in states))


async def _start(client: Client, gate: asyncio.Semaphore, case: Case, shift: float, task_queue: str) -> None:
    async with gate:
        await client.start_workflow(DisputeWorkflow.run, Start(case=case, time_shift=shift), id=case.id, task_queue=task_queue)


@dataclass(frozen=True, slots=True)
class Rung:
    """What a storm has left in the record."""

    cases: int
    carded: int
    """How many cases have their card."""
    twice: int
    """How many have more than one."""
    last_decided_s: float
    """When the last card was drawn by the clock of its case, in seconds after closing."""


async def rung(store: Store, count: int) -> Rung:
    """Look in the record for the cards of closing time."""
    of_case = select(func.count().label("cards"), func.max(events.c.at).label("last")).where(events.c.type == CARDED)
    each = of_case.group_by(events.c.case_id).subquery()
    query = select(func.count(), func.count().filter(each.c.cards > 1), func.max(each.c.last)).select_from(each)
    async with store.read() as db:
        carded, twice, last = (await db.execute(query)).one()
    return Rung(count, carded, twice, 0.0 if last is None else (last - CLOSING).total_seconds())


async def all_rung(store: Store, count: int, closing: float, patience: float) -> tuple[Rung, float]:
    """Wait until every case has its card; return what is there and how many seconds after closing the last was stored.

    What is missing after `patience` seconds is missing: the figures say so.
    """
    found = await rung(store, count)
    while time.time() < closing + patience:
        found = await rung(store, count)
        if found.carded >= count:
            break
        await asyncio.sleep(LOOK)
    return found, time.time() - closing


async def figures_told(store: Store) -> None:
    """Mark the facts of all cases as told: keeping them is a cost of its own, and not to be measured by the way."""
    async with store.write() as db:
        await db.execute(update(cases).where(cases.c.told_seq != cases.c.seq).values(told_seq=cases.c.seq))
