"""Query codes and sessions of parties as stored."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from store.engine import Store
from store.entry.citizen_tables import query_codes
from store.entry.citizens import CitizenRow, CitizenShelf, QueryCodeShelf
from store.records import Records
from tests.store.making import NOW, Making

IDLE = timedelta(minutes=20)
PERSONS = {"a": "person:1", "b": "person:2"}


async def case(store: Store) -> str:
    making = Making("one").write("open:one")
    await Records(store).publish(making.publication())
    return making.id


def row(digest: str, party: str = "a", minutes: int = 0) -> CitizenRow:
    at = NOW + timedelta(minutes=minutes)
    return CitizenRow(digest=digest * 64, case_id="case-one", party=party, started_at=at, seen_at=at, ends_at=at + timedelta(hours=1))


async def test_the_first_code_of_a_party_stays_and_is_found_by_itself_alone(store: Store) -> None:
    shelf, case_id = QueryCodeShelf(store), await case(store)
    await asyncio.gather(*(shelf.add(case_id, PERSONS, {"a": f"CODE{n}", "b": f"OTHER{n}"}, NOW) for n in range(4)))
    kept = await shelf.of(case_id, PERSONS)
    assert set(kept) == {"a", "b"}
    assert await shelf.holder(kept["a"]) == (case_id, "a")
    assert [await shelf.holder(code) for code in ("CODE9", "", kept["b"].lower())] == [None] * 3
    assert await shelf.of(case_id, {"b": "person:2"}) == {"b": kept["b"]}


async def test_an_erased_person_loses_the_code_and_gets_no_other(store: Store) -> None:
    shelf, case_id = QueryCodeShelf(store), await case(store)
    await shelf.add(case_id, PERSONS, {"a": "CODE1", "b": "CODE2"}, NOW)
    await store.keys.erase("person:1", NOW)
    await shelf.add(case_id, PERSONS, {"a": "CODE3"}, NOW)
    assert await shelf.of(case_id, PERSONS) == {"b": "CODE2"}
    assert await shelf.holder("CODE3") is None


async def test_a_code_that_was_dropped_takes_its_sessions_along(store: Store) -> None:
    shelf, sessions, case_id = QueryCodeShelf(store), CitizenShelf(store), await case(store)
    await shelf.add(case_id, PERSONS, {"a": "CODE1", "b": "CODE2"}, NOW)
    for digest, party in (("1", "a"), ("2", "b")):
        await sessions.start(row(digest, party), IDLE)
    await shelf.drop(case_id, "a")
    assert await shelf.of(case_id, PERSONS) == {"b": "CODE2"}
    assert [await sessions.get(digest * 64) for digest in ("1", "2")] == [None, row("2", "b")]


async def test_a_sealed_code_opens_in_its_own_row_alone(store: Store) -> None:
    shelf, case_id = QueryCodeShelf(store), await case(store)
    await shelf.add(case_id, {"a": "person:1", "b": "person:1"}, {"a": "CODE1", "b": "CODE2"}, NOW)
    async with store.read() as db:
        stored = (await db.execute(select(query_codes))).all()
    assert len({one.sealed for one in stored}) == 2
    assert not [one for one in stored if b"CODE" in one.sealed or "CODE" in one.digest]


async def test_a_new_session_takes_the_place_of_the_one_before_and_those_that_are_over_go(store: Store) -> None:
    sessions = CitizenShelf(store)
    for digest, minutes in (("1", 0), ("2", 15), ("3", 16)):
        await sessions.start(row(digest, minutes=minutes), IDLE)
    await sessions.touch("2" * 64, NOW + timedelta(minutes=30))
    await sessions.start(row("4", minutes=37), IDLE, replaces="3" * 64)
    assert [await sessions.get(digest * 64) is not None for digest in "1234"] == [False, True, False, True]
    await sessions.end("4" * 64)
    await sessions.end("4" * 64)
    assert await sessions.get("4" * 64) is None
