"""Files on their way in (材料入卷前的处理): checked, scanned, and pictures freed of where and with what they were taken.

One at a time for each process: a picture is unpacked in memory. Everything else is read in parts.
"""

from __future__ import annotations

import asyncio
from typing import IO

from service.papers.clamd import Clamd

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
"""Pictures that are written anew, as Pillow calls them."""


class Cleaner:
    """Takes files one after another. `scanner` is empty where there is none."""

    def __init__(self, scanner: str = "") -> None:
        self._turn = asyncio.Semaphore(1)
        self._scanner = Clamd(scanner) if scanner else None

    async def clean(self, file: IO[bytes], media: str, most_pixels: int) -> None:
        """Check a file, and write a picture anew in its place. Raises PaperRefused."""
        # Dear to load: most processes take no file in.
        from service.papers.pictures import stripped  # noqa: PLC0415
        from service.papers.sniffing import check  # noqa: PLC0415

        if self._scanner is not None:
            await self._scanner.scan(file)
        async with self._turn:
            await asyncio.to_thread(check, file, media)
            if media in FORMATS:
                await asyncio.to_thread(stripped, file, FORMATS[media], most_pixels)
