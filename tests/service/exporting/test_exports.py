"""Exports of a town's cases: the rows and fields of the list, a mark, a line in the log, and found again by the id in the file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from models.export import ExportFormat
from models.words import Role
from rules.exporting import EXPORTERS, ID
from service.errors import Refused, UnknownCase
from service.exporting.exports import Exports, Made
from service.exporting.finding import ExportLog
from service.office import Office
from service.oversight.archive import Archive, Wanted
from service.reading import Reader
from store.desk.lists import Filter
from store.looks import Looks
from tests.service.town import who

CSV, XLSX = ExportFormat.CSV, ExportFormat.XLSX
AUDIT = "admin_audit@huaxi-centre"


def taken(made: Made) -> list[list[Any]]:
    """The rows of a file; it is removed."""
    try:
        if made.note.format is CSV:
            return list(csv.reader(io.StringIO(made.path.read_text("utf-8-sig"))))
        sheet = load_workbook(made.path).active
        assert sheet is not None
        return [[cell.value for cell in row] for row in sheet.iter_rows()]
    finally:
        made.path.unlink()


async def codes(office: Office, post: str, wanted: Filter) -> list[str]:
    """The codes of a list, all of its pages."""
    found: list[str] = []
    after = None
    while True:
        page = await Reader(office).list(who(post), wanted, after=after, limit=50)
        found += [row.code for row in page.cases]
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize("form", [CSV, XLSX])
@pytest.mark.parametrize("post", ["director@yanlou-centre", "clerk@yanlou-centre", "officer@yanlou-justice", "archivist@yanlou-justice"])
async def test_a_file_holds_just_what_the_list_shows(filled: Office, form: ExportFormat, post: str) -> None:
    wanted = Filter()
    made = await Exports(filled).listed(who(post), wanted, form, "supervising", person="王某")
    mark, heads, *rows, last = taken(made)
    assert mark[0] == last[0]
    assert all(part in mark[0] for part in (made.note.id, "王某", "内部资料"))
    assert [row[0] for row in rows] == await codes(filled, post, wanted)
    assert made.note.rows == len(rows) > 0
    shown = {head: {row[number] for row in rows} - {None, ""} for number, head in enumerate(heads)}
    assert bool(shown["风险"]) is (post.partition("@")[0] != "archivist")
    assert bool(shown["地点"]) is (post.partition("@")[0] != "archivist")


async def test_a_workbook_carries_its_mark_on_every_printed_page(filled: Office) -> None:
    made = await Exports(filled).listed(who("director@yanlou-centre"), Filter(), XLSX, "supervising")
    sheet = load_workbook(made.path).active
    made.path.unlink()
    assert sheet is not None
    for part in (sheet.oddHeader, sheet.oddFooter):
        assert part is not None
        assert made.note.id in str(part.center.text)
    assert sheet.print_title_rows == "$1:$2"


async def test_the_archive_is_exported_as_it_is_shown(filled: Office) -> None:
    post = who("archivist@huaxi-justice")
    made = await Exports(filled).listed(post, Wanted(), CSV, "archiving")
    assert len(taken(made)) - 3 == made.note.rows == (await Archive(filled).search(post, Wanted())).count


async def test_each_export_is_in_the_log_and_found_by_its_id(filled: Office) -> None:
    made = await Exports(filled).listed(who("director@yanlou-centre"), Filter(town="yanlou", ended=False), CSV, "月度核对")
    made.path.unlink()
    log = ExportLog(filled)
    (line,) = (await log.page(who(AUDIT), f" {made.note.id} ")).exports
    assert (line.person, line.unit_name, line.rows, line.why) == ("director@yanlou-centre", "燕楼镇综治中心", made.note.rows, "月度核对")
    assert line.asked == "town=yanlou ended=false"
    assert ID.fullmatch(line.id)
    assert made.note.id in [one.id for one in (await log.page(who(AUDIT))).exports]
    assert (await log.page(who(AUDIT), "E20200101-00000000")).exports == ()
    assert await Looks(filled.store).verify() is None
    for nonsense in ("E20269999-00000000", "x", "%"):
        with pytest.raises(Refused, match="invalid"):
            await log.page(who(AUDIT), nonsense)
    with pytest.raises(Refused, match="not_allowed"):
        await log.page(who("director@huaxi-centre"))


async def test_one_case_is_exported_as_its_page_shows_it(filled: Office) -> None:
    director = who("director@yanlou-centre")
    (code, *_) = await codes(filled, director.person, Filter(ended=False))
    made = await Exports(filled).case(director, code, CSV, "consulting")
    rows = taken(made)
    assert (made.note.asked, made.note.rows) == (code, len(rows) - 3)
    assert {row[0] for row in rows[2:-1]} >= {"基本情况", "流程"}
    (look, *_) = await Looks(filled.store).of_case((await filled.records.find(code)) or "")
    assert (look.look, look.person) == ("export", director.person)
    with pytest.raises(UnknownCase):
        await Exports(filled).case(who("director@qingyan-centre"), code, CSV, "consulting")


async def test_nothing_is_taken_out_without_a_purpose_a_role_for_it_or_beyond_the_limit(filled: Office) -> None:
    exports = Exports(filled)
    for why in ("", "x", "电话13800000001"):
        with pytest.raises(Refused, match="invalid"):
            await exports.listed(who("director@yanlou-centre"), Filter(), CSV, why)
    for role in set(Role) - EXPORTERS - {Role.SYSTEM}:
        with pytest.raises(Refused, match="not_allowed"):
            await exports.listed(who(f"{role}@yanlou-centre"), Filter(), CSV, "supervising")
    settings = filled.settings
    filled.settings = settings.model_copy(update={"export_rows": 3})
    try:
        with pytest.raises(Refused, match="too_many_rows"):
            await exports.listed(who("director@yanlou-centre"), Filter(), CSV, "supervising")
    finally:
        filled.settings = settings
