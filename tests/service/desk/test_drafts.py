"""Drafts: one's own alone, sealed and erased, a stale version found out, and one case however often it is sent."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from service.desk.drafts import LASTS, LONGEST, MOST, SOURCE, Drafts
from service.errors import Refused
from service.office import Office
from store.desk.desk_tables import drafts as rows
from tests.support.running import Desk, intake

CLERK = Actor(person="clerk@yanlou-centre", role=Role.CLERK, unit="yanlou-centre")
OTHER = Actor(person="clerk@yanlou-centre#2", role=Role.CLERK, unit="yanlou-centre")
TYPED: dict[str, Any] = {"summary": "楉蘅騄家院坝积水", "parties": [{"name": "楉蘅騄", "phone": "139"}], "people": None}


@pytest.fixture
def drafts(bare_office: Office) -> Drafts:
    return Drafts(bare_office)


async def refusal(call: Any) -> tuple[RefusalCode, str]:
    with pytest.raises(Refused) as found:
        await call
    return found.value.refusal.code, found.value.refusal.detail


async def test_a_draft_is_kept_as_it_was_typed_and_a_stale_version_is_told(drafts: Drafts, bare_office: Office) -> None:
    first = await drafts.save(CLERK, TYPED)
    assert (first.version, first.stale, first.expires_at - first.saved_at) == (1, False, LASTS)
    bare_office.shift += timedelta(minutes=1)
    second = await drafts.save(CLERK, TYPED | {"people": 2}, draft_id=first.id, version=1)
    assert (second.version, second.stale) == (2, False)
    stale = await drafts.save(CLERK, TYPED | {"people": 3}, draft_id=first.id, version=1)
    assert (stale.version, stale.stale) == (3, True)
    shown = await drafts.load(CLERK, first.id)
    assert (shown.version, shown.fields) == (3, TYPED | {"people": 3})
    newer = await drafts.save(CLERK, {})
    assert [draft.id for draft in await drafts.list(CLERK)] == [newer.id, first.id]
    assert set(type(newer).model_fields) >= set((await drafts.list(CLERK))[0].model_dump()) == {"id", "saved_at", "expires_at"}


async def test_two_windows_that_save_at_once_get_two_versions(drafts: Drafts) -> None:
    made = await drafts.save(CLERK, TYPED)
    saved = await asyncio.gather(*(drafts.save(CLERK, {"people": number}, draft_id=made.id, version=1) for number in range(5)))
    assert sorted(one.version for one in saved) == [2, 3, 4, 5, 6]
    assert sorted(one.stale for one in saved) == [False, True, True, True, True]


async def test_a_draft_is_its_persons_alone_in_all_their_posts(drafts: Drafts) -> None:
    made = await drafts.save(CLERK, TYPED)
    for call in (drafts.load(OTHER, made.id), drafts.save(OTHER, {}, draft_id=made.id), drafts.open(OTHER, made.id)):
        assert await refusal(call) == (RefusalCode.INVALID, "draft")
    assert not await drafts.delete(OTHER, made.id)
    assert await drafts.list(OTHER) == ()
    elsewhere = Actor(person="grid@yanlou-gumeng", role=Role.GRID, unit="yanlou-gumeng", also=(CLERK.person,))
    assert (await drafts.load(elsewhere, made.id)).fields == TYPED
    stands_in = OTHER.model_copy(update={"stands_for": CLERK.person})
    assert await drafts.list(stands_in) == ()
    for role in (Role.ANALYST, Role.MEDIATOR, Role.CITIZEN):
        nobody = Actor(person=f"{role}@yanlou-centre", role=role, unit="yanlou-centre")
        for refused in (drafts.save(nobody, {}), drafts.list(nobody), drafts.load(nobody, made.id), drafts.delete(nobody, made.id)):
            assert (await refusal(refused))[0] is RefusalCode.NOT_ALLOWED


async def test_a_draft_lies_sealed_and_its_key_is_erased_with_it(drafts: Drafts, bare_office: Office) -> None:
    keep, drop = await drafts.save(CLERK, TYPED), await drafts.save(CLERK, TYPED)
    store = bare_office.store
    async with store.read() as db:
        sealed = list(await db.scalars(select(rows.c.sealed)))
    assert len({bytes(one) for one in sealed}) == 2
    assert not any("楉蘅騄".encode() in bytes(one) for one in sealed)
    assert await drafts.delete(CLERK, drop.id)
    assert not await drafts.delete(CLERK, drop.id)
    assert set(await store.keys.existing([f"draft:{keep.id}", f"draft:{drop.id}"])) == {f"draft:{keep.id}"}
    assert await refusal(drafts.load(CLERK, drop.id)) == (RefusalCode.INVALID, "draft")
    assert await refusal(drafts.save(CLERK, TYPED, draft_id=drop.id)) == (RefusalCode.INVALID, "draft")
    async with store.write() as db:
        await db.execute(text("DELETE FROM drafts"))
    assert await refusal(drafts.save(CLERK, TYPED, draft_id=keep.id)) == (RefusalCode.INVALID, "draft")


async def test_a_draft_expires_thirty_days_after_it_was_last_saved(drafts: Drafts, bare_office: Office) -> None:
    old, fresh = await drafts.save(CLERK, TYPED), await drafts.save(CLERK, TYPED)
    bare_office.shift += LASTS - timedelta(minutes=1)
    assert {draft.id for draft in await drafts.list(CLERK)} == {old.id, fresh.id}
    await drafts.save(CLERK, TYPED, draft_id=fresh.id)
    bare_office.shift += timedelta(hours=1)
    # Gone by its date, whether or not anybody has tidied up.
    assert [draft.id for draft in await drafts.list(CLERK)] == [fresh.id]
    assert await refusal(drafts.load(CLERK, old.id)) == (RefusalCode.INVALID, "draft")
    assert await drafts.expire() == 1
    assert await drafts.expire() == 0
    assert f"draft:{old.id}" not in await bare_office.store.keys.existing([f"draft:{old.id}"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_is_no_draft_is_refused_without_a_word_of_it(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    for fields in ({"summary": "长" * LONGEST}, {"summary": object()}, {"summary": "\ud800"}):
        assert await refusal(drafts.save(CLERK, fields)) == (RefusalCode.INVALID, "fields")
    monkeypatch.setattr("service.desk.drafts.MOST", 1)
    await drafts.save(CLERK, {})
    assert await refusal(drafts.save(CLERK, {})) == (RefusalCode.INVALID, "drafts")
    assert MOST > 1


async def test_a_draft_becomes_one_case_however_often_it_is_sent(working: Desk) -> None:
    drafts, who = Drafts(working.office, working.cases), await working.cases.actor(CLERK.person)
    made = await drafts.save(who, intake(channel="phone"))
    sent = await asyncio.gather(*(drafts.open(who, made.id, intake(channel=channel)) for channel in ("phone", "window", "phone")))
    again = [await drafts.open(who, made.id, intake()), await drafts.open(who, made.id)]
    assert len({opened.receipt for opened in (*sent, *again)}) == 1
    assert all(opened.known for opened in again)
    assert await drafts.list(who) == ()
    assert await working.office.records.by_intake(SOURCE, made.id) == sent[0].receipt.case_id
    stranger = await working.cases.actor("clerk@qingyan-centre")
    assert await refusal(drafts.open(stranger, made.id, intake())) == (RefusalCode.ALREADY_DONE, "draft")


async def test_a_draft_that_is_refused_stays_and_is_taken_as_it_was_saved(working: Desk) -> None:
    drafts, who = Drafts(working.office, working.cases), await working.cases.actor(CLERK.person)
    made = await drafts.save(who, intake())
    assert (await refusal(drafts.open(who, made.id, intake(people="many"))))[0] is RefusalCode.INVALID
    assert len(await drafts.list(who)) == 1
    opened = await drafts.open(who, made.id)
    case = await working.stored(opened.receipt.case_id)
    assert await working.office.vault.open_text(case.summary or "") == intake()["summary"]
    for unknown in (str(uuid.uuid4()), "x", made.id.upper()):
        assert (await refusal(drafts.open(who, unknown)))[0] is RefusalCode.INVALID


def found_in(folder: Path, words: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_byte_of_a_draft_lies_open(drafts: Drafts, tmp_path: Path) -> None:
    made = await drafts.save(CLERK, TYPED)
    await drafts.save(CLERK, TYPED, draft_id=made.id)
    assert found_in(tmp_path, "楉蘅騄") == []
