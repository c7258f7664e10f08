"""The vault: words go in, references come out; nothing lies open, nothing is sealed twice, what is erased is gone."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select, text, update

from store import lane
from store.engine import Store
from store.keyring.keys import Erased
from store.records import Records
from store.tables import vault_marks, vault_persons, vault_texts, vault_uses
from store.vault import Person, UnknownRef, Vault, Words
from tests.conftest import Database
from tests.store.making import NOW, Making

WORDS = "甲与乙因排水沟走向发生争执"
WHO = Person(name="甲某", phone="138 0000 0001", id_number="52011119900101001x", address="燕楼村一组")


@pytest.fixture
def vault(store: Store) -> Vault:
    return Vault(store)


async def count(store: Store, table: object) -> int:
    async with store.read() as db:
        return int((await db.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


async def test_a_text_comes_back_by_its_reference(vault: Vault) -> None:
    ref = await vault.seal_text("c1", "a1", "summary", WORDS)
    assert ref.startswith("vault:")
    assert len(ref.split(":")[2]) == 32
    assert await vault.open_text(ref) == WORDS
    assert await vault.verify_commitment(ref)


async def test_the_same_field_gives_the_same_reference(vault: Vault) -> None:
    texts = {"summary": WORDS, "parties.0.note": "甲", "parties.1.note": "甲"}
    first = await vault.seal_many("c1", "a1", texts)
    assert await vault.seal_many("c1", "a1", texts) == first
    assert len(set(first.values())) == 3
    assert await vault.seal_text("c1", "a2", "summary", WORDS) != first["summary"]


async def test_sealing_the_same_at_once_gives_one_reference(store: Store, vault: Vault) -> None:
    refs = await asyncio.gather(*(vault.seal_many("c1", "a1", {"summary": WORDS}, {"p1": WHO}) for _ in range(8)))
    assert all(ref == refs[0] for ref in refs)
    assert await count(store, vault_persons) == await count(store, vault_texts) == 1
    assert await vault.open_text(refs[0]["summary"]) == WORDS


async def test_changed_words_get_a_new_reference_until_the_action_is_taken(store: Store, vault: Vault) -> None:
    made = Making()
    first = await vault.seal_text(made.id, "a1", "summary", "第一稿")
    second = await vault.seal_text(made.id, "a1", "summary", "第二稿")
    assert first != second
    with pytest.raises(UnknownRef):
        await vault.open_text(first)
    await Records(store).publish(made.write("a1").publication())
    assert await vault.seal_text(made.id, "a1", "summary", "第三稿") == second
    assert await vault.open_text(second) == "第二稿"


async def test_a_commitment_proves_the_text_and_betrays_a_changed_one(store: Store, vault: Vault) -> None:
    ref = await vault.seal_text("c1", "a1", "summary", WORDS)
    forged = ref[:-1] + ("0" if ref[-1] != "0" else "1")
    with pytest.raises(UnknownRef):
        await vault.open_text(forged)
    async with store.write() as db:
        await db.execute(update(vault_texts).values(commitment=forged.rpartition(":")[2]))
    with pytest.raises(Exception, match=r"^$"):  # the seal is bound to the reference
        await vault.open_text(forged)


async def test_many_are_opened_at_once_and_unknown_ones_left_out(vault: Vault) -> None:
    one = await vault.seal_text("c1", "a1", "summary", "一")
    two = await vault.seal_text("c2", "a1", "summary", "二")
    assert await vault.open_texts([one, two, one, "vault:nothing:here", "person:x", "words"]) == {one: "一", two: "二"}
    for unknown in ("vault:nothing:here", "words", ""):
        with pytest.raises(UnknownRef):
            await vault.open_text(unknown)


async def test_the_same_person_is_found_again_by_number_or_by_phone_and_name(vault: Vault) -> None:
    ref = await vault.person("c1", "a1", "p1", WHO)
    again = await vault.person("c2", "a1", "p1", Person(name="甲某", id_number="52011119900101001X"))
    by_phone = await vault.person("c3", "a1", "p1", Person(name=" 甲 某 ", phone="+86 138-0000-0001"))
    assert ref == again == by_phone
    assert await vault.open_person(ref) == WHO


async def test_another_person_is_another_person(vault: Vault) -> None:
    ref = await vault.person("c1", "a1", "p1", WHO)
    others = [
        Person(name="乙某", phone=WHO.phone),
        Person(name="甲某"),
        Person(name="甲某", phone="13800000002"),
        Person(name="甲某", phone=WHO.phone, id_number="520111199001010028"),
    ]
    refs = [await vault.person("c2", "a1", f"p{number}", other) for number, other in enumerate(others)]
    assert len({ref, *refs}) == 5
    assert await vault.person("c2", "a1", "p1", others[1]) == refs[1]  # without a mark: known by its field alone


async def test_what_is_new_about_a_person_completes_what_is_known(vault: Vault) -> None:
    ref = await vault.person("c1", "a1", "p1", Person(name="甲某", phone="13800000001"))
    await vault.person("c2", "a1", "p1", WHO.model_copy(update={"more": {"gender": "女"}}))
    known = await vault.open_person(ref)
    assert (known.phone, known.id_number, known.more) == ("13800000001", WHO.id_number, {"gender": "女"})
    assert await vault.person("c3", "a1", "p1", Person(name="另写", id_number=WHO.id_number)) == ref
    await vault.amend_person(ref, known.model_copy(update={"phone": "13800000009"}))
    assert await vault.person("c4", "a1", "p1", Person(name="甲某", phone="13800000009")) == ref


async def test_who_shares_a_phone_with_somebody_else_is_still_completed(vault: Vault) -> None:
    by_phone = await vault.person("c1", "a1", "p1", Person(name="甲某", phone="13800000001"))
    by_number = await vault.person("c1", "a2", "p1", Person(name="甲某", id_number="520111199001010010"))
    assert by_phone != by_number
    both = Person(name="甲某", phone="13800000001", id_number="520111199001010010")
    assert await vault.person("c1", "a3", "p1", both) == by_number
    # The phone still finds the first; it is not looked up here, and is no news.
    more = Person(name="甲某", id_number="520111199001010010", address="谷蒙村")
    assert await vault.person("c1", "a4", "p1", more) == by_number
    assert (await vault.open_person(by_number)).address == "谷蒙村"
    assert await vault.person("c1", "a5", "p1", Person(name="甲某", phone="13800000001")) == by_phone


async def test_two_fields_of_one_action_may_name_the_same_person(store: Store, vault: Vault) -> None:
    refs = await vault.seal_many("c1", "a1", {}, {"p1": WHO, "p2": WHO})
    assert refs["p1"] == refs["p2"]
    assert await count(store, vault_persons) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_hands_that_name_the_same_people_in_any_order_do_not_wait_for_each_other(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "TRIES", 1)  # what PostgreSQL undoes is done again: here it must undo nothing
    async with store.write() as db:  # a slow disk, so that all of them write at the same time
        slow = "BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END"
        await db.execute(text(f"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS '{slow}'"))
        await db.execute(text("CREATE TRIGGER slow BEFORE INSERT ON vault_marks FOR EACH ROW EXECUTE FUNCTION slow()"))
    people = [Person(name=f"第{n}人", phone=f"1380000000{n}") for n in range(5)]
    orders = [people[n:] + people[:n] for n in range(len(people))]
    named = await asyncio.gather(*(
        vault.seal_many("c1", f"a{n}", {}, {who.name: who for who in order}) for n, order in enumerate(orders)
    ))  # fmt: skip
    assert all(refs == named[0] for refs in named)
    assert await count(store, vault_persons) == len(people)


async def test_what_is_sealed_together_names_the_same_persons_as_one_by_one(vault: Vault) -> None:
    def given(mark: str) -> list[Words]:
        """The same actions about other people: each says more of somebody, or of somebody with the same phone and name."""
        known = {"name": "甲某", "phone": f"1380000000{mark}"}
        said: list[dict[str, str]] = [known, {**known, "id_number": f"N{mark}"}, {**known, "id_number": f"M{mark}"}]
        said += [
            {"name": "改名", "id_number": f"N{mark}", "address": "一组"},
            {"name": "改名", "id_number": f"M{mark}"},
            {"name": "甲某"},
            known,
        ]
        return [Words(f"c{mark}{at}", "a1", {"address": f"{at}号"}, {"p1": Person.model_validate(one)}) for at, one in enumerate(said)]

    together = await vault.seal_together(given("1"))
    again = await vault.seal_together(given("1"))
    alone = [await vault.seal_many(one.case_id, one.action_id, one.texts, one.persons) for one in given("2")]
    assert together == again
    assert await vault.open_texts(refs["address"] for refs in together) == {refs["address"]: f"{at}号" for at, refs in enumerate(together)}

    def who(refs: list[dict[str, str]]) -> list[int]:
        order = list(dict.fromkeys(one["p1"] for one in refs))
        return [order.index(one["p1"]) for one in refs]

    assert who(together) == who(alone) == [0, 0, 1, 0, 1, 2, 0]
    told = [[(await vault.open_person(one["p1"])).model_dump_json() for one in refs] for refs in (together, alone)]
    assert told[0] == [one.replace("13800000002", "13800000001").replace("N2", "N1").replace("M2", "M1") for one in told[1]]
    more = Person(name="改名", phone="13900000009", id_number="N1")
    assert (await vault.seal_together([Words("c1x", "a1", {}, {"p1": more})]))[0]["p1"] == together[0]["p1"]


async def test_words_sealed_together_change_until_their_action_is_taken(store: Store, vault: Vault) -> None:
    before = await vault.seal_together([Words(case, "a1", {"t": "一"}, {"p1": WHO}) for case in ("c1", "c2")])
    other = WHO.model_copy(update={"name": "乙某", "id_number": "N9", "phone": None})
    after = await vault.seal_together([Words("c1", "a1", {"t": "一"}, {"p1": WHO}), Words("c2", "a1", {"t": "二"}, {"p1": other})])
    assert before[0] == after[0]
    assert before[1]["t"] != after[1]["t"]
    assert before[1]["p1"] != after[1]["p1"]
    assert await vault.cases_of(before[0]["p1"]) == ["c1"]
    assert await count(store, vault_texts) == 2


async def test_a_refused_action_leaves_nothing(store: Store, vault: Vault) -> None:
    shared = await vault.person("c0", "a0", "p1", WHO)
    refs = await vault.seal_many("c1", "a1", {"summary": WORDS}, {"p1": WHO, "p2": Person(name="乙某", phone="13800000002")})
    assert await vault.discard("c1", "a1")
    assert await vault.open_texts(refs.values()) == {}
    assert await vault.open_persons(refs.values()) == {shared: WHO}
    assert await count(store, vault_uses) == 1
    assert await count(store, vault_marks) == 2
    assert await vault.discard("c1", "a1")
    assert set(await store.keys.existing([refs["p2"]])) == set()


async def test_what_was_taken_is_not_discarded(store: Store, vault: Vault) -> None:
    made = Making()
    refs = await vault.seal_many(made.id, "a1", {"summary": WORDS}, {"p1": WHO})
    await Records(store).publish(made.write("a1").publication())
    assert not await vault.discard(made.id, "a1")
    assert await vault.open_text(refs["summary"]) == WORDS


async def test_a_sweep_takes_what_no_action_came_for(store: Store, vault: Vault) -> None:
    made = Making()
    kept = await vault.seal_text(made.id, "a1", "summary", WORDS)
    await Records(store).publish(made.write("a1").publication())
    lost = await vault.seal_many(made.id, "a2", {"text": WORDS}, {"p1": WHO})
    assert await vault.sweep(NOW.replace(year=2020)) == 0
    assert await vault.sweep(NOW.replace(year=2100)) == 1
    assert await vault.open_texts([kept, lost["text"]]) == {kept: WORDS}
    assert await vault.open_persons([lost["p1"]]) == {}


async def test_an_erased_key_erases_what_it_sealed_and_is_not_made_again(store: Store, vault: Vault) -> None:
    refs = await vault.seal_many("c1", "a1", {"summary": WORDS}, {"p1": WHO})
    await store.keys.erase(refs["p1"], NOW)
    assert await vault.open_persons([refs["p1"]]) == {}
    assert await vault.open_text(refs["summary"]) == WORDS
    fresh = await vault.person("c2", "a1", "p1", WHO)
    assert fresh != refs["p1"]
    assert await vault.person("c3", "a1", "p1", WHO) == fresh
    await store.keys.erase("case:c1", NOW)
    await store.keys.erase("case:c1", NOW)
    assert await vault.open_texts([refs["summary"]]) == {}
    for work in (vault.open_text(refs["summary"]), vault.verify_commitment(refs["summary"]), vault.seal_text("c1", "a2", "t", "x")):
        with pytest.raises(Erased):
            await work


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_plain_word_is_in_the_database_files(database: Database, tmp_path: Path) -> None:
    store = await database.open()
    vault = Vault(store)
    refs = await vault.seal_many("c1", "a1", {"summary": WORDS}, {"p1": WHO})
    assert await vault.open_text(refs["summary"]) == WORDS
    secrets = [WORDS, WHO.name, WHO.id_number or "", "13800000001", WHO.phone or "", WHO.address or ""]
    before = contents(tmp_path)
    await store.close()
    after = contents(tmp_path)
    assert "jiefen.db-wal" in before
    for content in (*before.values(), *after.values()):
        assert not any(secret.encode() in content for secret in secrets)
    key = await _some_key(database)
    assert key not in after["keys.db"] + after["jiefen.db"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def _some_key(database: Database) -> bytes:
    store = await database.open()
    key = await store.keys.key("case:c1")
    await store.close()
    return key


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_no_plain_word_is_in_any_row(store: Store, vault: Vault) -> None:
    await vault.seal_many("c1", "a1", {"summary": WORDS}, {"p1": WHO})
    async with store.read() as db:
        for table in (vault_texts, vault_persons, vault_marks, vault_uses):
            rows = repr((await db.execute(text(f"SELECT t::text FROM {table.name} t"))).all())  # noqa: S608
            assert WHO.name not in rows
            assert (WHO.name.encode().hex()) not in rows
            assert "13800000001" not in rows


async def test_nothing_personal_is_in_errors_or_logs(store: Store, vault: Vault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await vault.seal_many("c1", "a1", {"summary": WORDS}, {"p1": WHO})
    with pytest.raises(ValidationError) as caught:
        Person(name="甲某" * 100, phone="13800000001")
    assert "甲某" not in str(caught.value)
    assert repr(WHO) == str(WHO) == f"{WHO}" == "Person(…)"
    for refused in ("INSERT INTO vault_persons (ref, sealed) VALUES (:a, NULL)", "INSERT INTO nowhere VALUES (:a)"):
        with pytest.raises(Exception, match=r".") as failed:
            async with store.write() as db:
                await db.execute(text(refused), {"a": "13800000001"})
        assert "13800000001" not in str(failed.value)
    assert not any(word in caplog.text for word in ("甲某", "13800000001", WORDS))
