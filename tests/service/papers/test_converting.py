"""PDF: fonts are embedded, one conversion at a time, killed with all its children, refused where there is no LibreOffice; the file."""

from __future__ import annotations

import asyncio
import io
import os
import time
import zipfile
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from models.paper.refusal import PaperProblem
from service.errors import PaperRefused
from service.papers import pages
from service.papers.converting import Converter
from service.papers.dossier import Binder
from tests.service.papers.conftest import CLERK, MEDIATOR, PaperHands, read
from tests.service.papers.test_making import APPLICATION, SQLITE, refused, text


def fonts(pdf: bytes) -> dict[str, bool]:
    """The fonts of a document, and whether each is embedded."""
    found: dict[str, bool] = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for ref in cast("dict[str, Any]", page["/Resources"]).get("/Font", {}).values():
            font = ref.get_object()
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            described = inner.get("/FontDescriptor", {})
            found[font["/BaseFont"]] = any(key.startswith("/FontFile") for key in described)
    return found


@SQLITE
async def test_the_file_in_its_legal_order_as_pdf_and_zip(hands: PaperHands, converter: Converter) -> None:
    hands.here.office.converter = converter
    case_id = await hands.case(amount=20_000)
    await hands.make(MEDIATOR, case_id, "rights_notice")
    await hands.make(CLERK, case_id, "application", entries={"requests": "旧的请求"})
    await hands.make(CLERK, case_id, "application", entries=APPLICATION)
    await hands.agree(case_id)
    await hands.make(MEDIATOR, case_id, "agreement")
    actor = await hands.here.cases.actor(MEDIATOR)
    zipped = zipfile.ZipFile(io.BytesIO(await read(await hands.binder.bind(actor, case_id, "zip"))))
    assert [name.partition(".")[0] for name in zipped.namelist()] == [
        "00_卷宗封面", "01_卷内目录", "02_人民调解申请书", "03_人民调解权利义务告知书", "04_人民调解协议书", "05_卷宗封底",
    ]  # fmt: skip
    assert "恢复排水沟" in text(zipped.read("02_人民调解申请书.docx"))
    handed = await hands.binder.bind(actor, case_id, "pdf")
    pdf = await read(handed)
    assert handed.name == "YANLOU-2026-00001_卷宗.pdf"
    told = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert "人民调解卷宗" in told[0]
    assert "（待编号）" in told[0]
    for words in ("卷内目录", "人民调解申请书", "燕楼人调协字〔2026〕1号", "尚缺：当事人身份证明、调解记录"):
        assert words in "".join(told[1].split()), "lines and gaps are as the fonts at hand make them"
    numbered = [page for page in told if page.split("\n")[-1].strip().isdigit() or page.split("\n")[0].strip().isdigit()]
    assert len(numbered) == len(told) - 3
    assert "卷　宗　情　况" in told[-1]
    assert [item.title for item in PdfReader(io.BytesIO(pdf)).outline] == ["人民调解申请书", "人民调解权利义务告知书", "人民调解协议书"]  # type: ignore[union-attr]
    found = fonts(pdf)
    assert {name for name, embedded in found.items() if not embedded} == {"/Helvetica"}
    assert any("CJK" in name for name in found)


@SQLITE
async def test_the_file_is_not_for_everybody(hands: PaperHands) -> None:
    case_id = await hands.case()
    for post in ("officer@yanlou-justice", "archivist@yanlou-justice"):
        with refused(PaperProblem.NOT_YOURS):
            await Binder(hands.here.office).bind(await hands.here.cases.actor(post), case_id, "zip")


async def test_without_libreoffice_a_pdf_is_refused_in_clear_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    converter = Converter(tmp_path / "home")
    assert not converter.there
    with refused(PaperProblem.CONVERTER_MISSING):
        await converter.pdf(b"")


async def test_a_conversion_that_hangs_is_killed_with_all_its_children(tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $$ $! > {noted}.new && mv {noted}.new {noted}\nwait\n", encoding="utf-8")
    program.chmod(0o700)
    converter = Converter(tmp_path / "home", program=str(program), limit=-4.0)
    with refused(PaperProblem.CONVERTER_FAILED):
        await converter.pdf(b"x")
    for pid in map(int, noted.read_text(encoding="utf-8").split()):
        assert gone(pid)
    assert [path for path in (tmp_path / "home").iterdir() if path.name.startswith("papers-")] == []


def gone(pid: int, patience: float = 5.0) -> bool:
    """Whether a process has ended; one that is only waited for has."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


async def test_one_conversion_runs_at_a_time_and_a_failed_one_is_told(tmp_path: Path) -> None:
    busy = tmp_path / "busy"
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\nmkdir {busy} || exit 9\nsleep 0.05\nrmdir {busy}\necho x >> {tmp_path}/ran\n", encoding="utf-8")
    program.chmod(0o700)
    converter = Converter(tmp_path / "home", program=str(program))
    results = await asyncio.gather(*(converter.pdf(b"x") for _ in range(4)), return_exceptions=True)
    assert all(isinstance(result, PaperRefused) and result.code is PaperProblem.CONVERTER_FAILED for result in results)
    assert (tmp_path / "ran").read_text(encoding="utf-8").split() == ["x"] * 4
    converter.close()


async def test_what_a_killed_process_left_is_taken_away_and_what_is_in_work_stays(tmp_path: Path) -> None:
    left, fresh = tmp_path / "papers-left", tmp_path / "papers-fresh"
    for folder in (left, fresh):
        folder.mkdir()
        (folder / "0000.docx").write_bytes(b"x")
    os.utime(left, (0, 0))
    with refused(PaperProblem.CONVERTER_FAILED):
        await Converter(tmp_path, program="/bin/true").pdf(b"x")
    assert not left.exists()
    assert fresh.exists()


def picture(mode: str = "RGB") -> bytes:
    made = io.BytesIO()
    Image.new(mode, (300, 200), 0).save(made, "PNG")
    return made.getvalue()


def blank(count: int, *, turned: bool = False) -> bytes:
    writer, made = PdfWriter(), io.BytesIO()
    for _ in range(count):
        page = writer.add_blank_page(400, 600)
        if turned:
            page.rotate(90)
    writer.write(made)
    return made.getvalue()


def test_pictures_and_turned_pages_are_bound_and_numbered_upright() -> None:
    pdf = pages.bound((blank(1),), [("照片", pages.picture_page(picture("RGBA"))), ("扫描件", blank(2, turned=True))], (blank(1),))
    found = PdfReader(io.BytesIO(pdf)).pages
    assert [page.extract_text().strip() for page in found] == ["", "1", "2", "3", ""]
    assert all(page.rotation == 0 for page in found)
    assert (round(float(found[1].mediabox.width)), round(float(found[1].mediabox.height))) == (595, 842)


@pytest.mark.parametrize("damaged", [b"", b"%PDF-1.7 nothing"])
def test_a_damaged_document_is_told(damaged: bytes) -> None:
    with refused(PaperProblem.DAMAGED):
        pages.count(damaged)
    with refused(PaperProblem.DAMAGED):
        pages.picture_page(damaged)


def test_a_file_without_a_name_is_to_be_had_before_anything_was_converted(tmp_path: Path) -> None:
    home = tmp_path / "not" / "there"
    with Converter(home).unnamed() as file:
        file.write("名册".encode())
        assert list(home.iterdir()) == []
