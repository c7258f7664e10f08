"""Upkeep on real runs: what was tampered with is named, views come back from events, missing runs come back to life."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from temporalio.testing import WorkflowEnvironment

from service import upkeep
from service.kpi.keeping import catch_up
from service.rehearsal import virtual_server
from service.upkeep import Broken, DriftKind
from store.kpi.tables import kpi_cases, kpi_items
from store.rebuilding import Rebuilding
from store.tables import actions, case_access, cases, events, obligations
from tests.support.running import Desk, desk, settings


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with virtual_server() as made:
        with made.with_time_skipping_disabled():
            yield made


@pytest.fixture
async def here(env: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(env.client, settings(tmp_path)) as made:
        yield made


async def put(here: Desk, case_id: str, seq: int, **values: object) -> None:
    """Write into an event behind everybody's back."""
    async with here.office.store.write() as db:
        await db.execute(update(events).where(events.c.case_id == case_id, events.c.seq == seq).values(**values))


async def drifts(here: Desk) -> list[upkeep.Drift]:
    return [found async for found in upkeep.drift(here.office, here.cases)]


# -- verify ----------------------------------------------------------------------------------------------------------


async def test_an_untouched_record_is_whole(here: Desk) -> None:
    case_id = await here.open(7)
    report = await upkeep.verify(here.office, case_id)
    assert report.ok
    stored = await here.stored(case_id)
    assert (report.events, report.head, report.code) == (stored.seq, stored.head, stored.code)
    assert [found.ok async for found in upkeep.verify_all(here.office)] == [True]


async def test_an_archived_record_is_sealed_and_whole(here: Desk) -> None:
    case_id = await here.open(7)
    report = await upkeep.verify(here.office, case_id)
    assert report.sealed is None


@pytest.mark.parametrize("seq", [1, 4, 7])
async def test_one_changed_byte_is_named(here: Desk, seq: int) -> None:
    case_id = await here.open(5)
    line = (await here.office.records.lines(case_id))[seq - 1]
    at = line.body.index('"seq":') - 3
    await put(here, case_id, seq, body=line.body[:at] + ("x" if line.body[at] != "x" else "y") + line.body[at + 1 :])
    report = await upkeep.verify(here.office, case_id)
    assert report.broken_at == seq
    assert report.findings[0].what is Broken.CHANGED


async def test_a_changed_text_with_its_hash_made_anew_is_named_at_the_next_event(here: Desk) -> None:
    case_id = await here.open(5)
    lines = await here.office.records.lines(case_id)
    from rules.chain import link

    body = lines[2].body.replace('"accept', '"accept').replace('"0201"', '"0202"')
    await put(here, case_id, 3, body=body + " ", hash=link(lines[1].hash, body + " "))
    report = await upkeep.verify(here.office, case_id)
    assert (report.broken_at, report.findings[0].what) == (4, Broken.CHANGED)


async def test_a_removed_event_is_named(here: Desk) -> None:
    case_id = await here.open(5)
    async with here.office.store.write() as db:
        await db.execute(delete(events).where(events.c.case_id == case_id, events.c.seq == 4))
    report = await upkeep.verify(here.office, case_id)
    assert (report.broken_at, report.findings[0].what) == (4, Broken.MISSING)


async def test_a_cut_off_end_is_named(here: Desk) -> None:
    case_id = await here.open(5)
    last = (await here.stored(case_id)).seq
    async with here.office.store.write() as db:
        await db.execute(delete(events).where(events.c.case_id == case_id, events.c.seq == last))
    report = await upkeep.verify(here.office, case_id)
    assert (report.broken_at, report.findings[0].what) == (last, Broken.MISSING)


async def test_two_events_in_each_others_place_are_named(here: Desk) -> None:
    case_id = await here.open(5)
    lines = await here.office.records.lines(case_id)
    await put(here, case_id, 3, body=lines[3].body, hash=lines[3].hash)
    await put(here, case_id, 4, body=lines[2].body, hash=lines[2].hash)
    report = await upkeep.verify(here.office, case_id)
    assert (report.broken_at, report.findings[0].what) == (3, Broken.MOVED)


async def test_a_column_that_contradicts_its_text_is_named(here: Desk) -> None:
    case_id = await here.open(5)
    await put(here, case_id, 2, type="noted")
    await put(here, case_id, 3, action_id="somebody-else")
    report = await upkeep.verify(here.office, case_id)
    assert [(found.seq, found.what) for found in report.findings] == [(2, Broken.COLUMN), (3, Broken.COLUMN)]


async def test_a_row_and_a_state_that_end_elsewhere_are_named(here: Desk) -> None:
    case_id = await here.open(2)
    stored = await here.stored(case_id)
    wrong = stored.model_copy(update={"head": "f" * 64})
    async with here.office.store.write() as db:
        await db.execute(update(cases).where(cases.c.case_id == case_id).values(head="e" * 64, state=wrong.model_dump_json()))
    report = await upkeep.verify(here.office, case_id)
    assert {found.what for found in report.findings} == {Broken.HEAD, Broken.STATE}


async def test_an_unknown_case_is_unknown(here: Desk) -> None:
    with pytest.raises(LookupError):
        await upkeep.verify(here.office, "YANLOU-2026-99999")


# -- rebuild ---------------------------------------------------------------------------------------------------------


