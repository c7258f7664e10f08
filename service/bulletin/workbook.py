"""The bulletin as a workbook: a sheet for each part, numbers as numbers, charts drawn by the program that opens it."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from rules.calendar import WorkingCalendar
from rules.labels import label
from service.bulletin.content import Bulletin
from service.bulletin.document import GROUPED
from service.exporting.columns import Cell
from service.kpi.told import Number, Split

BOLD = Font(bold=True)
SPANS = ("本期", "上期", "上年同期")


def workbook_of(found: Bulletin, cal: WorkingCalendar) -> bytes:
    """Return the bulletin as XLSX."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)  # noqa: S101 - a new book has one
    first.title = "指标"
    first.append([f"{found.name} {found.period.first:%Y-%m} 截至 {cal.stamp(found.table.as_of)}；＊为件数太少不显示"])
    _head(first, ["组", "指标", *(f"{span}{what}" for span in SPANS for what in ("值", "分子", "分母")), "口径"])
    for line in found.table.lines:
        cells = [cell for number in (line.now, line.before, line.year) for cell in _cells(number)]
        first.append([label("kpi_group", line.group)[0], line.name[0], *cells, line.note[0]])
    for side in found.table.pair:
        first.append(["一升一降", side.name[0], *_cells(side.now), None, None, None, *_cells(side.year)])
    _course(book.create_sheet("近十二个月"), found)
    for number, split in enumerate(found.splits, start=1):
        _split(book.create_sheet(f"{number}{split.name[0][:18]}按{GROUPED[split.by]}"), split)
    _dwell(book.create_sheet("时间花在哪里"), found)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _head(sheet: Worksheet, heads: list[str]) -> None:
    sheet.append(heads)
    for cell in sheet[sheet.max_row]:
        cell.font = BOLD


def _cells(number: Number) -> tuple[Cell, Cell, Cell]:
    if number.hidden or number.part is None or number.whole is None:
        return "＊", None, None
    return number.value, number.part.value, number.whole.value


def _course(sheet: Worksheet, found: Bulletin) -> None:
    _head(sheet, ["月份", *(one.name[0] for one in found.courses)])
    for row in zip(*(one.points for one in found.courses), strict=True):
        sheet.append([f"{row[0].period.first:%Y-%m}", *(one.number.value for one in row)])
    chart = LineChart()
    chart.title = "近十二个月登记与办结"
    chart.add_data(Reference(sheet, min_col=2, max_col=1 + len(found.courses), min_row=1, max_row=sheet.max_row), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=sheet.max_row))
    sheet.add_chart(chart, "F2")


def _split(sheet: Worksheet, split: Split) -> None:
    _head(sheet, [GROUPED[split.by], split.name[0], "分子", "分母"])
    for row in split.rows:
        sheet.append([row.name[0], *_cells(row.number)])
    last = sheet.max_row
    sheet.append(["合计", *_cells(split.total)])
    if last > 1:
        chart = BarChart()
        chart.type, chart.title = "bar", split.name[0]
        chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=last), titles_from_data=True)
        chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
        chart.height = max(7.5, 0.6 * last)
        sheet.add_chart(chart, "F2")


def _dwell(sheet: Worksheet, found: Bulletin) -> None:
    _head(sheet, ["阶段", "件数", "平均停留（天）", "占全部时间（%）"])
    for stay in found.dwell.stays:
        sheet.append([stay.name[0], stay.cases, stay.days_mean, stay.share])
    _head(sheet, ["在谁手里", "件数", "分钟", "占全部时间（%）"])
    for hand in found.dwell.hands:
        sheet.append([hand.name[0], hand.cases, hand.minutes, hand.share])
