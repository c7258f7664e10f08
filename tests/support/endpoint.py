"""A TLS endpoint in front of a Temporal server, as a cluster has it: HTTP/2 over TLS, and a client certificate where it asks for one.

The development server itself speaks no TLS. What arrives is passed on byte for byte; the headers of the calls are read on the way.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hpack import Decoder

from tests.support.certificates import Pair

PREFACE = 24
"""Bytes with which a client of HTTP/2 begins."""

HEADERS, CONTINUATION = 0x1, 0x9
PADDED, PRIORITY, END_HEADERS = 0x8, 0x20, 0x4
CHUNK = 65536


@dataclass
class Endpoint:
    """Where it listens, and what it has seen."""

    port: int = 0
    clients: list[str] = field(default_factory=list)
    """Names in the client certificates of connections that got through."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each call."""

    @property
    def address(self) -> str:
        return f"localhost:{self.port}"


@asynccontextmanager
async def tls_endpoint(upstream: int, server: Pair, clients: Path | None = None) -> AsyncIterator[Endpoint]:
    """Listen with the server's certificate, and pass on to a port; with `clients` only those with a certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.cert, server.key)
    context.set_alpn_protocols(["h2"])
    if clients is not None:
        context.load_verify_locations(clients)
        context.verify_mode = ssl.CERT_REQUIRED
    made = Endpoint()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        certificate = writer.get_extra_info("peercert")
        made.clients.append(certificate["subject"][0][0][1] if certificate else "")
        there, back = await asyncio.open_connection("127.0.0.1", upstream)
        calls = Calls(made.headers)
        with suppress(OSError):
            await asyncio.gather(_pump(reader, back, calls), _pump(there, writer))

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    made.port = listening.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listening.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, calls: Calls | None = None) -> None:
    try:
        while data := await reader.read(CHUNK):
            if calls is not None:
                calls.feed(data)
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


class Calls:
    """Reads the headers of calls out of one client's bytes (RFC 9113)."""

    def __init__(self, found: list[dict[str, str]]) -> None:
        self._found = found
        self._decoder = Decoder()
        self._data = b""
        self._begun = False
        self._block = b""

    def feed(self, data: bytes) -> None:
        """Take the next bytes in."""
        self._data += data
        if not self._begun:
            if len(self._data) < PREFACE:
                return
            self._data, self._begun = self._data[PREFACE:], True
        while len(self._data) >= 9 and len(self._data) >= 9 + (length := int.from_bytes(self._data[:3], "big")):
            self._frame(self._data[3], self._data[4], self._data[9 : 9 + length])
            self._data = self._data[9 + length :]

    def _frame(self, kind: int, flags: int, body: bytes) -> None:
        if kind not in {HEADERS, CONTINUATION}:
            return
        if kind == HEADERS and flags & PADDED:
            body = body[1 : len(body) - body[0]]
        if kind == HEADERS and flags & PRIORITY:
            body = body[5:]
        self._block += body
        if flags & END_HEADERS:
            self._found.append({str(name): str(value) for name, value in self._decoder.decode(self._block)})
            self._block = b""
