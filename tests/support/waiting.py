"""Waiting for what comes by itself and rings no bell: a run that goes on, a sheet that is dealt, a page that says something else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T]], met: Callable[[T], Any], patience: float = 60, pause: float = 0.02) -> T:
    """Look again until what is found is as it should be, and return it.

    Raises TimeoutError after `patience` seconds; between two looks lie `pause` seconds.
    """
    async with asyncio.timeout(patience):
        while not met(found := await look()):  # noqa: ASYNC110 - there is nothing to wait for but the next look
            await asyncio.sleep(pause)
    return found
