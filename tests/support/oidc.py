"""Starts `oidc_provider.py`, and plays the browser of somebody who signs in there. A conftest that wants them imports the fixtures."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.oidc_twist import Twist
from tests.support.processes import Program, free_port

CALLBACK = "http://127.0.0.1/login/oidc/callback"


@dataclass(frozen=True)
class Provider:
    """The running provider and our client there."""

    issuer: str
    client_id: str
    client_secret: str
    client: httpx.AsyncClient
    program: Program
    callback: str = CALLBACK

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Return the settings with which an instance signs in here."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": self.client_id,
            "oidc_client_secret": self.client_secret,
            "oidc_redirect_url": self.callback,
            **changes,
        }

    async def register(self, method: str = "client_secret_basic", callback: str = CALLBACK) -> Provider:
        """Return the same provider with another client of ours: how it proves itself, and where people come back to."""
        body = {"redirect_uris": [callback], "token_endpoint_auth_method": method}
        made = (await self.client.post("/oauth2/clients", json=body)).raise_for_status().json()
        return replace(self, client_id=made["client_id"], client_secret=made["client_secret"], callback=callback)

    async def twist(self, **how: Unpack[Twist]) -> None:
        """Let it go wrong in this way from now on, and in no other."""
        answer = await self.client.put("/twist", content=json.dumps(how), headers={"Content-Type": "application/json"})
        answer.raise_for_status()

    async def stop(self) -> None:
        """End it: nobody answers there any more."""
        await self.program.stop()

    async def seen(self, path: str) -> int:
        """Return how often this path has been asked for."""
        return int((await self.client.get("/seen")).json().get(path, 0))

    async def person(self, subject: str, **claims: Any) -> None:
        """Make somebody known there."""
        (await self.client.put(f"/users/{subject}", json=claims)).raise_for_status()

    async def sign_in(self, address: str, subject: str) -> dict[str, str]:
        """Sign in there as the browser that was sent to `address`; returns what it brings back."""
        return query(await self.approve(address, subject))

    async def approve(self, address: str, subject: str, action: str = "") -> str:
        """Sign in there, and return the address the browser is sent back to."""
        answer = await self.client.post(address, data={"sub": subject, "action": action})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


def query(address: str) -> dict[str, str]:
    """Return the fields of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@asynccontextmanager
async def provider_process() -> AsyncIterator[Provider]:
    """The provider as a process of its own, our client registered there."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        program = Program([sys.executable, "-m", "tests.support.oidc_provider", str(port)], Path(folder) / "provider.log", port=port)
        await program.start()
        issuer = f"http://127.0.0.1:{port}"
        try:
            async with httpx.AsyncClient(base_url=issuer) as client:
                yield await Provider(issuer, "", "", client, program).register()
        finally:
            await program.stop()


@pytest.fixture(scope="session")
async def oidc_process() -> AsyncIterator[Provider]:
    """The provider, started when the first test asks for it."""
    async with provider_process() as started:
        yield started


@pytest.fixture
async def provider(oidc_process: Provider) -> AsyncIterator[Provider]:
    """The provider, with nothing wrong with it yet."""
    yield oidc_process
    await oidc_process.twist()
