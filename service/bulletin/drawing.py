"""Charts in a Word document (图表): drawn by the office program itself from numbers in the file, so that they print sharp.

A chart is a part of its own beside the text, as `c:chartSpace` of ECMA-376; the words and numbers stand in its caches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr  # they write, and read nothing  # nosec B406

from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
NAMES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
STRAIGHT = '<c:smooth val="0"/>'
COLOURS = ("1F5FA8", "2E8B57", "B45309")
WIDTH, HEIGHT = 5_400_000, 2_700_000
"""In English metric units: 15 by 7.5 cm."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a chart shows."""

    title: str
    labels: tuple[str, ...]
    lines: tuple[tuple[str, tuple[float | None, ...]], ...]
    course: bool = False
    """Lines over time; else bars."""


def draw(document: Document, picture: Picture) -> None:
    """Put a chart at the end of a document."""
    package = document.part.package
    number = sum(1 for part in package.iter_parts() if str(part.partname).startswith("/word/charts/")) + 1
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CHART, chart_xml(picture).encode(), package)
    relation = document.part.relate_to(part, RELATION)
    run = document.add_paragraph().add_run()
    run._r.append(parse_xml(_inline(relation, number, picture.title)))  # noqa: SLF001 - the library knows no charts


def _inline(relation: str, number: int, title: str) -> str:
    return (
        '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{WIDTH}" cy="{HEIGHT}"/><wp:docPr id="{1000 + number}" name="chart {number}" descr={quoteattr(title)}/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart {NAMES} r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )


def chart_xml(picture: Picture) -> str:
    """Return the part of a chart."""
    series = "".join(_series(picture, number) for number in range(len(picture.lines)))
    axes = '<c:axId val="1"/><c:axId val="2"/>'
    course = f'<c:lineChart><c:grouping val="standard"/>{series}<c:marker val="1"/>{axes}</c:lineChart>'
    bars = f'<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/>{series}<c:gapWidth val="60"/>{axes}</c:barChart>'
    kind = course if picture.course else bars
    across, along = ("b", "l") if picture.course else ("l", "b")
    order = "minMax" if picture.course else "maxMin"
    title = f'<a:p><a:r><a:rPr sz="1200"/><a:t>{escape(picture.title)}</a:t></a:r></a:p>'
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {NAMES}><c:chart>'
        f'<c:title><c:tx><c:rich><a:bodyPr/>{title}</c:rich></c:tx><c:overlay val="0"/></c:title>'
        f'<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>{kind}'
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/><c:axPos val="{across}"/>'
        '<c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{along}"/><c:majorGridlines/><c:crossAx val="1"/></c:valAx></c:plotArea>'
        '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
    )


def _series(picture: Picture, number: int) -> str:
    name, values = picture.lines[number]
    letter, last = chr(ord("B") + number), len(values) + 1
    colour = f'<a:solidFill><a:srgbClr val="{COLOURS[number % len(COLOURS)]}"/></a:solidFill>'
    look = f'<c:spPr><a:ln w="28575">{colour}</a:ln></c:spPr>' if picture.course else f"<c:spPr>{colour}</c:spPr>"
    named = f"<c:tx><c:strRef><c:f>Sheet1!${letter}$1</c:f>{_cache('str', (name,))}</c:strRef></c:tx>"
    return (
        f'<c:ser><c:idx val="{number}"/><c:order val="{number}"/>{named}{look}'
        f"<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f>{_cache('str', picture.labels)}</c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Sheet1!${letter}$2:${letter}${last}</c:f>{_cache('num', values)}</c:numRef></c:val>"
        f"{STRAIGHT if picture.course else ''}</c:ser>"
    )


def _cache(kind: str, values: Sequence[str | float | None]) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{escape(str(value))}</c:v></c:pt>' for at, value in enumerate(values) if value is not None)
    form = "<c:formatCode>General</c:formatCode>" if kind == "num" else ""
    return f'<c:{kind}Cache>{form}<c:ptCount val="{len(values)}"/>{points}</c:{kind}Cache>'
