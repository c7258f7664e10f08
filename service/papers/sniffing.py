"""What a file really is, and whether it is fit to be kept (文件检查): its content against its name, scripts, macros, embedded files, bombs.

Plain functions over an open file, called by `service/papers/cleaning.py` in a thread. Nothing is unpacked before its size is known.
"""

from __future__ import annotations

import zipfile
from typing import IO, Any

import puremagic
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from models.paper.record import DOCX, PDF, XLSX
from models.paper.refusal import PaperProblem
from service.errors import PaperRefused

OOXML = {DOCX: b"wordprocessingml.document.main+xml", XLSX: b"spreadsheetml.sheet.main+xml"}
"""Office documents, and what the first part of each says of it; those with macros say something else."""

ZIPPED = "application/zip"
HEAD = 4096
"""Bytes that tell what a file is."""

MOST_UNPACKED = 200_000_000
MOST_PARTS = 5000
ACTIVE_PARTS = ("vbaproject", "/embeddings/", "/activex/", "/externallinks/", "oleobject")
"""Parts of an office document that do something, or bring something else along."""

MOST_OBJECTS = 200_000
ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMedia"})
ACTIVE_KINDS = frozenset({"/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia", "/ImportData", "/SubmitForm"})


def check(file: IO[bytes], media: str) -> None:
    """Refuse a file that is not of this type, is damaged, or holds what does something. Raises PaperRefused."""
    file.seek(0)
    _same(file.read(HEAD), media)
    file.seek(0)
    if media in OOXML:
        _office(file, OOXML[media])
    elif media == PDF:
        _pdf(file)
    file.seek(0)


def _same(head: bytes, media: str) -> None:
    """Refuse a file whose first bytes say that it is something else."""
    if media == PDF and not head.startswith(b"%PDF-"):
        raise PaperRefused(PaperProblem.TYPE_DIFFERS)
    try:
        found = {match.mime_type for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        raise PaperRefused(PaperProblem.TYPE_DIFFERS) from None
    wanted = {media, ZIPPED} if media in OOXML else {media}
    if found.isdisjoint(wanted):
        raise PaperRefused(PaperProblem.TYPE_DIFFERS)


def _office(file: IO[bytes], main: bytes) -> None:
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise PaperRefused(PaperProblem.TOO_MANY_BYTES)
            if any(active in f"/{part.filename.lower()}" for part in parts for active in ACTIVE_PARTS):
                raise PaperRefused(PaperProblem.ACTIVE_CONTENT)
            with packed.open("[Content_Types].xml") as types:
                told = types.read(HEAD * 64)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError):
        raise PaperRefused(PaperProblem.DAMAGED) from None
    if main not in told:
        raise PaperRefused(PaperProblem.TYPE_DIFFERS)


def _pdf(file: IO[bytes]) -> None:
    """Refuse a document with scripts or files in it, or that nobody can look into."""
    try:
        reader = PdfReader(file)
        if reader.is_encrypted:
            raise PaperRefused(PaperProblem.ACTIVE_CONTENT, "encrypted")
        if not reader.pages or _objects(reader) > MOST_OBJECTS:
            raise PaperRefused(PaperProblem.DAMAGED)
        active = any(_active(one) for one in _all(reader))
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        raise PaperRefused(PaperProblem.DAMAGED) from None
    if active:
        raise PaperRefused(PaperProblem.ACTIVE_CONTENT)


def _objects(reader: PdfReader) -> int:
    return sum(len(numbers) for numbers in reader.xref.values()) + len(reader.xref_objStm)


def _all(reader: PdfReader) -> list[Any]:
    """Return every object of a document, those in packed streams too: what no page leads to may still be run."""
    numbers = [(number, generation) for generation, found in reader.xref.items() for number in found]
    numbers += [(number, 0) for number in reader.xref_objStm]
    return [reader.get_object(IndirectObject(number, generation, reader)) for number, generation in dict.fromkeys(numbers)]


def _active(found: Any) -> bool:
    if isinstance(found, DictionaryObject):
        kinds = {str(found.raw_get(key)) for key in ("/S", "/Type", "/Subtype") if key in found}
        if not ACTIVE_KEYS.isdisjoint(found) or not ACTIVE_KINDS.isdisjoint(kinds):
            return True
        return any(_active(found.raw_get(key)) for key in found)
    return isinstance(found, ArrayObject) and any(_active(item) for item in list.__iter__(found))
