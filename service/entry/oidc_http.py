"""Asks an OIDC provider over HTTP: with a time-out, no redirects, no cookies, and a limit to what is read.

Every way in which this can go wrong is a `ProviderProblem`. What was sent or received is in none of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from models.account import LoginProblem
from service.errors import ProviderProblem

MOST = 1_000_000
"""Bytes that an answer may have."""

TOO_MANY_REQUESTS = 429


async def ask(
    address: str, *, patience: float, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """GET an address, or POST a form to it; returns the status and the JSON object, which is empty where a refusal brings none.

    `patience` is in seconds and counts for the whole of it. Raises ProviderProblem.
    """
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=patience), cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.request(
                "GET" if form is None else "POST",
                address,
                data=form,
                headers={"Accept": "application/json", **(headers or {})},
                allow_redirects=False,
            ) as response,
        ):
            status, body = response.status, await _body(response.content)
    except TimeoutError:
        raise ProviderProblem(LoginProblem.PROVIDER_AWAY, "slow") from None
    except (aiohttp.ClientError, OSError, ValueError):
        raise ProviderProblem(LoginProblem.PROVIDER_AWAY, "unreachable") from None
    if status >= 500 or status == TOO_MANY_REQUESTS:
        raise ProviderProblem(LoginProblem.PROVIDER_AWAY, f"status_{status}")
    found = _object(body)
    if status == 200 and found is None:
        raise ProviderProblem(LoginProblem.PROVIDER_WRONG, "no_json")
    return status, found or {}


async def fetch(address: str, *, patience: float, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """GET a JSON object. Raises ProviderProblem, also where the status is another than 200."""
    status, found = await ask(address, patience=patience, headers=headers)
    if status != 200:
        raise ProviderProblem(LoginProblem.PROVIDER_WRONG, f"status_{status}")
    return found


async def _body(content: aiohttp.StreamReader) -> bytes:
    """Return the whole body; the limit counts after unpacking."""
    read = bytearray()
    async for chunk in content.iter_any():
        read += chunk
        if len(read) > MOST:
            raise ProviderProblem(LoginProblem.PROVIDER_WRONG, "too_large")
    return bytes(read)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
