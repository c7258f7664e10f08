"""Publishing: notices wait for the office to open, those of red cases do not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from activities.records import RecordActivities
from models.case import Case
from models.record import Publication
from rules import chain
from store.engine import Store
from store.records import Records
from store.tables import outbox
from tests.support.core import huaxi
from tests.support.onward import case_at

MONDAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
EVENING = datetime(2026, 3, 2, 13, tzinfo=UTC)
BEFORE_A_HOLIDAY = datetime(2026, 9, 30, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "fields", "waits_for"),
    [
        (MONDAY, {}, None),
        (EVENING, {}, datetime(2026, 3, 3, 1, tzinfo=UTC)),
        (BEFORE_A_HOLIDAY, {"happened_on": "2026-09-01"}, datetime(2026, 10, 8, 1, tzinfo=UTC)),
        (EVENING, {"risk_signs": ["weapon"]}, None),
    ],
    ids=["in office hours", "in the evening", "before a holiday", "red"],
)
async def test_notices_go_out_in_office_hours_except_of_red_cases(
    store: Store, start: datetime, fields: dict[str, Any], waits_for: datetime | None
) -> None:
    core = case_at("registered", start=start, **fields)
    blank = Case(id=core.case.id, source=core.case.source, intake_id=core.case.intake_id, docs=core.case.docs)
    _, lines = chain.append(blank, core.events)
    library, _ = huaxi()
    await RecordActivities(Records(store), library).publish(Publication(case=core.case, prev_head=chain.GENESIS, lines=tuple(lines)))
    async with store.read() as db:
        waiting = set(await db.scalars(select(outbox.c.deliver_after)))
    assert waiting == {waits_for}


async def test_what_is_published_is_loaded_back_and_published_twice_is_known(store: Store) -> None:
    core = case_at("signed")
    blank = Case(id=core.case.id, source=core.case.source, intake_id=core.case.intake_id, docs=core.case.docs)
    _, lines = chain.append(blank, core.events)
    library, _ = huaxi()
    activities = RecordActivities(Records(store), library)
    publication = Publication(case=core.case, prev_head=chain.GENESIS, lines=tuple(lines))
    first, again = await activities.publish(publication), await activities.publish(publication)
    assert (first.outcome, again.outcome, first.code) == ("stored", "known", again.code)
    loaded = (await activities.load(core.case.id)).case
    assert loaded is not None
    assert loaded.model_copy(update={"code": None}) == core.case
    assert (await activities.load("nowhere")).case is None
