"""Reports to others: each row is the case its reader sees, with what is missing; the justice statistics add up; logged like any export."""

from __future__ import annotations

import csv
import gc
import tracemalloc
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from models.export import ExportFormat
from models.period import Period
from rules.reporting import justice_row
from service.errors import Refused
from service.exporting.exports import Made
from service.exporting.finding import ExportLog
from service.office import Office
from service.reports.reporting import SUMS, Reporting, registered_in
from tests.service.town import who

YEAR = Period(first=date(2025, 1, 1), last=date(2026, 12, 31))
DIRECTOR = who("director@huaxi-centre")


def rows_of(made: Made) -> list[dict[str, str]]:
    with made.path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file))
    made.path.unlink()
    return [dict(zip(found[1], row, strict=True)) for row in found[2:-1]]


async def test_a_row_for_each_case_with_what_is_missing(filled: Office) -> None:
    wanted = registered_in(filled, YEAR, None)
    made, gaps = await Reporting(filled).report(DIRECTOR, "gbt31000", wanted, ExportFormat.CSV, "supervision")
    rows = rows_of(made)
    assert len(rows) == made.note.rows == await Reporting(filled).count(DIRECTOR, wanted)
    assert gaps.rows == sum(bool(row["缺项"]) for row in rows) > 0
    report = filled.place.reports.get("gbt31000")
    assert report is not None
    must = {column.zh for column in report.columns if column.must and not column.ended_only}
    for row in rows:
        assert row["案件编号"]
        empty = {name for name in must if not row[name]}
        assert empty <= set(row["缺项"].split("、"))
        assert len(row["事件名称"]) <= 100
        datetime.strptime(row["发生日期"], "%Y%m%d")  # noqa: DTZ007 - a day


async def test_the_petition_register_holds_petitions_alone(filled: Office) -> None:
    made, _ = await Reporting(filled).report(DIRECTOR, "petition", registered_in(filled, YEAR, None), ExportFormat.CSV, "supervision")
    assert rows_of(made) == []


async def test_the_statistics_add_up(filled: Office) -> None:
    making = Reporting(filled)
    made = await making.justice(DIRECTOR, YEAR, ExportFormat.XLSX, "supervision")
    sheet = load_workbook(made.path).active
    assert sheet is not None
    table = list(sheet.iter_rows(values_only=True))[1:-1]
    made.path.unlink()
    heads, *rows, total = table
    assert len(rows) == 18
    for at in range(1, len(heads)):
        assert sum(float(str(row[at])) for row in rows) == float(str(total[at])), heads[at]
    sources = sum(float(str(value)) for value in total[len(SUMS) + 1 :])
    assert sources == total[1]


def test_the_longest_code_decides(whole_huaxi: object) -> None:
    reports = whole_huaxi.reports  # type: ignore[attr-defined]
    named = [row.en for row in reports.justice]
    for category, wages, expected in (
        ("0602", False, "house and homestead"), ("0601", False, "other consumption"), ("0699", False, "contract"),
        ("0701", True, "unpaid migrant wages"), ("0701", False, "other labour"), ("0502", False, "medical"), ("99", False, "other"),
        ("0402", False, "property management"), ("0203", False, "environmental pollution"), (None, False, "other"),
    ):  # fmt: skip
        assert named[justice_row(reports, category, wages=wages)] == expected, category


async def test_a_report_is_an_export(filled: Office) -> None:
    making, wanted = Reporting(filled), registered_in(filled, YEAR, None)
    made, _ = await making.report(DIRECTOR, "gbt31000", wanted, ExportFormat.CSV, "supervision")
    assert made.note.id in made.path.read_text(encoding="utf-8-sig").splitlines()[0]
    made.path.unlink()
    page = await ExportLog(filled).page(who("admin_audit@huaxi-centre"), made.note.id)
    assert [(line.kind, line.rows) for line in page.exports] == [("report", made.note.rows)]
    for actor, report, why in (
        (who("analyst@huaxi-centre"), "gbt31000", "supervision"),
        (DIRECTOR, "nothing", "supervision"),
        (DIRECTOR, "gbt31000", ""),
    ):
        with pytest.raises(Refused):
            await making.report(actor, report, wanted, ExportFormat.CSV, why)


async def test_memory_does_not_grow_with_the_rows(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.reports.reporting.PAGE", 10)
    making = Reporting(filled)

    async def peak(days: int) -> tuple[int, int]:
        last = date(2026, 11, 23)
        wanted = registered_in(filled, Period(first=last - timedelta(days=days), last=last), None)
        gc.collect()
        tracemalloc.start()
        made, _ = await making.report(DIRECTOR, "gbt31000", wanted, ExportFormat.CSV, "supervision")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        made.path.unlink()
        return made.note.rows, most

    await peak(60)
    (few, small), (many, large) = await peak(60), await peak(500)
    assert many >= 2 * few
    assert large < small * 1.5 + 1_000_000
