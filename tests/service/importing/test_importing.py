"""Old lists: each row once for ever, closed ones as history that verifies, errors by row and column, nothing written on a trial."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from models.importing import Mapping
from models.kpi import Told
from models.words import Stage
from service import upkeep
from service.cases import Cases
from service.errors import Refused
from service.importing.importing import Became, Imported, Importer, read_mapping
from service.kpi.keeping import tell
from service.office import Office
from service.reading import Reader
from service.verifying import verify_all
from store.files import BadFile
from store.kpi.book import FactBook
from tests.service.town import who
from tests.support.core import ROOT
from tests.support.running import Desk

EXAMPLES = ROOT / "docs" / "examples"
CLERK = who("clerk@yanlou-centre")
HEADS = EXAMPLES.joinpath("import.csv").read_text(encoding="utf-8").splitlines()[0]
CLOSED = "{n},来访,谷蒙村,滴水争执,2023-03-01,2023-03-02,2023-03-20,2,500,赵{n},1390000{n:04d},钱二,邻里,调解成功,改造屋檐"


@pytest.fixture(scope="module")
def mapping() -> Mapping:
    return read_mapping(EXAMPLES / "import.yaml")


def listed(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join((HEADS, *rows)) + "\n", encoding=encoding)
    return path


async def brought(
    office: Office, mapping: Mapping, path: Path, *, trial: bool = False, post: str = "clerk@yanlou-centre"
) -> list[Imported]:
    importer = Importer(office, Cases(office), who(post), mapping, trial=trial)
    return [one async for one in importer.run(path)]


async def test_closed_cases_are_history_that_holds(bare_office: Office, mapping: Mapping, tmp_path: Path) -> None:
    rows = [CLOSED.format(n=n) for n in range(1, 4)]
    rows += [
        rows[0].replace("1,来访", "8,来访").replace("调解成功", "撤回"),
        rows[0].replace("1,来访", "9,来访").replace("调解成功", "不受理"),
    ]
    rows += [rows[0].replace("1,来访", "10,信访转办").replace("调解成功", "未达成")]
    path = listed(tmp_path / "old.csv", *rows)
    assert {one.became for one in await brought(bare_office, mapping, path, trial=True)} == {Became.READY}
    assert [one async for one in bare_office.records.case_ids()] == []
    found = await brought(bare_office, mapping, path)
    assert [one.became for one in found] == [Became.HISTORY] * 6
    assert all((one.code or "").startswith("YANLOU-2023-") for one in found)
    assert {one.became for one in await brought(bare_office, mapping, path)} == {Became.KNOWN}
    assert [report async for report in verify_all(bare_office) if report.findings] == []
    assert [report async for report in upkeep.rebuild(bare_office) if report.changed or report.refused] == []
    detail = await Reader(bare_office).detail(who("director@yanlou-centre"), found[0].code or "", "supervision")
    assert (detail.stage, detail.summary) == (Stage.ARCHIVED, "滴水争执")
    assert detail.agreement is not None
    assert detail.agreement.terms == "改造屋檐"
    assert {party.name for party in detail.parties} == {"赵1", "钱二"}
    async for _ in tell(bare_office):
        pass
    told = await _told(bare_office, found[0].code or "")
    assert told.case.opened_at.astimezone(UTC).date() == datetime(2023, 3, 2, tzinfo=UTC).date()
    assert told.case.resolved_at is not None
    assert [item for item in told.items if item.thing == "step"] == []


async def _told(office: Office, code: str) -> Told:
    _, told = await FactBook(office.store).read(await office.records.find(code) or "")
    assert told is not None
    return told


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_wrong_rows_are_told_and_the_rest_goes_on(bare_office: Office, mapping: Mapping, tmp_path: Path) -> None:
    good = CLOSED.format(n=1)
    wrong = {
        "村": good.replace("谷蒙村", "别处"), "发生日期": good.replace("2023-03-01", "三月"), "涉及金额": good.replace("500", "五百"),
        "申请人": good.replace("赵1", ""), "结案日期": good.replace("2023-03-20", "2022-01-01"), "序号": good,
        "登记日期": good.replace("2023-03-02", "2099-01-01"),
    }  # fmt: skip
    rows = [row if column == "序号" else row.replace("1,来访", f"{n},来访", 1) for n, (column, row) in enumerate(wrong.items(), 20)]
    path = listed(tmp_path / "old.csv", good, *rows, CLOSED.format(n=2), encoding="gb18030")
    found = await brought(bare_office, mapping, path)
    assert (found[0].became, found[-1].became) == (Became.HISTORY, Became.HISTORY)
    assert [(one.row, one.problems[0].column) for one in found[1:-1]] == list(enumerate(wrong, start=3))
    assert "别处" not in "".join(problem.zh + problem.en for one in found for problem in one.problems)
    elsewhere = await brought(bare_office, mapping, listed(tmp_path / "b.csv", CLOSED.format(n=5)), post="clerk@qingyan-centre")
    assert [(one.became, one.problems[0].column) for one in elsewhere] == [(Became.WRONG, "村")]
    with pytest.raises(Refused):
        Importer(bare_office, Cases(bare_office), who("analyst@huaxi-centre"), mapping)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_workbook_reads_like_a_text_and_a_stop_loses_nothing(bare_office: Office, mapping: Mapping, tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(HEADS.split(","))
    for n in range(1, 6):
        cells: list[object] = list(CLOSED.format(n=n).split(","))
        cells[0], cells[4] = n, datetime(2023, 3, 1)  # noqa: DTZ001 - as a workbook holds it
        book.active.append(cells)
    path = tmp_path / "old.xlsx"
    book.save(path)
    importer = Importer(bare_office, Cases(bare_office), CLERK, mapping)
    taken = 0
    async for _ in importer.run(path):
        taken += 1
        if taken == 2:
            break
    found = await brought(bare_office, mapping, path)
    assert [one.became for one in found] == [Became.KNOWN] * 2 + [Became.HISTORY] * 3
    assert len([one async for one in bare_office.records.case_ids()]) == 5


def test_a_mapping_says_what_is_wrong_with_it(tmp_path: Path, mapping: Mapping) -> None:
    text = EXAMPLES.joinpath("import.yaml").read_text(encoding="utf-8")
    for bad, said in (
        (text.replace("  summary: {column: 纠纷概况}\n", ""), "summary"),
        (text.replace("applicant_name", "applicant"), "applicant"),
    ):
        path = tmp_path / "m.yaml"
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(BadFile, match=said):
            read_mapping(path)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_running_case_is_taken_in_by_the_door_with_its_old_day(working: Desk, mapping: Mapping, tmp_path: Path) -> None:
    row = "7,来访,谷蒙村,借款不还,2025-10-01,2025-10-08,,2,3000,周五,13900000003,吴六,借贷,办理中,"
    path = listed(tmp_path / "now.csv", row)
    found = [await brought(working.office, mapping, path) for _ in range(2)]
    assert [one[0].became for one in found] == [Became.OPENED, Became.KNOWN]
    story = await Reader(working.office).timeline(who("clerk@yanlou-centre"), found[0][0].code or "", "supervision")
    assert [event.type for event in story.events][:1] == ["registered"]
    assert any("2025-10-08" in "".join(event.words.values()) for event in story.events)
