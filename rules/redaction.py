"""Redaction (遮盖): what a text would say without a person who is being erased.

A name is looked for in the person's own cases alone, for others have the same one; a phone or a number everywhere. Nicknames
and descriptions are not found: that is why people look through the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

GONE = "〔已删除〕"
"""What stands in place of a person's words."""

LEAST_DIGITS, LEAST_NAME, LEAST_OTHER = 7, 2, 4
"""Shorter ones say nothing by themselves, and stand in many texts."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a person, compiled once: those that name nobody else, and those that may."""

    strong: re.Pattern[str] | None
    all: re.Pattern[str] | None


def words_of(name: str, numbers: Iterable[str | None], others: Iterable[str | None]) -> Words:
    """Return what to look for: `numbers` are phone and identity card, `others` are address and the like."""
    spelled = [_spaced(number) for number in numbers if number and len(_bare(number)) >= LEAST_DIGITS]
    plain = [word.strip() for word in others if word and len(word.strip()) >= LEAST_OTHER]
    plain += [name.strip()] if len(name.strip()) >= LEAST_NAME else []
    return Words(strong=_any(spelled), all=_any([*spelled, *map(re.escape, sorted(plain, key=len, reverse=True))]))


def redacted(text: str, words: Words, *, own: bool) -> str | None:
    """Return the text without them, or None where they do not stand in it; `own` for a text of the person's own cases."""
    pattern = words.all if own else words.strong
    if pattern is None or not pattern.search(text):
        return None
    return pattern.sub(GONE, text)


def _bare(number: str) -> str:
    return re.sub(r"[\s\-]", "", number).removeprefix("+86")


def _spaced(number: str) -> str:
    """Return a pattern for a number however it is spaced, with China's prefix or without, and not inside a longer one."""
    return r"(?<!\d)(?:\+?86[\s\-]?)?" + r"[\s\-]?".join(re.escape(char) for char in _bare(number)) + r"(?!\d)"


def _any(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None
