"""Building blocks of the first templates of papers: A4 pages as Chinese offices write them, tables with labels, signatures, seals.

Used by `scripts/paper_templates.py`. Fonts are named as Windows and WPS call them (方正小标宋简体, 黑体, 仿宋); whoever lacks them gets
what their system puts in their place.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

TITLE, HEAD, BODY = "方正小标宋简体", "黑体", "仿宋"
EPOCH = (2026, 1, 1, 0, 0, 0)
WIDTH = 15.6
"""Width of the type area (版心) in centimetres, GB/T 9704."""

Align = Literal["left", "center", "right", "justify"]
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


class Form:
    """One template in the making."""

    def __init__(self, title: str = "", *, size: float = 14, footer: bool = True) -> None:
        self.doc = Document()
        self._size = size
        self._page()
        self._base()
        if title:
            self.text(title, font=TITLE, size=22, align="center", after=10)
        if footer:
            self._footer()

    def _page(self) -> None:
        section = self.doc.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.top_margin, section.bottom_margin = Cm(3.0), Cm(2.6)
        section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
        section.start_type = WD_SECTION.NEW_PAGE

    def _base(self) -> None:
        style = self.doc.styles["Normal"]
        style.font.name, style.font.size = BODY, Pt(self._size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(name), BODY)
        language = OxmlElement("w:lang")
        for name, value in (("w:val", "zh-CN"), ("w:eastAsia", "zh-CN")):
            language.set(qn(name), value)
        style.element.get_or_add_rPr().append(language)

    def _footer(self) -> None:
        footer = self.doc.sections[0].footer.paragraphs[0]
        footer.alignment = ALIGN["right"]
        self._run(footer, "{{ case.code }}　{{ paper.version }}", BODY, 9)

    def _run(self, paragraph: Paragraph, words: str, font: str, size: float, *, bold: bool = False) -> None:
        for number, line in enumerate(words.split("\n")):
            run = paragraph.add_run()
            if number:
                run.add_break()
            run.add_text(line)
            run.font.name, run.font.size, run.font.bold = font, Pt(size), bold or None
            fonts = run._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 - the library has no other way to the East Asian font
            for name in ("w:ascii", "w:hAnsi", "w:eastAsia"):
                fonts.set(qn(name), font)

    def _style(self, paragraph: Paragraph, align: Align, *, before: float, after: float, line: float) -> None:
        shape = paragraph.paragraph_format
        shape.alignment = ALIGN[align]
        shape.space_before, shape.space_after = Pt(before), Pt(after)
        # Exact, as offices set it: fonts differ in how high they say they are.
        shape.line_spacing = Pt(line)
        if "\t" in paragraph.text:
            shape.tab_stops.add_tab_stop(Cm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)

    def text(  # noqa: PLR0913 - a paragraph has as many sides
        self,
        words: str = "",
        *,
        font: str = BODY,
        size: float | None = None,
        align: Align = "justify",
        indent: bool = False,
        after: float = 0,
        before: float = 0,
        spacing: float = 1.7,
        keep: bool = False,
    ) -> None:
        """Add a paragraph; `keep` holds it on one page with the next."""
        paragraph = self.doc.add_paragraph()
        self._run(paragraph, words, font, size or self._size)
        self._style(paragraph, align, before=before, after=after, line=(size or self._size) * spacing)
        paragraph.paragraph_format.keep_with_next = keep
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt((size or self._size) * 2)

    def number(self) -> None:
        """Add the line with the paper's number."""
        self.text("{{ paper.number }}", align="right", size=12, after=6)

    def head(self, words: str) -> None:
        """Add a heading inside the text."""
        self.text(words, font=HEAD, before=4, keep=True)

    def body(self, *paragraphs: str, keep: bool = False) -> None:
        """Add paragraphs of running text, each with two characters' indent."""
        for words in paragraphs:
            self.text(words, indent=True, keep=keep)

    def control(self, tag: str) -> None:
        """Add a line that only holds a tag of the template language; it leaves no paragraph behind."""
        self.text(tag)

    def grid(self, widths: Sequence[float], rows: Iterable[Sequence[str]], *, heads: bool = False, heights: Sequence[float] = ()) -> Table:
        """Add a table with a frame; label cells begin with `#`. With `heads` the first row is repeated on each page."""
        made: Table = self.doc.add_table(rows=0, cols=len(widths))
        made.style = "Table Grid"
        made.alignment = WD_TABLE_ALIGNMENT.CENTER
        made.autofit = False
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Cm(width)
        for number, words in enumerate(rows):
            row: _Row = made.add_row()  # type: ignore[no-untyped-call]
            row.height = Cm(heights[number] if number < len(heights) else 0.95)
            row.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
            self._fill(row.cells, words, widths)
            if heads and number == 0:
                row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - no other way
        return made

    def _fill(self, cells: tuple[_Cell, ...], words: Sequence[str], widths: Sequence[float]) -> None:
        """Write a row; a cell that is `<` belongs to the one on its left."""
        starts = [place for place, word in enumerate(words) if word != "<"]
        for cell, width in zip(cells, widths, strict=True):
            cell.width = Cm(width)
        for place, start in enumerate(starts):
            end = (starts[place + 1] if place + 1 < len(starts) else len(words)) - 1
            cell = cells[start] if end == start else cells[start].merge(cells[end])
            self.cell(cell, words[start])

    def cell(self, cell: _Cell, words: str) -> None:
        """Write a cell: a label (`#…`) in black type and centred, `^…` from the top, anything else as text."""
        label, top = words.startswith("#"), words.startswith("^")
        lines = words.removeprefix("#").removeprefix("^").split("\n\n")
        for number, line in enumerate(lines):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            right = line.startswith(">")
            self._run(paragraph, line.removeprefix(">"), HEAD if label else BODY, 12)
            align: Align = "center" if label else "right" if right else "left"
            self._style(paragraph, align, before=2, after=2, line=17)
        vertical = OxmlElement("w:vAlign")
        vertical.set(qn("w:val"), "top" if top else "center")
        cell._tc.get_or_add_tcPr().append(vertical)  # noqa: SLF001 - no other way

    def signatures(self, *lines: str, seal: str = "", on: str = "年　　月　　日") -> None:
        """Add lines to sign on, the place of the seal, and the day, held together on one page."""
        size = min(self._size, 14)
        for words in lines:
            self.text(words, size=size, before=4, keep=True, align="left")
        if seal:
            self.text(seal + "（印章）", size=size, align="right", before=8, keep=bool(on))
        if on:
            self.text(on, size=size, align="right", before=2)

    def save(self, path: Path) -> None:
        """Write the file: the same bytes each time, without the library's own picture and name."""
        known = self.doc.core_properties
        known.author = known.last_modified_by = known.comments = known.keywords = ""
        known.title, known.revision = path.stem, 1
        known.created = known.modified = datetime(*EPOCH, tzinfo=UTC)
        rels = self.doc.part.package.rels
        for name in [name for name, rel in rels.items() if rel.reltype.endswith("/thumbnail")]:
            rels.pop(name)
        kept = io.BytesIO()
        self.doc.save(kept)
        with zipfile.ZipFile(kept) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
            for part in sorted(made.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
                file.writestr(zipfile.ZipInfo(part, EPOCH), made.read(part), zipfile.ZIP_DEFLATED)
