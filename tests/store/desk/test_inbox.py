"""The inbox: what post, person and scope owe, page by page; counters that are as long as the lists; claims."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.affair.base import AffairDocuments
from models.affair.hazard import Hazard
from models.party import Actor
from models.record import Duty
from models.words import Role, Stage, Tier
from rules.chain import GENESIS
from rules.obligations import owes
from store.affairs.publishing import AffairViews, Burst
from store.affairs.rebuilding import AffairRebuilding
from store.affairs.records import AffairRecords
from store.desk.claims import OF_AFFAIRS, OF_CASES, Claimable, Claims
from store.desk.inbox import Inboxes
from store.desk.lists import Claim, Eyes, Filter, Holder, OwedFilter
from store.desk.order import BOUND
from store.desk.queries import Queries
from store.engine import Store
from store.records import Records
from tests.store.making import NOW, Making, duty
from tests.support.core import huaxi

ALL = Eyes(everything=True)
OFFICER = Holder(role=Role.OFFICER, unit="yanlou-justice", town="yanlou", person="officer@yanlou-justice")
LATE, SOON = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


@pytest.fixture
def inboxes(store: Store) -> Inboxes:
    return Inboxes(store)


@pytest.fixture
def claims(store: Store) -> Claims:
    return Claims(store, OF_CASES)


async def publish(store: Store, name: str, *, duties: Any = (), access: Any = (), by: str | None = None, **fields: Any) -> Making:
    made = Making(name, fields).write("a1", by=by)
    await Records(store).publish(made.publication(), duties=duties, access=access)
    return made


async def ids(inboxes: Inboxes, holder: Holder = OFFICER, eyes: Eyes = ALL, **more: Any) -> list[str]:
    return [row.duty.id for row in (await inboxes.page(holder, eyes, NOW, **more)).rows]


async def test_the_inbox_holds_what_post_person_and_scope_owe(store: Store, inboxes: Inboxes) -> None:
    mine = [
        duty("late", due=LATE, holds_ball=True),
        duty("named", role=Role.MEDIATOR, unit="other", person="officer@yanlou-justice", due=SOON),
        duty("anyone", unit=None),
    ]
    others = [
        duty("other-unit", unit="yanlou-police"),
        duty("other-role", role=Role.MEDIATOR),
        duty("other-person", person="officer@yanlou-justice#2"),
    ]
    await publish(store, "a", duties=[*mine, *others])
    await publish(store, "b", town="qingyan", duties=[duty("far", unit=None)])
    inbox = await inboxes.page(OFFICER, ALL, NOW)
    assert [(row.duty.id, row.overdue, row.claim) for row in inbox.rows] == [
        ("late", True, None), ("named", False, None), ("anyone", False, None),
    ]  # fmt: skip
    assert (inbox.as_of, inbox.rows[0].case.code, inbox.rows[0].duty, inbox.next) == (NOW, "YANLOU-2026-00001", mine[0], None)
    assert await ids(inboxes, overdue=True) == ["late"]
    district = OFFICER.model_copy(update={"unit": "huaxi-justice", "town": None, "person": "officer@huaxi-justice"})
    assert set(await ids(inboxes, district)) == {"anyone", "far"}


async def test_the_rule_and_the_query_say_the_same_of_whose_a_duty_is(store: Store, inboxes: Inboxes) -> None:
    library, docs = huaxi()
    network = library.bundle(docs).network
    posts = [
        "officer@yanlou-justice",
        "mediator@yanlou-justice",
        "officer@huaxi-justice",
        "officer@qingyan-justice",
        "police@yanlou-police",
    ]
    duties = [
        duty(f"x{number}", role=role, unit=unit, person=person)
        for number, (role, unit, person) in enumerate(
            itertools.product((Role.OFFICER, Role.MEDIATOR), (None, "yanlou-justice", "huaxi-justice"), (None, "mediator@yanlou-justice"))
        )
    ]
    await publish(store, "a", duties=duties)
    for post in posts:
        role, _, unit = post.partition("@")
        who = Actor(person="officer@yanlou-hr", role=Role(role), unit=unit, stands_for=post)
        found = network.unit(unit)
        assert found is not None
        holder = Holder(role=who.role, unit=unit, town=found.town, person=post)
        assert sorted(await ids(inboxes, holder)) == sorted(one.id for one in duties if owes(one, "yanlou", who, network)), post


async def test_nothing_is_shown_of_a_case_out_of_sight_whatever_is_owed_in_it(store: Store, inboxes: Inboxes) -> None:
    await publish(store, "a", duties=[duty("x")], access=[("unit", "u1"), ("town", "yanlou")], by=OFFICER.person)
    for scopes, count in (((), 0), ((("unit", "u1"),), 1), ((("unit", "u2"), ("town", "yanlou")), 1), ((("town", "qingyan"),), 0)):
        eyes = Eyes(scopes=scopes)
        assert len(await ids(inboxes, eyes=eyes)) == count, scopes
        counts = await inboxes.counts(OFFICER, eyes, [OFFICER.person], NOW)
        assert (counts.owed, counts.handled) == (count, count), scopes


async def test_pages_of_the_inbox_follow_each_other_without_hole_or_repeat(store: Store, inboxes: Inboxes) -> None:
    for number in range(9):
        due = None if number % 3 == 2 else NOW + timedelta(hours=number // 3)
        await publish(store, f"n{number}", duties=[duty(f"x{number}", due=due), duty(f"y{number}", due=due)])
    found: list[tuple[Any, ...]] = []
    after = None
    for size in (4, 4, 4, 4, 2):
        page = await inboxes.page(OFFICER, ALL, NOW, after=after, limit=4)
        assert len(page.rows) == size
        found += [(row.duty.due is None, row.duty.due or NOW, row.case.case_id, row.duty.id) for row in page.rows]
        after = page.next
    assert after is None
    assert found == sorted(found)
    assert len(set(found)) == 18
    for broken in ("", "x", "2026-03-02|a|b", "-|a", "-|%|b"):
        with pytest.raises(ValueError, match=r"."):
            await inboxes.page(OFFICER, ALL, NOW, after=broken)


async def test_the_inbox_is_filtered_by_case_and_by_duty(store: Store, inboxes: Inboxes, claims: Claims) -> None:
    first = await publish(
        store, "a", tier=Tier.RED, category="0602", duties=[duty("red", due=LATE), duty("t1").model_copy(update={"act": "finish"})]
    )
    await publish(store, "b", stage=Stage.SIGNED, town="qingyan", duties=[duty("signed", due=SOON)])
    await publish(store, "c", category="07", duties=[duty("free")])
    await claims.take(first.id, duty("red"), claim())
    await claims.take("case-b", duty("signed"), claim("officer@yanlou-justice#2"))
    asked: list[tuple[dict[str, Any], list[str]]] = [
        ({"tier": Tier.RED}, ["red", "t1"]),
        ({"category": "06"}, ["red", "t1"]),
        ({"category": "0603"}, []),
        ({"stage": Stage.SIGNED}, ["signed"]),
        ({"town": "qingyan"}, ["signed"]),
        ({"act": "finish"}, ["t1"]),
        ({"due_before": NOW}, ["red"]),
        ({"claimed": "mine"}, ["red"]),
        ({"claimed": "others"}, ["signed"]),
        ({"claimed": "nobody"}, ["t1", "free"]),
        ({"tier": Tier.RED, "due_before": SOON, "claimed": "nobody"}, []),
    ]
    for fields, names in asked:
        assert await ids(inboxes, wanted=OwedFilter(**fields)) == names, fields


async def test_the_counters_are_as_long_as_the_lists(store: Store, inboxes: Inboxes, monkeypatch: pytest.MonkeyPatch) -> None:
    me, desk = OFFICER.person, [OFFICER.person, "officer@yanlou-hr"]
    await publish(store, "owed", duties=[duty("x", due=LATE), duty("y", due=SOON)])
    await publish(store, "both", duties=[duty("x", due=LATE)], by=me)
    await publish(store, "done", duties=[duty("x", unit="other")], by=me)
    await publish(store, "stood-in", by="officer@yanlou-hr", stage=Stage.ARCHIVED, ended_at=NOW)
    await publish(store, "others", by="officer@yanlou-hr#2", duties=[duty("x", unit="other")])
    await Records(store).publish((await publish(store, "often", by=me)).write("a2", "a3", by=me).publication(1))
    queries, mine = Queries(store), Filter(handled_by=tuple(desk))
    lists = {
        "owed": len(await ids(inboxes)),
        "overdue": len(await ids(inboxes, overdue=True)),
        "done": len((await queries.page(ALL, mine.model_copy(update={"owes_nothing": OFFICER}), NOW)).rows),
        "handled": len((await queries.page(ALL, mine, NOW)).rows),
    }
    assert lists == {"owed": 3, "overdue": 2, "done": 3, "handled": 4}
    assert (await inboxes.counts(OFFICER, ALL, desk, NOW)).model_dump() == lists
    for bound in (1, 2, 3):
        monkeypatch.setattr("store.desk.inbox.BOUND", bound)
        counts = await inboxes.counts(OFFICER, ALL, desk, NOW)
        assert counts.model_dump() == {name: min(length, bound) for name, length in lists.items()}
    assert BOUND == 1000


def claim(holder: str = OFFICER.person) -> Claim:
    return Claim(person=holder, holder=holder, at=NOW)


async def test_one_of_several_gets_a_claim_and_another_may_take_it_over(store: Store, inboxes: Inboxes, claims: Claims) -> None:
    made = await publish(store, "a", duties=[duty("x")])
    people = [claim(f"officer@yanlou-justice#{number}") for number in range(2, 6)]
    found = await asyncio.gather(*(claims.take(made.id, duty("x"), one) for one in people))
    (winner,) = {one.holder for one in found if one is not None}
    assert [row.claim.holder for row in (await inboxes.page(OFFICER, ALL, NOW)).rows if row.claim] == [winner]
    assert await claims.take(made.id, duty("x"), claim(), over=True) == claim()
    assert (await claims.duties(made.id))[1] == [(duty("x"), claim())]
    assert await claims.take(made.id, duty("none"), claim()) is None
    assert await claims.take("case-none", duty("x"), claim()) is None
    assert await claims.release(made.id, "x")
    assert not await claims.release(made.id, "x")


OVER: list[tuple[list[Duty], dict[str, int], bool]] = [
    ([duty("x", clock="x"), duty("more")], {"x": 1}, True),
    ([duty("x", clock="x", due=SOON)], {"x": 1, "more": 4}, True),
    ([duty("x", clock="x", person=OFFICER.person)], {"x": 1}, True),
    ([], {"x": 1}, False),
    ([duty("x", clock="x", due=SOON)], {"x": 2}, False),
    ([duty("x", clock="x", unit="yanlou-hr")], {"x": 1}, False),
    ([duty("x", clock="x", role=Role.DIRECTOR)], {"x": 1}, False),
    ([duty("x", clock="x", person="officer@yanlou-justice#2")], {"x": 1}, False),
]
"""What is owed and how often its clock has begun, after `x` was claimed in its first round; and whether the claim stays."""


@pytest.mark.parametrize(("duties", "rounds", "stays"), OVER)
async def test_a_claim_is_over_when_its_obligation_is_met_or_is_anothers_or_begins_anew(
    store: Store, claims: Claims, duties: Any, rounds: dict[str, int], stays: bool
) -> None:
    made = await publish(store, "a", duties=[duty("x", clock="x")], rounds={"x": 1})
    other = await publish(store, "b", duties=[duty("x")])
    for case_id, wanted in ((made.id, duty("x", clock="x")), (other.id, duty("x"))):
        assert await claims.take(case_id, wanted, claim()) == claim()
    await Records(store).publish(made.write("a2").publication(1, rounds=rounds), duties=duties)
    assert await held(store, OF_CASES) == ({made.id, other.id} if stays else {other.id})


async def held(store: Store, of: Claimable) -> set[str]:
    """Ids of the records in which something is claimed."""
    async with store.read() as db:
        return set(await db.scalars(select(of.claims.c[of.key])))


def burst(made: Making, since: int, duties: list[Duty], rounds: dict[str, int]) -> tuple[Burst, AffairViews]:
    """An affair with all of its lines after the first `since`, and what is owed in it."""
    docs = AffairDocuments(network="n", calendar="c", book="b")
    affair = Hazard(kind="hazard", id=made.id, source="test", intake_id=made.name, docs=docs, stage="reported", town="yanlou")
    affair = affair.model_copy(update={"seq": len(made.lines), "head": made.head, "rounds": rounds})
    prev_head = made.lines[since - 1].hash if since else GENESIS
    return Burst(affair, prev_head, made.lines[since:]), AffairViews("HZ", duties, access=[], keys=[], next_due=None)


@pytest.mark.parametrize(("duties", "rounds", "stays"), OVER)
async def test_a_claim_in_an_affair_is_over_in_the_same_way_however_it_is_stored(
    store: Store, duties: list[Duty], rounds: dict[str, int], stays: bool
) -> None:
    records, claims, wanted = AffairRecords(store), Claims(store, OF_AFFAIRS), duty("x", clock="x")
    alone, *together, anew, other = (Making(name).write("a1") for name in ("alone", "together-1", "together-2", "anew", "other"))
    everyone = [alone, *together, anew, other]
    await records.publish_many([burst(made, 0, [wanted], {"x": 1}) for made in everyone])
    assert [await claims.take(made.id, wanted, claim()) for made in everyone] == [claim()] * 5
    await records.publish(*burst(alone.write("a2"), 1, duties, rounds))
    await records.publish_many([burst(made.write("a2"), 1, duties, rounds) for made in together])
    made_anew, views = burst(anew, 0, duties, rounds)
    assert await AffairRebuilding(store).rewrite(made_anew.affair, anew.lines, views)
    assert await held(store, OF_AFFAIRS) == ({made.id for made in everyone} if stays else {other.id})
