"""Anchors: one for each day whatever happens, kept as files that nothing writes over, and a witness against a history written anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from models.anchor import AnchorDue, KeptAnchor
from models.words import Algorithm
from rules.affair.folding import append
from rules.anchoring import faults, listed_sum
from rules.chain import GENESIS, link
from rules.library import canonical
from rules.merkle import root
from service.errors import NotStamped
from service.proof.checking import ChainReport, check_anchors, check_logs, read_copies, read_copy
from service.proof.notary import Notary, file_text
from service.proof.standalone import canonical as canonical_json
from service.upkeep import verify_all
from store.affairs.publishing import BESIDE
from store.affairs.tables import affair_actions, affair_events, affair_outbox, affairs
from store.chained import text_of
from store.files import BadFile
from store.looks import FIELDS
from store.places import LoadedPlace
from store.proof.anchors import Anchors
from store.proof.proof_tables import anchored_ends, anchors
from store.tables import access_log, cases, events
from tests.conftest import Database
from tests.service.proof.conftest import NOW, Small, made
from tests.support.editing import swap


@pytest.fixture
async def small(database: Database, whole_huaxi: LoadedPlace, tmp_path: Path) -> AsyncIterator[Small]:
    built = await made(tmp_path, whole_huaxi, url=database.url)
    yield built
    await built.office.close()


def due(day: int, hour: int = 15) -> AnchorDue:
    return AnchorDue(due=datetime(2026, 5, day, hour, 50, tzinfo=UTC))


async def checked(small: Small, *, copies: bool = False) -> ChainReport:
    return await check_anchors(small.office, read_copies(small.office.settings.anchors_folder) if copies else ())


async def wholly(small: Small) -> bool:
    """Whether every chain holds in itself."""
    reports = [report.ok async for report in verify_all(small.office)] + [report.ok async for report in check_logs(small.office)]
    return all(reports)


async def test_a_day_has_one_anchor_however_often_it_is_asked_for(small: Small) -> None:
    notary = Notary(small.office)
    first = await notary.daily(due(4))
    again = await asyncio.gather(*(notary.daily(due(4, hour)) for hour in (0, 9, 15)))
    assert first.made
    assert {(one.number, one.hash, one.file, one.made) for one in again} == {(4, first.hash, "2026-05-04.json", False)}
    late = await notary.daily(AnchorDue(due=datetime(2026, 5, 4, 16, 1, tzinfo=UTC)))  # 00:01 of the next day in Huaxi
    assert (late.file, late.number) == ("2026-05-05.json", 5)
    assert (await checked(small, copies=True)).findings == ()


async def test_an_anchor_says_what_has_changed_and_covers_all(small: Small) -> None:
    files = {path.name for path in small.office.settings.anchors_folder.iterdir()}
    one, two, three = read_copies(small.office.settings.anchors_folder)
    assert files == {"2026-03-03.json", "2026-03-04.json", f"{three.name}.json"}
    assert [[end.case_id for end in anchor.changed] for anchor in (one, two, three)] == [
        [small.cases[0].case.id, f"affair:{small.affairs[0].state.id}"],
        [small.cases[1].case.id, f"affair:{small.affairs[1].state.id}"],
        [],
    ]  # fmt: skip
    assert [(anchor.anchor.cases, anchor.anchor.affairs) for anchor in (one, two, three)] == [(1, 1), (2, 2), (2, 2)]
    assert two.anchor.root == three.anchor.root != one.anchor.root
    assert {name: end.lines for name, end in three.anchor.logs.items()} == dict.fromkeys(three.anchor.logs, 4)
    assert not [fault for anchor in (one, two, three) for fault in faults(anchor)]
    await small.grow()
    newest = await Notary(small.office).now()
    assert newest.number == 4
    assert len(json.loads((small.office.settings.anchors_folder / newest.file).read_text())["changed"]) == 2


async def test_a_log_that_was_cut_off_is_named(small: Small) -> None:
    async with small.office.store.write() as db:
        await db.execute(delete(access_log).where(access_log.c.id == 4))
    assert await wholly(small)
    assert [(found.chain, found.record) for found in (await checked(small)).findings] == [("access_log", 4)]


async def test_a_log_written_anew_with_all_its_hashes_is_named(small: Small) -> None:
    await rewritten(small, from_line=2)
    assert await wholly(small)
    (found,) = (await checked(small)).findings
    assert (found.chain, found.record) == ("access_log", 2)


async def rewritten(small: Small, from_line: int) -> None:
    async with small.office.store.write() as db:
        rows = [dict(row) for row in (await db.execute(select(access_log).order_by(access_log.c.id))).mappings()]
        before = rows[from_line - 2]["hash"] if from_line > 1 else GENESIS
        for row in rows[from_line - 1 :]:
            row["purpose"] = "别的事由"
            before = row["hash"] = link(before, text_of(FIELDS, row), Algorithm.SHA256)
            await db.execute(update(access_log).where(access_log.c.id == row["id"]).values(purpose=row["purpose"], hash=before))


async def test_a_case_written_anew_is_named_and_where_its_history_parts(small: Small) -> None:
    case_id = small.cases[0].case.id
    await parted(small, case_id, from_seq=3)
    (found,) = (await checked(small)).findings
    assert (found.chain, found.record, found.what) == ("events", 5, "changed")
    assert found.case == (await small.office.records.load(case_id)).code  # type: ignore[union-attr]
    assert "events 1 to 5" in found.detail


async def parted(small: Small, case_id: str, from_seq: int) -> None:
    """Another history from some event on, every hash and the row with it."""
    lines = await small.office.records.lines(case_id)
    before = lines[from_seq - 2].hash
    async with small.office.store.write() as db:
        for line in lines[from_seq - 1 :]:
            body = line.body.replace('"chapter":1', '"chapter": 1')
            before = link(before, body)
            here = (events.c.case_id == case_id) & (events.c.seq == line.seq)
            await db.execute(update(events).where(here).values(body=body, hash=before))
        state = (await small.office.records.load(case_id)).model_copy(update={"head": before})  # type: ignore[union-attr]
        row = {"head": before, "state": state.model_dump_json()}
        await db.execute(update(cases).where(cases.c.case_id == case_id).values(**row))


async def test_an_affair_written_anew_cut_off_or_taken_away_is_named(small: Small) -> None:
    one, two = (core.state for core in small.affairs)
    code = await code_of(small, one.id)
    async with small.office.store.write() as db:
        row = affair_events.c.affair_id == one.id
        await db.execute(delete(affair_events).where(row, affair_events.c.seq == one.seq))
        before = (await small.office.affairs.lines(one.id))[-2]
        short = append(small.affairs[0].kind, small.affairs[0].blank, small.affairs[0].events[:-1], small.office.settings.hash_algorithm)[0]
        short = short.model_copy(update={"code": code})
        await db.execute(
            update(affairs).where(affairs.c.affair_id == one.id).values(seq=before.seq, head=before.hash, state=short.model_dump_json())
        )
    assert await wholly(small)
    (found,) = (await checked(small)).findings
    assert (found.chain, found.record, found.what, found.case) == ("affair_events", one.seq, "missing", code)
    async with small.office.store.write() as db:
        for table in [*BESIDE.values(), affair_actions, affair_outbox, affair_events, affairs]:
            await db.execute(delete(table).where(table.c.affair_id == two.id))
    named = {(found.chain, found.record, found.case) for found in (await checked(small)).findings}
    assert named == {("affair_events", one.seq, code), ("affair_events", two.seq, two.id)}


async def code_of(small: Small, affair_id: str) -> str:
    async with small.office.store.read() as db:
        return str(await db.scalar(select(affairs.c.code).where(affairs.c.affair_id == affair_id)))


async def test_an_affair_with_another_history_is_named_and_where_it_parts(small: Small) -> None:
    state, before = small.affairs[1].state, GENESIS
    async with small.office.store.write() as db:
        for line in await small.office.affairs.lines(state.id):
            body = line.body.replace('"seq":', '"seq": ')
            before = link(before, body)
            here = (affair_events.c.affair_id == state.id) & (affair_events.c.seq == line.seq)
            await db.execute(update(affair_events).where(here).values(body=body, hash=before))
        text = state.model_copy(update={"head": before, "code": await code_of(small, state.id)}).model_dump_json()
        await db.execute(update(affairs).where(affairs.c.affair_id == state.id).values(head=before, state=text))
    assert await wholly(small)
    (found,) = (await checked(small)).findings
    assert (found.chain, found.record, found.what) == ("affair_events", state.seq, "changed")
    assert f"affair_events 1 to {state.seq}" in found.detail


async def test_an_anchor_of_the_time_before_affairs_is_valid_as_it_was_hashed(small: Small) -> None:
    old = canonical_json(
        {
            "algorithm": "sha256",
            "at": "2026-03-03T01:30:00Z",
            "cases": 0,
            "changed": 0,
            "day": "2026-03-03",
            "logs": {},
            "changed_sum": listed_sum([], Algorithm.SHA256),
            "number": 1,
            "previous": GENESIS,
            "root": root([], Algorithm.SHA256),
        }
    )
    row = {"id": 1, "day": date(2026, 3, 3), "body": old, "changed": "[]", "hash": link(GENESIS, old)}
    async with small.office.store.write() as db:
        await db.execute(delete(anchors))
        await db.execute(delete(anchored_ends))
        await db.execute(insert(anchors), [row])
    assert (await checked(small)).ok
    newest = await Notary(small.office).now()
    assert (newest.number, (await checked(small)).findings) == (2, ())
    (kept, *_) = [one async for one in Anchors(small.office.store).all()]
    assert isinstance(kept, KeptAnchor)
    assert (kept.anchor.version, canonical(kept.anchor)) == (1, old)
    assert read_copy(file_text(kept)) == kept


async def test_only_a_copy_shows_that_the_anchors_were_made_anew_as_well(small: Small) -> None:
    await parted(small, small.cases[0].case.id, from_seq=2)
    await rewritten(small, from_line=1)
    folder = small.office.settings.anchors_folder
    copies = read_copies(folder)
    async with small.office.store.write() as db:
        await db.execute(delete(anchors))
        await db.execute(delete(anchored_ends))
    for number in (1, 2, 3):
        await Anchors(small.office.store).make(date(2026, 3, 2 + number), NOW)
    assert await wholly(small)
    assert (await checked(small)).ok
    found = {(one.chain, one.record) for one in (await check_anchors(small.office, copies)).findings}
    assert found == {("anchors", 1), ("anchors", 2), ("anchors", 3), ("access_log", 2), ("events", 5)}


async def test_a_changed_copy_is_named_and_no_witness(small: Small) -> None:
    path = small.office.settings.anchors_folder / "2026-03-04.json"
    swap(path, '"cases": 2', '"cases": 3')
    (found,) = (await checked(small, copies=True)).findings
    assert (found.record, found.detail) == (2, "the copy in 2026-03-04: the hash is not that of its fields")
    path.write_text("{}")
    with pytest.raises(BadFile, match="this is no anchor"):
        read_copies(path.parent)


async def test_no_file_is_ever_written_over(small: Small) -> None:
    folder = small.office.settings.anchors_folder
    before = (folder / "2026-03-04.json").read_text()
    async with small.office.store.write() as db:  # a backup from the day before was put back
        await db.execute(delete(anchors).where(anchors.c.id > 1))
        await db.execute(delete(anchored_ends).where(anchored_ends.c.case_id == small.cases[1].case.id))
    again = await Notary(small.office).daily(AnchorDue(due=NOW + timedelta(days=2)))
    assert again.file == f"2026-03-04-{again.hash[-8:]}.json"
    assert (folder / "2026-03-04.json").read_text() == before


async def test_the_sites_command_gets_the_file_or_says_how_it_failed(small: Small, tmp_path: Path) -> None:
    notary, settings = Notary(small.office), small.office.settings
    anchored = await notary.now()
    small.office.settings = settings.model_copy(update={"anchor_command": f"cp --target-directory={tmp_path}"})
    await notary.stamp(anchored)
    assert (tmp_path / anchored.file).read_text() == (settings.anchors_folder / anchored.file).read_text()
    for command, why in (("false", "exit code 1"), ("no-such-program", "FileNotFoundError")):
        small.office.settings = settings.model_copy(update={"anchor_command": command})
        with pytest.raises(NotStamped, match=why):
            await notary.stamp(anchored)


async def test_every_chain_may_change_its_algorithm_midway(database: Database, whole_huaxi: LoadedPlace, tmp_path: Path) -> None:
    first = await made(tmp_path, whole_huaxi, url=database.url)
    await first.office.close()
    from service.crew import connect
    from service.office import Office
    from service.settings import Settings

    settings = Settings(home=tmp_path, database_url=database.url, hash_algorithm=Algorithm.SM3)
    office = await Office.open(settings, await connect(settings, lazy=True), whole_huaxi)
    small = Small(office, first.file, first.cases, first.affairs)
    await small.grow()
    newest = await Notary(office).now()
    assert newest.hash.startswith("sm3:")
    async with office.store.read() as db:
        marks = [found.partition(":")[0] for found in await db.scalars(select(access_log.c.hash).order_by(access_log.c.id))]
    assert marks == ["sha256"] * 4 + ["sm3"] * 2
    assert await wholly(small)
    assert (await checked(small, copies=True)).ok
    await office.close()
