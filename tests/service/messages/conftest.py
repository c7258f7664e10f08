"""An office with a receiver beside it, and a pump that is turned by hand while the clock is moved."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.case import Case
from models.message import Delivery, DeliveryState
from models.message_plan import Channels
from service.messages.building import Post
from service.office import Office
from store.messages.log import DeliveryLog
from tests.support.core import CoreCase
from tests.support.filled import played, publish
from tests.support.receiver import Receiver

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"o" * 32).decode()
MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""10:00 in Huaxi."""


def secrets(office: Office, **named: str) -> None:
    """Write secrets into the office's folder."""
    folder = office.settings.secrets
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in named.items():
        (folder / name.replace("_", "-")).write_text(text + "\n", encoding="utf-8")


@dataclass
class Desk:
    """An office, what it sends, and the time there."""

    office: Office
    post: Post
    before: list[Post] = field(default_factory=list)

    def at(self, when: datetime) -> None:
        self.office.shift = when - datetime.now(UTC)

    def wait(self, **span: float) -> None:
        self.office.shift += timedelta(**span)

    async def turns(self, count: int = 50, **between: float) -> int:
        """Turn until nothing is left to do; return how many attempts were made."""
        made = 0
        for _ in range(count):
            sent = await self.post.pump.once()
            made += sent
            if not sent and not await self.waiting():
                break
            self.wait(**(between or {"milliseconds": 200}))
        return made

    async def waiting(self) -> list[Delivery]:
        return await DeliveryLog(self.office.store).page(DeliveryState.WAITING, limit=10_000)

    async def page(self, state: DeliveryState | None = None) -> list[Delivery]:
        return await DeliveryLog(self.office.store).page(state, limit=10_000)

    async def publish(self, *cores: CoreCase) -> list[Case]:
        return [await publish(self.office, core) for core in cores]

    def use(self, channels: Channels, trust: Any = True) -> None:
        """Send by other roads from now on."""
        self.before.append(self.post)
        self.post = Post(self.office, channels, trust)

    async def close(self) -> None:
        for post in (self.post, *self.before):
            await post.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    await made.start()
    yield made
    await made.stop()


def hooked(receiver: Receiver, **more: Any) -> Channels:
    """Channels with this one webhook."""
    hook = {"url": f"{receiver.url}/jiefen", "secrets": ["webhook"], **more}
    return Channels.model_validate({"version": 1, "allowed_hosts": [receiver.host], "webhooks": {"city": hook}})


@pytest.fixture
async def desk(bare_office: Office, receiver: Receiver) -> AsyncIterator[Desk]:
    secrets(bare_office, webhook=SECRET, webhook_old=OLD_SECRET)
    made = Desk(bare_office, Post(bare_office, hooked(receiver)))
    made.at(MONDAY)
    yield made
    await made.close()


def some_cases(count: int = 4, now: datetime = MONDAY) -> list[CoreCase]:
    """Cases whose last events are of about now."""
    return [played(number, now, days=20, seed=11) for number in range(count)]
