"""A party and its own case: let in by code and phone and by nothing less, shown its way and nothing else, heard when it speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from models.action import Action
from models.citizen import CitizenSession, EntryProblem, EntryRefused, Progress
from models.words import Stage
from rules import query_code
from service import upkeep
from service.citizens import ABSOLUTE, IDLE, Citizens
from service.desk.inbox import Inbox
from service.door import ACTIONS
from service.engine import NotRunning
from service.entry.locks import DELAYS, FREE
from service.entry.people import citizen
from service.errors import Refused, UnknownCase
from service.reading import Reader
from service.rehearsal import virtual_server
from store.looks import Looks
from store.places import LoadedPlace, load_place
from store.tables import metadata
from tests.conftest import Database
from tests.support.running import ROOT, STEPS, Desk, desk, intake, settings

CLERK, DIRECTOR, DISPATCHER = "clerk@yanlou-centre", "director@yanlou-centre", "dispatcher@yanlou-centre"
PHONES = {"a": "13900000001", "b": "13900000042"}
PARTIES: list[dict[str, Any]] = [
    {"id": "a", "side": "applicant", "kind": "person", "name": "甲乙丙", "phone": PHONES["a"]},
    {"id": "b", "side": "respondent", "kind": "person", "name": "丁戊己", "phone": PHONES["b"]},
]
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


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
    chosen = settings(tmp_path / "home", database_url=database.url, keys_url=database.keys_url)
    async with desk(env.client, chosen, place=huaxi) as made:
        yield made


@pytest.fixture
def citizens(here: Desk) -> Citizens:
    return Citizens(here.office, here.cases)


async def codes(here: Desk, key: str, post: str = CLERK) -> dict[str, str]:
    found = await Citizens(here.office).query_codes(await here.cases.actor(post), key)
    return {one.party: one.code for one in found}


async def let_in(here: Desk, case_id: str, party: str = "a") -> CitizenSession:
    entered = await Citizens(here.office).enter((await codes(here, case_id))[party], PHONES[party][-4:])
    assert isinstance(entered, CitizenSession)
    return entered


async def tried(citizens: Citizens, code: str, digits: str, address: str = "") -> str:
    answer = await citizens.enter(code, digits, address)
    return str(answer.code) if isinstance(answer, EntryRefused) else "in"


async def withdrawn(here: Desk) -> str:
    """A case that has come to an end."""
    case_id = await here.open(1, parties=PARTIES)
    await here.act(case_id, DISPATCHER, "withdraw", party="a", reason="自行和解")
    await here.cases.engine.handle(case_id).result()
    return case_id


async def refusal(awaited: Any) -> str:
    with pytest.raises(Refused) as caught:
        await awaited
    return str(caught.value.refusal.code)


# -- codes -----------------------------------------------------------------------------------------------------------


async def test_each_party_has_one_code_of_its_own_whoever_asks_first(here: Desk) -> None:
    case_id = await here.open(parties=PARTIES)
    asked = await asyncio.gather(*(codes(here, case_id) for _ in range(5)))
    (first,) = {tuple(sorted(one.items())) for one in asked}
    assert [party for party, _ in first] == ["a", "b"]
    assert len({code for _, code in first}) == 2
    assert all(query_code.read(code) for _, code in first)
    await here.act(case_id, CLERK, "add_party", party={"id": "c", "side": "third", "kind": "person", "name": "庚"})
    later = await Citizens(here.office).query_codes(await here.cases.actor(CLERK), case_id)
    assert {one.party: one.code for one in later if one.party != "c"} == dict(first)
    assert {one.party: one.phone_given for one in later} == {"a": True, "b": True, "c": False}
    assert {look.look for look in await Looks(here.office.store).of_case(case_id)} == {"slip"}


async def test_the_slip_says_who_is_next_until_when_and_whom_to_call(here: Desk) -> None:
    case_id = await here.open(parties=PARTIES)
    slip = await Citizens(here.office).slip(await here.cases.actor(CLERK), case_id)
    assert (slip.unit_name, slip.next_unit, slip.phone) == ("燕楼镇综治中心", "燕楼镇综治中心", "12345")
    assert slip.next_zh == "审核是否受理"
    duty = (await here.cases.view(case_id)).holder
    assert duty is not None
    assert slip.next_at == duty.due
    assert [(one.name, one.side) for one in slip.parties] == [("甲某某", "applicant"), ("丁某某", "respondent")]
    with pytest.raises(UnknownCase):
        await Citizens(here.office).slip(await here.cases.actor("clerk@qingyan-centre"), case_id)


async def test_no_code_and_no_cookie_is_stored_as_it_is(here: Desk) -> None:
    case_id = await here.open(parties=PARTIES)
    session = await let_in(here, case_id)
    secrets = [query_code.read(code) or "" for code in (await codes(here, case_id)).values()] + [session.cookie]
    async with here.office.store.read() as db:
        for table in metadata.sorted_tables:
            text = repr((await db.execute(select(table))).all())
            assert not [secret for secret in secrets if secret in text], table.name
    assert not [secret for secret in secrets if secret in repr(session)]


@SQLITE
async def test_codes_are_shown_to_who_opened_the_case_and_to_the_clerks_of_its_centre_alone(here: Desk, citizens: Citizens) -> None:
    case_id = (await here.cases.open(_intake(), await here.cases.actor("grid@yanlou-sire"))).receipt.case_id
    for step in STEPS[:2]:
        await here.act(case_id, step[0], step[1], **step[2])
    assert await codes(here, case_id, "grid@yanlou-sire") == await codes(here, case_id)
    for post, seen in (("officer@yanlou-gumeng", True), (DIRECTOR, True), ("clerk@huaxi-centre", True), ("clerk@qingyan-centre", False)):
        asked = citizens.query_codes(await here.cases.actor(post), case_id)
        with pytest.raises(Refused if seen else UnknownCase):
            await asked
    public = (await here.cases.open(_intake(), citizen())).receipt.case_id
    with pytest.raises(UnknownCase):
        await citizens.query_codes(citizen(), public)
    with pytest.raises(UnknownCase):
        await citizens.query_codes(await here.cases.actor(CLERK), "YANLOU-2026-99999")


@SQLITE
async def test_a_renewed_code_shuts_out_whoever_came_in_by_the_old_one(here: Desk, citizens: Citizens) -> None:
    case_id = await here.open(parties=PARTIES)
    old, session = await codes(here, case_id), await let_in(here, case_id)
    clerk = await here.cases.actor(CLERK)
    new = {one.party: one.code for one in await citizens.renew(clerk, case_id, "a")}
    assert (new["a"] != old["a"], new["b"] == old["b"]) == (True, True)
    assert await citizens.by_session(session.cookie) is None
    assert [await tried(citizens, code, "0001") for code in (old["a"], new["a"])] == ["wrong", "in"]
    assert await refusal(citizens.renew(clerk, case_id, "z")) == "unknown_party"


@SQLITE
async def test_an_erased_person_has_no_code_and_comes_in_no_more(here: Desk, citizens: Citizens) -> None:
    case_id = await here.open(parties=PARTIES)
    known, session = await codes(here, case_id), await let_in(here, case_id)
    person = (await here.stored(case_id)).parties[0].person
    await here.office.store.keys.erase(person or "", here.office.now())
    assert set(await codes(here, case_id)) == {"b"}
    assert await tried(citizens, known["a"], "0001") == "wrong"
    assert (await citizens.progress(session)).party == "a", "nothing personal is shown"


# -- the way in ------------------------------------------------------------------------------------------------------


async def test_code_and_phone_let_a_party_in_until_the_session_is_over(here: Desk, citizens: Citizens) -> None:
    case_id = await here.open(parties=PARTIES)
    code = (await codes(here, case_id))["a"]
    session = await citizens.enter(f"  {code.lower().replace('-', ' ')} ", " ００01 ", "198.51.100.7")
    assert isinstance(session, CitizenSession)
    assert (session.case_id, session.code, session.party) == (case_id, "YANLOU-2026-00001", "a")
    other_process = Citizens(here.office)
    assert await other_process.by_session(session.cookie) == session
    again = await citizens.enter(code, "0001", replaces=session.cookie)
    assert isinstance(again, CitizenSession)
    assert await citizens.by_session(session.cookie) is None
    for _ in range(3):
        here.office.shift += IDLE - timedelta(minutes=1)
        assert (await citizens.by_session(again.cookie) is None) == (here.office.now() >= again.ends_at)
    third = await let_in(here, case_id)
    here.office.shift += IDLE
    assert await citizens.by_session(third.cookie) is None
    fourth = await let_in(here, case_id)
    assert fourth.ends_at - here.office.now() <= ABSOLUTE
    await citizens.leave(fourth.cookie)
    assert [await citizens.by_session(cookie) for cookie in (fourth.cookie, "", "x" * 200)] == [None] * 3


async def test_no_answer_says_whether_code_or_digits_were_wrong_and_both_are_locked_alike(here: Desk, citizens: Citizens) -> None:
    case_id = await here.open(parties=PARTIES)
    known, nobodys = (await codes(here, case_id))["a"], query_code.make([7] * query_code.BY_CHANCE)
    for code in (known, nobodys):
        found = [await citizens.enter(code, "9999") for _ in range(FREE + 1)]
        assert [answer.code for answer in found if isinstance(answer, EntryRefused)] == [EntryProblem.WRONG] * FREE + [EntryProblem.LOCKED]
        assert isinstance(found[-1], EntryRefused)
        assert 0 < found[-1].wait <= DELAYS[0].total_seconds()
    assert await tried(citizens, known, "0001") == "locked"
    here.office.shift += DELAYS[0]
    assert await tried(citizens, known, "0001") == "in"
    assert [await tried(citizens, known, "9999") for _ in range(FREE)] == ["wrong"] * FREE, "the count begins anew"


@SQLITE
async def test_guesses_at_the_same_time_gain_nothing(here: Desk, citizens: Citizens) -> None:
    code = (await codes(here, await here.open(parties=PARTIES)))["b"]
    found = await asyncio.gather(*(tried(citizens, code, f"{number:04}") for number in range(60)))
    assert found.count("wrong") == FREE
    assert set(found) == {"wrong", "locked"}


@SQLITE
async def test_an_address_that_tries_many_codes_has_to_wait(here: Desk, citizens: Citizens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.entry.locks.FREE_ADDRESS", 4)
    code = (await codes(here, await here.open(parties=PARTIES)))["a"]
    guesses = [query_code.make([number] * query_code.BY_CHANCE) for number in range(5)]
    assert [await tried(citizens, guess, "0001", "198.51.100.7") for guess in guesses] == ["wrong"] * 4 + ["locked"]
    assert await tried(citizens, code, "0001", "198.51.100.7") == "locked"
    assert await tried(citizens, code, "0001", "198.51.100.8") == "in"


@SQLITE
async def test_a_mistyped_code_is_told_and_costs_no_attempt(here: Desk, citizens: Citizens) -> None:
    code = (await codes(here, await here.open(parties=PARTIES)))["a"]
    slip = code[:-1] + ("0" if code[-1] != "0" else "2")
    assert {await tried(citizens, typed, "0001") for typed in [slip] * (FREE + 2) + ["", "查询码"]} == {"mistyped"}
    assert await tried(citizens, code, "0001") == "in"


@SQLITE
async def test_who_has_given_no_phone_is_not_let_in_by_no_digits(here: Desk, citizens: Citizens) -> None:
    silent = [{**PARTIES[0], "phone": None}, PARTIES[1]]
    code = (await codes(here, await here.open(parties=silent)))["a"]
    for digits in ("", "0001", "0042", "None", "1" * 300):
        assert await tried(citizens, code, digits) == "wrong"


# -- what is shown ---------------------------------------------------------------------------------------------------


async def test_a_party_sees_how_far_its_case_is_and_nothing_else(here: Desk, citizens: Citizens) -> None:
    case_id = await here.open(2, parties=PARTIES)
    session = await let_in(here, case_id)
    shown = await citizens.progress(session)
    assert (shown.stage, shown.stage_zh, shown.next_zh, shown.unit_name) == (
        Stage.ROUTED, "已转交承办单位", "承办单位接手", "谷蒙村人民调解委员会",
    )  # fmt: skip
    case = await here.stored(case_id)
    due = case.clocks["sign"].due
    assert (shown.next_at, shown.registered_at, shown.ended_at) == (due.at if due else None, case.moments["registered"], None)
    assert (shown.satisfied, shown.complaints, shown.may) == (None, (), ("complain", "withdraw"))
    text = shown.model_dump_json()
    hidden = ("甲乙丙", "丁戊己", "13900", "雨水", "0201", "mediator", "vault:", "person:", "blue")
    assert not [word for word in hidden if word in text]
    (look,) = [look for look in await Looks(here.office.store).of_case(case_id) if look.look == "progress"]
    assert (look.person, look.role, look.unit) == ("citizen:a", "citizen", "a")
    for step in STEPS[2:]:
        await here.act(case_id, step[0], step[1], **step[2])
        assert (await citizens.progress(session)).next_zh
    await here.act(case_id, "officer@yanlou-gumeng", "channel", route="court", notice="已告知")
    over = await citizens.progress(session)
    assert (over.stage, over.next_zh, over.next_at, over.unit) == (Stage.CHANNELLED, None, None, None)
    assert over.may == ("rate", "complain")


async def test_the_code_of_a_merged_case_leads_into_the_one_that_took_it_in(here: Desk, citizens: Citizens) -> None:
    older = await here.open(1, parties=[{**PARTIES[0], "name": "庚", "phone": "13900000003"}, {**PARTIES[1], "id": "z"}])
    newer = await here.open(1, parties=PARTIES)
    sessions = {party: await let_in(here, newer, party) for party in ("a", "b")}
    assert await refusal(citizens.complain(sessions["a"], "")) == "invalid"
    await here.act(newer, DISPATCHER, "merge", into=(await here.stored(older)).code)
    await here.cases.engine.handle(newer).result()
    for party, new_name in (("a", "a.2"), ("b", "z")):
        now = await citizens.by_session(sessions[party].cookie)
        assert now is not None
        assert (now.case_id, now.party) == (older, new_name)
        assert (await citizens.progress(now)).code == (await here.stored(older)).code


@SQLITE
async def test_a_party_split_off_follows_its_own_new_case(here: Desk, citizens: Citizens) -> None:
    third = {"id": "c", "side": "applicant", "kind": "person", "name": "辛壬", "phone": "13900000007"}
    case_id = await here.open(1, parties=[*PARTIES, third], people=3)
    code = (await codes(here, case_id))["c"]
    session = await citizens.enter(code, "0007")
    assert isinstance(session, CitizenSession)
    await here.act(case_id, DISPATCHER, "split", parties=["c"], summary="另案处理", reason="诉求不同")
    assert await citizens.by_session(session.cookie) is None
    with pytest.raises(UnknownCase):
        await citizens.progress(session)
    assert await tried(citizens, code, "0007") == "wrong"
    fresh = (await codes(here, "YANLOU-2026-00002"))["c"]
    assert await tried(citizens, fresh, "0007") == "in"


# -- what it says ----------------------------------------------------------------------------------------------------


async def test_a_complaint_reaches_the_director_and_its_reply_shows_without_its_words(here: Desk, citizens: Citizens) -> None:
    case_id = await here.open(4, parties=PARTIES)
    session, other = await let_in(here, case_id), await let_in(here, case_id, "b")
    first = await citizens.complain(session, "两次约好都无人到场", action_id="c-1")
    assert await citizens.complain(session, "两次约好都无人到场", action_id="c-1") == first
    assert first.events == ("complained",)
    (waiting,) = (await citizens.progress(session)).complaints
    assert waiting.replied_at is None
    assert waiting.due is not None
    assert (await citizens.progress(other)).complaints == ()
    director, reader = await here.cases.actor(DIRECTOR), Reader(here.office)
    assert [item.duty.act for item in (await Inbox(here.office).owed(director)).items] == ["reply"]
    (told,) = (await reader.detail(director, case_id)).complaints
    assert told.text == "两次约好都无人到场"
    officer = await here.cases.actor("officer@yanlou-gumeng")
    assert (await reader.detail(officer, case_id)).complaints == ()
    for actor, heard in ((director, True), (officer, False)):
        story = (await reader.timeline(actor, case_id)).model_dump_json()
        assert ("无人到场" in story, "complained" in story) == (heard, heard)
    await here.act(case_id, DIRECTOR, "reply", text="已约谈承办人")
    assert (await reader.detail(director, case_id)).complaints[0].reply == "已约谈承办人"
    answered = await citizens.progress(session)
    assert (answered.complaints[0].replied_at is not None, answered.complaints[0].due) == (True, None)
    assert "约谈" not in answered.model_dump_json()


async def test_an_ended_case_is_rated_by_its_parties_and_opened_again_by_a_complaint(here: Desk, citizens: Citizens) -> None:
    case_id = await withdrawn(here)
    sessions = [await let_in(here, case_id, party) for party in ("a", "b")]
    rated = await asyncio.gather(citizens.rate(sessions[0], True, "很耐心"), Citizens(here.office).rate(sessions[1], False))
    assert [receipt.events for receipt in rated] == [("rated",)] * 2
    shown = [await citizens.progress(session) for session in sessions]
    assert [(one.stage, one.satisfied, one.may) for one in shown] == [
        (Stage.WITHDRAWN, True, ("complain",)),
        (Stage.WITHDRAWN, False, ("complain",)),
    ]
    assert await refusal(citizens.rate(sessions[0], False)) == "already_done"
    here.office.shift += timedelta(days=8)
    receipt = await citizens.complain(await let_in(here, case_id, "b"), "并未和解")
    assert (receipt.events, receipt.stage) == (("reopened", "complained"), Stage.SCREENED)
    reopened: Progress = await citizens.progress(sessions[1])
    assert (reopened.reopened, reopened.satisfied) == (1, None)
    assert [found async for found in upkeep.drift(here.office, here.cases)] == []


async def test_an_applicant_withdraws_and_the_other_side_can_not(here: Desk, citizens: Citizens) -> None:
    case_id = await here.open(1, parties=PARTIES)
    sessions = {party: await let_in(here, case_id, party) for party in ("a", "b")}
    assert await refusal(citizens.withdraw(sessions["b"], "不想谈")) == "not_allowed"
    assert await refusal(citizens.withdraw(sessions["a"], "")) == "missing_reason"
    assert "withdraw" not in (await citizens.progress(sessions["b"])).may
    assert (await citizens.withdraw(sessions["a"], "双方已和解")).stage is Stage.WITHDRAWN


@SQLITE
async def test_an_act_on_an_ended_case_goes_by_the_record_when_somebody_was_faster(here: Desk, citizens: Citizens) -> None:
    case_id = await withdrawn(here)
    before = await here.stored(case_id)
    slow, fast = await let_in(here, case_id), await let_in(here, case_id, "b")
    await citizens.rate(fast, True)
    await here.cases.engine.handle(case_id).result()
    action = _rating("slow-1")
    with pytest.raises(NotRunning):
        await here.cases.engine.start(before, action)
    assert (await citizens.rate(slow, True, action_id="slow-1")).events == ("rated",)
    assert (await here.types(case_id)).count("rated") == 2


@SQLITE
async def test_an_answer_that_was_lost_is_found_in_the_record(here: Desk, citizens: Citizens, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = await withdrawn(here)
    session, engine = await let_in(here, case_id), here.cases.engine
    start = engine.start

    async def loses_the_first(*given: Any) -> Any:
        monkeypatch.setattr(engine, "start", start)
        await start(*given)
        raise NotRunning

    monkeypatch.setattr(engine, "start", loses_the_first)
    assert (await citizens.rate(session, True)).events == ("rated",)
    assert (await here.types(case_id)).count("rated") == 1


def _intake() -> dict[str, Any]:
    return intake(parties=[dict(party) for party in PARTIES])


def _rating(action_id: str) -> Action:
    fields = {"do": "rate", "id": action_id, "actor": citizen("a").model_dump(), "party": "a", "satisfied": True}
    return ACTIONS.validate_python(fields)
