"""Turns: of several who ask under the same action id, one at a time. Used by the use cases of cases and of affairs."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """The turns of one process; between processes the ids of actions are what guards."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def of(self, record_id: str, action_id: str) -> asyncio.Lock:
        """Return what to hold while asking: a twin finds the receipt then, and never takes away the words of the first."""
        return self._locks.setdefault((record_id, action_id), asyncio.Lock())
