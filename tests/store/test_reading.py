"""What reading asks of the store: figures, the change feed, the access log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from models.case import Card
from models.words import CardKind, Role, Stage, Tier
from store.desk.figures import Figures
from store.desk.lists import Eyes, Filter
from store.desk.queries import Queries
from store.engine import Store
from store.feed import Feed
from store.looks import Look, Looks
from store.records import Records
from store.tables import access_log, outbox
from tests.store.making import NOW, Making, duty

ALL = Eyes(everything=True)


async def publish(store: Store, name: str, *, duties: Any = (), access: Any = (), **fields: Any) -> Making:
    made = Making(name, fields).write("a1", stage=fields.get("stage", Stage.REGISTERED), at=NOW)
    await Records(store).publish(made.publication(), duties=duties, access=access)
    return made


def card(kind: CardKind, **more: Any) -> Card:
    return Card(id=f"sign#1:{kind}", clock="sign", kind=kind, unit="u", role=Role.OFFICER, at=NOW, **more)


async def test_figures_count_what_the_eyes_see(store: Store) -> None:
    late = [duty(due=NOW - timedelta(days=1)), duty("more", due=NOW - timedelta(days=2))]
    await publish(
        store,
        "a",
        duties=late,
        access=[("unit", "u1")],
        lead="u1",
        tier=Tier.RED,
        moments={"registered": NOW},
        category="0201",
        cards=(card(CardKind.RED),),
    )
    await publish(store, "b", access=[("unit", "u2")], lead="u1", cards=(card(CardKind.YELLOW, closed_at=NOW),))
    await publish(store, "c", access=[("unit", "u1")], stage=Stage.ARCHIVED, ended_at=NOW)
    now = NOW + timedelta(days=3)
    found = await Figures(store).numbers(ALL, now)
    assert (found.total, found.open, found.overdue, found.red, found.red_cards, found.yellow_cards) == (3, 2, 1, 1, 1, 0)
    assert found.by_stage == {"registered": 2}
    assert found.by_category == {"02": 1, "": 1}
    assert [(unit.unit, unit.open, unit.overdue, unit.cards) for unit in found.units] == [("u1", 2, 1, 1)]
    assert [(stay.stage, stay.open, stay.days_longest) for stay in found.stays] == [("registered", 1, 3.0)]
    mine = await Figures(store).numbers(Eyes(scopes=(("unit", "u1"),)), now)
    assert (mine.total, mine.open) == (2, 1)
    assert (await Figures(store).numbers(Eyes(), now)).total == 0
    page = await Queries(store).page(ALL, Filter(card=CardKind.RED), now)
    assert [row.case_id for row in page.rows] == ["case-a"]


async def test_a_case_tells_since_when_it_is_in_its_stage(store: Store) -> None:
    moments = {"registered": NOW, "screened": NOW + timedelta(days=1)}
    await publish(store, "a", stage=Stage.SCREENED, moments=moments)
    stays = (await Figures(store).numbers(ALL, NOW + timedelta(days=5))).stays
    assert [(stay.stage, stay.days_mean) for stay in stays] == [("screened", 4.0)]


async def test_the_feed_gives_each_event_once_and_only_to_the_eyes_it_is_for(store: Store) -> None:
    feed = Feed(store)
    assert await feed.end() == 0
    made = await publish(store, "a", access=[("unit", "u1")])
    await publish(store, "b", access=[("unit", "u2")])
    await Records(store).publish(made.write("a2").publication(1), access=[("unit", "u1")])
    rows = await feed.after(0)
    assert [(row.case_id, row.seq, row.code) for row in rows] == [
        ("case-a", 1, "YANLOU-2026-00001"), ("case-b", 1, "YANLOU-2026-00002"), ("case-a", 2, "YANLOU-2026-00001"),
    ]  # fmt: skip
    assert await feed.after(rows[0].id) == rows[1:]
    assert await feed.after(await feed.end()) == []
    assert [row.case_id for row in await feed.seen(Eyes(scopes=(("unit", "u2"),)), rows)] == ["case-b"]
    assert await feed.seen(Eyes(), rows) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_the_feed_waits_for_an_event_that_commits_late(store: Store) -> None:
    await publish(store, "a")
    feed = Feed(store)
    position = await feed.end()
    row = {"case_id": "case-a", "type": "noted", "at": NOW, "state": "new", "attempts": 0}
    # Two transactions side by side: the first to take a number commits last.
    async with store.write() as slow:
        await slow.execute(insert(outbox), [{**row, "seq": 7}])
        async with store.write() as fast:
            await fast.execute(insert(outbox), [{**row, "seq": 8}])
        for _ in range(3):
            assert await feed.after(position) == []
    assert [found.seq for found in await feed.after(position)] == [7, 8]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_the_feed_goes_on_behind_a_number_that_was_given_back(store: Store) -> None:
    await publish(store, "a")
    feed = Feed(store)
    position = await feed.end()
    row = {"case_id": "case-a", "type": "noted", "at": NOW, "state": "new", "attempts": 0}
    async with store.write() as db:
        await db.execute(insert(outbox), [{**row, "seq": 7}])
        await db.rollback()
    async with store.write() as db:
        await db.execute(insert(outbox), [{**row, "seq": 8}])
    await feed.after(position)
    assert [found.seq for found in await feed.after(position)] == [8]


async def test_the_access_log_is_a_chain(store: Store) -> None:
    looks = Looks(store)
    for number in range(3):
        look = Look(at=NOW, person=f"p{number % 2}", role=Role.CLERK, unit="u", case_id="case-a", look="detail", purpose="复核")
        await looks.write(look)
    assert [look.person for look in await looks.of_case("case-a")] == ["p0", "p1", "p0"]
    assert len(await looks.of_person("p0", since=NOW)) == 2
    assert await looks.verify() is None
    second = (await looks.of_case("case-a"))[1]
    async with store.write() as db:
        await db.execute(update(access_log).where(access_log.c.id == second.id).values(person="x"))
    assert await looks.verify() == second.id
