"""Affairs on a real server with a real worker: begun once, acted on once, verified, compared, alive after their run is gone."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from models.refusal import RefusalCode
from models.words import Role
from rules.affair.kinds import KINDS
from service import upkeep
from service.affairs.desk import Affairs
from service.affairs.sending import views_of
from service.errors import Refused, UnknownAffair
from service.upkeep import Broken, DriftKind
from store.affairs.lists import AffairFilter
from store.affairs.publishing import Burst
from store.affairs.tables import affair_access, affair_events, affairs
from store.desk.inbox import Inboxes
from store.desk.lists import Eyes, Holder
from tests.support.running import Desk
from tests.support.waiting import until

GUMENG = "520111105202"
REPORT = {"place": GUMENG, "item": "exits", "text": "楼道堆满杂物"}


@pytest.fixture
def grid(working: Desk) -> Affairs:
    return Affairs(working.office)


async def begun(grid: Affairs) -> str:
    return (await grid.open("hazard", REPORT, await grid.actor("grid@yanlou-gumeng"))).affair_id


async def drifts(here: Desk) -> list[upkeep.Drift]:
    return [found async for found in upkeep.drift(here.office, here.cases)]


async def test_the_same_intake_is_the_same_affair_and_its_words_are_in_the_vault(working: Desk, grid: Affairs) -> None:
    grid_member = await grid.actor("grid@yanlou-gumeng")
    intake_id = uuid.uuid4().hex
    first, twin = await asyncio.gather(*(grid.open("hazard", REPORT, grid_member, intake_id=intake_id) for _ in range(2)))
    assert first == twin
    assert (first.code or "").startswith("YANLOU-HZ-")
    hazard = await grid.load(first.code or "")
    assert await working.office.vault.open_text(hazard.text) == REPORT["text"]
    assert REPORT["text"] not in "".join(line.body for line in await working.office.affairs.lines(hazard.id))


async def test_an_action_is_done_once_and_a_refused_one_leaves_nothing(working: Desk, grid: Affairs) -> None:
    affair_id = await begun(grid)
    village = await grid.actor("officer@yanlou-gumeng")
    with pytest.raises(Refused) as refused:
        await grid.act(affair_id, "fix", {"text": "代办"}, await grid.actor("officer@yanlou-justice"), action_id="f0")
    assert refused.value.refusal.code is RefusalCode.NOT_HOLDER
    one, two = [await grid.act(affair_id, "fix", {"text": "已清理"}, village, action_id="f1") for _ in range(2)]
    assert one == two
    types = [line.type for line in await working.office.affairs.lines(affair_id)]
    assert types == ["hazard_reported", "hazard_fixed"]
    with pytest.raises(UnknownAffair):
        await grid.act("YANLOU-HZ-2026-99999", "fix", {"text": "t"}, village)


@pytest.mark.parametrize(("do", "fields"), [("tick", {}), ("dance", {}), ("fix", {"text": ""}), ("fix", {"text": "t", "more": 1})])
async def test_what_is_malformed_or_the_engines_own_is_refused_at_the_door(grid: Affairs, do: str, fields: dict[str, object]) -> None:
    affair_id = await begun(grid)
    with pytest.raises(Refused) as refused:
        await grid.act(affair_id, do, fields, await grid.actor("officer@yanlou-gumeng"))
    assert refused.value.refusal.code in {RefusalCode.INVALID, RefusalCode.NOT_ALLOWED}


async def test_an_ended_affair_still_takes_a_note(working: Desk, grid: Affairs) -> None:
    affair_id = await begun(grid)
    await grid.act(affair_id, "fix", {"text": "已清理"}, await grid.actor("officer@yanlou-gumeng"))
    member = await grid.actor("grid@yanlou-gumeng")
    await grid.act(affair_id, "inspect", {"passed": True}, member)
    await grid.act(affair_id, "note", {"text": "三个月后再看"}, member)
    hazard = await grid.load(affair_id)
    assert (hazard.stage, hazard.ended, hazard.seq) == ("closed", True, 4)
    assert await drifts(working) == []


async def test_lists_show_what_eyes_may_see_and_nothing_else(working: Desk, grid: Affairs) -> None:
    affair_id = await begun(grid)
    queries, now = working.office.affair_queries, working.office.now()
    near, far = Eyes(scopes=(("place", GUMENG),)), Eyes(scopes=(("place", "520111105203"), ("unit", "yanlou-baigu")))
    wanted = AffairFilter(kinds=("hazard",))
    assert [row.affair_id for row in (await queries.page(near, wanted, now)).rows] == [affair_id]
    assert (await queries.page(far, wanted, now)).rows == ()
    assert await queries.row(far, affair_id) is None
    assert await queries.counts(near, wanted, now) == {"hazard": {"reported": 1}}


async def test_a_dead_run_is_started_again_by_the_next_action_or_by_repair(working: Desk, grid: Affairs) -> None:
    affair_id = await begun(grid)
    await grid.engine.handle(affair_id).terminate("gone")
    assert [found.kind for found in await drifts(working)] == [DriftKind.MISSING]
    assert [mended.done async for mended in upkeep.repair(working.office, working.cases)] == ["restarted"]
    # Whoever starts a run again does not wait until it has said so.
    await until(lambda: working.office.affairs.lines(affair_id), lambda lines: len(lines) > 1)
    await grid.engine.handle(affair_id).terminate("gone again")
    await grid.act(affair_id, "fix", {"text": "已清理"}, await grid.actor("officer@yanlou-gumeng"))
    types = [line.type for line in await working.office.affairs.lines(affair_id)]
    assert types == ["hazard_reported", "restarted", "restarted", "hazard_fixed"]
    assert await drifts(working) == []


async def test_open_histories_replay_into_the_stored_states(working: Desk, grid: Affairs) -> None:
    affair_id = await begun(grid)
    await grid.act(affair_id, "fix", {"text": "已清理"}, await grid.actor("officer@yanlou-gumeng"))
    report = await upkeep.replay(working.office, working.cases)
    assert report.ok
    assert report.replayed >= 1


async def test_a_changed_byte_is_named_and_views_come_back_from_the_events(working: Desk, grid: Affairs) -> None:
    affair_id = await begun(grid)
    async with working.office.store.write() as db:
        await db.execute(delete(affair_access).where(affair_access.c.affair_id == affair_id))
        await db.execute(update(affairs).where(affairs.c.affair_id == affair_id).values(stage="closed"))
    assert [(found.kind, found.detail) for found in await drifts(working)] == [(DriftKind.VIEWS, ("affairs.stage", "affair_access"))]
    (report,) = [item async for item in upkeep.rebuild(working.office, affair_id)]
    assert report.changed == ("affairs.stage", "affair_access")
    assert await drifts(working) == []
    async with working.office.store.write() as db:
        changed = affair_events.c.body.concat(" ")
        await db.execute(update(affair_events).where(affair_events.c.affair_id == affair_id).values(body=changed))
    found = await upkeep.verify(working.office, affair_id)
    assert (found.broken_at, found.findings[0].what) == (1, Broken.CHANGED)


async def test_what_is_sent_twice_or_late_is_stored_once(working: Desk, grid: Affairs) -> None:
    affair_id = await begun(grid)
    kind, stored = KINDS["hazard"], await grid.load(affair_id)
    lines = await working.office.affairs.lines(affair_id)
    views = views_of(kind, stored, await grid.bundle(stored))
    again = await working.office.affairs.publish(Burst(affair=stored, prev_head="0" * 64, lines=lines), views)
    assert (again.outcome, again.seq, again.head) == ("known", 1, stored.head)
    ahead = stored.model_copy(update={"seq": 3, "head": "h"})
    gap = await working.office.affairs.publish(
        Burst(affair=ahead, prev_head="x", lines=[lines[0].model_copy(update={"seq": 3, "hash": "h"})]), views
    )
    assert gap.outcome == "gap"


async def test_what_one_owes_is_in_the_inbox_of_affairs(working: Desk, grid: Affairs) -> None:
    await begun(grid)
    holder = Holder(role=Role.OFFICER, unit="yanlou-gumeng", town="yanlou", person="officer@yanlou-gumeng")
    eyes = Eyes(scopes=(("unit", "yanlou-gumeng"),))
    owed = await working.office.affair_queries.owed(holder, eyes)
    assert [(item.duty.act, item.affair.kind) for item in owed] == [("fix", "hazard")]
    counted = await Inboxes(working.office.store).counts(holder, eyes, (), working.office.now())
    assert (counted.owed, counted.overdue) == (1, 0)


async def test_words_of_an_affair_are_not_swept_away_with_those_that_belong_to_nothing(working: Desk, grid: Affairs) -> None:
    affair_id = await begun(grid)
    vault = working.office.vault
    await vault.seal_text("nothing", "never", "text", "无主文字")
    assert await vault.sweep(working.office.now() + timedelta(days=1000)) == 1
    assert not await vault.discard(affair_id, f"open:{affair_id}")
    assert await vault.open_text((await grid.load(affair_id)).text) == REPORT["text"]
