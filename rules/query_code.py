"""The query code (查询码) of one party of one case: how it is written, read back and checked. Chance comes from the caller.

Eleven letters by chance (55 bits) and a check character, in three groups. The letters are Crockford's: none that is taken for
another, and what is typed in its place is understood. The check finds every single mistake and every two neighbours swapped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MEANT = str.maketrans({"I": "1", "L": "1", "O": "0"})
"""What people type for letters that are not in the alphabet."""

LONGEST = 100
"""Longer than any code with any signs between its letters."""

BY_CHANCE = 11
GROUP = 4
FIELD = 0b100101
"""x^5 + x^2 + 1: the check is a sum in the field of 32 elements."""


def make(values: Sequence[int]) -> str:
    """Return the code of eleven values below 32, without groups."""
    if len(values) != BY_CHANCE:
        raise ValueError(f"a code is made of {BY_CHANCE} values")
    return "".join(ALPHABET[value] for value in (*values, _check(values)))


def written(code: str) -> str:
    """Return a code in groups, as it is printed and read out: `7H3K-9QZX-M2T4`."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def read(typed: str) -> str | None:
    """Return the code that was typed, whatever its width, case and groups; None where it can be none."""
    if len(typed) > LONGEST:
        return None
    letters = "".join(letter for letter in unicodedata.normalize("NFKC", typed).upper() if letter.isalnum()).translate(MEANT)
    if len(letters) != BY_CHANCE + 1 or not set(letters) <= set(ALPHABET):
        return None
    values = [ALPHABET.index(letter) for letter in letters]
    return letters if _check(values) == 0 else None


def _check(values: Iterable[int]) -> int:
    """Return the value that makes the sum of all come to nothing: each place counts twice as much as the one behind it."""
    total = 0
    for value in values:
        total = (total ^ value) << 1
        total ^= FIELD if total >= len(ALPHABET) else 0
    return total
