"""A list of households brought in: once, again without a change, with changes, with rows that can't be used, after it was broken off."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bench.households import SEED, town, write
from models.affair.household_book import HouseholdBook
from service import upkeep
from service.affairs import upkeep as upkeep_of_affairs
from service.affairs.desk import Affairs
from service.errors import Refused
from service.households.importing import HouseholdImported, HouseholdImporter
from service.office import Office
from store.affairs.publishing import DuplicateAffair
from store.affairs.records import AffairRecords
from store.files import BadFile

ROW = {
    "number": "1",
    "place": "谷蒙村",
    "address": "一组1号",
    "relation": "户主",
    "name": "甲某",
    "phone": "13900000001",
    "needs": "就业帮扶",
}


def listed(office: Office, path: Path, *rows: dict[str, Any]) -> Path:
    """A workbook of these rows."""
    book = office.place.books["household"]
    assert isinstance(book, HouseholdBook)
    heads = book.columns.model_dump(exclude={"sheet", "head"}, exclude_none=True)
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(list(heads.values()))
    for row in rows:
        sheet.append([row.get(name) for name in heads])
    workbook.save(path)
    return path


async def bring_in(office: Office, path: Path, post: str = "clerk@yanlou-centre", **options: Any) -> list[HouseholdImported]:
    affairs = Affairs(office)
    importer = HouseholdImporter(office, affairs, await affairs.actor(post), **options)
    return [one async for one in importer.run(path)]


def counts(found: list[HouseholdImported]) -> dict[str, int]:
    return dict(Counter(str(one.became) for one in found))


async def files(office: Office) -> list[Any]:
    affairs = Affairs(office)
    return [await affairs.load(affair_id) async for affair_id in office.affairs.ids()]


async def test_a_town_comes_in_and_the_same_list_again_changes_nothing(bare_office: Office, tmp_path: Path) -> None:
    path = tmp_path / "town.xlsx"
    write(path, town(150, 60, SEED))
    assert counts(await bring_in(bare_office, path)) == {"registered": 210}
    heads = [file.head for file in await files(bare_office)]
    assert counts(await bring_in(bare_office, path)) == {"same": 210}
    assert [file.head for file in await files(bare_office)] == heads
    assert all([report.ok async for report in upkeep.verify_all(bare_office)])


async def test_households_that_go_in_together_are_stored_as_if_one_by_one(
    bare_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: AffairRecords, bursts: Any) -> Any:
        raise DuplicateAffair("another", "")

    lists = {"together": "A", "one by one": "B"}
    for mark in lists.values():
        write(tmp_path / f"{mark}.xlsx", ({**row, "number": mark + row["number"]} for row in town(12, 8, SEED)))
    await bring_in(bare_office, tmp_path / "A.xlsx")
    monkeypatch.setattr(AffairRecords, "publish_many", refuse)
    await bring_in(bare_office, tmp_path / "B.xlsx")
    monkeypatch.undo()
    found = sorted(await files(bare_office), key=lambda file: file.code)
    assert [file.number for file in found] == [mark + row for mark in lists.values() for row in dict.fromkeys(numbers(town(12, 8, SEED)))]
    assert [int(file.code[-5:]) for file in found] == list(range(1, 41))
    reports = [await upkeep_of_affairs.rebuilt(bare_office, Affairs(bare_office), file.id, write=False) for file in found]
    assert [(report.broken_at, report.changed) for report in reports] == [(None, ())] * 40


def numbers(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [str(row["number"]) for row in rows]


async def test_what_changed_is_an_update_and_who_is_gone_has_left(bare_office: Office, tmp_path: Path) -> None:
    spouse = {"number": "1", "relation": "配偶", "name": "乙某", "phone": "13900000002"}
    await bring_in(bare_office, listed(bare_office, tmp_path / "a.xlsx", ROW, spouse))
    (before,) = await files(bare_office)
    child = {"number": "1", "relation": "子女", "name": "丙某"}
    changed = listed(bare_office, tmp_path / "b.xlsx", {**ROW, "needs": "法律援助"}, child)
    assert counts(await bring_in(bare_office, changed)) == {"updated": 1}
    (file,) = await files(bare_office)
    assert (file.needs, file.address, file.seq) == (("legal_aid",), before.address, 2)
    assert file.members["m1"] == before.members["m1"]
    assert file.members["m2"].left is not None
    assert file.members["m3"].relation == "child"
    assert counts(await bring_in(bare_office, listed(bare_office, tmp_path / "c.xlsx", ROW, spouse))) == {"updated": 1}
    (back,) = await files(bare_office)
    assert back.members["m2"].left is None


async def test_rows_that_cannot_be_used_are_named_and_the_others_go_in(bare_office: Office, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        ROW,
        {**ROW, "number": None},
        {**ROW, "number": "3", "place": "没有的村"},
        {**ROW, "number": "4", "relation": "掌柜", "needs": "就业帮扶、发财"},
        {**ROW, "number": "5", "phone": "打不通", "since": "去年", "until": "2026-01-01"},
        {**ROW, "number": "6", "relation": "配偶"},
        {**ROW, "number": "7", "since": "2026-05-01", "until": "2026-01-01"},
        {**ROW, "number": "8", "phone": "13900000008"},
        {**ROW, "number": "8", "relation": "子女", "name": "丁某", "address": "别处"},
    ]
    found = await bring_in(bare_office, listed(bare_office, tmp_path / "bad.xlsx", *rows))
    assert counts(found) == {"wrong": 7, "registered": 1}
    named = {(problem.row, problem.column) for one in found for problem in one.problems}
    assert named == {
        *((3, "户号"), (4, "村（社区）代码"), (5, "与户主关系"), (5, "帮扶需求"), (6, "联系电话"), (6, "居住登记日期")),
        *((7, "与户主关系"), (8, "居住登记到期"), (10, "住址")),
    }
    assert not any("发财" in problem.zh or "打不通" in problem.zh for one in found for problem in one.problems)


async def test_a_trial_writes_nothing(bare_office: Office, tmp_path: Path) -> None:
    path = listed(bare_office, tmp_path / "a.xlsx", ROW)
    assert counts(await bring_in(bare_office, path, trial=True)) == {"ready": 1}
    assert await files(bare_office) == []
    assert await bare_office.vault.find_persons("甲某") == []


async def test_a_village_brings_in_its_own_households_alone(bare_office: Office, tmp_path: Path) -> None:
    path = listed(bare_office, tmp_path / "a.xlsx", ROW, {**ROW, "number": "2", "place": "同心村"})
    found = await bring_in(bare_office, path, "officer@yanlou-gumeng")
    assert counts(found) == {"wrong": 1, "registered": 1}
    with pytest.raises(Refused):
        await bring_in(bare_office, path, "auditor@yanlou-centre")


async def test_a_list_without_a_column_is_refused_as_a_whole(bare_office: Office, tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.worksheets[0].append(["户号", "姓名"])
    workbook.save(tmp_path / "short.xlsx")
    with pytest.raises(BadFile, match="村（社区）代码"):
        await bring_in(bare_office, tmp_path / "short.xlsx")


async def test_what_was_broken_off_in_the_middle_goes_on(bare_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "town.xlsx"
    write(path, town(150, 0, SEED))
    publish, done = AffairRecords.publish_many, 0

    async def once(self: AffairRecords, bursts: Any) -> Any:
        nonlocal done
        done += 1
        if done > 1:
            raise asyncio.CancelledError
        return await publish(self, bursts)

    monkeypatch.setattr(AffairRecords, "publish_many", once)
    with pytest.raises(asyncio.CancelledError):
        await bring_in(bare_office, path)
    monkeypatch.undo()
    assert counts(await bring_in(bare_office, path)) == {"same": 100, "registered": 50}
    assert len(await files(bare_office)) == 150
