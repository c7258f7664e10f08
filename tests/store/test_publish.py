"""Publishing: stored once, whatever is sent twice, late, in part or from another history."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.record import Published, PublishOutcome
from models.words import Stage
from rules.chain import GENESIS
from store.engine import Store
from store.records import BadPublication, DuplicateIntake, Records
from store.tables import actions, case_access, events, obligations, outbox
from tests.store.making import NOW, Making, bodies, duty, party


@pytest.fixture
def records(store: Store) -> Records:
    return Records(store)


async def count(store: Store, table: object) -> int:
    async with store.read() as db:
        return int((await db.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


async def test_the_first_publication_gets_a_code_and_is_read_back(records: Records) -> None:
    made = Making().write("a1", "a1", "a2")
    answer = await records.publish(made.publication())
    assert answer == Published(outcome=PublishOutcome.STORED, head=made.head, seq=3, code="YANLOU-2026-00001")
    assert await records.lines(made.id) == made.lines
    assert await records.load(made.id) == made.case(code="YANLOU-2026-00001")


async def test_a_publication_sent_twice_is_known_and_changes_nothing(store: Store, records: Records) -> None:
    made = Making().write("a1", "a1")
    first = await records.publish(made.publication(), duties=[duty()])
    second = await records.publish(made.publication())
    assert second == first.model_copy(update={"outcome": PublishOutcome.KNOWN})
    assert await count(store, events) == await count(store, outbox) == 2
    assert await count(store, obligations) == 1


async def test_the_code_stays_when_a_later_state_does_not_know_it(records: Records) -> None:
    made = Making().write("a1")
    await records.publish(made.publication())
    made.write("a2")
    assert (await records.publish(made.publication(1, code=None))).code == "YANLOU-2026-00001"
    loaded = await records.load(made.id)
    assert loaded is not None
    assert (loaded.code, loaded.seq) == ("YANLOU-2026-00001", 2)


async def test_of_a_partial_overlap_only_the_rest_is_stored(store: Store, records: Records) -> None:
    made = Making().write("a1", "a2")
    await records.publish(made.publication())
    made.write("a3", "a4", "a5")
    waits = [None, None, None, NOW, NOW + timedelta(hours=1)]
    answer = await records.publish(made.publication(0), deliver_after=waits)
    assert (answer.outcome, answer.seq, answer.head) == (PublishOutcome.STORED, 5, made.head)
    assert await records.lines(made.id) == made.lines
    async with store.read() as db:
        after = await db.scalars(select(outbox.c.deliver_after).order_by(outbox.c.id))
        assert list(after) == waits


async def test_missing_events_are_a_gap_and_nothing_is_stored(store: Store, records: Records) -> None:
    made = Making().write("a1", "a2", "a3", "a4")
    assert await records.publish(made.publication(2)) == Published(outcome=PublishOutcome.GAP, head=GENESIS, seq=0)
    await records.publish(made.fork(1).publication())
    answer = await records.publish(made.publication(3))
    assert (answer.outcome, answer.seq, answer.head) == (PublishOutcome.GAP, 1, made.lines[0].hash)
    assert await count(store, events) == 1


async def test_another_history_diverges_and_the_record_stays(records: Records) -> None:
    made = Making().write("a1", "a2", "a3")
    await records.publish(made.publication())
    other = made.fork(1).write("b2", "b3", note="other")
    for since in (0, 1, 2):
        answer = await records.publish(other.publication(since))
        assert (answer.outcome, answer.head, answer.code) == (PublishOutcome.DIVERGED, made.head, "YANLOU-2026-00001")
    longer = other.fork(3).write("b4")
    assert (await records.publish(longer.publication(3))).outcome is PublishOutcome.DIVERGED
    assert bodies(await records.lines(made.id)) == bodies(made.lines)


async def test_an_older_attempt_that_comes_late_does_not_turn_the_record_back(store: Store, records: Records) -> None:
    made = Making().write("a1", "a2")
    older = made.publication()
    await records.publish(older)
    made.write("a3")
    await records.publish(made.publication(2), duties=[duty("newer")])
    answer = await records.publish(older, duties=[duty("older")])
    assert (answer.outcome, answer.head) == (PublishOutcome.DIVERGED, made.head)
    loaded = await records.load(made.id)
    assert loaded is not None
    assert loaded.seq == 3
    async with store.read() as db:
        assert list(await db.scalars(select(obligations.c.id))) == ["newer"]


async def test_an_action_done_again_under_the_same_id_diverges(records: Records) -> None:
    made = Making().write("a1", "a2")
    await records.publish(made.publication())
    again = made.fork(2).write("a1")
    assert (await records.publish(again.publication(2))).outcome is PublishOutcome.DIVERGED
    assert len(await records.lines(made.id)) == 2


async def test_events_without_an_action_may_follow_each_other(store: Store, records: Records) -> None:
    made = Making().write("a1", None, None)
    await records.publish(made.publication())
    made.write(None)
    assert (await records.publish(made.publication(3))).outcome is PublishOutcome.STORED
    assert await count(store, actions) == 1


async def test_a_state_without_new_events_refreshes_the_views(store: Store, records: Records) -> None:
    made = Making().write("a1")
    await records.publish(made.publication(), duties=[duty("sign")])
    answer = await records.publish(made.publication(1), duties=[duty("contact")])
    assert (answer.outcome, answer.seq) == (PublishOutcome.STORED, 1)
    async with store.read() as db:
        assert list(await db.scalars(select(obligations.c.id))) == ["contact"]
    assert (await records.publish(made.fork(0).publication())).outcome is PublishOutcome.DIVERGED


async def test_duties_and_access_replace_those_before(store: Store, records: Records) -> None:
    made = Making(fields={"parties": (party("p1", "person:甲"), party("p2", "person:乙"), party("p3"))})
    made.write("a1")
    await records.publish(made.publication(), duties=[duty("screen"), duty("sign")], access=[("unit", "u1"), ("unit", "u1")])
    made.write("a2")
    await records.publish(made.publication(1), duties=[duty("contact", due=NOW)], access=[("unit", "u2")])
    async with store.read() as db:
        assert [(r.id, r.town, r.due) for r in await db.execute(select(obligations))] == [("contact", "yanlou", NOW)]
        rows = await db.execute(select(case_access.c.kind, case_access.c.value).order_by("kind", "value"))
        assert {tuple(row) for row in rows} == {("party", "person:甲"), ("party", "person:乙"), ("unit", "u2")}


async def test_a_receipt_tells_what_an_action_led_to(records: Records) -> None:
    made = Making().write("a1", "a1").write("a2", stage=Stage.SCREENED).write("a3", stage=None)
    await records.publish(made.publication())
    first, second, third = [await records.receipt(made.id, name) for name in ("a1", "a2", "a3")]
    assert first is not None
    assert (first.seq, first.stage, first.events, first.code) == (2, Stage.REGISTERED, ("registered", "noted"), "YANLOU-2026-00001")
    assert second is not None
    assert third is not None
    assert (second.stage, third.stage, third.seq) == (Stage.SCREENED, Stage.SCREENED, 4)
    assert await records.receipt(made.id, "unknown") is None


async def test_the_same_intake_twice_names_the_case_that_is_there(records: Records) -> None:
    made = Making("one").write("a1")
    await records.publish(made.publication())
    other = Making("two", {"intake_id": "one"}).write("a1")
    with pytest.raises(DuplicateIntake) as caught:
        await records.publish(other.publication())
    assert (caught.value.case_id, caught.value.code) == (made.id, "YANLOU-2026-00001")
    assert await records.by_intake("test", "one") == made.id
    assert await records.by_intake("elsewhere", "one") is None


async def test_a_publication_that_contradicts_itself_is_refused(records: Records) -> None:
    made = Making().write("a1", "a2")
    good = made.publication()
    for bad in (
        made.publication(0, seq=3),
        made.publication(0, head=GENESIS),
        good.model_copy(update={"lines": good.lines[::-1]}),
    ):
        with pytest.raises(BadPublication):
            await records.publish(bad)
    with pytest.raises(BadPublication):
        await records.publish(good, deliver_after=[None])
    with pytest.raises(BadPublication):
        await records.publish(good, duties=[duty("sign"), duty("sign")])


async def test_fifty_first_publications_at_once_get_codes_without_a_gap(records: Records) -> None:
    async def one(number: int) -> str | None:
        town = "yanlou" if number % 2 else "qingyan"
        made = Making(f"n{number}", {"town": town, "centre": f"{town}-centre"}).write("a1", "a2")
        return (await records.publish(made.publication())).code

    codes = await asyncio.gather(*(one(number) for number in range(50)))
    assert sorted(code or "" for code in codes) == [
        f"{town}-2026-{number:05d}" for town in ("QINGYAN", "YANLOU") for number in range(1, 26)
    ]


async def test_the_same_first_publication_many_times_at_once_is_stored_once(store: Store, records: Records) -> None:
    made = Making().write("a1", "a2")
    answers = await asyncio.gather(*(records.publish(made.publication()) for _ in range(10)))
    assert sorted(answer.outcome for answer in answers) == [PublishOutcome.KNOWN] * 9 + [PublishOutcome.STORED]
    assert {answer.code for answer in answers} == {"YANLOU-2026-00001"}
    assert await count(store, events) == 2


async def test_two_cases_of_one_intake_at_once_become_one(records: Records) -> None:
    both = [Making(name, {"intake_id": "same"}).write("a1").publication() for name in ("one", "two")]
    answers = await asyncio.gather(*(records.publish(one) for one in both), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["DuplicateIntake", "Published"]
    another = await records.publish(Making("three").write("a1").publication())
    assert another.code == "YANLOU-2026-00002"  # the loser's number was not used up


async def test_two_histories_at_once_leave_one_of_them(records: Records) -> None:
    made = Making().write("a1")
    await records.publish(made.publication())
    forks = [made.fork(1).write(name, note=name) for name in ("x", "y")]
    answers = await asyncio.gather(*(records.publish(fork.publication(1)) for fork in forks))
    assert sorted(answer.outcome for answer in answers) == [PublishOutcome.DIVERGED, PublishOutcome.STORED]
    assert {answer.head for answer in answers} == {(await records.lines(made.id))[-1].hash}


async def test_codes_count_by_local_year_and_by_the_district(records: Records) -> None:
    last_day = Making("a", {"town": None, "centre": "huaxi-centre"}).write("a1", at=NOW.replace(year=2025, month=12, day=31, hour=15))
    new_year = Making("b", {"town": None, "centre": "huaxi-centre"}).write("a1", at=NOW.replace(year=2025, month=12, day=31, hour=16))
    assert (await records.publish(last_day.publication())).code == "HUAXI-2025-00001"
    assert (await records.publish(new_year.publication())).code == "HUAXI-2026-00001"


async def test_a_publication_called_off_halfway_leaves_nothing_and_blocks_nobody(store: Store, records: Records) -> None:
    for number in range(15):
        made = Making(f"c{number}").write("a1", "a2", "a3")
        task = asyncio.create_task(records.publish(made.publication()))
        for _ in range(number * 3):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(await records.lines(made.id)) in {0, 3}
    made = Making("after").write("a1")
    answer = await records.publish(made.publication())
    stored = await count(store, events) - 1
    assert answer.code == f"YANLOU-2026-{stored // 3 + 1:05d}"
