"""A file brought in by a form: read once it is known who asks, and handed on part by part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

FIELDS = 40
"""Most fields beside the file; a party it shows is one."""

PART = 1 << 16


@asynccontextmanager
async def bringing(request: Request) -> AsyncIterator[FormData]:
    """Give the fields of a form with at most one file. What is large is on disk meanwhile, under no name, and gone afterwards."""
    async with request.form(max_files=1, max_fields=FIELDS) as fields:
        yield fields


def file_of(fields: FormData) -> UploadFile | None:
    """Return the file of a form, or None where none was chosen."""
    found = fields.get("file")
    return found if isinstance(found, UploadFile) and found.filename else None


async def parts(file: UploadFile) -> AsyncIterator[bytes]:
    """Yield a file part by part."""
    while part := await file.read(PART):
        yield part
