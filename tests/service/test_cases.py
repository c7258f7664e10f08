"""The use cases of one dispute on a real Temporal server: idempotency, refusals without a trace, ends, revival, two offices."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from models.action import Recalendar
from models.event import Event
from models.refusal import RefusalCode
from rules.library import content_hash
from rules.shelf import SHELF
from service.cases import Cases, Opened
from service.errors import Refused, UnknownCase
from service.rehearsal import virtual_server
from store.desk.queries import Queries
from store.engine import Store
from store.places import LoadedPlace, load_place
from store.tables import metadata
from tests.conftest import Database
from tests.support.running import ROOT, Desk, desk, intake, settings

CLERK = "clerk@yanlou-centre"


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with virtual_server() as made:
        with made.with_time_skipping_disabled():
            yield made


@pytest.fixture(scope="module")
def huaxi() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


@pytest.fixture
async def here(env: WorkflowEnvironment, huaxi: LoadedPlace, database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(env.client, settings(tmp_path / "home", database_url=database.url), place=huaxi) as made:
        yield made


async def take_in(here: Desk, intake_id: str | None = None, **changes: Any) -> Opened:
    return await here.cases.open(intake(**changes), await here.cases.actor(CLERK), intake_id=intake_id)


async def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, to see whether something was left behind."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    async with store.read() as db:
        for table in metadata.sorted_tables:
            rows = (await db.execute(select(table))).all()
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


async def run_of(here: Desk, case_id: str) -> tuple[str, WorkflowExecutionStatus | None]:
    described = await here.cases.engine.handle(case_id).describe()
    return described.run_id, described.status


# -- the same again --------------------------------------------------------------------------------------------------


async def test_the_same_intake_ten_times_at_once_is_one_case(here: Desk) -> None:
    slip = uuid.uuid4().hex
    opened = await asyncio.gather(*(take_in(here, slip) for _ in range(10)))
    again = await take_in(here, slip)
    receipts = {one.receipt for one in (*opened, again)}
    assert len(receipts) == 1
    (receipt,) = receipts
    assert again.known
    assert receipt.code == "YANLOU-2026-00001"
    assert await here.types(receipt.case_id) == ["registered"]
    tables = await everything(here.office.store)
    assert {name: len(tables[name]) for name in ("cases", "events", "actions", "vault_texts", "vault_persons", "code_counters")} == {
        "cases": 1, "events": 1, "actions": 1, "vault_texts": 1, "vault_persons": 2, "code_counters": 1,
    }  # fmt: skip


async def test_the_same_intake_told_differently_at_once_keeps_the_words_of_the_one_that_counts(here: Desk) -> None:
    slip = uuid.uuid4().hex
    told = [f"说法{number}" for number in range(6)]
    opened = await asyncio.gather(*(take_in(here, slip, summary=text) for text in told))
    assert len({one.receipt.case_id for one in opened}) == 1
    case = await here.stored(opened[0].receipt.case_id)
    assert await here.office.vault.open_text(case.summary or "") in told


async def test_the_same_slip_from_another_source_is_another_case(here: Desk) -> None:
    slip = uuid.uuid4().hex
    one, other = await take_in(here, slip), await take_in(here, slip, channel="hotline")
    assert one.receipt.case_id != other.receipt.case_id
    assert one.receipt.code != other.receipt.code


async def test_the_same_action_ten_times_at_once_is_one_event_and_one_receipt(here: Desk) -> None:
    case_id = await here.open(1)
    receipts = set(await asyncio.gather(*(here.note(case_id, action_id="n1") for _ in range(10))))
    receipts.add(await here.note(case_id, action_id="n1"))
    assert len(receipts) == 1
    assert (await here.types(case_id)).count("noted") == 1


async def test_an_action_with_an_answer_from_outside_is_asked_for_twice_and_done_once(here: Desk) -> None:
    case_id = await here.open(4)
    assign = [here.act(case_id, "officer@yanlou-gumeng", "assign", action_id="a1") for _ in range(4)]
    receipts = set(await asyncio.gather(*assign))
    assert [receipt.events for receipt in receipts] == [("assignment_requested", "assigned")]
    again = await here.act(case_id, "officer@yanlou-gumeng", "assign", action_id="a1")
    assert {again} == receipts


async def test_an_old_receipt_outlives_the_end_of_the_case(here: Desk) -> None:
    case_id = await here.open(1)
    first = await here.note(case_id, action_id="n1")
    last = await here.act(case_id, "dispatcher@yanlou-centre", "withdraw", action_id="w1", party="a", reason="和解")
    await here.cases.engine.handle(case_id).result()
    assert await here.note(case_id, action_id="n1") == first
    again = await here.act(case_id, "dispatcher@yanlou-centre", "withdraw", action_id="w1", party="a", reason="和解")
    assert again == last
    assert (await here.types(case_id))[-1] == "withdrawn"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_action_id_that_is_malformed_or_the_engines_own_is_refused(here: Desk) -> None:
    case_id = await here.open()
    for action_id in ("", " ", "\x00", "\ud800", "x" * 81, "备注", "open:1", f"absorb:{case_id}:absorb:2", "answer:assign:3", "restart:1"):
        with pytest.raises(Refused, match="invalid"):
            await here.note(case_id, action_id=action_id)
    assert await here.types(case_id) == ["registered"]


async def test_an_action_id_belongs_to_its_case(here: Desk) -> None:
    one, other = await here.open(), await here.open()
    assert (await here.note(one, action_id="n1")).case_id == one
    assert (await here.note(other, action_id="n1")).case_id == other


# -- codes and candidates --------------------------------------------------------------------------------------------


async def test_twenty_cases_at_once_get_twenty_codes_without_a_gap(here: Desk) -> None:
    async def one(number: int) -> str:
        place = "nowhere" if number % 5 == 0 else "520111105202"
        try:
            return (await take_in(here, place=place)).receipt.code or ""
        except Refused:
            return "refused"

    codes = await asyncio.gather(*(one(number) for number in range(25)))
    assert sorted(codes) == [*(f"YANLOU-2026-{number:05d}" for number in range(1, 21)), *(["refused"] * 5)]


async def test_cases_that_may_be_the_same_dispute_are_shown_to_the_clerk(here: Desk) -> None:
    parties = [{"id": "x", "side": "applicant", "kind": "person", "name": "丁", "phone": "13900000077"}]
    first = await take_in(here, parties=parties, people=1)
    other = await take_in(here, place="520111105204", happened_on="2025-06-01")
    same = await take_in(here, parties=[{**parties[0], "id": "y"}], people=1, channel="phone", happened_on="2026-02-20")
    assert first.candidates == other.candidates == ()
    assert [found.case.case_id for found in same.candidates] == [first.receipt.case_id]


# -- refused ---------------------------------------------------------------------------------------------------------

PERSON = {"id": "c", "side": "third", "kind": "person", "name": "丙", "phone": "13900000099"}
REFUSED: tuple[tuple[str, str, dict[str, Any], RefusalCode], ...] = (
    ("clerk@yanlou-centre", "note", {"text": ""}, RefusalCode.INVALID),
    ("clerk@yanlou-centre", "fly", {}, RefusalCode.INVALID),
    ("clerk@yanlou-centre", "tick", {}, RefusalCode.NOT_ALLOWED),
    ("clerk@yanlou-centre", "route", {}, RefusalCode.NOT_ALLOWED),
    ("mediator@yanlou-gumeng", "agree", {"form": "oral", "terms": "和好"}, RefusalCode.WRONG_STAGE),
    ("screener@yanlou-centre", "screen", {"accept": True, "category": "0201"}, RefusalCode.WRONG_STAGE),
    ("clerk@yanlou-centre", "open", {}, RefusalCode.ALREADY_DONE),
    ("clerk@qingyan-centre", "note", {"text": "别镇的备注"}, RefusalCode.NOT_HOLDER),
    ("dispatcher@yanlou-centre", "route", {"lead": "nowhere"}, RefusalCode.UNKNOWN_UNIT),
    ("dispatcher@yanlou-centre", "withdraw", {"party": "x", "reason": "无此人"}, RefusalCode.UNKNOWN_PARTY),
    ("dispatcher@yanlou-centre", "withdraw", {"party": "a"}, RefusalCode.MISSING_REASON),
    ("clerk@yanlou-centre", "add_party", {"party": {**PERSON, "id": "a"}}, RefusalCode.ALREADY_DONE),
    (
        "clerk@yanlou-centre",
        "represent",
        {"party": "x", "representative": {"name": "律师"}, "authority": "全权"},
        RefusalCode.UNKNOWN_PARTY,
    ),
    ("screener@yanlou-centre", "merge", {"into": "YANLOU-2026-99999"}, RefusalCode.INVALID),
    ("officer@yanlou-justice", "merge", {"into": "YANLOU-2026-99999"}, RefusalCode.NOT_ALLOWED),
    ("screener@yanlou-centre", "amend", {"category": "0777", "reason": "更正"}, RefusalCode.INVALID),
    ("clerk@yanlou-centre", "screen", {"category": "0777", "accept": True}, RefusalCode.INVALID),
    ("director@yanlou-centre", "recalendar", {"calendar": "nowhere"}, RefusalCode.INVALID),
    (
        "director@yanlou-centre",
        "rebase",
        {"docs": dict.fromkeys(("network", "procedure", "risk", "calendar"), "x"), "reason": "试"},
        RefusalCode.INVALID,
    ),
    ("officer@yanlou-court", "hand_over", {"to": "officer@yanlou-court#9", "reason": "轮岗"}, RefusalCode.NOT_HOLDER),
    ("citizen@b", "withdraw", {"party": "a", "reason": "替人撤"}, RefusalCode.NOT_HOLDER),
    ("citizen@z", "withdraw", {"party": "z", "reason": "路人"}, RefusalCode.NOT_HOLDER),
)


async def test_refused_actions_leave_no_trace_in_history_tables_or_vault(here: Desk) -> None:
    case_id = await here.open(1)
    handle = here.cases.engine.handle(case_id)
    before, events = await everything(here.office.store), len((await handle.fetch_history()).events)
    for post, do, fields, code in REFUSED:
        with pytest.raises(Refused) as caught:
            await here.act(case_id, post, do, **fields)
        assert (post, do, caught.value.refusal.code) == (post, do, code)
    assert await everything(here.office.store) == before
    history = await handle.fetch_history()
    assert len(history.events) == events


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_refused_intake_starts_no_run_and_leaves_no_trace(here: Desk) -> None:
    slip = uuid.uuid4().hex
    before = await everything(here.office.store)
    wrong: tuple[tuple[dict[str, Any], RefusalCode], ...] = (
        ({"place": "000000"}, RefusalCode.UNKNOWN_PLACE),
        ({"happened_on": "2026-03-09"}, RefusalCode.INVALID),
        ({"happened_on": "2026-02-30"}, RefusalCode.INVALID),
        ({"people": 0}, RefusalCode.INVALID),
        ({"risk_signs": ["bad_mood"]}, RefusalCode.INVALID),
        ({"parties": []}, RefusalCode.INVALID),
    )
    for changes, code in wrong:
        with pytest.raises(Refused) as caught:
            await take_in(here, slip, **changes)
        assert caught.value.refusal.code is code
    with pytest.raises(Refused, match="not_allowed"):
        await here.cases.open(intake(), await here.cases.actor("officer@yanlou-court"))
    assert await everything(here.office.store) == before
    with pytest.raises(RPCError):
        await here.cases.engine.handle(here.cases.case_id("window", slip)).describe()
    assert (await take_in(here, slip)).receipt.code == "YANLOU-2026-00001"


async def test_a_code_that_is_not_there_is_no_case(here: Desk) -> None:
    for key in ("YANLOU-2026-00001", "", str(uuid.uuid4()), "'; DROP TABLE cases; --", "\x00", "\ud800", "x" * 100_000):
        with pytest.raises(UnknownCase):
            await here.note(key)
        with pytest.raises(UnknownCase):
            await here.cases.view(key)


# -- ends and runs ---------------------------------------------------------------------------------------------------


async def test_an_ended_case_refuses_from_the_record_and_starts_no_run(here: Desk) -> None:
    case_id = await here.open(1)
    await here.act(case_id, "dispatcher@yanlou-centre", "withdraw", party="a", reason="和解")
    await here.cases.engine.handle(case_id).result()
    before = await run_of(here, case_id)
    for post, do, fields, code in (
        ("clerk@yanlou-centre", "note", {"text": "迟到"}, RefusalCode.WRONG_STAGE),
        ("clerk@yanlou-centre", "reopen", {}, RefusalCode.MISSING_REASON),
        ("clerk@qingyan-centre", "reopen", {"reason": "别镇"}, RefusalCode.NOT_HOLDER),
    ):
        with pytest.raises(Refused) as caught:
            await here.act(case_id, post, do, **fields)
        assert caught.value.refusal.code is code
    assert await run_of(here, case_id) == before
    assert before[1] is WorkflowExecutionStatus.COMPLETED
    assert (await here.types(case_id))[-1] == "withdrawn"


async def test_reopening_ten_times_at_once_is_one_new_run_under_the_same_id(here: Desk) -> None:
    case_id = await here.open(1)
    code = (await here.stored(case_id)).code
    await here.act(case_id, "dispatcher@yanlou-centre", "withdraw", party="a", reason="和解")
    old, _ = await run_of(here, case_id)

    async def reopen(number: int) -> str:
        try:
            receipt = await here.act(case_id, CLERK, "reopen", action_id=f"r{number % 2}", reason="又起争执")
            return receipt.action_id
        except Refused as refused:
            return str(refused.refusal.code)

    outcomes = await asyncio.gather(*(reopen(number) for number in range(10)))
    assert sorted(outcomes) in (["r0"] * 5 + ["wrong_stage"] * 5, ["r1"] * 5 + ["wrong_stage"] * 5)
    new, status = await run_of(here, case_id)
    assert new != old
    assert status is WorkflowExecutionStatus.RUNNING
    case = await here.stored(case_id)
    assert (case.chapter, case.code, case.stage) == (2, code, "screened")
    assert (await here.types(case_id)).count("reopened") == 1
    assert (await here.cases.engine.state(case_id)).model_copy(update={"work": {}}) == case


async def test_a_case_whose_run_was_terminated_is_revived_by_the_next_action(here: Desk) -> None:
    case_id = await here.open(3)
    clocks = (await here.stored(case_id)).clocks
    await here.cases.engine.handle(case_id).terminate("test")
    receipts = await asyncio.gather(*(here.note(case_id, action_id=f"n{number}") for number in range(5)))
    assert len({receipt.seq for receipt in receipts}) == 5
    types = await here.types(case_id)
    assert types.count("restarted") == 1
    assert types.count("noted") == 5
    assert (await here.stored(case_id)).clocks == clocks
    assert (await run_of(here, case_id))[1] is WorkflowExecutionStatus.RUNNING


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_action_waits_for_a_document_that_is_not_there_yet(here: Desk) -> None:
    case_id = await here.open(1)
    calendar = here.office.bundle.calendar.model_copy(update={"version": f"CN-{uuid.uuid4().hex[:6]}"})
    name = content_hash(calendar)
    director = await here.cases.actor("director@yanlou-centre")
    waiting = asyncio.create_task(here.cases.engine.act(Recalendar(id="c1", actor=director, calendar=name), case_id))
    await here.note(case_id)
    assert not waiting.done()
    SHELF.add(calendar)
    assert (await waiting).events == ("recalendared",)
    assert (await here.stored(case_id)).docs.calendar == name


async def test_a_merge_is_found_by_both_codes_and_refuses_at_the_younger_case(here: Desk) -> None:
    older, younger = await here.open(), await here.open()
    codes = [(await here.stored(case_id)).code or "" for case_id in (older, younger)]
    assert [found.case.case_id for found in (await take_in(here)).candidates][-2:] in ([older, younger], [younger, older])
    receipt = await here.act(codes[1], CLERK, "merge", into=codes[0])
    assert receipt.events == ("merging", "merged") or receipt.events[-1] == "merged"
    assert {(await here.cases.view(code)).case_id for code in codes} == {older}
    with pytest.raises(Refused, match="wrong_stage"):
        await here.note(younger)
    assert (await here.note(codes[1])).case_id == older


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_older_case_does_not_go_into_a_newer_one_nor_any_into_one_out_of_sight(here: Desk) -> None:
    older, younger, elsewhere = await here.open(), await here.open(), await here.open(place="520111101201")
    for case_id, into in ((older, younger), (elsewhere, older), (younger, elsewhere)):
        code = (await here.stored(into)).code
        with pytest.raises(Refused) as caught:
            await here.act(case_id, f"clerk@{(await here.stored(case_id)).town}-centre", "merge", into=code)
        assert (caught.value.refusal.code, caught.value.refusal.detail[:4]) == (RefusalCode.INVALID, "into")
    county = await here.act(elsewhere, "screener@huaxi-centre", "merge", into=(await here.stored(older)).code)
    assert county.events == ("merging", "merged")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_who_is_split_off_takes_the_opponent_along_into_the_new_case(here: Desk) -> None:
    parties = [{"id": side[0], "side": side, "kind": "person", "name": side} for side in ("applicant", "respondent", "third")]
    case_id = await here.open(1, parties=parties)
    await here.act(case_id, "dispatcher@yanlou-centre", "split", parties=["t"], summary="另一件事", reason="不是一件事")
    event = Event.model_validate_json((await here.office.records.lines(case_id))[-1].body)
    other = await here.stored(event.what.new_case)  # type: ignore[union-attr]
    assert [party.id for party in other.parties] == ["a", "t"]
    assert [party.id for party in (await here.stored(case_id)).parties] == ["a", "r"]
    assert other.parties[0].person == (await here.stored(case_id)).parties[0].person


async def test_two_cases_merged_into_each_other_at_once_lose_nothing(here: Desk) -> None:
    one, other = await here.open(), await here.open()
    codes = [(await here.stored(case_id)).code or "" for case_id in (one, other)]
    await asyncio.gather(
        here.act(one, CLERK, "merge", into=codes[1]),
        here.act(other, CLERK, "merge", into=codes[0]),
        return_exceptions=True,
    )
    stages = [(await here.stored(case_id)).stage for case_id in (one, other)]
    assert stages != ["merged", "merged"]
    survivors = [case_id for case_id, stage in zip((one, other), stages, strict=True) if stage != "merged"]
    for case_id in survivors:
        assert (await here.note(case_id)).events == ("noted",)


# -- two offices -----------------------------------------------------------------------------------------------------


async def test_two_offices_on_one_record_serve_the_same_cases(env: WorkflowEnvironment, database: Database, tmp_path: Path) -> None:
    shared = settings(tmp_path / "home", database_url=database.url)
    another = await Client.connect(env.client.service_client.config.target_host)
    async with desk(env.client, shared) as one, desk(another, shared) as other:
        ids = await asyncio.gather(*(desk_.open(5) for desk_ in (one, other) for _ in range(3)))
        notes = [desk_.note(case_id, action_id=f"n{turn}") for case_id in ids for turn in range(4) for desk_ in (one, other)]
        await asyncio.gather(*notes)
        assert other.worker is not None
        await other.worker.shutdown()
        await asyncio.gather(*(one.note(case_id, action_id="last") for case_id in ids))
        for case_id in ids:
            assert (await one.types(case_id)).count("noted") == 5
            assert (await one.stored(case_id)).consents == (await one.cases.engine.state(case_id)).consents
        codes = [(await one.stored(case_id)).code or "" for case_id in ids]
        assert sorted(codes) == [f"YANLOU-2026-{number:05d}" for number in range(1, 7)]


async def test_who_asks_again_while_a_mediator_is_still_looked_for_gets_the_whole_answer(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = await here.open(4)
    found, loads = asyncio.Event(), Queries.mediator_loads

    async def slow(self: Queries, persons: Any) -> Any:
        await found.wait()
        return await loads(self, persons)

    monkeypatch.setattr(Queries, "mediator_loads", slow)
    actor = await here.cases.actor("officer@yanlou-gumeng")
    first = asyncio.create_task(here.cases.act(case_id, "assign", {}, actor, action_id="assign-1"))
    for _ in range(1500):
        if await here.office.records.receipt(case_id, "assign-1") is not None:
            break
        await asyncio.sleep(0.02)
    again = asyncio.create_task(Cases(here.office).act(case_id, "assign", {}, actor, action_id="assign-1"))
    done, _ = await asyncio.wait({again}, timeout=0.5)
    assert not done
    found.set()
    assert (await first).events == (await again).events == ("assignment_requested", "assigned")
