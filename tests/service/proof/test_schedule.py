"""The schedule on a real server: one anchor for each local day that was missed, whatever is started twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from temporalio.client import ScheduleBackfill, ScheduleOverlapPolicy

from models.anchor import KeptAnchor
from service.proof.schedule import keep_schedule, schedule, schedule_id
from store.proof.anchors import Anchors
from tests.support.running import Desk
from tests.support.waiting import until

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SINCE = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
"""Midnight in Huaxi: the outage began."""


async def daily(here: Desk) -> list[date | None]:
    return [one.anchor.day async for one in Anchors(here.office.store).all() if isinstance(one, KeptAnchor)]


async def test_each_day_of_an_outage_gets_one_anchor_and_none_twice(working: Desk) -> None:
    assert await keep_schedule(working.office)
    assert await keep_schedule(working.office)
    handle = working.office.client.get_schedule_handle(schedule_id(working.office.settings))
    missed = ScheduleBackfill(start_at=SINCE, end_at=SINCE + timedelta(days=3), overlap=ScheduleOverlapPolicy.ALLOW_ALL)
    await handle.backfill(missed)
    await until(lambda: daily(working), lambda days: len(days) >= 3)
    await handle.backfill(missed)
    await handle.trigger()
    await until(lambda: daily(working), lambda days: len(days) >= 4)
    days = await daily(working)
    today = working.office.bundle.cal.local_date(datetime.now(UTC))
    assert sorted(day for day in days if day is not None) == [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4), today]
    await handle.delete()


async def test_it_fires_at_the_local_hour_and_follows_the_setting(working: Desk) -> None:
    office = working.office
    (when,) = schedule(office).spec.calendars
    assert ((when.hour[0].start, when.minute[0].start), office.settings.anchor_at) == ((15, 50), "23:50")
    assert await keep_schedule(office)
    office.settings = office.settings.model_copy(update={"anchor_at": "00:30"})
    assert await keep_schedule(office)
    handle = office.client.get_schedule_handle(schedule_id(office.settings))
    (now,) = (await handle.describe()).schedule.spec.calendars
    assert (now.hour[0].start, now.minute[0].start) == (16, 30)
    await handle.delete()
