"""Reading a place's papers: `papers/papers.yaml` and its DOCX templates, checked before anybody needs one.

Called by `store/places.py`. A template's placeholders are read out of its text, without the library that renders it: loading a
place stays fast. Every error is a `BadFile` that names the file, the kind and the reason.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.paper.kinds import Kind, PaperList
from rules.papers.placeholders import faults
from store.files import BadFile, parse, read_yaml

LIST = "papers.yaml"
MOST = 5_000_000
"""Longest template, and longest part of one once unpacked, in bytes."""

WRITTEN = re.compile(r"^word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$")
"""Parts of a DOCX that hold text."""

MACRO = "word/vbaProject.bin"
CONTROL = re.compile(r"(\{[%{#])(?:tr|tc|p|r)(?=\s)")
"""How the library that renders says that a tag stands for its whole row, cell, paragraph or run."""

TAG = re.compile(r"\{[%{].*?[%}]\}", re.DOTALL)
QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


@dataclass(frozen=True, slots=True)
class Template:
    """A template by its content hash."""

    name: str
    hash: str
    body: bytes


@dataclass(frozen=True, slots=True)
class LoadedPapers:
    """The papers of a place, with the template of each kind by its id."""

    known: PaperList
    templates: dict[str, Template]


def read_papers(folder: Path) -> LoadedPapers:
    """The papers that a folder describes; raises BadFile."""
    known = parse(PaperList, read_yaml(folder / LIST), folder / LIST)
    return LoadedPapers(known=known, templates={kind.id: read_template(folder, kind) for kind in known.kinds})


def read_template(folder: Path, kind: Kind) -> Template:
    """The template of a kind; raises BadFile for one that is missing, no DOCX, or names what papers don't know."""
    path = folder / kind.template
    try:
        body = path.read_bytes()
    except OSError as error:
        raise BadFile(path, kind.id, f"cannot be read: {error.strerror}") from error
    try:
        if len(body) > MOST:
            raise ValueError(f"is larger than {MOST} bytes")
        text = text_of(body)
    except ValueError as error:
        raise BadFile(path, kind.id, str(error)) from None
    for reason in faults(text, [entry.id for entry in kind.entries]):
        raise BadFile(path, kind.id, reason)
    return Template(name=kind.template, hash=hashlib.sha256(body).hexdigest(), body=body)


def text_of(body: bytes) -> str:
    """The text of a DOCX with its placeholders; raises ValueError for what is no DOCX, holds macros or is far too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            names = file.namelist()
            if MACRO in names:
                raise ValueError("holds macros")
            if "word/document.xml" not in names:
                raise ValueError("is no Word document (.docx)")
            return "\n".join(_parts(file))
    except (zipfile.BadZipFile, UnicodeDecodeError, KeyError):
        raise ValueError("is no Word document (.docx)") from None


def _parts(file: zipfile.ZipFile) -> Iterator[str]:
    for part in file.infolist():
        if WRITTEN.match(part.filename):
            if part.file_size > MOST:
                raise ValueError(f"is larger than {MOST} bytes")
            xml = file.read(part).decode("utf-8")
            plain = html.unescape(re.sub(r"<[^>]+>", "", xml))
            yield TAG.sub(lambda tag: tag.group(0).translate(QUOTES), CONTROL.sub(r"\1", plain))
