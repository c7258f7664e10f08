"""Exports (导出): a list, or one case, as a file, with just the rows and the fields that its reader sees on the screen.

The same use cases are asked that the pages ask, page by page; so who may see what is decided in one place. The file is written
first, then its line goes into the access log, and only then is it handed out. Purposes are always asked for.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.export import ExportFormat, ExportKind, ExportNote
from models.party import Actor
from models.refusal import RefusalCode
from rules.exporting import EXPORTERS, written
from rules.labels import ROLES
from rules.purposes import stated
from service.asking import params
from service.errors import refuse
from service.exporting.columns import Cell, Writer, cells, heads
from service.exporting.whole_case import HEADS, rows
from service.looking.purposes import Purposes
from service.office import Office
from service.oversight.archive import Archive, Wanted
from service.reading import Reader
from service.showing import unit_name
from store.desk.lists import Filter
from store.looks import Look, Looks

if TYPE_CHECKING:
    from service.exporting.files import Sheet

LOOK = "export"
"""How an export stands in the access log."""

AT_ONCE = 200
"""Rows that are read and written at once."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that has been made and entered in the log. Who takes it removes it."""

    path: Path
    note: ExportNote

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"jiefen-{self.note.kind}-{self.note.id}.{self.note.format}"


class Exports:
    """Exports for one person after another. Every method refuses `not_allowed` to who may take nothing out."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._archive = Archive(office)

    async def count(self, actor: Actor, wanted: Filter | Wanted) -> int:
        """Return how many rows a list would have."""
        self._may(actor)
        if isinstance(wanted, Wanted):
            return (await self._archive.search(actor, wanted, limit=1)).count
        return (await self._reader.count(actor, wanted)).count

    async def listed(
        self, actor: Actor, wanted: Filter | Wanted, form: ExportFormat, why: str, *, language: str = "zh", person: str = ""
    ) -> Made:
        """Make a file of a list; `person` is how its reader is called in the mark.

        Raises Refused: `invalid` for a purpose that is none, `too_many_rows` beyond the setting; StoreAway when it can't be logged.
        """
        purpose, limit = await self._granted(actor, wanted, why)
        kind = ExportKind.ARCHIVE if isinstance(wanted, Wanted) else ExportKind.CASES
        writer = Writer(language, self._office.bundle.cal)
        note = self._note(kind, form, purpose, _asked(wanted))
        pages = self._pages(actor, wanted, writer)
        return await self._made(actor, note, person, heads(writer), pages, limit)

    async def case(self, actor: Actor, key: str, form: ExportFormat, why: str, *, language: str = "zh", person: str = "") -> Made:
        """Make a file of one case as its page shows it. Raises as `listed` does, and UnknownCase."""
        self._may(actor)
        purpose = self._purpose(why)
        file = await self._reader.file(actor, key, why, story=True)
        case = await self._office.records.load((await self._office.records.find(file.case.code)) or "")
        purpose = await Purposes(self._office).read(case, purpose) if case is not None else purpose
        writer = Writer(language, self._office.bundle.cal)

        async def once() -> AsyncIterator[list[tuple[Cell, ...]]]:
            yield list(rows(file, writer))

        note = self._note(ExportKind.CASE, form, purpose, file.case.code)
        return await self._made(
            actor, note, person, tuple(writer.both(words) for words in HEADS), once(), self._office.settings.export_rows
        )

    async def _pages(self, actor: Actor, wanted: Filter | Wanted, writer: Writer) -> AsyncIterator[list[tuple[Cell, ...]]]:
        after: str | None = None
        while True:
            if isinstance(wanted, Wanted):
                files = await self._archive.search(actor, wanted, after=after, limit=AT_ONCE)
                found, after = files.files, files.next
            else:
                page = await self._reader.list(actor, wanted, after=after, limit=AT_ONCE)
                found, after = page.cases, page.next
            yield cells(writer, found)
            if after is None:
                return

    async def _made(
        self,
        actor: Actor,
        note: ExportNote,
        person: str,
        top: tuple[str, ...],
        pages: AsyncIterator[list[tuple[Cell, ...]]],
        limit: int,
    ) -> Made:
        from service.exporting.files import begun  # noqa: PLC0415 - dear to load, and few processes take lists out

        path = _blank(note.format)
        try:
            sheet = begun(path, note.format, self._mark(actor, note, person), top)
            count = await _filled(sheet, pages, limit)
            await asyncio.to_thread(sheet.close)
            made = Made(path, note.model_copy(update={"rows": count}))
            await self._log(actor, made.note)
        except BaseException:
            _drop(path)
            raise
        return made

    async def _log(self, actor: Actor, note: ExportNote) -> None:
        case_id = (await self._office.records.find(note.asked)) or "" if note.kind is ExportKind.CASE else ""
        await Looks(self._office.store).write(Look.of(actor, LOOK, case_id, datetime.now(UTC), written(note)))

    def _mark(self, actor: Actor, note: ExportNote, person: str) -> str:
        """Return what stands in the file: who, when, which export."""
        unit = unit_name(self._office.bundle.network, actor.unit) or actor.unit
        who = " ".join(part for part in (unit, ROLES[actor.role][0], person) if part)
        at = self._office.bundle.cal.stamp(datetime.now(UTC))
        return f"解纷 Jiefen · {note.id} · {who} · {at} · 内部资料，不得外传 Internal, do not pass on"

    def _note(self, kind: ExportKind, form: ExportFormat, why: str, asked: str) -> ExportNote:
        day = self._office.bundle.cal.local_date(datetime.now(UTC))
        return ExportNote(id=f"E{day:%Y%m%d}-{secrets.token_hex(4)}", kind=kind, format=form, rows=0, why=why, asked=asked)

    def _may(self, actor: Actor) -> None:
        if actor.role not in EXPORTERS:
            raise refuse(RefusalCode.NOT_ALLOWED, LOOK)

    async def _granted(self, actor: Actor, wanted: Filter | Wanted, why: str) -> tuple[str, int]:
        """Return the purpose of a list as it is kept, and how many rows it may have; refuses one that is longer."""
        self._may(actor)
        purpose, limit = self._purpose(why), self._office.settings.export_rows
        if await self.count(actor, wanted) > limit:
            raise refuse(RefusalCode.TOO_MANY_ROWS, str(limit))
        return purpose, limit

    def _purpose(self, why: str) -> str:
        purpose = stated(why, self._office.place.eyes)
        if purpose is None:
            raise refuse(RefusalCode.INVALID, "purpose")
        return purpose


def _blank(form: ExportFormat) -> Path:
    """Return an empty file that its owner alone may read."""
    handle, name = tempfile.mkstemp(prefix="jiefen-export-", suffix=f".{form}")
    os.close(handle)
    return Path(name)


def _drop(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _filled(sheet: Sheet, pages: AsyncIterator[list[tuple[Cell, ...]]], limit: int) -> int:
    """Write all rows up to the limit, which cases that came in meanwhile do not pass; return how many."""
    add: Callable[[list[tuple[Cell, ...]]], None] = sheet.add
    count = 0
    async for page in pages:
        fits = page[: limit - count]
        # Others are served meanwhile: a page of rows is a few milliseconds of work.
        await asyncio.to_thread(add, fits)
        count += len(fits)
        if count >= limit:
            break
    return count


def _asked(wanted: Filter | Wanted) -> str:
    """Return what was asked for, by fields; none of them holds a word of a case or of a person."""
    if isinstance(wanted, Filter):
        pairs = params(wanted)
    else:
        pairs = tuple((name, str(value)) for name, value in wanted.model_dump(exclude_none=True).items())
    return " ".join(f"{name}={value}" for name, value in pairs)
