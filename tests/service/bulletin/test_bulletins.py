"""The monthly bulletin: its three forms say the table's numbers, each month and town has it once, and nobody's small numbers are in it."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from temporalio.client import ScheduleBackfill, ScheduleOverlapPolicy

from models.bulletin import BulletinDue
from models.kpi import Shows
from models.paper.refusal import PaperProblem
from models.period import Period, Step
from rules.periods import holding
from service.bulletin.content import Bulletin, author, compose, said
from service.bulletin.document import document_of, pictures
from service.bulletin.drawing import chart_xml
from service.bulletin.editing import Editor
from service.bulletin.schedule import keep_bulletins, schedule_id
from service.bulletin.workbook import workbook_of
from service.errors import PaperRefused, Refused
from service.office import Office
from service.papers.converting import Converter
from tests.service.town import who
from tests.support.running import Desk
from tests.support.waiting import until

MONTH = holding(Step.MONTH, date(2026, 10, 1))
DIRECTOR = who("director@huaxi-centre")


def words_of(docx: bytes) -> str:
    document = Document(BytesIO(docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.fixture
async def october(filled: Office) -> Bulletin:
    return await compose(filled, DIRECTOR, MONTH, None)


async def test_document_and_workbook_say_the_numbers_of_the_table(filled: Office, october: Bulletin) -> None:
    cal = filled.bundle.cal
    docx, xlsx = document_of(october, cal), workbook_of(october, cal)
    words = words_of(docx)
    assert "花溪区矛盾纠纷调处化解月报（2026年10月）" in words
    for line in october.table.lines:
        assert line.name[0] in words
        assert said(line.now, line.shows) in words
    book = load_workbook(BytesIO(xlsx))
    rows = {row[1]: row for row in book["指标"].iter_rows(min_row=3, values_only=True)}
    for line in october.table.lines:
        assert line.now.part is not None
        assert line.now.whole is not None
        assert rows[line.name[0]][2:5] == (line.now.value, line.now.part.value, line.now.whole.value), line.id
    with zipfile.ZipFile(BytesIO(xlsx)) as package:
        assert sum(name.startswith("xl/charts/chart") for name in package.namelist()) >= 3
    with zipfile.ZipFile(BytesIO(docx)) as package:
        charts = [name for name in package.namelist() if name.startswith("word/charts/")]
        assert len(charts) == len(pictures(october)) >= 3
        drawn = package.read(charts[0]).decode()
    assert re.findall(r"<c:v>(\d+\.0)</c:v>", drawn)[:12] == [str(point.number.value) for point in october.courses[0].points]
    assert chart_xml(pictures(october)[0]).count("<c:ser>") == 2


async def test_each_month_and_town_has_one_however_often_it_is_asked_for(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.bulletin.editing.towns", lambda office: ("yanlou", "qingyan"))
    editor, due = Editor(filled), BulletinDue(due=datetime(2026, 11, 1, 2, tzinfo=UTC))
    all_ = 3
    first = await editor.monthly(due)
    assert (first.first, first.made + first.there) == (date(2026, 10, 1), all_)
    assert (await editor.monthly(due)).made == 0
    listed = await editor.listed(DIRECTOR)
    assert len(listed) == all_
    own = await editor.listed(who("director@yanlou-centre"))
    assert [line.town for line in own] == ["yanlou"]
    line, docx = await editor.stored(who("director@yanlou-centre"), own[0].id, "docx")
    assert (line.town, "燕楼镇" in words_of(docx)) == ("yanlou", True)
    with pytest.raises(Refused):
        await editor.stored(who("director@qingyan-centre"), own[0].id, "docx")
    with pytest.raises(Refused):
        await editor.listed(who("officer@yanlou-justice"))


async def test_a_stored_one_holds_no_small_number(filled: Office) -> None:
    least = filled.place.kpis.suppress_below
    found = await compose(filled, author(filled, None), MONTH, None)
    numbers = [line.now for line in found.table.lines] + [row.number for split in found.splits for row in split.rows]
    assert any(number.hidden for number in numbers)
    told = [figure.value for number in numbers for figure in (number.part, number.whole) if figure is not None]
    assert not [value for value in told if 0 < value < least]
    assert said(next(number for number in numbers if number.hidden), Shows.COUNT) == "＊"


async def test_on_request_a_month_of_ones_own(filled: Office) -> None:
    editor = Editor(filled)
    assert "燕楼镇" in words_of(await editor.made(who("director@yanlou-centre"), MONTH, None, "docx"))
    for town, period in (("qingyan", MONTH), (None, Period(first=date(2026, 10, 2), last=date(2026, 10, 31)))):
        with pytest.raises(Refused):
            await editor.made(who("director@yanlou-centre"), period, town, "docx")


async def test_a_pdf_is_made_by_the_one_converter_of_the_process(filled: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(filled, "converter", Converter(tmp_path, program="/bin/false"))
    with pytest.raises(PaperRefused, match=PaperProblem.CONVERTER_FAILED):
        await Editor(filled).made(DIRECTOR, MONTH, None, "pdf")


@pytest.mark.timeout(200)
async def test_the_pdf_holds_the_words_and_the_charts(october: Bulletin, filled: Office, tmp_path: Path) -> None:
    pdf = await Converter(tmp_path).pdf(document_of(october, filled.bundle.cal))
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 20_000


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_schedule_makes_up_for_each_month_that_an_outage_took(working: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.bulletin.editing.towns", lambda office: ())
    office, editor = working.office, Editor(working.office)
    assert await keep_bulletins(office)
    assert await keep_bulletins(office)
    handle = office.client.get_schedule_handle(schedule_id(office.settings))
    since = datetime(2025, 12, 15, tzinfo=UTC)
    missed = ScheduleBackfill(start_at=since, end_at=since + timedelta(days=60), overlap=ScheduleOverlapPolicy.ALLOW_ALL)
    await handle.backfill(missed)
    await until(lambda: editor.listed(DIRECTOR), lambda lines: len(lines) >= 2)
    await handle.backfill(missed)
    await editor.monthly(BulletinDue(due=since + timedelta(days=20)))
    assert sorted(line.first for line in await editor.listed(DIRECTOR)) == [date(2025, 12, 1), date(2026, 1, 1)]
    await handle.delete()
