"""The file of a case (卷宗), put together in its legal order: one ZIP of what it holds, or one PDF with numbered pages.

Cover, catalogue and back cover are written anew each time, from what the file holds then; a cover that was made as a paper gives its
number. What can't stand in a PDF (sound, tables) is in the ZIP, and the catalogue says so.
"""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import IO

from models.paper.facts import FileFacts, HeadFacts, RowFacts
from models.paper.kinds import Kind
from models.paper.record import PDF, ZIP, Paper
from models.paper.refusal import PaperProblem
from models.party import Actor
from rules.papers.dossier import completeness
from rules.papers.writing import day
from rules.telling import Names
from rules.visibility import Group
from service.errors import PaperRefused
from service.office import Office
from service.papers import pages
from service.papers.making import Maker
from service.papers.reading import Handed, PaperReader, is_newest
from service.papers.rendering import render
from service.papers.seen import Seen, file_title, open_case
from service.reading import Reader
from store.papers.register import PaperRegister

COVER, CATALOGUE, BACK = "cover", "catalogue", "back_cover"
FRAME = (COVER, CATALOGUE, BACK)
"""Kinds that are the file itself."""

MOST = 80_000_000
"""Bytes of what was brought in that one PDF takes; what is beyond is in the ZIP alone."""

CHUNK = 1 << 16

ELSEWHERE, ERASED, HIDDEN = "另存", "已销毁", "未包含"
"""Remarks of the catalogue: in the ZIP alone; destroyed; not for this reader."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper on its way into the file."""

    paper: Paper
    title: str
    order: tuple[int, str, str]
    remark: str = ""
    pages: int = 0


