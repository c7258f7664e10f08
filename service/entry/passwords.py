"""Passwords: argon2id in threads of their own, so that signing in holds up nobody else; and what a new one must be."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from models.account import PasswordProblem

HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1, type=Type.ID)
"""Memory-hard and short: 46 MiB, some 40 ms (OWASP's first choice)."""

SHORTEST = 10
LONGEST = 200

T = TypeVar("T")

_THREADS = ThreadPoolExecutor(2, thread_name_prefix="argon2")


class Passwords:
    """Hashes and verifies. Tests hand in a cheaper hasher."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return the hash to be stored."""
        return await self._in_thread(partial(self._hasher.hash, folded(password)))

    async def fits(self, stored: str | None, password: str) -> bool:
        """Return whether this is the password. Where there is none, it takes as long to say no."""
        if self._nobody is None:
            self._nobody = await self.hash("no password of anybody")
        found = await self._in_thread(partial(self._verify, stored or self._nobody, folded(password)))
        return found and stored is not None

    def outdated(self, stored: str) -> bool:
        """Return whether it was hashed under other parameters than those of today."""
        return self._hasher.check_needs_rehash(stored)

    async def refuse(self, login: str, password: str, former: Sequence[str]) -> PasswordProblem | None:
        """Return why a new password can't be taken, or None."""
        word = folded(password)
        if len(word) < SHORTEST:
            return PasswordProblem.TOO_SHORT
        if len(word) > LONGEST:
            return PasswordProblem.TOO_LONG
        if word.casefold() in {login.casefold(), login.casefold()[::-1]}:
            return PasswordProblem.LOGIN_NAME
        for stored in former:
            if await self._in_thread(partial(self._verify, stored, word)):
                return PasswordProblem.USED_BEFORE
        return None

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: partial[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, work)


def folded(word: str) -> str:
    """Return the one form of a password or a login name that may be typed in several (full-width, composed)."""
    return unicodedata.normalize("NFKC", word)
