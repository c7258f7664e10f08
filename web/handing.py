"""Handing a file out: always to be saved, never shown as a page of ours, whatever is in it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

from service.papers.reading import Handed

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def handed(file: Handed) -> StreamingResponse:
    """Return the answer that hands a file out, part by part."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in file.name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name)}",
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    if file.size is not None:
        headers["Content-Length"] = str(file.size)
    return StreamingResponse(file.content, media_type=file.media_type, headers=headers)


def saved(name: str, content: bytes | str, media_type: str) -> Response:
    """Return the answer that hands out a small file made here; its name is plain ASCII without quotes."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


def sheet(name: str, lines: Iterable[Sequence[str | float]]) -> Response:
    """Return the answer that hands out a table as CSV."""
    file = StringIO()
    csv.writer(file).writerows(lines)
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    return saved(name, f"\ufeff{file.getvalue()}", "text/csv; charset=utf-8")
