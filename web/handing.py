"""Handing a file out: always to be saved, never shown as a page of ours, whatever is in it."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import StreamingResponse

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
