"""Lists: seen by the right eyes, in a stable order, page by page; duplicates, loads, staff and documents."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models.case import Mediator, Merging
from models.staff import Staff
from models.words import Role, Stage, Tier
from store.desk.lists import Eyes, Filter
from store.desk.queries import Queries
from store.engine import Store
from store.records import Records
from store.staff import StaffRoll
from tests.store.making import NOW, PLACE, Making, duty, party

ALL = Eyes(everything=True)


@pytest.fixture
def records(store: Store) -> Records:
    return Records(store)


@pytest.fixture
def queries(store: Store) -> Queries:
    return Queries(store)


async def publish(records: Records, name: str, *, at: int = 0, duties: Any = (), access: Any = (), **fields: Any) -> Making:
    made = Making(name, fields).write("a1", at=NOW + timedelta(minutes=at))
    await records.publish(made.publication(), duties=duties, access=access)
    return made


async def test_pages_follow_each_other_without_hole_or_repeat(records: Records, queries: Queries) -> None:
    for number in range(25):
        await publish(records, f"n{number:02d}", at=number // 3)  # several at the same minute
    names: list[str] = []
    after: str | None = None
    for size in (10, 10, 5):
        page = await queries.page(ALL, Filter(), NOW, after=after, limit=10)
        assert len(page.rows) == size
        names += [row.case_id for row in page.rows]
        after = page.next
    assert after is None
    assert names == sorted(names, key=lambda name: (int(name[-2:]) // 3, name), reverse=True)
    assert len(set(names)) == await queries.count(ALL, Filter(), NOW) == 25
    with pytest.raises(ValueError, match=r"."):
        await queries.page(ALL, Filter(), NOW, after="not a cursor")


async def test_a_case_is_seen_by_the_eyes_it_is_open_to_and_no_others(records: Records, queries: Queries) -> None:
    await publish(records, "a", access=[("unit", "u1"), ("town", "yanlou")], parties=(party("p1", "person:甲"),))
    await publish(records, "b", access=[("unit", "u2")])
    looks = {
        (): set(),
        (("unit", "u1"),): {"case-a"},
        (("unit", "u1"), ("unit", "u2")): {"case-a", "case-b"},
        (("town", "u1"), ("unit", "yanlou")): set(),
        (("party", "person:甲"),): {"case-a"},
        (("person", "person:甲"),): set(),
    }
    for scopes, seen in looks.items():
        eyes = Eyes(scopes=scopes)
        assert {row.case_id for row in (await queries.page(eyes, Filter(), NOW)).rows} == seen
        assert await queries.count(eyes, Filter(), NOW) == len(seen)
        assert sum((await queries.counts(eyes, Filter(), NOW, "stage")).values()) == len(seen)
        assert (await queries.case(eyes, "case-a") is not None) == ("case-a" in seen)


async def test_a_filter_asks_for_exactly_what_it_names(records: Records, queries: Queries) -> None:
    await publish(records, "a", tier=Tier.RED, category="0602", lead="u1", duties=[duty(due=NOW - timedelta(1))])
    await publish(records, "b", stage=Stage.ARCHIVED, ended_at=NOW, category="07", town="qingyan")
    await publish(records, "c", mediator=Mediator(person="mediator@u1", unit="u1"), duties=[duty(due=NOW + timedelta(1))])
    asked: list[tuple[dict[str, Any], str]] = [
        ({"tier": Tier.RED}, "a"), ({"category": "06"}, "a"), ({"category": "0603"}, ""), ({"lead": "u1"}, "a"),
        ({"overdue": True}, "a"), ({"overdue": False}, "bc"), ({"ended": True}, "b"), ({"ended": False}, "ac"),
        ({"town": "qingyan"}, "b"), ({"stage": Stage.REGISTERED, "tier": Tier.BLUE}, "c"), ({"suspended": True}, ""),
        ({"mediator": "mediator@u1"}, "c"), ({"suspended": False}, "abc"), ({"category": "%"}, ""),
    ]  # fmt: skip
    for fields, names in asked:
        page = await queries.page(ALL, Filter(**fields), NOW)
        assert sorted(row.case_id for row in page.rows) == [f"case-{name}" for name in names], fields
    assert await queries.counts(ALL, Filter(), NOW, "town") == {"yanlou": 2, "qingyan": 1}
    assert await queries.counts(ALL, Filter(ended=False), NOW, "category") == {"0602": 1, "": 1}


async def test_possible_duplicates_share_a_place_and_a_party_or_a_time(records: Records, queries: Queries) -> None:
    one = (party("p1", "person:甲"),)
    await publish(records, "party-long-ago", happened_on=date(2020, 1, 1), parties=one, stage=Stage.ARCHIVED, ended_at=NOW)
    await publish(records, "near", happened_on=date(2026, 3, 31), at=1)
    await publish(records, "both", parties=one, at=2)
    await publish(records, "too-far", happened_on=date(2026, 4, 1))
    await publish(records, "ended", stage=Stage.ARCHIVED, ended_at=NOW)
    await publish(records, "elsewhere", place="520111103002", parties=one)
    merged = Merging(into_case="case-both", into_code="x")
    await publish(records, "merged", stage=Stage.MERGED, parties=one, merging=merged, ended_at=NOW)
    found = await queries.candidates(ALL, PLACE, ["person:甲"], date(2026, 3, 1))
    assert [(one.case.case_id, one.why) for one in found] == [
        ("case-both", ("same_party", "same_time")),
        ("case-party-long-ago", ("same_party",)),
        ("case-near", ("same_time",)),
    ]
    assert await queries.candidates(Eyes(), PLACE, ["person:甲"], date(2026, 3, 1)) == []
    assert [c.case.case_id for c in await queries.candidates(ALL, PLACE, [], date(2026, 3, 1), but="case-both")] == ["case-near"]


async def test_both_codes_of_a_merged_case_find_the_one_that_took_it_in(records: Records) -> None:
    older = await publish(records, "older")
    newer = await publish(records, "newer")
    newest = await publish(records, "newest")
    for made, into in ((newest, newer), (newer, older)):
        made.fields = {"merging": Merging(into_case=into.id, into_code="x"), "stage": Stage.MERGED, "ended_at": NOW}
        await records.publish(made.write("a2", stage=Stage.MERGED).publication(1))
    for key in ("YANLOU-2026-00001", "YANLOU-2026-00002", "YANLOU-2026-00003 ", older.id):
        assert await records.find(key) == older.id
    assert await records.find(newer.id) == newer.id
    assert await records.find("YANLOU-2026-00009") is None


async def test_loads_count_the_running_cases_of_a_mediator(records: Records, queries: Queries) -> None:
    for number, person in enumerate(["m1", "m1", "m2"]):
        await publish(records, f"n{number}", mediator=Mediator(person=person, unit="u"))
    await publish(records, "ended", mediator=Mediator(person="m2", unit="u"), stage=Stage.ARCHIVED, ended_at=NOW)
    assert await queries.mediator_loads(["m1", "m2", "m3"]) == {"m1": 2, "m2": 1, "m3": 0}


async def test_all_and_running_cases_are_read_page_by_page(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.records.PAGE", 3)
    for number in range(7):
        await publish(records, f"n{number}", ended_at=NOW if number == 4 else None)
    assert [case_id async for case_id in records.case_ids()] == [f"case-n{number}" for number in range(7)]
    assert [case.id async for case in records.running_cases()] == [f"case-n{number}" for number in range(7) if number != 4]


async def test_a_state_is_replaced_only_where_the_record_has_not_moved_on(records: Records) -> None:
    made = await publish(records, "a")
    assert await records.replace_state(made.case(people=7))
    loaded = await records.load(made.id)
    assert loaded is not None
    assert loaded.people == 7
    assert not await records.replace_state(made.fork(0).case())
    assert await records.load("case-none") is None


async def test_the_roll_follows_its_seed(store: Store) -> None:
    roll = StaffRoll(store)
    first = Staff.model_validate(
        {"id": "mediator@u1", "role": "mediator", "unit": "u1", "absences": [{"from": NOW.date(), "until": NOW.date()}]}
    )
    second = Staff(id="mediator@u2", role=Role.MEDIATOR, unit="u2", skills=("06",))
    clerk = Staff(id="clerk@u1", role=Role.CLERK, unit="u1")
    await roll.seed([first, second, clerk])
    await roll.seed([first, second, clerk])
    assert await roll.all() == [clerk, first, second]
    assert await roll.mediators() == [first, second]
    assert await roll.mediators(["u2"]) == [second]
    changed = second.model_copy(update={"skills": ()})
    await roll.seed([changed, clerk])
    assert await roll.staff("mediator@u1") is None
    assert await roll.staff("mediator@u2") == changed
    await roll.seed([first])
    assert await roll.all() == [first]
