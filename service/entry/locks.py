"""Lock-out (锁定): who guesses has to wait, longer each time, by login name and by address.

Unknown names are counted like known ones, so that waiting tells nothing about who has an account. A name's attempt is
counted before the password is looked at, and taken back if it was right: guesses at the same time gain nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from datetime import datetime, timedelta

from service.entry.addresses import network
from store.engine import Store
from store.entry.sessions import LockRow, LockShelf
from store.keyring.keys import INDEX

FREE = 5
"""How many wrong attempts at one name before it has to wait."""

FREE_ADDRESS = 50
"""The same for one address, behind which may be a whole office."""

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15, 30, 60))
"""How long to wait after each further wrong attempt; the last one stays."""

FORGET = timedelta(days=1)
"""After so long without an attempt it is as if there had been none."""


class Locks:
    """Locks over login names and addresses, kept as keyed digests."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shelf = LockShelf(store)

    async def admit(self, name: str, address: str, now: datetime) -> int:
        """Count an attempt at a name, and return the seconds to wait before one counts again; 0 = it counts."""
        found = [await self._shelf.get(await self._key("address", network(address)))] if address else []
        wait = max((_wait(row, now) for row in found), default=0)
        if wait:
            return wait
        return _wait(await self._shelf.charge(await self._key("name", name), now, FREE, DELAYS, FORGET), now)

    async def failed(self, address: str, now: datetime) -> None:
        """Count a wrong attempt against its address; against the name it has been counted already."""
        if address:
            await self._shelf.charge(await self._key("address", network(address)), now, FREE_ADDRESS, DELAYS, FORGET)

    async def incomplete(self, name: str, now: datetime) -> None:
        """Take the attempt back that brought the right password and no code yet. Wrong codes before it still count."""
        await self._shelf.refund(await self._key("name", name), now, FREE)

    async def passed(self, name: str, now: datetime) -> None:
        """Forget what was counted against a name: its person has signed in."""
        await self._shelf.clear(await self._key("name", name), now - FORGET)

    async def _key(self, kind: str, word: str) -> str:
        key = await self._store.keys.key(INDEX)
        return hmac.new(key, f"lock:{kind}:{word}".encode(), hashlib.sha256).hexdigest()


def _wait(row: LockRow, now: datetime) -> int:
    return 0 if row.locked_until is None else max(0, math.ceil((row.locked_until - now).total_seconds()))
