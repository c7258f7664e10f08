"""The bulletin as a Word document, in plain office Chinese: its numbers in tables, its charts drawn from the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from models.kpi import Group, Shows
from rules.calendar import WorkingCalendar
from rules.labels import label
from service.bulletin.content import Bulletin, said
from service.bulletin.drawing import Picture, draw
from service.kpi.told import Split

FONT, HEAD = "仿宋", "黑体"
ROWS = 20
"""Most bars of a chart; the table has all."""

GROUPED = {"town": "镇街", "unit": "单位", "category": "类别", "tier": "风险等级", "none": ""}


def document_of(found: Bulletin, cal: WorkingCalendar) -> bytes:
    """Return the bulletin as DOCX."""
    document = Document()
    _fonts(document)
    month = f"{found.period.first.year}年{found.period.first.month}月"
    heading = document.add_heading(f"{found.name}矛盾纠纷调处化解月报（{month}）", level=0)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(f"统计期：{found.period.first}至{found.period.last}　截至：{cal.stamp(found.table.as_of)}")
    document.add_paragraph("只含数字，不含当事人信息；＊为件数太少不显示，括号内为分子/分母。上期、上年同期按同样天数计。")
    _pair(document, found)
    for group in Group:
        lines = [line for line in found.table.lines if line.group is group]
        if lines:
            document.add_heading(label("kpi_group", group)[0], level=1)
            cells = [[line.name[0], *(said(number, line.shows) for number in (line.now, line.before, line.year))] for line in lines]
            _table(document, ("指标", "本期", "上期", "上年同期"), cells)
    document.add_paragraph("两个化解率的分母不同，不能互比：按登记批次看同一批案件后来怎样，按日历期用本期化解数除以本期受理数。")
    course, *bars = pictures(found)
    _courses(document, found, course)
    _splits(document, found, bars)
    _dwell(document, found)
    document.add_heading("口径", level=1)
    for line in found.table.lines:
        document.add_paragraph(f"{line.name[0]}：{line.note[0]}", style="List Bullet")
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def pictures(found: Bulletin) -> list[Picture]:
    """Return the charts of a bulletin: the course of twelve months, and the first split."""
    course = found.courses[0]
    labels = tuple(f"{point.period.first:%Y-%m}" for point in course.points)
    lines = tuple((one.name[0], tuple(point.number.value for point in one.points)) for one in found.courses)
    drawn = [Picture("近十二个月登记与办结", labels, lines, course=True)]
    for split in found.splits:
        rows = [row for row in split.rows if row.number.value is not None][:ROWS]
        if rows:
            values = tuple(row.number.value for row in rows)
            drawn.append(Picture(_title(split), tuple(row.name[0] for row in rows), ((split.name[0], values),)))
    return drawn


def _title(split: Split) -> str:
    return f"{split.name[0]}（按{GROUPED[split.by]}）"


def _fonts(document: DocumentObject) -> None:
    for name, font, size in (("Normal", FONT, 12), ("Title", HEAD, 18), ("Heading 1", HEAD, 14)):
        style = document.styles[name]
        style.font.name = font
        style.font.size = Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _pair(document: DocumentObject, found: Bulletin) -> None:
    document.add_heading("一升一降", level=1)
    cells = [[side.name[0], said(side.now, Shows.COUNT), said(side.year, Shows.COUNT)] for side in found.table.pair]
    _table(document, ("指标", "本期", "上年同期"), cells)


def _courses(document: DocumentObject, found: Bulletin, course: Picture) -> None:
    document.add_heading("近十二个月", level=1)
    draw(document, course)
    points = zip(*(one.points for one in found.courses), strict=True)
    cells = [[f"{row[0].period.first:%Y-%m}", *(said(one.number, Shows.COUNT) for one in row)] for row in points]
    _table(document, ("月份", *(one.name[0] for one in found.courses)), cells)


def _splits(document: DocumentObject, found: Bulletin, bars: Sequence[Picture]) -> None:
    drawn = {picture.title: picture for picture in bars}
    for split in found.splits:
        title = _title(split)
        document.add_heading(title, level=1)
        if title in drawn:
            draw(document, drawn[title])
        cells = [[row.name[0], said(row.number, split.shows)] for row in split.rows]
        _table(document, (GROUPED[split.by], split.name[0]), [*cells, ["合计", said(split.total, split.shows)]])


def _dwell(document: DocumentObject, found: Bulletin) -> None:
    document.add_heading("时间花在哪里（本期办结的案件）", level=1)
    stays = [[one.name[0] + ("（瓶颈）" if one.bottleneck else ""), _plain(one.days_mean), _plain(one.share)] for one in found.dwell.stays]
    _table(document, ("阶段", "平均停留（天）", "占全部时间（%）"), stays)
    document.add_paragraph()
    _table(document, ("在谁手里", "占全部时间（%）"), [[one.name[0], _plain(one.share)] for one in found.dwell.hands])


def _plain(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


def _table(document: DocumentObject, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(words).bold = True
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
