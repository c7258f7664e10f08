"""What a log says of an exception: its kind, where it came through, and what caused it. Never its words, which may be a party's.

Only exceptions whose sentences are made here, of our own words, keep them; of the system's errors the system's own word is kept.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

from temporalio.service import RPCError

from service.settings import CannotStart
from store.connect import StoreAway
from store.files import BadFile
from store.keyring.keys import KeyProblem
from store.tls import BadAddress

OURS = (CannotStart, KeyProblem, StoreAway, BadAddress, BadFile)
"""Exceptions whose sentences are our own."""

FRAMES = 12
"""How many places of one exception are named, the newest ones."""

CAUSES = 8
"""How far back causes are followed."""


def told(error: BaseException) -> str:
    """Return an exception in one line: its kind, and a word where it is known to be harmless."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, OURS):
        return f"{kind}: {error}"
    if isinstance(error, RPCError):
        return f"{kind}: {error.status.name}"
    if isinstance(error, OSError) and error.strerror:
        return f"{kind}: {error.strerror}"
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return f"{kind}: SQLSTATE {state}" if isinstance(state, str) else kind


def trace(error: BaseException) -> str:
    """Return an exception with its causes, each with the places it came through; no source line, no local variable, no words."""
    return "\n".join(line for one in _chain(error) for line in (told(one), *_places(one)))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(seen) < CAUSES:
        one = waiting.pop(0)
        if one is None or any(one is known for known in seen):
            continue
        seen.append(one)
        yield one
        inner = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        waiting += [*inner, one.__cause__ or (None if one.__suppress_context__ else one.__context__)]


def _places(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__)[-FRAMES:]:
        path = Path(frame.filename)
        yield f"  at {path.parent.name}/{path.name}:{frame.lineno} in {frame.name}"
