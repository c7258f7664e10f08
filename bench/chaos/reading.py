"""Reads the record, the runs and the queue of an instance for the judge, and waits until its clocks have run out."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import func, select

from bench.chaos.judge import CaseRow, Record
from models.event import Event
from models.message import DeliveryState
from service import upkeep
from service.cases import Cases
from service.office import Office
from store.messages.message_tables import deliveries
from store.messages.planning import NEW
from store.tables import actions, cases, events, outbox

AHEAD = timedelta(hours=1)
"""A clock that rings later than that is one of those that were left long."""

LOOK = 1.0
"""Seconds between two looks."""

UNDONE = (DeliveryState.WAITING, DeliveryState.LEASED)


async def quiet(office: Office, seconds: float) -> dict[str, float]:
    """Wait until no clock rings any more, and then until everything is delivered; return how many seconds each took.

    When the time is over it ends as well: what is missing then is for the judge to find.
    """
    begun = time.monotonic()
    await _until_none(office, _ringing, seconds)
    clocks = time.monotonic()
    await _until_none(office, _waiting, seconds)
    # Lists of runs lag a moment behind.
    await asyncio.sleep(3 * LOOK)
    return {"clocks_ran_out_s": round(clocks - begun, 1), "delivered_s": round(time.monotonic() - clocks, 1)}


async def _until_none(office: Office, count: Callable[[Office], Awaitable[int]], seconds: float) -> None:
    """Look until nothing is left to count, or the time is over."""
    for _ in range(int(seconds / LOOK)):
        if not await count(office):
            return
        await asyncio.sleep(LOOK)


async def _ringing(office: Office) -> int:
    soon = cases.c.ended_at.is_(None) & (cases.c.next_due < office.now() + AHEAD)
    async with office.store.read() as db:
        return await db.scalar(select(func.count()).select_from(cases).where(soon)) or 0


async def _waiting(office: Office) -> int:
    async with office.store.read() as db:
        unplanned = await db.scalar(select(func.count()).select_from(outbox).where(outbox.c.state == NEW)) or 0
        unsent = await db.scalar(select(func.count()).select_from(deliveries).where(deliveries.c.state.in_(UNDONE))) or 0
    return unplanned + unsent


async def record(office: Office) -> Record:
    """Read everything, verify every chain, and compare events, views and runs."""
    cases_here = Cases(office)
    found = await _stored(office)
    found.running = {run.id async for run in office.client.list_workflows("WorkflowType = 'Dispute' AND ExecutionStatus = 'Running'")}
    found.unverified = [f"{report.case_id}: {report.detail}" async for report in upkeep.verify_all(office) if not report.ok]
    found.drift = [f"{one.case_id}: {one.kind} {' '.join(one.detail)}" async for one in upkeep.drift(office, cases_here)]
    return found


async def _stored(office: Office) -> Record:
    mine: dict[str, list[Event]] = defaultdict(list)
    async with office.store.read() as db:
        rows = (await db.execute(select(cases))).all()
        for row in await db.execute(select(events.c.case_id, events.c.body).order_by(events.c.case_id, events.c.seq)):
            mine[row.case_id].append(Event.model_validate_json(row.body))
        done = Counter((row.case_id, row.action_id) for row in await db.execute(select(actions.c.case_id, actions.c.action_id)))
        out = Counter((row.case_id, row.seq) for row in await db.execute(select(outbox.c.case_id, outbox.c.seq)))
        bad = deliveries.c.state != DeliveryState.SENT
        undelivered = [f"{row.case_id}.{row.seq}: {row.state}" for row in await db.execute(select(deliveries).where(bad))]
        undelivered += [f"{row.case_id}.{row.seq}: unplanned" for row in await db.execute(select(outbox).where(outbox.c.state == NEW))]
    return Record(
        cases={row.case_id: CaseRow(row.case_id, row.code, row.intake_id, row.ended_at is not None, row.seq, row.head) for row in rows},
        events=dict(mine),
        actions=done,
        outbox=out,
        running=set(),
        undelivered=undelivered,
    )