async def everything(here: Desk, case_id: str) -> dict[str, list[str]]:
    """All that the record holds of a case beside its events, and the facts told of it."""
    found = {}
    async with here.office.store.read() as db:
        for table in (cases, obligations, case_access, actions, kpi_cases, kpi_items):
            rows = (await db.execute(select(table).where(table.c.case_id == case_id))).mappings()
            found[table.name] = sorted(str({key: value for key, value in row.items() if key != "state"}) for row in rows)
    found["state"] = [(await here.stored(case_id)).model_copy(update={"undo": None}).model_dump_json()]
    return found


async def test_views_that_are_right_stay_untouched(here: Desk) -> None:
    await here.open(7)
    assert [report.changed async for report in upkeep.rebuild(here.office)] == [()]


async def test_wiped_views_come_back_from_the_events(here: Desk) -> None:
    case_id = await here.open(7)
    assert await catch_up(here.office) == 0
    before = await everything(here, case_id)
    assert all(before.values())
    async with here.office.store.write() as db:
        for table in (obligations, case_access, actions, kpi_items, kpi_cases):
            await db.execute(delete(table).where(table.c.case_id == case_id))
        blank = {"stage": None, "lead": None, "mediator": None, "seq": 0, "head": "", "duties_sum": "", "state": "{}", "next_due": None}
        await db.execute(update(cases).where(cases.c.case_id == case_id).values(**blank))
    reports = [report async for report in upkeep.rebuild(here.office, case_id)]
    assert {"state", "obligations", "case_access", "actions", "facts", "cases.stage", "cases.next_due"} <= set(reports[0].changed)
    assert await everything(here, case_id) == before
    assert (await upkeep.verify(here.office, case_id)).ok
    assert await drifts(here) == []


async def test_one_wrong_field_of_the_state_is_named_and_mended(here: Desk) -> None:
    case_id = await here.open(3)
    stored = await here.stored(case_id)
    async with here.office.store.write() as db:
        wrong = stored.model_copy(update={"lead": "yanlou-court"}).model_dump_json()
        await db.execute(update(cases).where(cases.c.case_id == case_id).values(state=wrong))
    assert [found.detail for found in await drifts(here)] == [("state.lead",)]
    assert [report.changed async for report in upkeep.rebuild(here.office, case_id)] == [("state.lead",)]
    assert await here.stored(case_id) == stored


async def test_a_broken_record_is_named_and_not_built_upon(here: Desk) -> None:
    case_id = await here.open(3)
    await put(here, case_id, 2, hash="0" * 64)
    (report,) = [report async for report in upkeep.rebuild(here.office, case_id)]
    assert (report.refused, report.broken_at, report.changed) == ("broken", 2, ())
    assert [(found.kind, found.detail) for found in await drifts(here)] == [(DriftKind.BROKEN, ("event 2",))]


# -- drift and repair ------------------------------------------------------------------------------------------------


async def test_nothing_drifts_where_all_is_well(here: Desk) -> None:
    for steps in (0, 2, 5, 7):
        await here.open(steps)
    assert await drifts(here) == []


async def test_a_terminated_run_is_found_and_brought_back_and_works(here: Desk) -> None:
    case_id = await here.open(4)
    other = await here.open(1)
    await here.cases.engine.handle(case_id).terminate()
    assert [(found.case_id, found.kind) for found in await drifts(here)] == [(case_id, DriftKind.MISSING)]
    mended = [item async for item in upkeep.repair(here.office, here.cases)]
    assert [(item.drift.case_id, item.done) for item in mended] == [(case_id, "restarted")]
    receipt = await here.act(case_id, "officer@yanlou-gumeng", "assign")
    assert receipt.events == ("assignment_requested", "assigned")
    assert (await here.types(case_id)).count("restarted") == 1
    assert "restarted" not in await here.types(other)
    assert await drifts(here) == []


async def test_a_run_in_another_state_than_the_record_starts_again_from_it(here: Desk) -> None:
    case_id = await here.open(4)
    stored = await here.stored(case_id)
    async with here.office.store.write() as db:  # a backup that is one event older than the run
        last = stored.seq
        await db.execute(text("DELETE FROM outbox WHERE case_id = :id AND seq = :seq"), {"id": case_id, "seq": last})
        await db.execute(delete(events).where(events.c.case_id == case_id, events.c.seq == last))
    lines = await here.office.records.lines(case_id)
    kept = await Rebuilding(here.office.store).kept(case_id)
    assert kept is not None
    older = upkeep.folded(here.office, kept, lines)
    async with here.office.store.write() as db:
        values = {"seq": older.seq, "head": older.head, "state": older.model_dump_json()}
        await db.execute(update(cases).where(cases.c.case_id == case_id).values(**values))
    kinds = {found.kind for found in await drifts(here)}
    assert kinds == {DriftKind.VIEWS, DriftKind.RUN}
    mended = [item async for item in upkeep.repair(here.office, here.cases)]
    assert [item.done for item in mended] == ["rebuilt", "restarted"]
    assert (await here.act(case_id, "officer@yanlou-gumeng", "contact", note="再次联系")).events == ("contacted",)
    assert (await here.types(case_id))[-2:] == ["restarted", "contacted"]
    assert await drifts(here) == []
