"""Many cases at once: the same work for each, some side by side, and what came of asking one. No failure keeps anything from the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from temporalio.exceptions import TemporalError

from models.refusal import RefusalCode
from service.errors import Refused, Unavailable, UnknownCase

AT_ONCE = 8
"""How many cases are looked at side by side."""

T = TypeVar("T")
R = TypeVar("R")


class Came(StrEnum):
    """What came of asking one case for something."""

    DONE = "done"
    """It was done, now or before."""
    ENDED = "ended"
    """The case had ended meanwhile, or is on its way into another one."""
    FAILED = "failed"
    """It could not be done now; ask again."""


async def came_of(asking: Awaitable[object]) -> tuple[Came, str]:
    """Wait for an action and return what came of it, and why where it failed."""
    try:
        await asking
    except Refused as refused:
        code = refused.refusal.code
        if code is RefusalCode.WRONG_STAGE:
            return Came.ENDED, ""
        return (Came.DONE, "") if code is RefusalCode.ALREADY_DONE else (Came.FAILED, str(code))
    except UnknownCase:
        return Came.FAILED, "unknown_case"
    except (Unavailable, OSError, TemporalError) as error:
        return Came.FAILED, str(error)
    return Came.DONE, ""


async def side_by_side(
    items: AsyncIterable[T] | Iterable[T], work: Callable[[T], Awaitable[R]], at_once: int = AT_ONCE
) -> AsyncIterator[R]:
    """Do the work for all items, so many of them at a time, and yield the results in order."""
    waiting: list[asyncio.Future[R]] = []
    try:
        async for item in _one_by_one(items):
            waiting.append(asyncio.ensure_future(work(item)))
            if len(waiting) >= at_once:
                yield await waiting.pop(0)
        while waiting:
            yield await waiting.pop(0)
    finally:
        for task in waiting:
            task.cancel()


async def _one_by_one(items: AsyncIterable[T] | Iterable[T]) -> AsyncIterator[T]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
        return
    for item in items:
        yield item
