"""Watches on a real server: one for each subject, each signal once, disputes opened and raised, objections by citizens."""

from __future__ import annotations

import asyncio
import random
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select

from models.affair.record import AffairReceiptOut
from models.affair.watch.state import SignalChannel, Watch
from models.citizen import CitizenSession
from models.refusal import RefusalCode
from models.words import Tier
from service.affairs.desk import Affairs
from service.affairs.objections import Objections
from service.affairs.watches import Seen, signal
from service.citizens import Citizens
from service.errors import Refused, UnknownAffair
from store.affairs.tables import affair_events
from store.tables import vault_uses
from tests.support.running import Desk
from workflows.watch import LONG

GUMENG, POLICE = "520111105202", "police@yanlou-police"


@pytest.fixture
def grid(working: Desk) -> Affairs:
    return Affairs(working.office)


def somebody(name: str) -> dict[str, str]:
    return {"name": name, "phone": f"139{random.randrange(10**8):08d}"}  # noqa: S311 - a number nobody has


async def signalled(grid: Affairs, subject: dict[str, Any], name: str, source_id: str | None = None) -> AffairReceiptOut:
    seen = Seen(name, SignalChannel.CALL, "test", source_id or uuid.uuid4().hex)
    return await signal(grid, {"place": GUMENG, **subject}, seen, await grid.actor(POLICE))


async def watch_of(grid: Affairs, receipt: AffairReceiptOut) -> Watch:
    found: Watch = await grid.load(receipt.affair_id)
    return found


async def test_a_pair_has_one_watch_whoever_is_named_first_and_however_many_begin_it_at_once(working: Desk, grid: Affairs) -> None:
    one, other = somebody("甲"), somebody("乙")
    pairs = [{"of": "pair", "one_person": a, "other_person": b} for a, b in ((one, other), (other, one), (one, other))]
    receipts = await asyncio.gather(*(signalled(grid, pair, "media") for pair in pairs))
    assert len({receipt.affair_id for receipt in receipts}) == 1
    watch = await watch_of(grid, receipts[0])
    assert (watch.counted, [s.id for s in watch.signals]) == (3, ["s1", "s2", "s3"])
    assert watch.subject is not None
    assert {(watch.subject.one_person or "")[:7], (watch.subject.other_person or "")[:7]} == {"person:"}
    assert one["phone"] not in watch.model_dump_json()
    async with working.office.store.read() as db:
        used = set(await db.scalars(select(vault_uses.c.case_id).where(vault_uses.c.ref == watch.subject.one_person)))
    assert used == {watch.id}, "nobody is kept outside the record of the watch"


async def test_somebody_who_could_not_be_known_again_is_refused_and_nothing_is_kept(working: Desk, grid: Affairs) -> None:
    async def named() -> int:
        async with working.office.store.read() as db:
            return int(await db.scalar(select(func.count()).select_from(vault_uses)) or 0)

    before = await named()
    for pair in ({"one_person": somebody("甲"), "other_person": {"name": "乙"}}, {"one_person": somebody("甲"), "other_person": None}):
        with pytest.raises(Refused) as refused:
            await signalled(grid, {"of": "pair", **pair}, "media")
        assert refused.value.refusal.code is RefusalCode.INVALID
    assert await named() == before


async def test_hundreds_of_signals_from_many_hands_are_in_the_record_each_once_and_histories_stay_short(
    working: Desk, grid: Affairs
) -> None:
    houses = [uuid.uuid4().hex[:12] for _ in range(4)]
    sent = [(house, f"{house}-{n}") for n in range(30) for house in houses]
    gate = asyncio.Semaphore(8)

    async def send(house: str, source_id: str) -> AffairReceiptOut:
        async with gate:
            return await signalled(grid, {"of": "household", "number": house}, "media", source_id)

    receipts = await asyncio.gather(*(send(*one) for one in [*sent, *sent[::7]]))
    ids = sorted({receipt.affair_id for receipt in receipts})
    assert len(ids) == len(houses)
    async with working.office.store.read() as db:
        events = select(affair_events.c.affair_id, affair_events.c.action_id).where(affair_events.c.affair_id.in_(ids))
        kept = (await db.execute(events.where(affair_events.c.type == "signalled"))).all()
    assert len(kept) == len(set(kept)) == len(sent)
    for affair_id in ids:
        assert (await grid.load(affair_id)).counted == len(sent) // len(houses)
        assert (await grid.engine.handle(affair_id).describe()).history_length < 2 * LONG


async def test_a_hard_trigger_opens_a_dispute_in_the_words_of_the_engine_and_the_next_raises_it(working: Desk, grid: Affairs) -> None:
    house = {"of": "household", "number": uuid.uuid4().hex[:12]}
    await signalled(grid, house, "police_call")
    await signalled(grid, house, "second_contact")
    receipt = await signalled(grid, house, "media")
    watch = await watch_of(grid, receipt)
    assert watch.grade is Tier.ORANGE
    case = await working.cases.load(watch.links[0].id)
    assert (case.channel, case.tier, case.risk_signs) == ("event", Tier.ORANGE, ("media", "previous_violence", "second_contact"))
    assert (await working.office.vault.open_text(case.summary or "")).startswith("预警触发，等级橙色。线索：")
    await signalled(grid, house, "weapon")
    again = await watch_of(grid, receipt)
    assert (again.grade, len(again.links)) == (Tier.RED, 1)
    assert (await working.cases.load(case.id)).tier is Tier.RED


async def test_a_party_objects_to_a_watch_about_itself_and_to_no_other(working: Desk, grid: Affairs) -> None:
    one, other = somebody("甲乙丙"), somebody("丁戊己")
    parties = [{"id": "a", "side": "applicant", "kind": "person", **one}, {"id": "b", "side": "respondent", "kind": "person", **other}]
    case_id = await working.open(0, parties=parties)
    watched = await signalled(grid, {"of": "pair", "one_person": other, "other_person": one}, "police_call")
    others = await signalled(grid, {"of": "household", "number": uuid.uuid4().hex[:12]}, "police_call")
    citizens, objections = Citizens(working.office, working.cases), Objections(working.office, working.cases)
    slips = {slip.party: slip.code for slip in await citizens.query_codes(await working.cases.actor("clerk@yanlou-centre"), case_id)}
    session = await citizens.enter(slips["a"], one["phone"][-4:])
    assert isinstance(session, CitizenSession)
    (told,) = await objections.of(session)
    assert (told.code, told.objected_at) == (watched.code, None)
    assert set(told.model_dump()) == {"code", "since", "label_until", "objected_at", "decided_by"}, "no signal, no score, no grade"
    with pytest.raises(UnknownAffair):
        await objections.object(session, others.code or "", "不属实")
    await objections.object(session, told.code, "不属实", action_id="once")
    await objections.object(session, told.code, "不属实", action_id="once")
    (after,) = await objections.of(session)
    assert after.decided_by is not None
    (objection,) = (await watch_of(grid, watched)).objections
    assert objection.person == (await working.cases.load(case_id)).parties[0].person
    director = await grid.actor("director@yanlou-centre")
    await grid.act(watched.affair_id, "settle", {"objection": "o1", "uphold": True, "strike": ["s1"], "reason": "误报"}, director)
    assert (await watch_of(grid, watched)).grade is Tier.BLUE
