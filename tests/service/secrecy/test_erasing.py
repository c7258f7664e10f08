"""Erasing a person, or the words of a case: two people, a key gone for good, counts as they were, and no restore brings it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from models.erasure import ErasureGround, ErasureProblem, ErasureState
from models.party import Actor
from models.refusal import RefusalCode
from service import upkeep
from service.errors import ErasureRefused, Refused
from service.office import Office
from service.reading import Reader
from service.secrecy.appraising import Appraisals
from service.secrecy.erasing import Eraser
from service.secrecy.redactions import Redactions
from service.secrecy.restoring import restore_check
from store.keyring.key_tables import data_keys, erasures
from store.secrecy.erasure_tables import erasure_register
from store.secrecy.erasures import Erasures
from store.tables import access_log, vault_finds, vault_marks, vault_persons, vault_texts
from tests.support.running import Desk

ARCHIVIST, DIRECTOR, LEADER = "archivist@yanlou-justice", "director@yanlou-centre", "leader@yanlou-centre"
COUNTY = "director@huaxi-centre"
NAME, PHONE, NUMBER = "欧阳翀骉", "13912345678", "520111199001011234"
TEXT = f"{NAME}（电话 139-1234-5678）与邻居争吵，{NAME}家院坝抬高。"
OTHER = {"id": "b", "side": "respondent", "kind": "person", "name": "李某"}


def party(**changes: Any) -> dict[str, Any]:
    return {"id": "a", "side": "applicant", "kind": "person", "name": NAME, "phone": PHONE, "id_number": NUMBER, **changes}


@pytest.fixture
def here(working: Desk) -> Desk:
    return working


async def closed(here: Desk, *, summary: str = TEXT, who: dict[str, Any] | None = None) -> str:
    """A case that was taken in and withdrawn; its file is kept for ten years."""
    case_id = await here.open(1, summary=summary, parties=[who or party(), OTHER])
    await here.act(case_id, "clerk@yanlou-centre", "withdraw", party="a", reason=f"{(who or party())['name']}自愿撤回")
    assert (await here.stored(case_id)).ended
    return case_id


async def person(here: Desk, case_id: str, party_id: str = "a") -> str:
    found = (await here.stored(case_id)).party(party_id)
    assert found is not None
    assert found.person is not None
    return found.person


async def code(here: Desk, case_id: str) -> str:
    return (await here.stored(case_id)).code or ""


async def actor(here: Desk, post: str) -> Actor:
    return await here.cases.actor(post)


def much_later(here: Desk) -> None:
    here.office.shift += timedelta(days=366 * 11)


async def through(here: Desk, word: str, post: str = DIRECTOR) -> int:
    """Approve and go through with it; how many texts were listed."""
    return [step async for step in Eraser(here.office).approve(await actor(here, post), word)][-1].listed


async def erased(here: Desk, word: str, ground: ErasureGround = ErasureGround.ORDERED, post: str = DIRECTOR, by: str = ARCHIVIST) -> int:
    await Eraser(here.office).ask(await actor(here, by), word, ground)
    return await through(here, word, post)


async def refusal(work: Any) -> ErasureProblem:
    with pytest.raises(ErasureRefused) as caught:
        await work
    return caught.value.code


async def test_a_person_is_gone_everywhere_and_the_counts_stay(here: Desk) -> None:
    case_id = await closed(here)
    word, ref = f"{await code(here, case_id)}:a", await person(here, case_id)
    reader, archivist = Reader(here.office), await actor(here, ARCHIVIST)
    figures = (await reader.stats(await actor(here, COUNTY))).model_dump(exclude={"as_of"})
    events = [line.body for line in await here.office.records.lines(case_id)]
    assert (await reader.detail(archivist, case_id)).parties[0].name == NAME
    assert (await erased(here, word)) == 2  # the summary and the reason of the withdrawal

    vault = here.office.vault
    assert await vault.open_persons([ref]) == {}
    assert await vault.find_persons(NAME) == await vault.find_persons(PHONE) == await vault.find_persons(NUMBER) == []
    seen = await reader.detail(archivist, case_id)
    assert (seen.parties[0].name, seen.parties[0].phone, seen.parties[0].id_number) == (None, None, None)
    assert seen.parties[1].name == "李某"
    said = seen.model_dump_json() + (await reader.timeline(archivist, case_id)).model_dump_json()
    for secret in (NAME, PHONE, NUMBER, "139-1234-5678"):
        assert secret not in said
    assert "〔已删除〕（电话 〔已删除〕）与邻居争吵" in said
    assert (await reader.stats(await actor(here, COUNTY))).model_dump(exclude={"as_of"}) == figures
    assert [line.body for line in await here.office.records.lines(case_id)] == events
    assert not (await upkeep.verify(here.office, case_id)).findings
    history = (await here.office.client.get_workflow_handle(case_id).fetch_history()).to_json()
    assert NAME not in history
    assert await left(here.office, ref) == {"marks": 0, "finds": 0, "sealed": b"", "key": None}


async def left(office: Office, ref: str) -> dict[str, Any]:
    """What the databases still hold of a person."""
    async with office.store.read() as db:
        marks = len((await db.execute(select(vault_marks).where(vault_marks.c.ref == ref))).all())
        finds = len((await db.execute(select(vault_finds).where(vault_finds.c.ref == ref))).all())
        sealed = await db.scalar(select(vault_persons.c.sealed).where(vault_persons.c.ref == ref))
    key = await office.store.keys.at_once(lambda db: db.scalar(select(data_keys.c.wrapped).where(data_keys.c.owner == ref)))
    return {"marks": marks, "finds": finds, "sealed": sealed, "key": key}


async def test_two_people_of_the_right_roles_are_needed(here: Desk) -> None:
    word = f"{await code(here, await closed(here))}:a"
    eraser = Eraser(here.office)
    for post in ("clerk@yanlou-centre", "mediator@yanlou-gumeng", LEADER, "admin_system@huaxi-centre", "admin_security@huaxi-centre"):
        assert await refusal(eraser.ask(await actor(here, post), word, ErasureGround.ORDERED)) is ErasureProblem.NOT_ALLOWED
    assert await refusal(through(here, word)) is ErasureProblem.NOT_ASKED
    asked = await eraser.ask(await actor(here, DIRECTOR), word, ErasureGround.ORDERED)
    assert asked.state is ErasureState.ASKED
    assert await refusal(eraser.ask(await actor(here, ARCHIVIST), word, ErasureGround.ORDERED)) is ErasureProblem.ASKED_ALREADY
    assert await refusal(through(here, word, DIRECTOR)) is ErasureProblem.SAME_PERSON
    same = (await actor(here, LEADER)).model_copy(update={"also": (DIRECTOR,)})
    assert await refusal(anext(eraser.approve(same, word))) is ErasureProblem.SAME_PERSON
    assert await refusal(through(here, word, ARCHIVIST)) is ErasureProblem.NOT_ALLOWED
    assert (await here.office.vault.find_persons(NAME)) != []
    await through(here, word, LEADER)
    (line,) = await eraser.register(await actor(here, "admin_audit@huaxi-centre"))
    assert (line.asked_by, line.approved_by) == (DIRECTOR, LEADER)
    assert (await eraser.requests(await actor(here, ARCHIVIST)))[0].state is ErasureState.DONE
    assert await refusal(eraser.ask(await actor(here, ARCHIVIST), word, ErasureGround.ORDERED)) is ErasureProblem.ERASED_ALREADY
    assert await refusal(eraser.register(await actor(here, "clerk@yanlou-centre"))) is ErasureProblem.NOT_ALLOWED


async def test_a_rejected_request_erases_nothing_and_may_be_made_again(here: Desk) -> None:
    word = f"{await code(here, await closed(here))}:a"
    eraser = Eraser(here.office)
    await eraser.ask(await actor(here, ARCHIVIST), word, ErasureGround.ORDERED)
    await eraser.reject(await actor(here, LEADER), word)
    assert await refusal(through(here, word)) is ErasureProblem.NOT_ASKED
    assert (await here.office.vault.find_persons(NAME)) != []
    await erased(here, word)


async def test_what_has_to_be_kept_is_kept(here: Desk) -> None:
    running = await here.open(1, parties=[party(), OTHER])
    eraser, archivist = Eraser(here.office), await actor(here, ARCHIVIST)
    word = f"{await code(here, running)}:a"
    assert await refusal(eraser.ask(archivist, word, ErasureGround.ORDERED)) is ErasureProblem.CASE_OPEN
    await here.act(running, "clerk@yanlou-centre", "withdraw", party="a", reason="自愿")
    for ground in (ErasureGround.RETENTION_OVER, ErasureGround.ASKED_FOR):
        assert await refusal(eraser.ask(archivist, word, ground)) is ErasureProblem.RETAINED
    much_later(here)
    await erased(here, word, ErasureGround.ASKED_FOR)


async def test_who_is_out_of_sight_is_not_erased(here: Desk) -> None:
    mine = await closed(here)
    await closed(here, who=party(), summary="另案")
    word = f"{await code(here, mine)}:a"
    eraser = Eraser(here.office)
    for post in ("archivist@qingyan-justice", "director@qingyan-centre"):
        assert await refusal(eraser.ask(await actor(here, post), word, ErasureGround.ORDERED)) is ErasureProblem.UNKNOWN
    for unknown in ("person:nobody", "YANLOU-2026-09999:a", f"{await code(here, mine)}:z", f"{await code(here, mine)}:a:other"):
        assert await refusal(eraser.ask(await actor(here, ARCHIVIST), unknown, ErasureGround.ORDERED)) is ErasureProblem.UNKNOWN
    there = await here.cases.open(
        {
            "channel": "window",
            "place": "520111101201",
            "summary": "x",
            "happened_on": "2026-02-26",
            "people": 2,
            "parties": [party(), OTHER],
        },
        await actor(here, "clerk@qingyan-centre"),
    )
    await here.act(there.receipt.case_id, "screener@qingyan-centre", "screen", category="0201", accept=True)
    await here.act(there.receipt.case_id, "clerk@qingyan-centre", "withdraw", party="a", reason="自愿")
    assert await person(here, there.receipt.case_id) == await person(here, mine)
    assert await refusal(eraser.ask(await actor(here, ARCHIVIST), word, ErasureGround.ORDERED)) is ErasureProblem.OUT_OF_SIGHT


async def test_texts_of_other_cases_are_listed_by_number_and_not_by_name(here: Desk) -> None:
    mine = await closed(here, summary="双方因排水争吵。")
    namesake = await closed(here, summary=f"另一位{NAME}与商户争吵。", who=party(name="王某", phone=None, id_number=None))
    caller = await closed(here, summary="来电号码 139 1234 5678，未留姓名。", who=party(name="赵某", phone=None, id_number=None))
    longer = await closed(here, summary=f"快递单号 9{PHONE}0。", who=party(name="钱某", phone=None, id_number=None))
    assert await erased(here, f"{await code(here, mine)}:a") == 2  # one's own reason, and the call
    shown = {one: await summary(here, one) for one in (namesake, caller, longer)}
    assert shown == {namesake: f"另一位{NAME}与商户争吵。", caller: "来电号码 〔已删除〕，未留姓名。", longer: f"快递单号 9{PHONE}0。"}


async def summary(here: Desk, case_id: str) -> str:
    return await here.office.vault.open_text((await here.stored(case_id)).summary or "")


async def test_people_settle_the_redaction_list(here: Desk) -> None:
    case_id = await closed(here)
    await erased(here, f"{await code(here, case_id)}:a")
    list_, archivist = Redactions(here.office), await actor(here, ARCHIVIST)
    ref = (await here.stored(case_id)).summary or ""
    waiting = await list_.listed(archivist)
    assert {one.code for one in waiting} == {await code(here, case_id)}
    assert NAME not in "".join(one.model_dump_json() for one in waiting)
    for post in ("clerk@yanlou-centre", "admin_audit@huaxi-centre"):
        assert await refusal(list_.listed(await actor(here, post))) is ErasureProblem.NOT_ALLOWED
    assert await list_.listed(await actor(here, "archivist@qingyan-justice")) == []
    first, second = (one.id for one in sorted(waiting, key=lambda one: one.id not in ref))
    assert await refusal(list_.look(await actor(here, "archivist@qingyan-justice"), first)) is ErasureProblem.SETTLED
    looked = await list_.look(archivist, first)
    assert (looked.original, looked.shown) == (TEXT, await summary(here, case_id))
    async with here.office.store.read() as db:
        assert "redaction" in set(await db.scalars(select(access_log.c.look).where(access_log.c.case_id == case_id)))

    await list_.settle(archivist, second, keep=True)
    await list_.settle(archivist, first, words="双方争吵。")
    assert await summary(here, case_id) == "双方争吵。"
    assert await here.office.vault.verify_commitment(ref) is False
    assert await list_.listed(archivist) == []
    assert await refusal(list_.settle(archivist, first)) is ErasureProblem.SETTLED
    async with here.office.store.read() as db:
        assert set(await db.scalars(select(vault_texts.c.original))) == {None}
    kept = await Reader(here.office).timeline(archivist, case_id)
    assert f"{NAME}自愿撤回" in kept.model_dump_json()


async def test_a_text_kept_is_the_one_its_reference_was_made_for(here: Desk) -> None:
    case_id = await closed(here)
    ref = (await here.stored(case_id)).summary or ""
    await erased(here, f"{await code(here, case_id)}:a")
    assert await here.office.vault.verify_commitment(ref)
    await Redactions(here.office).settle(await actor(here, ARCHIVIST), ref.split(":")[1], keep=True)
    assert await summary(here, case_id) == TEXT
    assert await here.office.vault.verify_commitment(ref)


async def test_with_the_words_of_a_case_go_those_whom_no_other_case_names(here: Desk) -> None:
    gone = await closed(here)
    await closed(here, who=party(name="孙某", phone="13900000009", id_number=None), summary="别的事")
    word = await code(here, gone)
    kept_ref, alone = await person(here, gone, "b"), await person(here, gone)
    much_later(here)
    assert [one.code for one in await Appraisals(here.office).due(await actor(here, ARCHIVIST))] == [word, await code(here, here.opened[1])]
    await erased(here, word, ErasureGround.RETENTION_OVER)
    assert await here.office.vault.open_persons([alone]) == {}
    # The other party is somebody else in each case: a name alone makes nobody the same person.
    assert await here.office.vault.open_persons([kept_ref]) == {}
    assert await here.office.vault.open_texts([(await here.stored(gone)).summary or ""]) == {}
    seen = await Reader(here.office).detail(await actor(here, ARCHIVIST), gone)
    assert seen.summary is None
    assert [one.code for one in await Appraisals(here.office).due(await actor(here, ARCHIVIST))] == [await code(here, here.opened[1])]
    with pytest.raises(Refused) as caught:
        await here.act(gone, "clerk@yanlou-centre", "reopen", reason="又起争执")
    assert caught.value.refusal.code is RefusalCode.TOO_LATE


async def test_nothing_is_due_by_itself_and_what_is_kept_on_is_off_the_list(here: Desk) -> None:
    case_id = await closed(here)
    appraisals, archivist = Appraisals(here.office), await actor(here, ARCHIVIST)
    assert await appraisals.due(archivist) == []
    assert await refusal(appraisals.keep(archivist, await code(here, case_id), 10)) is ErasureProblem.NOT_DUE
    much_later(here)
    (due,) = await appraisals.due(archivist)
    assert (due.code, due.stage) == (await code(here, case_id), "withdrawn")
    assert await appraisals.due(await actor(here, "archivist@qingyan-justice")) == []
    assert await refusal(appraisals.due(await actor(here, LEADER))) is ErasureProblem.NOT_ALLOWED
    await appraisals.keep(archivist, due.code, 1)
    assert await appraisals.due(archivist) == []
    here.office.shift += timedelta(days=400)
    assert [one.code for one in await appraisals.due(archivist)] == [due.code]
    await appraisals.keep(archivist, due.code, None)
    much_later(here)
    assert await appraisals.due(archivist) == []
    assert await summary(here, case_id) == TEXT


async def test_broken_off_after_the_register_the_key_goes_at_the_next_start(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = await closed(here)
    ref = await person(here, case_id)

    async def killed(*_: object) -> None:
        raise ConnectionError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(here.office.store.keys, "erase", killed)
        with pytest.raises(ConnectionError):
            await erased(here, f"{await code(here, case_id)}:a")
    assert (await left(here.office, ref))["key"] is not None
    again = await Office.open(here.office.settings, here.office.client, here.office.place)
    assert again.erased_again == (ref,)
    assert (await left(again, ref))["key"] is None
    await again.close()


async def test_broken_off_before_the_register_it_is_approved_again(here: Desk) -> None:
    case_id = await closed(here)
    word = f"{await code(here, case_id)}:a"
    await Eraser(here.office).ask(await actor(here, ARCHIVIST), word, ErasureGround.ORDERED)
    broken = Eraser(here.office).approve(await actor(here, DIRECTOR), word)
    await anext(broken)
    await broken.aclose()
    assert (await restore_check(here.office)).unfinished == (await person(here, case_id),)
    assert await through(here, word, LEADER) == 2
    assert (await Eraser(here.office).register(await actor(here, LEADER)))[0].approved_by == DIRECTOR
    assert (await restore_check(here.office)).ok


async def test_an_older_key_store_put_back_brings_nobody_back(here: Desk) -> None:
    case_id = await closed(here)
    ref = await person(here, case_id)
    keys = here.office.store.keys
    before = await keys.at_once(lambda db: [dict(row) for row in db.execute(select(data_keys)).mappings()])
    await erased(here, f"{await code(here, case_id)}:a")

    def put_back(db: Any) -> None:
        db.execute(delete(data_keys))
        db.execute(delete(erasures))
        db.execute(insert(data_keys), before)

    await keys.at_once(put_back)
    again = await Office.open(here.office.settings, here.office.client, here.office.place)
    assert again.erased_again == (ref,)
    assert ref not in await again.store.keys.existing([ref])
    found = await restore_check(again)
    assert (found.ok, found.erased_again) == (True, (ref,))
    await again.close()


async def test_an_older_database_put_back_is_told_of_and_mended_from_a_kept_register(here: Desk) -> None:
    case_id = await closed(here)
    ref = await person(here, case_id)
    async with here.office.store.read() as db:
        row = dict((await db.execute(select(vault_persons).where(vault_persons.c.ref == ref))).mappings().one())
    await erased(here, f"{await code(here, case_id)}:a")
    kept = await Eraser(here.office).register(await actor(here, ARCHIVIST))
    async with here.office.store.write() as db:
        await db.execute(delete(erasure_register))
        await db.execute(update(vault_persons).where(vault_persons.c.ref == ref).values(sealed=row["sealed"]))
    found = await restore_check(here.office)
    assert (found.ok, found.unregistered) == (False, (ref,))
    assert (await left(here.office, ref))["sealed"] == b""
    assert (await restore_check(here.office, kept)).put_back == 1
    assert (await restore_check(here.office, kept)).ok
    assert [line.hash for line in await Erasures(here.office.store).register()] == [line.hash for line in kept]
    other = [kept[0].model_copy(update={"hash": "0" * 64})]
    assert (await restore_check(here.office, other)).put_back is None


async def test_a_changed_register_is_found_and_a_bad_copy_is_not_taken(here: Desk) -> None:
    first, second = await closed(here), await closed(here, who=party(name="周某", phone="13911112222", id_number=None))
    await erased(here, f"{await code(here, first)}:a")
    await erased(here, f"{await code(here, second)}:a")
    kept = await Erasures(here.office.store).register()
    async with here.office.store.write() as db:
        await db.execute(update(erasure_register).where(erasure_register.c.id == kept[0].id).values(approved_by="somebody"))
    assert (await restore_check(here.office)).broken_at == kept[0].id
    async with here.office.store.write() as db:
        await db.execute(delete(erasure_register))
    with pytest.raises(ValueError, match=f"line {kept[1].id} does not follow from the one before"):
        await restore_check(here.office, [kept[0], kept[1].model_copy(update={"owner": "person:another"})])
    assert await Erasures(here.office.store).register() == []


async def test_keys_that_are_lost_are_named(here: Desk) -> None:
    case_id = await closed(here)
    keys, owner = here.office.store.keys, f"case:{case_id}"
    await keys.at_once(lambda db: db.execute(delete(data_keys).where(data_keys.c.owner == owner)))
    found = await restore_check(here.office)
    assert (found.ok, found.lost) == (False, (owner,))