class Binder:
    """Puts files together in one office, for one person after another. Raises PaperRefused, UnknownCase, StoreAway."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._papers = PaperReader(office)
        self._maker = Maker(office)
        self._register = PaperRegister(office.store)
        self._known = office.place.papers.known

    async def bind(self, actor: Actor, code: str, form: str, purpose: str = "") -> Handed:
        """Return the file of a case as `zip` or `pdf`."""
        seen = await open_case(self._office, actor, await self._reader.look(actor, code, "dossier", purpose))
        if not (seen.sight.full(Group.PAPERS) and seen.sight.full(Group.NAMES)):
            raise PaperRefused(PaperProblem.NOT_YOURS)
        held = await self._register.of_case(seen.case.id)
        sheets = sorted([await self._sheet(seen, paper, held) for paper in held if _belongs(paper, held)], key=lambda one: one.order)
        name = f"{seen.case.code or seen.case.id}_卷宗"
        cover = next((paper for paper in reversed(held) if paper.kind == COVER), None)
        if form == "zip":
            file = await self._zipped(seen, sheets, held, cover)
            return Handed(f"{name}.zip", ZIP, None, _read(file))
        return Handed.whole(f"{name}.pdf", PDF, await self._one_pdf(seen, sheets, held, cover))

    async def _sheet(self, seen: Seen, paper: Paper, held: list[Paper]) -> Sheet:
        line = await self._papers.line(seen, paper, held)
        slot = self._known.slot(paper.kind)
        remark = ERASED if line.erased else "" if self._papers.may_read(seen, paper) else HIDDEN
        title = line.title if line.title == line.zh or line.made else f"{line.zh}：{line.title}"
        return Sheet(paper, title, (slot.order if slot else 999, f"{paper.made_at:%Y%m%d%H%M%S%f}", paper.id), remark)

    async def _zipped(self, seen: Seen, sheets: list[Sheet], held: list[Paper], cover: Paper | None) -> IO[bytes]:
        """Write the ZIP into a file without a name, part by part."""
        frame = await self._frame(seen, sheets, held, cover, counted=False)
        file = self._office.converter.unnamed()  # closed by who reads it
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            for name, docx in (("00_卷宗封面.docx", frame[COVER]), ("01_卷内目录.docx", frame[CATALOGUE])):
                made.writestr(name, docx)
            for number, sheet in enumerate(sheets, 2):
                if sheet.remark not in {ERASED, HIDDEN}:
                    with made.open(f"{number:02}_{_safe(sheet.title)}.{sheet.paper.ending}", "w") as entry:
                        async for part in self._papers.content(sheet.paper):
                            entry.write(part)
            made.writestr(f"{len(sheets) + 2:02}_卷宗封底.docx", frame[BACK])
        file.seek(0)
        return file

    async def _one_pdf(self, seen: Seen, sheets: list[Sheet], held: list[Paper], cover: Paper | None) -> bytes:
        """Lay the body out first: the catalogue needs to know its pages."""
        converter = self._office.converter
        written = [sheet for sheet in sheets if sheet.paper.template is not None and not sheet.remark]
        converted = await converter.pdfs([await self._papers.whole(sheet.paper) for sheet in written])
        body = dict(zip((sheet.paper.id for sheet in written), converted, strict=True))
        left = MOST
        for sheet in sheets:
            if sheet.paper.template is None and not sheet.remark and sheet.paper.size <= left:
                page = await self._enclosed(sheet.paper)
                if page is not None:
                    body[sheet.paper.id] = page
                    left -= sheet.paper.size
        laid = [_laid(sheet, body.get(sheet.paper.id)) for sheet in sheets]
        frame = await self._frame(seen, laid, held, cover, counted=True)
        front, catalogue, back = await converter.pdfs([frame[COVER], frame[CATALOGUE], frame[BACK]])
        return pages.bound((front, catalogue), [(one.title, body[one.paper.id]) for one in laid if one.pages], (back,))

    async def _enclosed(self, paper: Paper) -> bytes | None:
        """Return what was brought in as pages; None for what has none."""
        if paper.media_type == PDF:
            return await self._papers.whole(paper)
        return pages.picture_page(await self._papers.whole(paper)) if paper.media_type.startswith("image/") else None

    async def _frame(self, seen: Seen, sheets: list[Sheet], held: list[Paper], cover: Paper | None, *, counted: bool) -> dict[str, bytes]:
        """Return cover, catalogue and back cover."""
        lack = completeness(seen.case, self._known, {paper.kind for paper in held} | {COVER})
        file = FileFacts(
            title=file_title(seen),
            papers=str(len(sheets)),
            pages=str(sum(sheet.pages for sheet in sheets)) if counted else "",
            missing="、".join(one.zh for one in lack.missing),
            filed_on=day(seen.bundle.cal.local_date(cover.made_at)) if cover else "",
            filer=Names(seen.bundle.network).post(cover.made_by) if cover else "",
            rows=tuple(_rows(sheets)),
        )
        found: dict[str, bytes] = {}
        for kind in self._known.kinds:
            if kind.id in FRAME:
                found[kind.id] = self._framed(seen, kind, file, (cover.number if cover else "") or "")
        return found

    def _framed(self, seen: Seen, kind: Kind, file: FileFacts, number: str) -> bytes:
        said = self._maker.facts(seen, kind, "", HeadFacts(number=number))
        return render(self._office.place.papers.templates[kind.id].body, said.model_copy(update={"file": file}))


def _belongs(paper: Paper, held: list[Paper]) -> bool:
    """Whether a paper lies in the file: not its frame, and of what was made here the newest version alone."""
    return paper.kind not in FRAME and is_newest(paper, held)


def _rows(sheets: list[Sheet]) -> list[RowFacts]:
    rows, first = [], 1
    for number, sheet in enumerate(sheets, 1):
        last = first + sheet.pages - 1
        where = "" if not sheet.pages else str(first) if last == first else f"{first}-{last}"
        rows.append(RowFacts(n=str(number), title=sheet.title, number=sheet.paper.number or "", pages=where, remark=sheet.remark))
        first += sheet.pages
    return rows


def _laid(sheet: Sheet, pdf: bytes | None) -> Sheet:
    """Return a paper with its pages counted, or with the remark that it has none here."""
    if pdf is not None:
        return replace(sheet, pages=pages.count(pdf))
    return sheet if sheet.remark else replace(sheet, remark=ELSEWHERE)


def _safe(title: str) -> str:
    """Return a title as a file name."""
    return "".join(char if char.isalnum() or char in "（）()-_" else "_" for char in title)[:60]


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while part := file.read(CHUNK):
            yield part
