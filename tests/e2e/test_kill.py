"""kill -9 of the worker and of the server while dozens of cases are acted upon: nothing lost, nothing doubled, nothing orphaned.

And of the worker while a handover moves open work: each piece is moved once.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select
from temporalio.service import RPCError

from models.affair.handover import PieceState
from models.record import ActReceipt
from rules.obligations import duties
from service import upkeep
from service.affairs.desk import Affairs
from service.errors import Unavailable
from store.connect import StoreAway
from store.places import LoadedPlace
from store.tables import actions, cases, events, obligations
from tests.support.processes import Instance, instance
from tests.support.running import STEPS, Desk, intake
from tests.support.waiting import until

CASES = 24
NOTES = 4
KILLS = 4
TRIES = 20


async def until_acknowledged(asking: Any) -> Any:
    """Ask again with the same id until there is an answer."""
    for _ in range(TRIES):
        try:
            return await asking()
        except (Unavailable, StoreAway, RPCError):
            await asyncio.sleep(0.2)
    raise AssertionError("no answer at all")


async def one_case(here: Desk, number: int, chance: random.Random) -> tuple[str, list[ActReceipt]]:
    """Take a case in and along its way, with notes in between; return every receipt."""
    clerk = await here.cases.actor("clerk@yanlou-centre")
    opened = await until_acknowledged(lambda: here.cases.open(intake(), clerk, intake_id=f"slip-{number}"))
    case_id: str = opened.receipt.case_id
    receipts: list[ActReceipt] = [opened.receipt]
    todo = [*STEPS]
    for note in range(NOTES):
        todo.insert(chance.randrange(len(todo) + 1), ("clerk@yanlou-centre", "note", {"text": f"备注{note}"}))
    for turn, (post, do, fields) in enumerate(todo):
        ask = lambda post=post, do=do, fields=fields, turn=turn: here.act(case_id, post, do, action_id=f"a{turn}", **fields)  # noqa: E731
        receipts.append(await until_acknowledged(ask))
        await asyncio.sleep(chance.random() * 0.3)
    return case_id, receipts


async def kill_now_and_then(running: Instance, chance: random.Random, stop: asyncio.Event) -> int:
    """Kill the worker at random moments, and the server once in between; start them again at once."""
    killed = 0
    for turn in range(KILLS):
        await asyncio.sleep(0.3 + chance.random() * 1.5)
        if stop.is_set():
            break
        victim = running.server if turn == KILLS // 2 else running.worker
        await victim.kill()
        await victim.start()
        killed += 1
    return killed


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory, huaxi: LoadedPlace) -> AsyncIterator[Instance]:
    """Server and worker as processes of their own."""
    async with instance(tmp_path_factory.mktemp("kill") / "home", huaxi) as made:
        yield made


def seeded() -> tuple[int, random.Random]:
    """A seed, which is printed, and chance by it: where and when to kill."""
    seed = int(os.environ.get("JIEFEN_TEST_SEED", secrets.randbelow(10**6)))
    print(f"JIEFEN_TEST_SEED={seed}")  # noqa: T201 - shown with a failure
    return seed, random.Random(seed)  # noqa: S311 - where and when to kill


async def test_nothing_is_lost_or_doubled_when_worker_and_server_are_killed(running: Instance) -> None:
    seed, chance = seeded()
    done = asyncio.Event()
    killer = asyncio.create_task(kill_now_and_then(running, chance, done))
    chances = [random.Random(seed + number) for number in range(CASES)]  # noqa: S311
    told = dict(await asyncio.gather(*(one_case(running.desk, number, chances[number]) for number in range(CASES))))
    done.set()
    assert await killer >= 2
    await check(running.desk, told)


async def check(here: Desk, told: dict[str, list[ActReceipt]]) -> None:
    assert len(told) == CASES
    async with here.office.store.read() as db:
        stored = (
            await db.execute(select(events.c.case_id, events.c.seq, events.c.action_id).order_by(events.c.case_id, events.c.seq))
        ).all()
        known = (await db.execute(select(actions.c.case_id, actions.c.action_id))).all()
        owed = (await db.execute(select(obligations.c.case_id, obligations.c.id))).all()
    assert {row.case_id for row in stored} == set(told)
    for case_id, receipts in told.items():
        mine = [row for row in stored if row.case_id == case_id]
        assert [row.seq for row in mine] == list(range(1, len(mine) + 1))
        acknowledged = Counter(receipt.action_id for receipt in receipts)
        assert Counter(row.action_id for row in known if row.case_id == case_id) == acknowledged
        happened = Counter(row.action_id for row in mine if row.action_id is not None)
        assert happened == {receipt.action_id: len(receipt.events) for receipt in receipts}
        assert (await upkeep.verify(here.office, case_id)).ok
        case = await here.stored(case_id)
        assert case.stage == "mediating"
        wanted = {duty.id for duty in duties(case, here.office.bundle.procedure)}
        assert {row.id for row in owed if row.case_id == case_id} == wanted != set()
        assert case.clocks
    codes = sorted([(await here.stored(case_id)).code or "" for case_id in told])
    assert codes == [f"YANLOU-2026-{number:05d}" for number in range(1, CASES + 1)]
    assert [found async for found in upkeep.drift(here.office, here.cases)] == []


# -- a handover --------------------------------------------------------------------------------------------------------

LEAVER, RECEIVER = "mediator@qingyan-justice", "mediator@qingyan-justice#2"
TOWN = "520111101"
UNDER_MEDIATION: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("screener@qingyan-centre", "screen", {"category": "0201", "accept": True}),
    ("dispatcher@qingyan-centre", "route", {"lead": "qingyan-justice", "level": "town"}),
    ("officer@qingyan-justice", "sign", {}),
    ("officer@qingyan-justice", "contact", {"note": "已联系"}),
    ("officer@qingyan-justice", "assign", {"mediator": LEAVER}),
)
PIECES = 8


async def under_mediation(here: Desk) -> str:
    """A case in the hands of who leaves."""
    opened = await here.cases.open(intake(place=TOWN), await here.cases.actor("clerk@qingyan-centre"))
    for post, do, fields in UNDER_MEDIATION:
        await here.act(opened.receipt.case_id, post, do, **fields)
    return opened.receipt.case_id


async def moved(here: Desk) -> int:
    """How many cases have passed to the receiver."""
    async with here.office.store.read() as db:
        return int(await db.scalar(select(func.count()).where(cases.c.mediator == RECEIVER)) or 0)


async def test_each_piece_of_a_handover_is_moved_once_when_the_worker_is_killed_while_they_move(running: Instance) -> None:
    _, chance = seeded()
    here, grid = running.desk, Affairs(running.desk.office)
    keeper, leaver, director = [await grid.actor(post) for post in ("officer@qingyan-justice", LEAVER, "director@qingyan-centre")]
    team = (await grid.open("team", {"sort": "dispute", "place": TOWN, "unit": "qingyan-justice"}, keeper)).affair_id
    await grid.act(team, "seat", {"seat": "m", "role": "dispute_member", "staff": LEAVER}, keeper)
    handed = await asyncio.gather(*(under_mediation(here) for _ in range(PIECES)))
    fields = {"leaver": LEAVER, "receiver": RECEIVER, "ground": "transfer", "last_day": "2026-12-31"}
    handover = (await grid.open("handover", fields, leaver)).affair_id
    approving = asyncio.create_task(until_acknowledged(lambda: grid.act(handover, "approve", {}, director, action_id="approved")))
    # Pieces move side by side: what is on its way when the worker dies has been done, or noted, or neither.
    some = chance.randint(1, PIECES // 2)
    await until(lambda: moved(here), lambda found: found >= some, 120, 0.002)
    await running.worker.kill()
    assert await moved(here) < PIECES, "it was killed while some were still to be moved"
    await running.worker.start()
    await approving
    await until(lambda: grid.load(handover), lambda found: found.ended)
    story = await here.office.affairs.lines(handover)
    assert [line.type for line in story].count("piece_settled") == PIECES + 1
    assert [piece.state for piece in (await grid.load(handover)).pieces.values()] == [PieceState.MOVED] * (PIECES + 1)
    for case_id in handed:
        assert (await here.types(case_id)).count("handed_over") == 1
        mediator = (await here.stored(case_id)).mediator
        assert mediator is not None
        assert mediator.person == RECEIVER
    assert [line.type for line in await here.office.affairs.lines(team)].count("handed_over") == 1
    assert (await grid.load(team)).seats["m"].staff == RECEIVER
    assert [report async for report in upkeep.verify_all(here.office) if not report.ok] == []
    assert [found async for found in upkeep.drift(here.office, here.cases)] == []
