"""One way out by HTTP for all roads: to allowed hosts alone, without redirects, cookies or proxies, with a time-out and a limit.

A name that leads to this machine or to a link-local address is refused at the moment of connecting, whatever it was before.
What was sent or received is in no error and no log.
"""

from __future__ import annotations

import email.utils
import ipaddress
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from models.message import Attempt, ErrorClass
from models.message_plan import LOOPBACK, allowed

MOST = 65_536
"""Bytes of an answer that are read."""

AGENT = "jiefen"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the attempt as the status alone tells it, and the body's beginning."""

    attempt: Attempt
    body: bytes = b""

    def json(self) -> Any:
        """Return what the body says as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class ForbiddenAddress(OSError):
    """A name leads to where nothing of ours has to go."""


class Resolver(AbstractResolver):
    """Resolves names, and refuses those that lead to this machine or to link-local addresses; addresses as such pass it by."""

    def __init__(self) -> None:
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        """The addresses of a name. Raises ForbiddenAddress."""
        found = await self._inner.resolve(host, port, family)
        if host not in LOOPBACK and any(_inside(one["host"]) for one in found):
            raise ForbiddenAddress("a name that leads to this machine")
        return found

    async def close(self) -> None:
        """Let go."""
        await self._inner.close()


class Http:
    """Sends requests; one session for the life of a worker."""

    def __init__(self, hosts: tuple[str, ...], trust: Any = True) -> None:
        """`trust` is an `ssl.SSLContext` for an authority of one's own, True = the system's."""
        self._hosts = hosts
        self._trust = trust
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, patience: float, now: datetime
    ) -> Answer:
        """Send, and tell what came of it. Never raises for what the other side does."""
        if not allowed(url, self._hosts):
            return Answer(Attempt(error=ErrorClass.FORBIDDEN_HOST))
        limit = aiohttp.ClientTimeout(total=patience)
        try:
            async with self._open().request(
                method, url, headers=dict(headers), data=body, timeout=limit, allow_redirects=False, ssl=self._trust
            ) as response:
                return Answer(_attempt(response.status, response.headers, now), await response.content.read(MOST))
        except TimeoutError:
            return Answer(Attempt(error=ErrorClass.TIMEOUT))
        except (aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch):
            return Answer(Attempt(error=ErrorClass.TLS))
        except ForbiddenAddress:
            return Answer(Attempt(error=ErrorClass.FORBIDDEN_HOST))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            forbidden = isinstance(getattr(error, "os_error", None), ForbiddenAddress)
            return Answer(Attempt(error=ErrorClass.FORBIDDEN_HOST if forbidden else ErrorClass.UNREACHABLE))

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(resolver=Resolver(), limit=64)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"user-agent": AGENT},
                trust_env=False,
                auto_decompress=False,
            )
        return self._session


def _inside(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast


BY_STATUS: dict[int, ErrorClass] = {
    401: ErrorClass.CREDENTIALS,
    403: ErrorClass.CREDENTIALS,
    408: ErrorClass.TIMEOUT,
    410: ErrorClass.GONE,
    429: ErrorClass.BUSY,
    **dict.fromkeys((400, 406, 409, 411, 413, 414, 415, 422, 431), ErrorClass.REFUSED),
}
"""What a status says; 404 and the other 4xx are a wrong address, and may be put right: like 5xx they are the road's trouble."""


def _attempt(status: int, headers: Mapping[str, str], now: datetime) -> Attempt:
    if 200 <= status < 300:
        return Attempt(status=status)
    wait = retry_after(headers.get("retry-after", ""), now)
    if 300 <= status < 400:
        return Attempt(error=ErrorClass.REDIRECT, status=status)
    error = BY_STATUS.get(status, ErrorClass.SERVER)
    if status == 503 and wait is not None:
        error = ErrorClass.BUSY
    return Attempt(error=error, status=status, retry_after=wait)


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for, as a number or as a date; None where it says nothing one can read."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())
