"""The virus scanner (病毒查杀): clamd, asked over its own protocol (INSTREAM) at `host:port` or a socket's path."""

from __future__ import annotations

import asyncio
from typing import IO

from models.paper.refusal import PaperProblem
from service.errors import PaperRefused

CHUNK = 1 << 16
PATIENCE = 60.0
"""Seconds that a scan may take."""

CLEAN = b"stream: OK"
FOUND = b" FOUND"


class Clamd:
    """One scanner. What it can't answer for is not taken in."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def scan(self, file: IO[bytes]) -> None:
        """Have a file scanned. Raises PaperRefused where something was found, or nobody answers."""
        try:
            async with asyncio.timeout(PATIENCE):
                told = await self._asked(file)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise PaperRefused(PaperProblem.SCANNER_AWAY) from None
        if told.endswith(FOUND):
            raise PaperRefused(PaperProblem.INFECTED)
        if told != CLEAN:
            raise PaperRefused(PaperProblem.SCANNER_AWAY)

    async def _asked(self, file: IO[bytes]) -> bytes:
        reader, writer = await self._connected()
        try:
            writer.write(b"zINSTREAM\0")
            file.seek(0)
            while part := file.read(CHUNK):
                writer.write(len(part).to_bytes(4) + part)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0")).removesuffix(b"\0")
        finally:
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host, int(port))
