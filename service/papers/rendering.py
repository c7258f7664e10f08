"""Rendering (套打): a template and the facts of a paper become a DOCX, the same bytes each time.

Templates are data of a place: they are rendered in Jinja's sandbox, a name that is unknown is an error, and what stands in the facts is
text and never markup.
"""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.paper.facts import Facts

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time that every part of a DOCX carries: the earliest a ZIP knows."""

FIRST = "[Content_Types].xml"
"""The part that readers expect in front."""


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def render(template: bytes, facts: Facts) -> bytes:
    """Return the DOCX of a paper. Entries that were not filled in are empty."""
    from docxtpl import DocxTemplate  # noqa: PLC0415 - dear to load, and most processes make no paper

    document = DocxTemplate(io.BytesIO(template))
    document.render(_paragraphs(facts.model_dump()), jinja_env=_environment())
    made = io.BytesIO()
    document.save(made)
    return _fixed(made.getvalue())


def _paragraphs(value: Any) -> Any:
    """Return facts whose lines each become a paragraph, formed like the one they stand in: docxtpl takes a bell for that."""
    if isinstance(value, dict):
        return {name: _paragraphs(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_paragraphs(item) for item in value]
    return value.replace("\n", "\a") if isinstance(value, str) else value


def _fixed(docx: bytes) -> bytes:
    """Return a DOCX with its parts in a fixed order and without the time it was made at."""
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as made, zipfile.ZipFile(again, "w") as file:
        for name in sorted(made.namelist(), key=lambda part: (part != FIRST, part)):
            part = zipfile.ZipInfo(name, EPOCH)
            part.external_attr = 0o600 << 16
            file.writestr(part, made.read(name), zipfile.ZIP_DEFLATED, 9)
    return again.getvalue()
